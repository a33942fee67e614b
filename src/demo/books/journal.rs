//! Facts against the state: the journal is the sum of which the state is the result.

use store::PaymentRecord;

use super::{Check, Difference};
use crate::audit::{is_numbered_through, state_by_facts};

/// Checks one payment's journal.
pub(super) fn check(record: &PaymentRecord, differences: &mut Vec<Difference>) {
    let payment = &record.payment;
    let mut differs = |says: String| differences.push(Difference::new(Check::Journal, payment.id, says));
    if !is_numbered_through(record) {
        differs(format!("facts are not numbered 1 to {}", payment.state.sequence));
    }
    match state_by_facts(record) {
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
