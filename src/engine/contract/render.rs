//! From facts to events.

use payment::{
    BankTransaction, Credit, CreditRole, EndWord, Ending, Fact, OperationId, Origin, Payment, Refund,
    RefundId, RefundState, ServerId, Timestamp, apply,
};

use super::event::{EventBody, QrBody, RegisterBody, Sum};
use crate::ports::{Destination, Drawn, EventDraft, JournalRow};

/// A command that events answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Who sent it.
    pub(crate) to: Destination,
    /// The sender's id of the command.
    pub(crate) message_id: String,
}

/// The journal rows of a commit: each fact with the events that registers must get, in order.
///
/// `before` is the payment without these facts; each event tells the state right after its own fact. `reply`: the
/// command that led to them; events to its sender name it. `drawn`: pictures for a code that is among them.
pub(crate) fn journal(
    before: &Payment,
    facts: &[Fact],
    at: Timestamp,
    reply: Option<&Reply>,
    drawn: &Drawn,
) -> Vec<JournalRow> {
    let mut payment = before.clone();
    let mut rows = Vec::with_capacity(facts.len());
    for fact in facts {
        apply(&mut payment, fact, at);
        let events =
            events_of(&payment, fact, at, drawn).into_iter().map(|event| event.into_draft(reply)).collect();
        rows.push(JournalRow { sequence: payment.state.sequence, fact: fact.clone(), events });
    }
    rows
}

/// An event before it is written down.
struct Telling {
    destination: Destination,
    operation: OperationId,
    body: EventBody,
}

impl Telling {
    fn into_draft(self, reply: Option<&Reply>) -> EventDraft {
        let Self { destination, operation, mut body } = self;
        body.in_reply_to =
            reply.filter(|reply| reply.to == destination).map(|reply| reply.message_id.clone());
        EventDraft {
            destination,
            name: body.event,
            operation,
            body: body.to_json(),
            is_delivered: false, // the settings say so, not the fact
        }
    }
}

fn events_of(payment: &Payment, fact: &Fact, at: Timestamp, drawn: &Drawn) -> Vec<Telling> {
    let body = common(payment, at);
    match fact {
        Fact::Accepted { .. } => to_register(payment, "payment.accepted", body),
        Fact::CodeShown { .. } => {
            to_register(payment, "payment.qr_ready", with_pictures(drawn, with_code(payment, body)))
        }
        Fact::OutputsTold { consoles } => {
            to_register(payment, "payment.shown", EventBody { consoles: Some(consoles.clone()), ..body })
        }
        Fact::ProcessingSeen { .. } => to_register(payment, "payment.processing", body),
        Fact::TryDeclined { reason, .. } => {
            to_register(payment, "payment.try_declined", EventBody { reason: reason.clone(), ..body })
        }
        Fact::ClosingBegan { reason, .. } => {
            to_register(payment, "payment.cancelling", EventBody { reason: reason.clone(), ..body })
        }
        Fact::CreditFound { credit } | Fact::PlateMoneyClaimed { credit, .. } => {
            of_credit(payment, credit, body)
        }
        Fact::CreditAssigned { credit, .. } => of_credit(payment, &payment.state.credits[*credit], body),
        Fact::Ended(ending) => to_register(payment, event_of_end(ending.word), with_ending(ending, body)),
        Fact::ReviewBegan { code, reason } => {
            let body = EventBody { code: Some(code.clone()), reason: Some(reason.clone()), ..body };
            to_register(payment, "payment.review", body)
        }
        Fact::RefundAccepted { refund } => of_refund(payment, refund.id, "refund.accepted", at),
        Fact::RefundPending { refund } => of_refund(payment, *refund, "refund.pending", at),
        Fact::RefundCompleted { refund, .. } => of_refund(payment, *refund, "refund.completed", at),
        Fact::RefundFailed { refund, .. } => of_refund(payment, *refund, "refund.failed", at),
        Fact::RefundParked { refund, .. } => of_refund(payment, *refund, "refund.review", at),
        _ => Vec::new(),
    }
}

fn event_of_end(word: EndWord) -> &'static str {
    match word {
        EndWord::Declined => "payment.declined",
        EndWord::Expired => "payment.expired",
        EndWord::Cancelled => "payment.cancelled",
        EndWord::Failed => "payment.failed",
    }
}

