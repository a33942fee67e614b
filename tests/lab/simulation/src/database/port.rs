//! The engine's way to the database: errors before and after a commit, answers that take their time, and the end of the process
//! at any call.

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{
    Change, CommitError, DeliveryMark, Destination, EventRow, Left, OperationKey, OperationRecord, Search,
    Store, StoreError, Stored, UnclaimedCredit, UnclaimedSearch,
};
use engine::settings::Settings;
use payment::{Payment, PaymentId, RegisterId, StoreId, Timestamp};

use crate::instance::{Life, Point};
use crate::judge;
use crate::weather::Trouble;
use crate::world::World;

/// One instance's connection.
pub(crate) struct StorePort {
    pub(crate) world: Arc<World>,
    pub(crate) life: Arc<Life>,
}

impl StorePort {
    /// A question reaches the database, or does not.
    pub(super) async fn ask(&self) -> Result<(), StoreError> {
        self.life.pass(&self.world, Point::Read).await;
        self.take_time().await;
        self.world.database.epochs().hear_of(self.life.epoch(), self.world.now());
        if self.world.strikes(Trouble::StoreRead) { Err(away()) } else { Ok(()) }
    }

    /// As a rule no time passes; sometimes others go first, sometimes much happens meanwhile.
    pub(super) async fn take_time(&self) {
        if self.world.strikes(Trouble::StoreSlow) {
            tokio::time::sleep(self.world.dice.millis(1, 400)).await;
        } else if self.world.dice.chance(200) {
            tokio::task::yield_now().await;
        }
    }

    fn take_over_at_once(&self, left: Left, limit: usize) -> Result<Vec<PaymentId>, CommitError> {
        let (database, epoch, now) = (&self.world.database, self.life.epoch(), self.world.now());
        let mut epochs = database.epochs();
        if epochs.has_lapsed(epoch, now) {
            return Err(CommitError::Lapsed);
        }
        Ok(database.tables().take_over(epoch, left, limit, |owner| epochs.has_lapsed(owner, now)))
    }

    fn commit_now(&self, change: Change) -> Result<(), CommitError> {
        let world = &self.world;
        let seen = judge::before_commit(&change);
        world.database.epochs().hear_of(self.life.epoch(), world.now());
        let done = world.database.commit(change, world.now());
        if done.is_ok() {
            judge::after_commit(world, &self.life, seen);
        }
        done
    }
}

