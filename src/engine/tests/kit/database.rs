//! The store in memory behind a front that counts calls, fails, and ends the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{
    Change, CommitError, DeliveryMark, Destination, EventRow, Evidence, Left, OperationKey, OperationRecord,
    Round, Search, Store, StoreError, Stored, UnclaimedCredit, UnclaimedSearch,
};
use engine::settings::Settings;
use payment::{Payment, PaymentId, RegisterId, StoreId, Timestamp};
use store::MemoryStore;
use tokio::sync::broadcast;

use super::crash::{Crash, Port};
use super::instances::Instances;

/// What is wrong with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    /// Nothing.
    No,
    /// It can't be used at all.
    Away,
    /// Commits are made, but only after so long.
    Slow(Duration),
    /// Commits are made at once, but answered only after so long.
    Tardy(Duration),
    /// The next so many commits are not made.
    Refusing(usize),
    /// The next so many commits are made, but the answer is an error.
    Forgetting(usize),
}

/// The database.
pub(crate) struct TestStore {
    /// What is durable.
    pub(crate) data: MemoryStore,
    /// Other instances; `None`: none shares it.
    instances: Mutex<Option<Arc<Instances>>>,
    crash: Arc<Crash>,
    calls: Mutex<BTreeMap<&'static str, usize>>,
    failing: Mutex<Failing>,
    damaged: Mutex<Option<PaymentId>>,
    conflict: Mutex<Option<Duration>>,
}

impl TestStore {
    pub(crate) fn new(crash: Arc<Crash>) -> Self {
        Self {
            data: MemoryStore::default(),
            instances: Mutex::default(),
            crash,
            calls: Mutex::default(),
            failing: Mutex::new(Failing::No),
            damaged: Mutex::default(),
            conflict: Mutex::default(),
        }
    }

    /// Several instances share it from the next life on.
    pub(crate) fn share(&self) -> Arc<Instances> {
        Arc::clone(lock(&self.instances).get_or_insert_default())
    }

    fn instances(&self) -> Option<Arc<Instances>> {
        lock(&self.instances).clone()
    }

    /// Without what another instance that lives owns.
    async fn ours<T: Send>(&self, all: Vec<T>, payment: impl Fn(&T) -> PaymentId + Send) -> Vec<T> {
        let Some(instances) = self.instances() else { return all };
        let mut ours = Vec::new();
        for one in all {
            if !instances.have(&self.data, payment(&one)).await {
                ours.push(one);
            }
        }
        ours
    }

    /// From now on this payment's row can't be read.
    pub(crate) fn damage(&self, payment: PaymentId) {
        *lock(&self.damaged) = Some(payment);
    }

    /// The next commit is refused after so long, as if somebody else had changed its payment meanwhile.
    pub(crate) fn refuse_one_after(&self, pause: Duration) {
        *lock(&self.conflict) = Some(pause);
    }

    /// From now on this is wrong with it.
    pub(crate) fn fail(&self, failing: Failing) {
        *lock(&self.failing) = failing;
    }

    /// Calls by the port's methods, without those that repeat by the clock.
    pub(crate) fn calls(&self) -> BTreeMap<&'static str, usize> {
        lock(&self.calls).clone()
    }

    /// Forgets the calls so far.
    pub(crate) fn forget_calls(&self) {
        lock(&self.calls).clear();
    }

    fn called(&self, method: &'static str) -> Result<(), StoreError> {
        *lock(&self.calls).entry(method).or_insert(0) += 1;
        self.usable()
    }

    fn usable(&self) -> Result<(), StoreError> {
        if *lock(&self.failing) == Failing::Away { Err(away()) } else { Ok(()) }
    }

    async fn dawdle(&self) {
        let Failing::Slow(pause) = *lock(&self.failing) else { return };
        tokio::time::sleep(pause).await;
    }

    async fn linger(&self) {
        let Failing::Tardy(pause) = *lock(&self.failing) else { return };
        tokio::time::sleep(pause).await;
    }

    /// Whether this commit is made, and whether its answer gets through.
    fn fate(&self) -> (bool, bool) {
        let mut failing = lock(&self.failing);
        match *failing {
            Failing::Refusing(times) => {
                *failing = if times > 1 { Failing::Refusing(times - 1) } else { Failing::No };
                (false, false)
            }
            Failing::Forgetting(times) => {
                *failing = if times > 1 { Failing::Forgetting(times - 1) } else { Failing::No };
                (true, false)
            }
            Failing::No | Failing::Slow(_) | Failing::Tardy(_) => (true, true),
            Failing::Away => (false, false),
        }
    }
}