/// The fields that every payment event has. The amount is what was asked for; once the payment is paid, what has paid it: another one
/// where a person ended a review by money that is not what was asked for, so that registers count what the totals count (P12).
pub(super) fn common(payment: &Payment, at: Timestamp) -> EventBody {
    let checkout = &payment.checkout;
    let currency = checkout.amount.currency().code();
    let paid = payment.paying_credit().map(|(_, credit)| credit.amount);
    EventBody {
        sequence: Some(payment.state.sequence),
        operation: Some(checkout.operation.to_string()),
        payment: Some(payment.id.to_string()),
        store: checkout.store.to_string(),
        register: Some(checkout.register.to_string()),
        status: Some(payment.status().word()),
        amount: Some(paid.unwrap_or(checkout.amount).into()),
        refunded_total: Some(Sum { value: payment.refunded_minor(), currency }),
        test: Some(payment.is_test()),
        occurred_at: at.to_string(),
        ..EventBody::default()
    }
}

/// The live code, its bank and its page.
pub(super) fn with_code(payment: &Payment, body: EventBody) -> EventBody {
    let Some(attempt) = payment.shown_attempt() else { return body };
    let Some(code) = &attempt.code else { return body };
    EventBody {
        qr: Some(QrBody {
            payload: code.payload.clone(),
            kind: payment.checkout.kind.word(),
            expires_at: attempt.expires_at.to_string(),
        }),
        bank: Some(payment.route_of(attempt).module.clone()),
        payment_url: Some(code.payment_url.clone().unwrap_or_else(|| code.payload.clone())),
        ..body
    }
}

fn with_pictures(drawn: &Drawn, body: EventBody) -> EventBody {
    let Drawn { png, bmp, svg, escpos } = drawn.clone();
    EventBody { png, bmp, svg, escpos, ..body }
}

pub(super) fn with_ending(ending: &Ending, body: EventBody) -> EventBody {
    EventBody {
        code: Some(ending.code.word().to_owned()),
        reason: Some(ending.reason.clone()),
        certain: Some(ending.certain),
        payable_until: ending.payable_until.map(|until| until.to_string()),
        ..body
    }
}

/// The name of a credit for registers.
pub(super) fn credit_name(server: &ServerId, transaction: &BankTransaction) -> String {
    format!("{server}:{transaction}")
}

pub(super) fn with_credit(payment: &Payment, credit: &Credit, body: EventBody) -> EventBody {
    let module = payment.attempt(credit.attempt).map(|attempt| payment.route_of(attempt).module.clone());
    EventBody {
        paid_at: Some(credit.paid_at.unwrap_or(credit.found_at).to_string()),
        credit: Some(credit_name(&credit.server, &credit.transaction)),
        bank: module,
        bank_transaction: Some(credit.transaction.to_string()),
        instrument: credit.instrument.clone(),
        payer: credit.payer.clone(),
        ..body
    }
}

/// What happens to late money, in the contract's words; `None` for money that pays or is held for a review.
pub(super) fn handling(role: CreditRole) -> Option<&'static str> {
    match role {
        CreditRole::Refunding => Some("refunding"),
        CreditRole::Offered { .. } => Some("offered"),
        CreditRole::Manual => Some("manual"),
        CreditRole::Pays | CreditRole::Held => None,
    }
}

pub(super) fn claim_until(role: CreditRole) -> Option<String> {
    match role {
        CreditRole::Offered { claim_until } => Some(claim_until.to_string()),
        _ => None,
    }
}

fn of_credit(payment: &Payment, credit: &Credit, body: EventBody) -> Vec<Telling> {
    let body = with_credit(payment, credit, body);
    match credit.role {
        CreditRole::Pays => to_register(payment, "payment.paid", body),
        CreditRole::Held => Vec::new(),
        role => {
            let body = EventBody {
                amount: Some(credit.amount.into()),
                handling: handling(role),
                claim_until: claim_until(role),
                ..body
            };
            to_register(payment, "payment.paid_late", body)
        }
    }
}

