//! Durable state. One commit is one transaction of plain data; promises lean on unique keys and conditional updates.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{
    BankTransaction, CodeId, Fact, Money, OperationId, Payment, PaymentId, RegisterId, RejectCode, ServerId,
    Status, StoreId, Timestamp,
};
use tokio::sync::broadcast;

use super::inspection::{Evidence, Round};
use super::unclaimed::{UnclaimedCredit, UnclaimedSearch};
use crate::settings::Settings;

/// A database, or its like in memory. All methods may be called from many tasks at once.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes all of a change durable, or nothing of it.
    ///
    /// A new open payment whose register may have one only (`checkout.shares_register`) takes the register's place; it
    /// takes it from the open payment whose operation it supersedes. An end or review gives it up.
    async fn commit(&self, change: Change) -> Result<(), CommitError>;

    /// A payment as it stands.
    async fn load(&self, payment: PaymentId) -> Result<Option<Stored>, StoreError>;

    /// What is recorded under an operation.
    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationRecord>, StoreError>;

    /// Payments whose `wake_at` is not after `now`, most overdue first, at most `limit`, starting behind `after`
    /// (the last pair of the page before). Where several instances share a database, those of this one: the owner of a
    /// payment is who committed a change of it last.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<(Timestamp, PaymentId)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, PaymentId)>, StoreError>;

    /// Makes this instance the owner of payments whose owners are gone, of those where they have left `left`; returns them, at
    /// most `limit`. Refused if its own epoch has lapsed. Where instances do not share a database there are none:
    /// [`due`](Self::due) and [`undelivered`](Self::undelivered) tell all of them.
    async fn take_over(&self, _left: Left, _limit: usize) -> Result<Vec<PaymentId>, CommitError> {
        Ok(Vec::new())
    }

    /// Payments of a register that are open (neither an end nor review told), oldest first.
    async fn open_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
    ) -> Result<Vec<PaymentId>, StoreError>;

    /// The newest payments of a register, newest first.
    async fn newest_payments(
        &self,
        store: &StoreId,
        register: &RegisterId,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError>;

    /// Payments that match, newest first by acceptance, at most `limit`.
    async fn search(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError>;

    /// Event rows that are not delivered (parked ones included), by number, starting behind `after`. Where several instances
    /// share a database, without those of payments that another live instance owns.
    async fn undelivered(&self, after: i64, limit: usize) -> Result<Vec<EventRow>, StoreError>;

    /// Event rows that are parked for a register, by number, starting behind `after`. Where several instances share a database,
    /// without those of payments that another live instance owns.
    async fn parked(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError>;

    /// Event rows for a register, delivered or not, by number, starting behind `after`. Complete: a row that is committed
    /// later has a greater number than every row that was ever returned.
    async fn register_events(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError>;

    /// The number of a register's newest event row; 0 where there is none.
    async fn newest_register_event(&self, destination: &Destination) -> Result<i64, StoreError>;

    /// Event rows of one payment that are not delivered (parked ones included), whoever owns it, by number.
    async fn undelivered_of(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError>;

    /// All event rows of a payment, to whomever, in their order.
    async fn payment_events(&self, payment: PaymentId) -> Result<Vec<EventRow>, StoreError>;

    /// Keeps money that is of no order of ours. Kept money stays as it is, but once it was confirmed it stays confirmed.
    async fn keep_unclaimed(&self, credit: &UnclaimedCredit) -> Result<(), StoreError>;

    /// Money of no order of ours that no payment believes in, newest first, at most `limit`.
    async fn unclaimed(
        &self,
        search: &UnclaimedSearch,
        limit: usize,
    ) -> Result<Vec<UnclaimedCredit>, StoreError>;

    /// Takes a round of the inspection for this epoch, until `until`, unless it is held by anybody; tells the payment that it has
    /// reached, of a round that was never walked none. `None`: it is held, or there is no inspection here.
    async fn take_round(
        &self,
        _round: &Round,
        _epoch: u64,
        _now: Timestamp,
        _until: Timestamp,
    ) -> Result<Option<PaymentId>, StoreError> {
        Ok(None)
    }

    /// Leaves a round that this epoch holds: it has reached a payment, and nobody holds it from `free_from` on.
    async fn leave_round(
        &self,
        _round: &Round,
        _epoch: u64,
        _reached: PaymentId,
        _free_from: Timestamp,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    /// Ids of payments in rising order, behind this one, at most `limit`.
    async fn payments_behind(&self, _after: PaymentId, _limit: usize) -> Result<Vec<PaymentId>, StoreError> {
        Ok(Vec::new())
    }

    /// A payment's row with each of its columns, and its journal.
    async fn evidence(&self, _payment: PaymentId) -> Result<Option<Evidence>, StoreError> {
        Ok(None)
    }

    /// Marks event rows as delivered or parked, all in one transaction.
    async fn mark(&self, marks: &[DeliveryMark]) -> Result<(), StoreError>;

    /// Begins an epoch for this instance, greater than every earlier one.
    async fn begin_epoch(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Whether the instance of this epoch is gone for good. On SQLite every epoch but the newest is.
    async fn has_lapsed(&self, epoch: u64, now: Timestamp) -> Result<bool, StoreError>;

    /// How many instances share the limits of banks, this one among them, as far as it knows; `None`: the others can't know
    /// of this one yet, or count it as gone, so it has no share. Asks nobody: it is read before every call to a bank.
    fn instances(&self) -> Option<u32> {
        Some(1)
    }

    /// Tells other instances that a register has changed. A hint, which may get lost; waits for nothing.
    fn announce(&self, _register: &Destination) {}

    /// What other instances announce from now on; `None`: there are no others.
    fn announced(&self) -> Option<broadcast::Receiver<Destination>> {
        None
    }

    /// The settings and their revision.
    async fn settings(&self) -> Result<Settings, StoreError>;

    /// The revision alone: cheap, asked every second.
    async fn settings_revision(&self) -> Result<u64, StoreError>;
}

/// What an instance that is gone may have left of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It is due: its `wake_at` is not after this time.
    Due(Timestamp),
    /// It has events that are not delivered, whenever it is due next, or never.
    Events {
        /// Also where all of them are parked.
        parked: bool,
    },
}

/// One transaction.
#[derive(Debug, Clone)]
pub struct Change {
    /// The epoch of the instance that commits; a lapsed one is refused.
    pub epoch: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// The payment that changes, if one does.
    pub payment: Option<PaymentChange>,
    /// An operation that becomes known, if one does. A known key makes the whole change a duplicate.
    pub operation: Option<OperationRecord>,
}

/// A payment's new state and what led to it.
#[derive(Debug, Clone)]
pub struct PaymentChange {
    /// The `sequence` that the decision was made on; `None` inserts the payment.
    pub expected_sequence: Option<u64>,
    /// The payment after the change.
    pub payment: Arc<Payment>,
    /// The earliest thing still due; `None` only when settled.
    pub wake_at: Option<Timestamp>,
    /// The facts, in order, with their events.
    pub journal: Vec<JournalRow>,
    /// Credits that were found, and those that are believed from now on.
    pub credits: Vec<CreditRow>,
    /// Cash links that change hands: each belongs to one payment at a time.
    pub links: LinkChange,
}

/// The cash links that a payment takes, or gives back, with a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkChange {
    /// From now on its own. One that another payment holds makes the whole change a [`CommitError::LinkTaken`].
    pub taken: Vec<LinkKey>,
    /// Free again.
    pub freed: Vec<LinkKey>,
}

/// A cash link at a bank, named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey {
    /// The authorization server.
    pub server: ServerId,
    /// The bank's id of the link.
    pub link: CodeId,
}

/// One fact of the journal.
#[derive(Debug, Clone)]
pub struct JournalRow {
    /// Its number within the payment, from 1.
    pub sequence: u64,
    /// The fact.
    pub fact: Fact,
    /// What registers must know of it: none, one, or one each for the asking and the paying register.
    pub events: Vec<EventDraft>,
}

/// An event that becomes durable with its fact.
#[derive(Debug, Clone)]
pub struct EventDraft {
    /// To whom.
    pub destination: Destination,
    /// Its name, such as `payment.paid`.
    pub name: &'static str,
    /// The operation that it speaks of.
    pub operation: OperationId,
    /// The body.
    pub body: String,
    /// Its register asks for its events (`EventsBy::Http`): committed is delivered.
    pub is_delivered: bool,
}

/// A register as the addressee of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
}

/// Money at a bank that a payment knows of. By server and transaction only one payment may believe in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreditRow {
    /// The authorization server.
    pub server: ServerId,
    /// The bank's id of the money.
    pub transaction: BankTransaction,
    /// Whether it counts as the payment's own ([`payment::Credit::is_believed`]), or was merely reported to it.
    pub is_believed: bool,
}

/// The name of an operation: one namespace for pays and refunds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationKey {
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// The register's own id.
    pub operation: OperationId,
}

