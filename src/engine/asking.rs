//! Status calls under way: the same question is not asked twice at once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use payment::{AttemptId, RefundId};

/// The questions that are being asked.
#[derive(Clone, Default)]
pub(crate) struct Asking {
    questions: Arc<Mutex<BTreeSet<Question>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    Order(AttemptId),
    Refund(RefundId),
}

/// A question being asked; dropping it allows it again.
pub(crate) struct Asked {
    asking: Asking,
    question: Question,
}

impl Asking {
    /// Begins to ask for an order; `None` when that is being asked already.
    pub(crate) fn begin(&self, attempt: AttemptId) -> Option<Asked> {
        self.begin_question(Question::Order(attempt))
    }

    /// Begins to ask for a refund; `None` when that is being asked already.
    pub(crate) fn begin_refund(&self, refund: RefundId) -> Option<Asked> {
        self.begin_question(Question::Refund(refund))
    }

    fn begin_question(&self, question: Question) -> Option<Asked> {
        let is_new = self.questions.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
        is_new.then(|| Asked { asking: self.clone(), question })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.asking.questions.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.question);
    }
}