#[async_trait]
impl Store for TestStore {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        self.called("commit")?;
        let conflict = lock(&self.conflict).take();
        if let Some(pause) = conflict {
            tokio::time::sleep(pause).await;
            return Err(CommitError::Conflict);
        }
        let number = self.crash.enter(Port::Commit).await;
        self.dawdle().await;
        let (is_made, is_answered) = self.fate();
        let done = if is_made { self.data.commit(change).await } else { Ok(()) };
        self.linger().await;
        self.crash.leave(Port::Commit, number).await;
        if is_answered { done } else { Err(away().into()) }
    }

    async fn load(&self, payment: PaymentId) -> Result<Option<Stored>, StoreError> {
        self.called("load")?;
        if *lock(&self.damaged) == Some(payment) {
            return Err(StoreError("a payment's state can't be read".to_owned()));
        }
        let mut stored = self.data.load(payment).await?;
        if let (Some(instances), Some(stored)) = (self.instances(), &mut stored) {
            stored.owner = instances.owner(payment, stored.owner);
        }
        Ok(stored)
    }

    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationRecord>, StoreError> {
        self.called("operation")?;
        self.data.operation(key).await
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
        self.usable()?;
        let due = self.data.due(now, after, limit).await?;
        Ok(self.ours(due, |(_, payment)| *payment).await)
    }

    async fn take_over(&self, left: Left, _limit: usize) -> Result<Vec<PaymentId>, CommitError> {
        self.usable()?;
        match self.instances() {
            Some(instances) => instances.take_over(&self.data, left).await,
            None => Ok(Vec::new()),
        }
    }

    async fn open_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> Result<Vec<PaymentId>, StoreError> {
        self.called("open_payments")?;
        self.data.open_payments(store, register).await
    }

    async fn newest_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        self.called("newest_payments")?;
        self.data.newest_payments(store, register, limit).await
    }

    async fn search(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        self.called("search")?;
        self.data.search(search, limit).await
    }

    async fn undelivered(&self, after: i64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.called("undelivered")?;
        let rows = self.data.undelivered(after, limit).await?;
        Ok(self.ours(rows, |row| row.payment).await)
    }

    async fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.called("parked")?;
        let rows = self.data.parked(destination, after, limit).await?;
        Ok(self.ours(rows, |row| row.payment).await)
    }

    async fn register_events(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.called("register_events")?;
        self.data.register_events(destination, after, limit).await
    }

    async fn newest_register_event(&self, destination: &Destination) -> Result<i64, StoreError> {
        self.called("newest_register_event")?;
        self.data.newest_register_event(destination).await
    }

    async fn undelivered_of(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        self.called("undelivered_of")?;
        self.data.undelivered_of(payment).await
    }

    async fn payment_events(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        self.called("payment_events")?;
        self.data.payment_events(payment).await
    }

    async fn keep_unclaimed(&self, credit: &UnclaimedCredit) -> Result<(), StoreError> {
        self.called("keep_unclaimed")?;
        let number = self.crash.enter(Port::Commit).await;
        let done = self.data.keep_unclaimed(credit).await;
        self.crash.leave(Port::Commit, number).await;
        done
    }

    async fn unclaimed(
        &self,
        search: &UnclaimedSearch,
        limit: usize,
    ) -> Result<Vec<UnclaimedCredit>, StoreError> {
        self.called("unclaimed")?;
        self.data.unclaimed(search, limit).await
    }

    async fn take_round(
        &self,
        round: &Round,
        epoch: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<PaymentId>, StoreError> {
        self.usable()?;
        self.data.take_round(round, epoch, now, until).await
    }

    async fn leave_round(
        &self,
        round: &Round,
        epoch: u64,
        reached: PaymentId,
        free_from: Timestamp,
    ) -> Result<(), StoreError> {
        self.usable()?;
        self.data.leave_round(round, epoch, reached, free_from).await
    }

    async fn payments_behind(&self, after: PaymentId, limit: usize) -> Result<Vec<PaymentId>, StoreError> {
        self.usable()?;
        self.data.payments_behind(after, limit).await
    }

    async fn evidence(&self, payment: PaymentId) -> Result<Option<Evidence>, StoreError> {
        self.usable()?;
        self.data.evidence(payment).await
    }

    async fn mark(&self, marks: &[DeliveryMark]) -> Result<(), StoreError> {
        self.called("mark")?;
        let number = self.crash.enter(Port::Mark).await;
        let done = self.data.mark(marks).await;
        self.crash.leave(Port::Mark, number).await;
        done
    }

    async fn begin_epoch(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.called("begin_epoch")?;
        let epoch = self.data.begin_epoch(now).await?;
        self.instances().inspect(|instances| instances.begins(epoch));
        Ok(epoch)
    }

    async fn has_lapsed(&self, epoch: u64, now: Timestamp) -> Result<bool, StoreError> {
        self.called("has_lapsed")?;
        let lives = self.instances().is_some_and(|instances| instances.lives(epoch));
        Ok(!lives && self.data.has_lapsed(epoch, now).await?)
    }

    fn announced(&self) -> Option<broadcast::Receiver<Destination>> {
        self.instances().map(|instances| instances.announced())
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.usable()?;
        self.data.settings().await
    }

    async fn settings_revision(&self) -> Result<u64, StoreError> {
        self.usable()?;
        self.data.settings_revision().await
    }
}

pub(super) fn away() -> StoreError {
    StoreError("the disk is full: free some space".to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
