//! A payment is what its journal adds up to.

use std::sync::Arc;

use crate::{AttemptId, Checkout, Fact, Payment, PaymentId, Receipted, RefundId, Timestamp, apply};

/// What a fact speaks of, beside its payment.
enum Subject {
    Payment,
    Attempt(AttemptId),
    Credit(usize),
    Refund(RefundId),
}

/// Adds facts up, each with the time at which it happened, onto the payment that they begin with. `None`: one of them speaks of
/// an attempt, credit or refund that is not there; the journal is damaged.
pub fn fold<'a>(
    id: PaymentId,
    checkout: Arc<Checkout>,
    opened_at: Timestamp,
    facts: impl IntoIterator<Item = (&'a Fact, Timestamp)>,
) -> Option<Payment> {
    let mut payment = Payment::blank(id, checkout, opened_at);
    for (fact, at) in facts {
        if !fits(&payment, fact) {
            return None;
        }
        apply(&mut payment, fact, at);
    }
    Some(payment)
}

fn fits(payment: &Payment, fact: &Fact) -> bool {
    match subject(fact) {
        Subject::Payment => true,
        Subject::Attempt(id) => payment.attempt(id).is_some(),
        Subject::Credit(index) => index < payment.state.credits.len(),
        Subject::Refund(id) => payment.refund(id).is_some(),
    }
}

fn subject(fact: &Fact) -> Subject {
    match fact {
        Fact::NotIssued { attempt, .. }
        | Fact::IssueUnknown { attempt, .. }
        | Fact::CodeKeptAside { attempt, .. }
        | Fact::CodeShown { attempt, .. }
        | Fact::ProcessingSeen { attempt }
        | Fact::ProcessingGone { attempt }
        | Fact::TryDeclined { attempt, .. }
        | Fact::AnnulmentWanted { attempt }
        | Fact::AnnulmentOrdered { attempt, .. }
        | Fact::AnnulmentUncertain { attempt, .. }
        | Fact::AttemptDied { attempt, .. }
        | Fact::WatchEnded { attempt } => Subject::Attempt(*attempt),
        Fact::CreditProven { credit }
        | Fact::CreditTaken { credit }
        | Fact::CreditAssigned { credit, .. } => Subject::Credit(*credit),
        Fact::RefundOrdered { refund, .. }
        | Fact::RefundNotSent { refund, .. }
        | Fact::RefundUnknown { refund, .. }
        | Fact::RefundNotFound { refund }
        | Fact::RefundPending { refund }
        | Fact::RefundCompleted { refund, .. }
        | Fact::RefundFailed { refund, .. }
        | Fact::RefundParked { refund, .. }
        | Fact::Fiscalized { of: Some(Receipted::Refund(refund)), .. } => Subject::Refund(*refund),
        Fact::Accepted { .. }
        | Fact::WaitBegan { .. }
        | Fact::WaitEnded { .. }
        | Fact::IssueOrdered { .. }
        | Fact::OutputsTold { .. }
        | Fact::ConsolesHeld { .. }
        | Fact::SpareCalled { .. }
        | Fact::ClosingBegan { .. }
        | Fact::CreditFound { .. }
        | Fact::PlateMoneyClaimed { .. }
        | Fact::Ended(_)
        | Fact::ReviewBegan { .. }
        | Fact::ReviewEnded { .. }
        | Fact::RefundAccepted { .. }
        | Fact::Fiscalized { .. }
        | Fact::Inspected { .. }
        | Fact::Settled => Subject::Payment,
    }
}
