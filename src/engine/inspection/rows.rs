//! One row and its journal.

use std::sync::Arc;

use payment::{Finding, Input, Payment, PaymentId};

use super::counts::count;
use super::judge::{Verdict, judge};
use crate::engine::Engine;
use crate::feed::{FeedError, Held};

/// Looks at one row. What can't be read is told, and does not keep the walk from going on.
pub(super) async fn inspect(engine: &Engine, id: PaymentId) -> bool {
    let evidence = match engine.parts().store.evidence(id).await {
        Ok(Some(evidence)) => evidence,
        Ok(None) => return true,
        Err(error) => {
            if engine.inspection().is_news(id) {
                tracing::warn!(payment.id = %id, %error, "a payment could not be inspected");
            }
            return true;
        }
    };
    count(&engine.inspection().rows);
    match judge(&evidence, engine.now()) {
        Verdict::Sound => {}
        Verdict::List(says) => list(engine, id, &says),
        Verdict::Mend { payment, says } => {
            mend(engine, *payment, engine.has_in_hand(id, evidence.owner), says).await;
        }
    }
    true
}

/// Puts a finding where people see it. `integrator audit payments` finds it by the same rules.
pub(super) fn list(engine: &Engine, id: PaymentId, says: &str) {
    count(&engine.inspection().listed);
    if engine.inspection().is_news(id) {
        tracing::error!(payment.id = %id, says, "a payment is not as it should be: look at `integrator audit payments`");
    }
}

/// Decides on the payment as its journal has it, and commits: that writes the row anew. If anybody else has written it
/// meanwhile, nothing is done: the next round looks at it again.
async fn mend(engine: &Engine, payment: Payment, is_own: bool, says: String) {
    let id = payment.id;
    let held = Held { payment: Arc::new(payment), is_own };
    let input = Input::Inspected { finding: Finding::RowMended { says: says.clone() } };
    match engine.feed_as_held(held, input).await {
        Ok(_) => {
            count(&engine.inspection().mended);
            tracing::warn!(payment.id = %id, says, "a payment's row was not as its journal has it: it was written anew");
        }
        Err(FeedError::Conflict) => {}
        Err(error) => list(engine, id, &format!("{says}; and it can't be mended: {error}")),
    }
}