pub(super) fn origin_word(origin: &Origin) -> &'static str {
    match origin {
        Origin::Register { .. } => "register",
        Origin::Admin { .. } => "admin",
        Origin::Late => "late",
    }
}

pub(super) fn requested_by(origin: &Origin) -> Option<RegisterBody> {
    match origin {
        Origin::Register { store, register } => {
            Some(RegisterBody { store: store.to_string(), register: register.to_string() })
        }
        Origin::Admin { .. } | Origin::Late => None,
    }
}

/// The paying register is told of every refund. One that another register asked for, where the goods came back, is told there
/// too, and the receipt of the return is printed there alone.
fn of_refund(payment: &Payment, id: RefundId, name: &'static str, at: Timestamp) -> Vec<Telling> {
    let Some(refund) = payment.refund(id) else { return Vec::new() };
    let body = EventBody {
        operation: Some(refund.operation.to_string()),
        payment_operation: Some(payment.checkout.operation.to_string()),
        amount: Some(refund.amount.into()),
        origin: Some(origin_word(&refund.origin)),
        requested_by: requested_by(&refund.origin),
        fiscal_receipt_due: Some(is_receipt_due(payment, refund)),
        ..with_refund_state(refund, common(payment, at))
    };
    let paying = payment_destination(payment);
    match asking_elsewhere(&refund.origin, &paying) {
        Some(asking) => {
            let copy = EventBody { fiscal_receipt_due: Some(false), ..body.clone() };
            vec![telling(paying, name, refund, copy), telling(asking, name, refund, body)]
        }
        None => vec![telling(paying, name, refund, body)],
    }
}

fn asking_elsewhere(origin: &Origin, paying: &Destination) -> Option<Destination> {
    match origin {
        Origin::Register { store, register } => {
            Some(Destination { store: store.clone(), register: register.clone() })
                .filter(|asking| asking != paying)
        }
        Origin::Admin { .. } | Origin::Late => None,
    }
}

/// Late money never had a receipt, and test money must not have one.
fn is_receipt_due(payment: &Payment, refund: &Refund) -> bool {
    !payment.is_test() && payment.paying_credit().is_some_and(|(paying, _)| paying == refund.credit)
}

fn with_refund_state(refund: &Refund, body: EventBody) -> EventBody {
    match &refund.state {
        RefundState::Completed { transaction, .. } => {
            let bank_transaction = transaction.as_ref().map(ToString::to_string);
            EventBody { bank_transaction, reason: refund.reason.clone(), ..body }
        }
        RefundState::Failed { refusal, retry_at, .. } => EventBody {
            code: Some(code_of(refusal.kind).to_owned()),
            reason: Some(refusal.to_string()),
            retryable: Some(retry_at.is_some()),
            retry_at: retry_at.map(|at| at.to_string()),
            alternatives: Some(vec!["cash", "bank_office"]),
            ..body
        },
        RefundState::Parked { reason, .. } => {
            EventBody { code: Some("unknown".to_owned()), reason: Some(reason.clone()), ..body }
        }
        _ => EventBody { reason: refund.reason.clone(), ..body },
    }
}

fn code_of(kind: payment::RefusalKind) -> &'static str {
    match kind {
        payment::RefusalKind::InsufficientFunds => "insufficient_funds",
        payment::RefusalKind::Limit => "refund_limit",
        payment::RefusalKind::AmountOutOfRange => "amount_out_of_range",
        payment::RefusalKind::Other | payment::RefusalKind::Settings | payment::RefusalKind::Unavailable => {
            "bank_refused"
        }
    }
}

fn telling(destination: Destination, name: &'static str, refund: &Refund, body: EventBody) -> Telling {
    Telling { destination, operation: refund.operation.clone(), body: EventBody { event: name, ..body } }
}

fn payment_destination(payment: &Payment) -> Destination {
    Destination { store: payment.checkout.store.clone(), register: payment.checkout.register.clone() }
}

fn to_register(payment: &Payment, name: &'static str, body: EventBody) -> Vec<Telling> {
    let body = EventBody { event: name, ..body };
    vec![Telling {
        destination: payment_destination(payment),
        operation: payment.checkout.operation.clone(),
        body,
    }]
}
