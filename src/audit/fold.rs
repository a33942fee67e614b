//! The journal is the sum of which the state is the result.

use std::sync::Arc;

use payment::{State, fold};
use store::PaymentRecord;

/// Whether the facts are numbered from 1 to the state's own number, without a gap.
pub(crate) fn is_numbered_through(record: &PaymentRecord) -> bool {
    record.facts.iter().map(|fact| fact.sequence).eq(1..=record.payment.state.sequence)
}

/// The state that the facts add up to; `None` where a fact cannot be folded at all.
pub(crate) fn state_by_facts(record: &PaymentRecord) -> Option<State> {
    let payment = &record.payment;
    let facts = record.facts.iter().map(|row| (&row.fact, row.at));
    fold(payment.id, Arc::clone(&payment.checkout), payment.opened_at, facts).map(|folded| folded.state)
}
