//! load → decide → commit → act: the only way a payment changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use payment::{
    Context, Credit, Decision, Input, OrderState, Payment, PaymentId, PlateMoney, Rejection, StatusAnswer,
    Timestamp,
};

use crate::contract::{self, Reply};
use crate::engine::Engine;
use crate::links::links_between;
use crate::outbox::{Outgoing, goes_by_queue};
use crate::ports::{
    Change, CommitError, CreditRow, Destination, Drawn, LinkKey, OperationRecord, PaymentChange, StoreError,
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

impl Fed {
    /// The payment as it stands now.
    pub(crate) fn into_payment(self) -> Arc<Payment> {
        match self {
            Self::Changed(payment) | Self::Unchanged(payment) => payment,
        }
    }
}

/// A payment as a caller holds it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// As it was read or committed.
    pub(crate) payment: Arc<Payment>,
    /// This instance committed it last. Else the first commit takes up what its owner has not delivered.
    pub(crate) is_own: bool,
}

impl Held {
    /// As a commit of this instance left it.
    pub(crate) fn own(payment: Arc<Payment>) -> Self {
        Self { payment, is_own: true }
    }

    /// What is held after an input was fed.
    pub(crate) fn after(&self, fed: Fed) -> Self {
        let is_own = self.is_own || matches!(fed, Fed::Changed(_));
        Self { payment: fed.into_payment(), is_own }
    }
}

/// What is behind an input beside a bank's answer or the poll plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// Something has happened: questions that follow are asked at once, even where a bank is at its limit.
    pub(crate) is_news: bool,
    /// The operation that becomes known with the input: both become durable, or neither.
    pub(crate) operation: Option<OperationRecord>,
    /// The command, for events to name it.
    pub(crate) reply: Option<Reply>,
    /// Pictures of the code that the input brings.
    pub(crate) drawn: Arc<Drawn>,
    /// A plate belongs to another payment: nothing is armed, and an order that turns out to be alive after all does not take the
    /// plate from the sale that has it.
    pub(crate) link_taken: bool,
}

