//! Calls to banks on their way: what was asked, and what the answer is once the bank has it.

use payment::{
    AttemptId, Call, CallError, Effect, Input, IssueRequest, OrderState, Payment, RefundAnswer, RefundId,
    RefundRequest, StatusAnswer, Timestamp,
};

use payment::RefusalKind;

use crate::bank::{Bank, ReturnState};
use crate::common::shop::roubles;
use crate::common::story::refusal;
use crate::moves::Fate;

/// A call that was made, or is about to be.
#[derive(Debug, Clone)]
pub(crate) struct Flight {
    pub(crate) what: What,
    /// The bank that it goes to, as an index of the routes.
    pub(crate) bank: usize,
    pub(crate) sent_at: Timestamp,
    /// From then on nobody waits for it, and it does not reach the bank any more.
    pub(crate) deadline: Timestamp,
    pub(crate) epoch: u64,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Issue(IssueRequest),
    Status(AttemptId),
    Annul(AttemptId),
    Refund(RefundRequest, Call),
    RefundStatus(RefundId),
}

impl Flight {
    /// The call that an effect orders.
    pub(crate) fn of(payment: &Payment, effect: Effect, now: Timestamp, epoch: u64) -> Self {
        let order_of = |refund: RefundId| {
            let refund = payment.refund(refund).unwrap();
            payment.state.credits[refund.credit].attempt
        };
        let (order, what) = match effect {
            Effect::Issue(id) => (id, What::Issue(issue_request(payment, id))),
            Effect::AskStatus(id) => (id, What::Status(id)),
            Effect::Annul(id) => (id, What::Annul(id)),
            Effect::Refund(id) => {
                let refund = payment.refund(id).unwrap();
                let request = payment.refund_request(refund).unwrap();
                (order_of(id), What::Refund(request, refund.call().unwrap()))
            }
            Effect::Resolve => unreachable!("no story supersedes another one"),
            Effect::Output => unreachable!("no story has devices"),
            Effect::AskRefund(id) => (order_of(id), What::RefundStatus(id)),
        };
        let attempt = payment.attempt(order).unwrap();
        let deadline = now.plus(payment.terms_of(attempt).call_timeout);
        Self { what, bank: attempt.route, sent_at: now, deadline, epoch }
    }

    /// Whether it may change something at the bank.
    pub(crate) fn has_an_effect(&self) -> bool {
        !matches!(self.what, What::Status(_) | What::RefundStatus(_))
    }

    /// The bank gets the request; its answer as an input.
    pub(crate) fn reach(&self, bank: &mut Bank, now: Timestamp, fate: Fate) -> Input {
        match &self.what {
            What::Issue(request) => Input::Issued { attempt: request.order, answer: Ok(bank.issue(request)) },
            What::Status(id) => {
                let answer = spoilt(bank.status(*id, now), fate);
                Input::Status { attempt: *id, asked_at: self.sent_at, answer }
            }
            What::Annul(id) => Input::Annulled { attempt: *id, answer: Ok(bank.annul(*id, now)) },
            What::Refund(request, call) => {
                let state = if fate == Fate::Pending { ReturnState::Pending } else { ReturnState::Done };
                let answer = Ok(bank.refund(request, state));
                Input::Refunded { refund: request.refund, call: *call, answer }
            }
            What::RefundStatus(id) => {
                let seen = bank.refund_status(*id);
                let answer = if fate == Fate::Blind { RefundAnswer::NotFound } else { seen };
                Input::RefundStatus { refund: *id, asked_at: self.sent_at, answer }
            }
        }
    }

    /// There is no answer; nothing is said where a failed question is simply asked again.
    pub(crate) fn fail(&self, error: CallError) -> Option<Input> {
        match &self.what {
            What::Issue(request) => Some(Input::Issued { attempt: request.order, answer: Err(error) }),
            What::Annul(id) => Some(Input::Annulled { attempt: *id, answer: Err(error) }),
            What::Refund(request, call) => {
                Some(Input::Refunded { refund: request.refund, call: *call, answer: Err(error) })
            }
            What::Status(_) | What::RefundStatus(_) => None,
        }
    }
}

/// What there is to say of a call that the bank did not get, or did not answer.
pub(crate) fn error_of(fate: Fate) -> CallError {
    match fate {
        Fate::NotSent => CallError::NotSent("no connection".to_owned()),
        Fate::Refused(kind) => CallError::Refused(refusal(kind)),
        Fate::RefusedHeldUp => CallError::Refused(refusal(RefusalKind::Other)),
        _ => CallError::Unknown("time-out".to_owned()),
    }
}

fn issue_request(payment: &Payment, id: AttemptId) -> IssueRequest {
    let attempt = payment.attempt(id).unwrap();
    IssueRequest {
        order: id,
        amount: payment.checkout.amount,
        kind: payment.checkout.kind,
        expires_at: attempt.expires_at,
        purpose: None,
        plate: None,
    }
}

/// Answers about money may be wrong in ways that must not be believed.
fn spoilt(mut answer: StatusAnswer, fate: Fate) -> StatusAnswer {
    let OrderState::Paid(notice) = &mut answer.state else { return answer };
    match fate {
        Fate::WrongAmount => notice.amount = Some(roubles(1)),
        Fate::NoTransaction => notice.transaction = None,
        Fate::WrongOrder => answer.order = Some("another".to_owned()),
        Fate::NoOrder => answer.order = None,
        _ => {}
    }
    answer
}
