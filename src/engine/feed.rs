//! load → decide → commit → act: the only way a payment changes.

use std::sync::Arc;

use payment::{Context, Decision, Input, Payment, PaymentId, Phase, Rejection, State, Timestamp};

use crate::contract;
use crate::engine::Engine;
use crate::ports::{
    Change, CommitError, CreditKey, Destination, JournalRow, OperationRecord, PaymentChange, StoreError,
    Stored,
};

/// A commit that lost so many races has met a bug, not bad luck.
const CONFLICTS_AT_MOST: usize = 50;

/// What an input led to.
#[derive(Debug)]
pub(crate) enum Fed {
    /// Facts became durable.
    Changed(Arc<Payment>),
    /// Nothing was learned.
    Unchanged(Arc<Payment>),
}

/// Why an input led to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FeedError {
    /// The request can't be granted.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// There is no such payment.
    #[error("there is no such payment")]
    UnknownPayment,
    /// The operation that came with the input is known already.
    #[error("the operation is known already")]
    Duplicate,
    /// The payment changed while the input was decided.
    #[error("the payment has changed since it was read")]
    Conflict,
    /// A bank reports money that belongs to another payment.
    #[error("a bank reports money that belongs to another payment: ask the bank")]
    CreditTaken,
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Feeds an input to a payment that has to be loaded.
    pub(crate) async fn feed(&self, id: PaymentId, input: Input) -> Result<Fed, FeedError> {
        self.feed_from(id, None, input, None).await
    }

    /// Feeds an input that an operation asked for: both become durable, or neither.
    pub(crate) async fn feed_with_operation(
        &self,
        id: PaymentId,
        input: Input,
        operation: OperationRecord,
    ) -> Result<Fed, FeedError> {
        self.feed_from(id, None, input, Some(operation)).await
    }

    /// Feeds an input, deciding first on the payment as the caller holds it; a conflict reloads it and decides again.
    pub(crate) async fn feed_from(
        &self,
        id: PaymentId,
        mut held: Option<Arc<Payment>>,
        input: Input,
        operation: Option<OperationRecord>,
    ) -> Result<Fed, FeedError> {
        for _ in 0..CONFLICTS_AT_MOST {
            let payment = match held.take() {
                Some(payment) => payment,
                None => Arc::new(self.load(id).await?.payment),
            };
            let context = Context { now: self.now(), epoch: self.epoch() };
            let decision = payment::decide(&payment, input.clone(), context)?;
            match self.commit(Some(&payment), decision, operation.clone(), context.now).await {
                Ok(fed) => return Ok(fed),
                Err(FeedError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError(format!("payment {id} changed {CONFLICTS_AT_MOST} times while one input was decided"))
            .into())
    }

    pub(crate) async fn load(&self, id: PaymentId) -> Result<Stored, FeedError> {
        self.parts().store.load(id).await?.ok_or(FeedError::UnknownPayment)
    }

    /// Makes a decision that was taken at `at` durable, then acts on it. A decision without facts only acts.
    pub(crate) async fn commit(
        &self,
        before: Option<&Payment>,
        decision: Decision,
        operation: Option<OperationRecord>,
        at: Timestamp,
    ) -> Result<Fed, FeedError> {
        let Decision { facts, effects, wake_at, payment } = decision;
        let payment = Arc::new(payment);
        if facts.is_empty() {
            self.act(&payment, &effects, wake_at);
            return Ok(Fed::Unchanged(payment));
        }
        let journal = contract::journal(before.unwrap_or(&blank_of(&payment)), &facts, at);
        let credits = credits_of(&facts);
        let expected_sequence = before.map(|before| before.state.sequence);
        let change = PaymentChange {
            expected_sequence,
            payment: Arc::clone(&payment),
            wake_at,
            journal: journal.clone(),
            credits,
        };
        let change = Change { epoch: self.epoch(), at, payment: Some(change), operation };
        self.parts().store.commit(change).await?;
        self.tell(&payment, journal, at);
        self.act(&payment, &effects, wake_at);
        Ok(Fed::Changed(payment))
    }

    /// Hands events to the outbox and tells screens, both only a faster way to what is durable already.
    fn tell(&self, payment: &Arc<Payment>, journal: Vec<JournalRow>, at: Timestamp) {
        for row in &journal {
            for event in &row.events {
                tracing::info!(payment.id = %payment.id, sequence = row.sequence, event = event.name, "told");
            }
        }
        let checkout = &payment.checkout;
        self.outbox().hand_over(self, payment, journal, at);
        self.changed(Destination { store: checkout.store.clone(), register: checkout.register.clone() });
    }
}

impl From<CommitError> for FeedError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Conflict,
            CommitError::Duplicate => Self::Duplicate,
            CommitError::CreditTaken => Self::CreditTaken,
            CommitError::Lapsed => Self::Store(StoreError("this instance's epoch has lapsed".to_owned())),
            CommitError::Store(error) => Self::Store(error),
        }
    }
}

fn credits_of(facts: &[payment::Fact]) -> Vec<CreditKey> {
    let found = facts.iter().filter_map(|fact| match fact {
        payment::Fact::CreditFound { credit } => Some(credit),
        _ => None,
    });
    found
        .map(|credit| CreditKey { server: credit.server.clone(), transaction: credit.transaction.clone() })
        .collect()
}

/// A payment before its first fact.
fn blank_of(payment: &Payment) -> Payment {
    let at = payment.opened_at;
    let phase = Phase::Opening { next_attempt_at: at, give_up_at: at };
    let nothing = State {
        sequence: 0,
        phase,
        attempts: Vec::new(),
        credits: Vec::new(),
        refunds: Vec::new(),
        settled: false,
    };
    Payment { state: nothing, ..payment.clone() }
}
