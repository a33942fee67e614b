//! Decisions: what follows from an input. Pure: the present and the instance's epoch are handed in.

use std::sync::Arc;

use crate::step::Step;
use crate::{
    AttemptId, Checkout, Fact, Input, Payment, PaymentId, RefundId, RejectCode, Timestamp, closing,
    crediting, due, fiscalizing, opening, refund_answers, refunding, reviewing, showing, waiting, watching,
    withdrawing,
};

/// What a decision needs to know beside the payment and the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The present.
    pub now: Timestamp,
    /// The epoch of the instance that decides and will make the calls.
    pub epoch: u64,
}

/// What follows from an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happened. Empty: nothing was learned and nothing is to be committed.
    pub facts: Vec<Fact>,
    /// What to do once the facts are durable.
    pub effects: Vec<Effect>,
    /// The earliest thing still due; `None` only when settled (P6).
    pub wake_at: Option<Timestamp>,
    /// The payment with the facts folded in.
    pub payment: Payment,
}

/// Something to do outside. What it learns comes back as the next input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Ask the bank for a code: answer by [`Input::Issued`].
    Issue(AttemptId),
    /// Ask for an order's state: answer by [`Input::Status`], nothing if the call fails.
    AskStatus(AttemptId),
    /// Ask the bank to withdraw a code: answer by [`Input::Annulled`].
    Annul(AttemptId),
    /// Ask the bank to give money back: answer by [`Input::Refunded`].
    Refund(RefundId),
    /// Find out what became of the operation that the payment supersedes, and end it if it is open: answer by
    /// [`Input::Resolved`] once it is.
    Resolve,
    /// Put the code on consoles that are driven by jobs, or shared: answer by [`Input::ConsolesHeld`] and
    /// [`Input::OutputsTold`].
    Output,
    /// Ask for a refund's state: answer by [`Input::RefundStatus`], nothing if the call fails.
    AskRefund(RefundId),
}

/// A request that changes nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    /// The contract's code.
    pub code: RejectCode,
    /// The field to blame, if one is.
    pub field: Option<&'static str>,
    /// For people.
    pub reason: String,
}

/// Accepts a checkout: the first decision of a payment. It orders the first attempt at once.
///
/// # Panics
///
/// When the checkout has no route: the intake never accepts such a one.
pub fn open(id: PaymentId, checkout: Arc<Checkout>, context: Context) -> Decision {
    open_in(Step::new(Payment::blank(id, checkout, context.now), context))
}

/// Accepts a checkout whose plate another payment holds: it waits.
///
/// # Panics
///
/// As [`open`].
pub fn open_without_link(id: PaymentId, checkout: Arc<Checkout>, context: Context) -> Decision {
    let step = Step::new(Payment::blank(id, checkout, context.now), context);
    open_in(Step { link_taken: true, ..step })
}

fn open_in(mut step: Step) -> Decision {
    let checkout = &step.payment.checkout;
    let response_timeout =
        checkout.routes.first().expect("a checkout has at least one route").terms.response_timeout;
    let give_up_at = step.now.plus(response_timeout);
    step.record(Fact::Accepted { give_up_at });
    waiting::begin(&mut step);
    advance(&mut step);
    finish(step)
}

/// Decides what follows from one input.
///
/// Only requests (refund, claim, end of a review) can be rejected; whatever banks and time bring is always taken.
pub fn decide(payment: &Payment, input: Input, context: Context) -> Result<Decision, Rejection> {
    decide_in(Step::new(payment.clone(), context), input)
}

/// Decides what follows from an input while the plate that an attempt would arm belongs to another payment: the commit of
/// what [`decide`] gave was refused for that reason. Nothing is armed; the payment waits, or goes on waiting.
pub fn decide_without_link(payment: &Payment, input: Input, context: Context) -> Result<Decision, Rejection> {
    decide_in(Step { link_taken: true, ..Step::new(payment.clone(), context) }, input)
}

fn decide_in(mut step: Step, input: Input) -> Result<Decision, Rejection> {
    match input {
        Input::Wake { delivered } => wake(&mut step, delivered),
        Input::CallsLost { epochs } => step.lose_calls(|call| epochs.contains(&call.epoch)),
        Input::Issued { attempt, answer } => opening::issued(&mut step, attempt, answer),
        Input::Status { attempt, asked_at, answer } => watching::status(&mut step, attempt, asked_at, answer),
        Input::MoneyTaken { attempt, asked_at, notice } => {
            crediting::taken(&mut step, attempt, asked_at, notice);
        }
        Input::Annulled { attempt, answer } => withdrawing::annulled(&mut step, attempt, answer),
        Input::Notified { attempt, notice } => crediting::notified(&mut step, attempt, notice),
        Input::Refunded { refund, call, answer } => refund_answers::answered(&mut step, refund, call, answer),
        Input::RefundStatus { refund, asked_at, answer } => {
            refund_answers::looked_up(&mut step, refund, asked_at, answer);
        }
        Input::OutputsTold { consoles } => showing::told(&mut step, consoles),
        Input::ConsolesHeld { consoles } => showing::held(&mut step, consoles),
        Input::Cancel { reason } => closing::cancel(&mut step, reason),
        Input::Refund(order) => refunding::request(&mut step, order)?,
        Input::Claim => crediting::claim(&mut step)?,
        Input::Resolved(resolution) => waiting::resolved(&mut step, resolution),
        Input::Inspected { finding } => step.record(Fact::Inspected { finding }),
        Input::Fiscalized { store, register, operation, receipt } => {
            fiscalizing::told(&mut step, (&store, &register), operation, receipt)?;
        }
        Input::EndReview { verdict, who, why } => reviewing::end(&mut step, &verdict, &who, &why)?,
    }
    advance(&mut step);
    Ok(finish(step))
}

fn wake(step: &mut Step, delivered: bool) {
    let now = step.now;
    step.lose_calls(|call| now >= due::given_up_at(call));
    waiting::ask(step);
    watching::ask(step);
    refunding::ask(step);
    if delivered && !step.payment.state.settled && due::is_quiet(&step.payment) {
        step.record(Fact::Settled);
    }
}

/// Does everything that is due by the state alone. Level-triggered: safe to run after any input, any number of times.
fn advance(step: &mut Step) {
    watching::advance(step);
    opening::advance(step);
    showing::advance(step);
    closing::advance(step);
    withdrawing::advance(step);
    refunding::advance(step);
}

pub(crate) fn finish(step: Step) -> Decision {
    let wake_at = due::wake_at(&step.payment, step.now);
    Decision { facts: step.facts, effects: step.effects, wake_at, payment: step.payment }
}
