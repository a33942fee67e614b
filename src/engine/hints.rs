//! Hints of banks: an order may have changed, so its status is due now.

use payment::AttemptId;

use crate::asking::Question;
use crate::doors::Hints;
use crate::engine::Engine;

impl Hints for Engine {
    fn hint(&self, order: AttemptId) {
        // An answer that is under way may be older than the hint: asked once more then.
        if !self.asking().once_more(Question::Order(order)) {
            self.wheel().wake_now(order.payment(), self.now());
        }
    }
}
