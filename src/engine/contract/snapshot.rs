//! Answers that are no facts: the whole state, and rejections.

use payment::{
    Credit, CreditRole, OperationId, Payment, Phase, Refund, RefundState, RegisterId, StoreId, Timestamp,
};

use super::event::{CreditBody, EventBody, RefundBodyOut};
use super::fields::Fault;
use super::render;
use crate::ports::Destination;

/// `payment.state`: everything that is true now.
pub fn state(payment: &Payment, at: Timestamp) -> EventBody {
    let mut body = EventBody {
        event: "payment.state",
        credits: Some(payment.state.credits.iter().map(credit_body).collect()),
        refunds: Some(payment.state.refunds.iter().map(refund_body).collect()),
        consoles: Some(payment.state.consoles.clone()).filter(|consoles| !consoles.is_empty()),
        fiscal_receipt: payment.state.fiscal.clone(),
        ..render::common(payment, at)
    };
    match &payment.state.phase {
        Phase::Showing => body = render::with_code(payment, body),
        Phase::Ended(ending) => body = render::with_ending(ending, body),
        Phase::Review { code, reason, .. } => {
            body.code = Some(code.clone());
            body.reason = Some(reason.clone());
        }
        Phase::Paid { credit, .. } => {
            body = render::with_credit(payment, &payment.state.credits[*credit], body);
        }
        Phase::Closing { reason, .. } => body.reason.clone_from(reason),
        Phase::Waiting { .. } | Phase::Opening { .. } => {}
    }
    if let Some(late) = payment.state.credits.iter().rev().find(|credit| credit.is_late()) {
        if !matches!(payment.state.phase, Phase::Paid { .. }) {
            body = render::with_credit(payment, late, body);
        }
        body.handling = render::handling(late.role);
        body.claim_until = render::claim_until(late.role);
    }
    body
}

fn credit_body(credit: &Credit) -> CreditBody {
    let handling = match credit.role {
        CreditRole::Pays => "paid",
        CreditRole::Held => "held",
        role => render::handling(role).expect("every other role is late money"),
    };
    CreditBody {
        credit: render::credit_name(&credit.server, &credit.transaction),
        amount: credit.amount.into(),
        handling,
        bank_transaction: credit.transaction.to_string(),
        paid_at: credit.paid_at.unwrap_or(credit.found_at).to_string(),
        claim_until: render::claim_until(credit.role),
        payer: credit.payer.clone(),
        instrument: credit.instrument.clone(),
    }
}

fn refund_body(refund: &Refund) -> RefundBodyOut {
    let asked_for = || refund.reason.clone();
    let (status, bank_transaction, reason) = match &refund.state {
        RefundState::Queued { .. } | RefundState::Sending(_) | RefundState::Unknown { .. } => {
            ("accepted", None, asked_for())
        }
        RefundState::Pending { .. } => ("pending", None, asked_for()),
        RefundState::Completed { transaction, .. } => {
            ("completed", transaction.as_ref().map(ToString::to_string), asked_for())
        }
        RefundState::Failed { refusal, .. } => ("failed", None, Some(refusal.to_string())),
        RefundState::Parked { reason, .. } => ("review", None, Some(reason.clone())),
    };
    let retry_at = match &refund.state {
        RefundState::Failed { retry_at, .. } => retry_at.map(|at| at.to_string()),
        _ => None,
    };
    RefundBodyOut {
        operation: refund.operation.to_string(),
        status,
        amount: refund.amount.into(),
        origin: render::origin_word(&refund.origin),
        requested_by: render::requested_by(&refund.origin),
        bank_transaction,
        reason,
        retry_at,
        fiscal_receipt: refund.fiscal.clone(),
    }
}

/// An answer that speaks of no payment. Without a register, its store asked by itself.
pub(crate) fn of_register(
    name: &'static str,
    store: &StoreId,
    register: Option<&RegisterId>,
    at: Timestamp,
) -> EventBody {
    EventBody {
        event: name,
        store: store.to_string(),
        register: register.map(ToString::to_string),
        occurred_at: at.to_string(),
        ..EventBody::default()
    }
}

/// `register.state`: the answer to a `get` of all open payments when none is.
pub(crate) fn nothing_open(to: &Destination, at: Timestamp) -> EventBody {
    let body = of_register("register.state", &to.store, Some(&to.register), at);
    EventBody { open: Some(Vec::new()), ..body }
}

/// The answers to a `get` of all open payments as one: `register.state` with their operations. `None`: there is no answer.
pub fn open_of(answers: &[EventBody]) -> Option<EventBody> {
    let first = answers.first()?;
    let states = answers.iter().filter(|answer| answer.event == "payment.state");
    Some(EventBody {
        event: "register.state",
        store: first.store.clone(),
        register: first.register.clone(),
        occurred_at: first.occurred_at.clone(),
        open: Some(states.filter_map(|state| state.operation.clone()).collect()),
        ..EventBody::default()
    })
}

/// `payment.cancelled` for a pay that has not arrived, or that was rejected: nothing was, or will be, asked of a bank.
pub(crate) fn tombstone(to: &Destination, operation: &OperationId, at: Timestamp) -> EventBody {
    EventBody {
        operation: Some(operation.to_string()),
        status: Some("cancelled"),
        code: Some("cancelled".to_owned()),
        reason: Some("cancelled before any bank was asked".to_owned()),
        certain: Some(true),
        ..of_register("payment.cancelled", &to.store, Some(&to.register), at)
    }
}

/// `request.rejected`, as `of_register` begins it: changes no payment.
pub(crate) fn rejected(
    answer: EventBody,
    command: &str,
    operation: Option<&OperationId>,
    fault: &Fault,
) -> EventBody {
    EventBody {
        operation: operation.map(ToString::to_string),
        command: Some(command.to_owned()),
        code: Some(fault.code.word().to_owned()),
        reason: Some(fault.reason.clone()),
        field: fault.field.clone(),
        ..answer
    }
}