/// What is recorded under an operation, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRecord {
    /// Its name.
    pub key: OperationKey,
    /// SHA-256 of the essence, in hex; `None` for a tombstone.
    pub essence: Option<String>,
    /// What it is.
    pub kind: OperationKind,
}

/// What an operation turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationKind {
    /// A pay with its payment.
    Pay(PaymentId),
    /// A refund with the payment that it is of.
    Refund(PaymentId),
    /// A cancel that came before its pay: the pay, if it comes, is answered *cancelled*.
    Tombstone,
    /// A pay or refund that was rejected; a repeat gets the same answer.
    Rejected {
        /// The code.
        code: RejectCode,
        /// The field, if one is to blame.
        field: Option<String>,
        /// The reason, for people.
        reason: String,
    },
}

/// A payment as it was read.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The payment; its `state.sequence` is what the next commit is conditional on.
    pub payment: Payment,
    /// Whether all its events are delivered or parked.
    pub delivered: bool,
    /// The epoch of the instance that committed last, or took over from one that is gone: the payment's owner.
    pub owner: u64,
}

/// Which payments of a store are looked for. Everything that is given must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The store.
    pub store: StoreId,
    /// Of this register.
    pub register: Option<RegisterId>,
    /// With this receipt number.
    pub receipt: Option<String>,
    /// That this operation, a pay or a refund, is of.
    pub operation: Option<OperationId>,
    /// That know of money by this name at its bank.
    pub transaction: Option<BankTransaction>,
    /// That had a code by this id at its bank: the newest code of a payment counts.
    pub code: Option<CodeId>,
    /// That this payer paid, by what banks show of them ([`payer_key`](super::payer_key)): who paid last counts.
    pub payer: Option<String>,
    /// That stand so.
    pub status: Option<Status>,
    /// That asked for exactly this.
    pub amount: Option<Money>,
    /// Of this shift.
    pub shift: Option<String>,
    /// Accepted at this time or later.
    pub from: Option<Timestamp>,
    /// Accepted before this time.
    pub to: Option<Timestamp>,
    /// Behind this one in the order of the answer: acceptance and id of the last of the page before.
    pub before: Option<(Timestamp, PaymentId)>,
}

