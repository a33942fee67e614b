//! Facts against the state: the journal is the sum of which the state is the result.

use std::panic::{AssertUnwindSafe, catch_unwind};

use payment::{Payment, State, apply};
use store::PaymentRecord;

use super::{Check, Difference};

/// Checks one payment's journal.
pub(super) fn check(record: &PaymentRecord, differences: &mut Vec<Difference>) {
    let payment = &record.payment;
    let mut differs = |says: String| differences.push(Difference::new(Check::Journal, payment.id, says));
    let numbers = record.facts.iter().map(|fact| fact.sequence);
    if !numbers.eq(1..=payment.state.sequence) {
        differs(format!("facts are not numbered 1 to {}", payment.state.sequence));
    }
    match fold(record) {
        Some(folded) if folded == payment.state => {}
        Some(_) => differs("the facts do not add up to the state".to_owned()),
        None => differs("a fact speaks of something that is not there".to_owned()),
    }
    if record.wake_at.is_none() && !payment.state.settled {
        differs("it is not settled and nothing will ever wake it".to_owned());
    }
    if payment.is_open() {
        differs(format!("it is still open: {}", payment.status().word()));
    }
}

/// The state that the facts add up to; `None` where a fact cannot be folded at all.
fn fold(record: &PaymentRecord) -> Option<State> {
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
