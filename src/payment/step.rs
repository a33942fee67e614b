//! A decision in the making.

use crate::apply::apply;
use crate::{
    Attempt, AttemptId, Call, CallError, Context, Effect, Fact, Payment, Refund, Terms, Timestamp, closing,
    opening, refunding,
};

/// The payment as decided so far, with the facts that led there.
pub(crate) struct Step {
    pub(crate) payment: Payment,
    pub(crate) now: Timestamp,
    pub(crate) epoch: u64,
    pub(crate) facts: Vec<Fact>,
    pub(crate) effects: Vec<Effect>,
}

impl Step {
    pub(crate) fn new(payment: Payment, context: Context) -> Self {
        Self { payment, now: context.now, epoch: context.epoch, facts: Vec::new(), effects: Vec::new() }
    }

    /// Notes a fact and folds it in at once, so that what follows sees it.
    pub(crate) fn record(&mut self, fact: Fact) {
        apply(&mut self.payment, &fact, self.now);
        self.facts.push(fact);
    }

    /// Orders an effect, once.
    pub(crate) fn order(&mut self, effect: Effect) {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }

    /// A call that starts now, under these terms.
    pub(crate) fn call(&self, terms: &Terms) -> Call {
        Call { since: self.now, deadline: self.now.plus(terms.call_timeout), epoch: self.epoch }
    }

    /// A copy of an attempt, to read while facts are recorded.
    pub(crate) fn attempt(&self, id: AttemptId) -> Option<Attempt> {
        self.payment.attempt(id).cloned()
    }

    /// The terms of an attempt.
    pub(crate) fn terms_of(&self, attempt: &Attempt) -> Terms {
        self.payment.terms_of(attempt).clone()
    }

    /// Feeds *unknown* to the calls under way that `is_lost` names.
    pub(crate) fn lose_calls(&mut self, is_lost: impl Fn(Call) -> bool) {
        let lost = || {
            CallError::Unknown(
                "no answer before the deadline, or the instance that called is gone".to_owned(),
            )
        };
        for attempt in self.payment.state.attempts.clone() {
            if attempt.issue_call().is_some_and(&is_lost) {
                opening::issued(self, attempt.id, Err(lost()));
            }
            if attempt.annulment_call().is_some_and(&is_lost) {
                closing::annulled(self, attempt.id, Err(lost()));
            }
        }
        for refund in self.payment.state.refunds.clone() {
            if Refund::call(&refund).is_some_and(&is_lost) {
                refunding::answered(self, refund.id, Err(lost()));
            }
        }
    }
}