impl Search {
    /// All payments of a store.
    pub fn of(store: StoreId) -> Self {
        Self {
            store,
            register: None,
            receipt: None,
            operation: None,
            transaction: None,
            code: None,
            payer: None,
            status: None,
            amount: None,
            shift: None,
            from: None,
            to: None,
            before: None,
        }
    }
}

/// An event row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// The row's number: rises with commits.
    pub number: i64,
    /// The payment.
    pub payment: PaymentId,
    /// The fact's number.
    pub sequence: u64,
    /// To whom.
    pub destination: Destination,
    /// Its name.
    pub name: String,
    /// The operation that it speaks of.
    pub operation: OperationId,
    /// The body.
    pub body: String,
    /// When it happened.
    pub at: Timestamp,
    /// Whether it is parked: its register had no queue.
    pub parked: bool,
}

/// An event row's new standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryMark {
    /// The payment.
    pub payment: PaymentId,
    /// The fact's number.
    pub sequence: u64,
    /// To whom.
    pub destination: Destination,
    /// Parked instead of delivered.
    pub parked: bool,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The payment has changed since: load it and decide again.
    #[error("the payment has changed since it was read")]
    Conflict,
    /// The operation is known already: answer from its record.
    #[error("the operation is known already")]
    Duplicate,
    /// The money belongs to another payment already.
    #[error("the bank transaction belongs to another payment already")]
    CreditTaken,
    /// The register has an open payment, and may have one only: ask which, and answer.
    #[error("the register has an open payment already")]
    RegisterBusy,
    /// A cash link belongs to another payment now: decide again without it.
    #[error("the cash link belongs to another payment now")]
    LinkTaken,
    /// Another instance has taken over: this epoch may not write any more.
    #[error("this instance's epoch has lapsed")]
    Lapsed,
    /// The database could not be used; nothing was changed, or it is not known (the caller reads again).
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The database could not be used. The text says what to do, without data of payments.
#[derive(Debug, thiserror::Error)]
#[error("the database can't be used: {0}")]
pub struct StoreError(pub String);