#[async_trait]
impl Store for StorePort {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        self.life.pass(&self.world, Point::Commit).await;
        self.take_time().await;
        if self.world.strikes(Trouble::StoreBefore) {
            self.world.tell(&self.life.name, format_args!("a commit is refused by an ill database"));
            return Err(away().into());
        }
        let done = self.commit_now(change);
        self.life.pass(&self.world, Point::Committed).await;
        if done.is_ok() && self.world.strikes(Trouble::StoreAfter) {
            self.world.tell(&self.life.name, format_args!("a commit is made, and its answer is lost"));
            return Err(away().into());
        }
        done
    }

    async fn load(&self, payment: PaymentId) -> Result<Option<Stored>, StoreError> {
        self.ask().await?;
        Ok(self.world.database.tables().load(payment))
    }

    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationRecord>, StoreError> {
        self.ask().await?;
        Ok(self.world.database.tables().operation(key).cloned())
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, PaymentId)>, StoreError> {
        self.ask().await?;
        let is_alone = self.world.instances() == 1;
        let epoch = self.life.epoch();
        Ok(self.world.database.tables().due(now, after, limit, |owner| is_alone || owner == epoch))
    }

    async fn open_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> Result<Vec<PaymentId>, StoreError> {
        self.ask().await?;
        let tables = self.world.database.tables();
        Ok(tables.of_register(store, register).filter(|one| one.is_open()).map(|one| one.id).collect())
    }

    async fn newest_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        self.ask().await?;
        let tables = self.world.database.tables();
        Ok(tables.of_register(store, register).rev().take(limit).map(|one| Payment::clone(one)).collect())
    }

    async fn search(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError> {
        self.ask().await?;
        let tables = self.world.database.tables();
        let mut found: Vec<&Payment> = tables.payments.values().map(|row| &*row.payment).collect();
        found.retain(|payment| {
            payment.checkout.store == search.store
                && search.register.as_ref().is_none_or(|register| payment.checkout.register == *register)
                && search
                    .shift
                    .as_ref()
                    .is_none_or(|shift| payment.checkout.details.shift.as_ref() == Some(shift))
                && search.from.is_none_or(|from| payment.opened_at >= from)
                && search.to.is_none_or(|to| payment.opened_at < to)
                && search.before.is_none_or(|before| (payment.opened_at, payment.id) < before)
        });
        found.sort_by_key(|payment| std::cmp::Reverse((payment.opened_at, payment.id)));
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    async fn undelivered(&self, after: i64, limit: usize) -> Result<Vec<EventRow>, StoreError> {
        self.ask().await?;
        let (database, now, epoch) = (&self.world.database, self.world.now(), self.life.epoch());
        let mut epochs = database.epochs();
        let is_meant = |owner: u64| owner == epoch || epochs.has_lapsed(owner, now);
        Ok(database.tables().undelivered(after, limit, is_meant))
    }

    async fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let mut rows = self.undelivered(after, usize::MAX).await?;
        rows.retain(|row| row.parked && row.destination == *destination);
        rows.truncate(limit);
        Ok(rows)
    }

    async fn register_events(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.ask().await?;
        Ok(self.world.database.tables().register_events(destination, after, limit))
    }

    async fn newest_register_event(&self, destination: &Destination) -> Result<i64, StoreError> {
        self.ask().await?;
        Ok(self.world.database.tables().newest_register_event(destination))
    }

    async fn undelivered_of(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        self.ask().await?;
        Ok(self.world.database.tables().undelivered_of(payment))
    }

    async fn take_over(&self, left: Left, limit: usize) -> Result<Vec<PaymentId>, CommitError> {
        if self.world.instances() == 1 {
            return Ok(Vec::new()); // as on SQLite: there is nobody else
        }
        self.ask().await?;
        let taken = self.take_over_at_once(left, limit)?;
        if !taken.is_empty() {
            // They are this instance's already, and it does not know it yet.
            self.take_time().await;
            if self.world.strikes(Trouble::StoreAfter) {
                return Err(away().into());
            }
        }
        Ok(taken)
    }

    async fn payment_events(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError> {
        self.ask().await?;
        let tables = self.world.database.tables();
        let events = tables.payments.get(&payment).map(|row| row.events.iter().map(|one| one.row.clone()));
        Ok(events.map(Iterator::collect).unwrap_or_default())
    }

    async fn keep_unclaimed(&self, credit: &UnclaimedCredit) -> Result<(), StoreError> {
        self.ask().await?;
        self.world.database.tables().keep_unclaimed(credit);
        Ok(())
    }

    async fn unclaimed(
        &self,
        search: &UnclaimedSearch,
        limit: usize,
    ) -> Result<Vec<UnclaimedCredit>, StoreError> {
        self.ask().await?;
        Ok(self.world.database.tables().unclaimed(search, limit))
    }

    async fn mark(&self, marks: &[DeliveryMark]) -> Result<(), StoreError> {
        self.life.pass(&self.world, Point::Mark).await;
        self.ask().await?;
        self.world.database.tables().mark(marks);
        self.life.pass(&self.world, Point::Mark).await;
        Ok(())
    }

    async fn begin_epoch(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.ask().await?;
        let epoch = self.world.database.epochs().begin(now);
        self.life.take_epoch(epoch);
        self.world.tell(&self.life.name, format_args!("begins epoch {epoch}"));
        Ok(epoch)
    }

    async fn has_lapsed(&self, epoch: u64, now: Timestamp) -> Result<bool, StoreError> {
        self.ask().await?;
        Ok(self.world.database.epochs().has_lapsed(epoch, now))
    }

    async fn settings(&self) -> Result<Settings, StoreError> {
        self.ask().await?;
        Ok(self.world.database.settings().clone())
    }

    async fn settings_revision(&self) -> Result<u64, StoreError> {
        self.ask().await?;
        Ok(self.world.database.settings().revision)
    }
}

pub(super) fn away() -> StoreError {
    StoreError("it is ill today".to_owned())
}
