//! What every store asks of a change before it touches anything.

use engine::ports::{Change, PaymentChange, StoreError};

/// Refuses a change that would break the journal's numbering or leave an unsettled payment without a `wake_at` (P6).
/// Neither can come from outside: it means that the engine is wrong, so it is told loudly and nothing is written.
pub(crate) fn ensure_sound(change: &Change) -> Result<(), StoreError> {
    let Some(payment) = &change.payment else { return Ok(()) };
    let id = payment.payment.id;
    if !is_numbered_through(payment) {
        return Err(StoreError(format!(
            "the facts of payment {id} do not follow its sequence: please report this"
        )));
    }
    if payment.wake_at.is_none() && !payment.payment.state.settled {
        return Err(StoreError(format!(
            "payment {id} is not settled and has nothing due: please report this"
        )));
    }
    Ok(())
}

/// Whether the facts carry the numbers behind the expected one, and the payment the last of them.
fn is_numbered_through(change: &PaymentChange) -> bool {
    let mut last = change.expected_sequence.unwrap_or(0);
    for row in &change.journal {
        last += 1;
        if row.sequence != last {
            return false;
        }
    }
    change.payment.state.sequence == last
}
