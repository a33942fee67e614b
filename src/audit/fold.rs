//! The journal is the sum of which the state is the result.

use std::panic::{AssertUnwindSafe, catch_unwind};

use payment::{Payment, State, apply};
use store::PaymentRecord;

/// Whether the facts are numbered from 1 to the state's own number, without a gap.
pub(crate) fn is_numbered_through(record: &PaymentRecord) -> bool {
    record.facts.iter().map(|fact| fact.sequence).eq(1..=record.payment.state.sequence)
}

/// The state that the facts add up to; `None` where a fact cannot be folded at all.
pub(crate) fn state_by_facts(record: &PaymentRecord) -> Option<State> {
    let Payment { id, opened_at, checkout, .. } = record.payment.clone();
    let mut payment = Payment::blank(id, checkout, opened_at);
    // A broken journal is to be told about, not to end the comparison.
    let folding = AssertUnwindSafe(|| {
        for fact in &record.facts {
            apply(&mut payment, &fact.fact, fact.at);
        }
        payment.state
    });
    catch_unwind(folding).ok()
}