impl Request {
    fn decide(&self, payment: &Payment, input: Input, context: Context) -> Result<Decision, Rejection> {
        let decide = if self.link_taken { payment::decide_without_link } else { payment::decide };
        decide(payment, input, context)
    }
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
    /// The payment, or this instance's epoch, changed while the input was decided.
    #[error("the payment has changed since it was read")]
    Conflict,
    /// The register has an open payment, and may have one only.
    #[error("the register has an open payment already")]
    RegisterBusy,
    /// The plate that the decision arms belongs to another payment.
    #[error("the plate belongs to another payment now")]
    LinkTaken(Vec<LinkKey>),
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
        self.feed_from(id, None, input, Request::default()).await
    }

    /// Feeds an input that a command asked for.
    pub(crate) async fn feed_request(
        &self,
        id: PaymentId,
        input: Input,
        request: Request,
    ) -> Result<Fed, FeedError> {
        self.feed_from(id, None, input, request).await
    }

    /// Feeds an input, deciding first on the payment as the caller holds it; a conflict reloads it and decides again.
    pub(crate) async fn feed_from(
        &self,
        id: PaymentId,
        held: Option<Held>,
        input: Input,
        request: Request,
    ) -> Result<Fed, FeedError> {
        let _lane = self.lanes().enter(id).await;
        self.outbox().end_doubt(self, id).await?;
        // An input that changes nothing is not checked by a commit: it must not be decided on a state that is over.
        let mut held = held.filter(|held| !self.wheel().knows_newer(id, held.payment.state.sequence));
        let (mut input, mut request) = (input, request);
        for _ in 0..CONFLICTS_AT_MOST {
            let now_held = match held.take() {
                Some(held) => held,
                None => self.held(self.load(id).await?),
            };
            let context = Context { now: self.now(), epoch: self.epoch() };
            let decision = request.decide(&now_held.payment, input.clone(), context)?;
            match self.commit(&now_held, decision, request.clone(), context).await {
                Ok(fed) => return Ok(fed),
                Err(FeedError::Conflict) => {}
                Err(FeedError::CreditTaken) => input = with_money_taken(input)?,
                Err(FeedError::LinkTaken(links)) => {
                    self.links().wait(id, links);
                    request.link_taken = true;
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError(format!("payment {id} changed {CONFLICTS_AT_MOST} times while one input was decided"))
            .into())
    }

    /// Feeds an input to a payment as the caller holds it, and only so: if it was changed meanwhile, that is a conflict.
    pub(crate) async fn feed_as_held(&self, held: Held, input: Input) -> Result<Fed, FeedError> {
        let id = held.payment.id;
        let _lane = self.lanes().enter(id).await;
        self.outbox().end_doubt(self, id).await?;
        let context = Context { now: self.now(), epoch: self.epoch() };
        let decision = payment::decide(&held.payment, input, context)?;
        self.commit(&held, decision, Request::default(), context).await
    }

    /// Opens a payment: the first commit of its journal. Lost races are the caller's to try again.
    pub(crate) async fn open(
        &self,
        id: PaymentId,
        checkout: payment::Checkout,
        request: Request,
    ) -> Result<Fed, FeedError> {
        let _lane = self.lanes().enter(id).await;
        let context = Context { now: self.now(), epoch: self.epoch() };
        let checkout = Arc::new(checkout);
        let blank = Held::own(Arc::new(Payment::blank(id, Arc::clone(&checkout), context.now)));
        let decision = payment::open(id, Arc::clone(&checkout), context);
        match self.commit(&blank, decision, request.clone(), context).await {
            Err(FeedError::LinkTaken(links)) => {
                self.links().wait(id, links);
                let decision = payment::open_without_link(id, checkout, context);
                self.commit(&blank, decision, request, context).await
            }
            done => done,
        }
    }

    /// Makes a payment of money that has arrived already: the first commit of its journal.
    pub(crate) async fn open_paid(
        &self,
        id: PaymentId,
        checkout: payment::Checkout,
        money: PlateMoney,
        request: Request,
    ) -> Result<Fed, FeedError> {
        let _lane = self.lanes().enter(id).await;
        let context = Context { now: self.now(), epoch: self.epoch() };
        let checkout = Arc::new(checkout);
        let blank = Held::own(Arc::new(Payment::blank(id, Arc::clone(&checkout), context.now)));
        let decision = payment::open_paid(id, checkout, money, context);
        self.commit(&blank, decision, request, context).await
    }

    pub(crate) fn held(&self, stored: Stored) -> Held {
        Held { is_own: self.has_in_hand(stored.payment.id, stored.owner), payment: Arc::new(stored.payment) }
    }

    /// Whether this instance owns a payment and knows all that is to be delivered of it. What it has just taken over is its own
    /// in the database before it knows what was left.
    pub(crate) fn has_in_hand(&self, id: PaymentId, owner: u64) -> bool {
        // In this order: what was taken over is in doubt before taking over ends.
        owner == self.epoch() && !self.is_taking_over() && !self.outbox().is_in_doubt(id)
    }

    pub(crate) async fn load(&self, id: PaymentId) -> Result<Stored, FeedError> {
        self.parts().store.load(id).await?.ok_or(FeedError::UnknownPayment)
    }

    /// Makes a decision durable, then acts on it. A decision without facts only acts. The caller is in the lane.
    async fn commit(
        &self,
        held: &Held,
        decision: Decision,
        request: Request,
        context: Context,
    ) -> Result<Fed, FeedError> {
        let before = &*held.payment;
        let Decision { facts, effects, wake_at, payment } = decision;
        let payment = Arc::new(payment);
        if facts.is_empty() {
            self.expect_wake(&payment, wake_at);
            let held = Held { payment: Arc::clone(&payment), is_own: held.is_own };
            self.act(&held, &effects, request.is_news);
            return Ok(Fed::Unchanged(payment));
        }
        let Context { now: at, epoch } = context;
        let mut journal = contract::journal(before, &facts, at, request.reply.as_ref(), &request.drawn);
        for event in journal.iter_mut().flat_map(|row| &mut row.events) {
            event.is_delivered = !goes_by_queue(self, &event.destination);
        }
        let outgoing = Outgoing::of_journal(&payment, &journal, at);
        let mut links = links_between(before, &payment);
        if request.link_taken {
            links.taken.clear();
        }
        let freed = links.freed.clone();
        let change = PaymentChange {
            expected_sequence: (before.state.sequence > 0).then_some(before.state.sequence),
            payment: Arc::clone(&payment),
            wake_at,
            journal,
            credits: credits_of(before, &payment),
            links,
        };
        self.make_durable(Change { epoch, at, payment: Some(change), operation: request.operation }).await?;
        self.tell(&payment, &outgoing);
        if held.is_own {
            self.outbox().hand_over(self, outgoing);
        } else {
            self.outbox().take_up(self, before, outgoing).await;
        }
        self.wake_those_who_wait_for(&freed);
        self.set_wake(&payment, wake_at);
        if before.is_open() && !payment.is_open() {
            self.worker().wake(); // what shows its code is to be cleared
            self.wake_waiting(payment.id, at);
        }
        self.act(&Held::own(Arc::clone(&payment)), &effects, true);
        Ok(Fed::Changed(payment))
    }

    /// Commits, and takes a new epoch when this one has lapsed: what was decided in the old one is decided again.
    async fn make_durable(&self, change: Change) -> Result<(), FeedError> {
        let (epoch, id) = (change.epoch, change.payment.as_ref().map(|change| change.payment.id));
        let wanted = change.payment.as_ref().map(|change| change.links.taken.clone()).unwrap_or_default();
        match self.parts().store.commit(change).await {
            Ok(()) => Ok(()),
            Err(CommitError::Lapsed) => {
                self.renew_epoch(epoch).await?;
                Err(FeedError::Conflict)
            }
            Err(CommitError::Store(error)) => {
                if let Some(id) = id {
                    self.outbox().doubt(id);
                }
                Err(error.into())
            }
            Err(CommitError::Conflict) => Err(FeedError::Conflict),
            Err(CommitError::Duplicate) => Err(FeedError::Duplicate),
            Err(CommitError::CreditTaken) => Err(FeedError::CreditTaken),
            Err(CommitError::RegisterBusy) => Err(FeedError::RegisterBusy),
            Err(CommitError::LinkTaken) => Err(FeedError::LinkTaken(wanted)),
        }
    }

    /// Makes an operation known that is of no payment. False: it was known already.
    pub(crate) async fn record(&self, operation: OperationRecord, at: Timestamp) -> Result<bool, StoreError> {
        let change = Change { epoch: self.epoch(), at, payment: None, operation: Some(operation) };
        match self.make_durable(change).await {
            Ok(()) => Ok(true),
            Err(FeedError::Duplicate) => Ok(false),
            Err(FeedError::Store(error)) => Err(error),
            Err(error) => Err(StoreError(error.to_string())),
        }
    }

    /// Tells screens and the log: only a faster way to what is durable already.
    fn tell(&self, payment: &Arc<Payment>, outgoing: &[Outgoing]) {
        for event in outgoing {
            tracing::info!(payment.id = %payment.id, sequence = event.sequence(), event = event.name(), "told");
        }
        let checkout = &payment.checkout;
        let own = Destination { store: checkout.store.clone(), register: checkout.register.clone() };
        let others: BTreeSet<Destination> =
            outgoing.iter().map(Outgoing::destination).filter(|to| **to != own).cloned().collect();
        self.changed(own);
        for other in others {
            self.changed(other);
        }
    }
}

/// Money that a bank's status reports turned out to be another payment's: decided again with that knowledge. Nobody else
/// may go on with such money.
fn with_money_taken(input: Input) -> Result<Input, FeedError> {
    match input {
        Input::Status { attempt, asked_at, answer: StatusAnswer { state: OrderState::Paid(notice), .. } } => {
            tracing::warn!(order = %attempt, "a bank reports money that belongs to another payment");
            Ok(Input::MoneyTaken { attempt, asked_at, notice })
        }
        _ => Err(FeedError::CreditTaken),
    }
}

/// The credits that a change writes: those that are new, and those that are believed now and were not before.
fn credits_of(before: &Payment, after: &Payment) -> Vec<CreditRow> {
    let row = |credit: &Credit| CreditRow {
        server: credit.server.clone(),
        transaction: credit.transaction.clone(),
        is_believed: credit.is_believed(),
    };
    let is_news = |(index, credit): &(usize, &Credit)| match before.state.credits.get(*index) {
        Some(known) => credit.is_believed() && !known.is_believed(),
        None => true,
    };
    after.state.credits.iter().enumerate().filter(is_news).map(|(_, credit)| row(credit)).collect()
}
