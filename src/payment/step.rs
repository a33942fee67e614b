//! A decision in the making.

use crate::apply::apply;
use crate::{
    Attempt, AttemptId, Call, CallError, Context, Effect, Fact, Payment, Refund, RefundId, Terms, Timestamp,
    opening, refund_answers, withdrawing,
};

/// The payment as decided so far, with the facts that led there.
pub(crate) struct Step {
    pub(crate) payment: Payment,
    pub(crate) now: Timestamp,
    pub(crate) epoch: u64,
    pub(crate) facts: Vec<Fact>,
    pub(crate) effects: Vec<Effect>,
    /// The plate that an attempt would arm belongs to another payment: none is started.
    pub(crate) link_taken: bool,
}

impl Step {
    pub(crate) fn new(payment: Payment, context: Context) -> Self {
        Self {
            payment,
            now: context.now,
            epoch: context.epoch,
            facts: Vec::new(),
            effects: Vec::new(),
            link_taken: false,
        }
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

    /// The attempts that there are now: a list that facts recorded meanwhile do not disturb.
    pub(crate) fn attempt_ids(&self) -> Vec<AttemptId> {
        self.payment.state.attempts.iter().map(|attempt| attempt.id).collect()
    }

    /// The refunds that there are now and that are not final.
    pub(crate) fn unfinished_refund_ids(&self) -> Vec<RefundId> {
        let unfinished = self.payment.state.refunds.iter().filter(|refund| !refund.is_final());
        unfinished.map(|refund| refund.id).collect()
    }

    /// A copy of an attempt, to read while facts are recorded.
    pub(crate) fn attempt(&self, id: AttemptId) -> Option<Attempt> {
        self.payment.attempt(id).cloned()
    }

    /// Feeds *unknown* to the calls under way that `is_lost` names.
    pub(crate) fn lose_calls(&mut self, is_lost: impl Fn(Call) -> bool) {
        let is_lost = |call: &Call| is_lost(*call);
        let lost = || {
            CallError::Unknown(
                "no answer before the deadline, or the instance that called is gone".to_owned(),
            )
        };
        for id in self.attempt_ids() {
            if self.payment.attempt(id).and_then(Attempt::issue_call).as_ref().is_some_and(is_lost) {
                opening::issued(self, id, Err(lost()));
            }
            if self.payment.attempt(id).and_then(Attempt::annulment_call).as_ref().is_some_and(is_lost) {
                withdrawing::annulled(self, id, Err(lost()));
            }
        }
        for id in self.unfinished_refund_ids() {
            if let Some(call) = self.payment.refund(id).and_then(Refund::call).filter(is_lost) {
                refund_answers::answered(self, id, call, Err(lost()));
            }
        }
    }
}
