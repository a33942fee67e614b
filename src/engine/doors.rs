//! How the doors (AMQP, HTTP, screens, bank notifications) reach the engine.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{
    AttemptId, BankTransaction, CodeId, ConsoleId, Money, OperationId, PaidNotice, Payment, PaymentId,
    Rejection, ServerId, StoreId, Timestamp, Verdict,
};
use serde_json::{Map, Value};
use tokio::sync::broadcast;

use crate::contract::EventBody;
use crate::ports::{Destination, EventRow, OperationKey, OperationKind, StoreError};
use crate::settings::Settings;

/// A command as a transport received it, before anything of it is believed.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// The version word of the routing key, such as `v1`.
    pub version: String,
    /// The store, as the routing key or the path names it.
    pub store: String,
    /// The register.
    pub register: String,
    /// The verb.
    pub verb: String,
    /// The body.
    pub body: Vec<u8>,
    /// The content type, if one was given.
    pub content_type: Option<String>,
    /// The sender's id of this message, if one was given: echoed as `in_reply_to`.
    pub message_id: Option<String>,
    /// The queue for copies, if one was given.
    pub reply_to: Option<String>,
    /// The message waited longer for a consumer than commands live, or was replayed by a person: a pay is stale.
    pub is_stale: bool,
}

/// What a transport does with a message after the engine is through with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// Its effect is durable and its answer is out: acknowledge it.
    Ack,
    /// It can't be read and can't be answered: keep it among the dead letters, with this reason.
    DeadLetter(String),
    /// It could not be handled now (no database): leave it with the broker and offer it again after a pause.
    Later,
}

/// Takes commands.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// Handles one command to the end of its commit; what it sets going goes on after the return.
    async fn receive(&self, incoming: Incoming) -> Receipt;

    /// A register gave a sign of life or has a queue again: events that were parked for it are tried again.
    fn release_parked(&self, destination: &Destination);
}

/// What came of a command whose sender waits for the answer.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It changed a payment, durably; what follows from it is told by events.
    Changed(Arc<Payment>),
    /// It changed nothing: the state of what was known before, or what was asked for.
    Told(Vec<EventBody>),
    /// It was rejected: `request.rejected`.
    Rejected(Box<EventBody>),
    /// No such register can exist: nobody can be answered. The reason is for people.
    Unreadable(String),
    /// It could not be handled now (no database); the same command may be sent again.
    Later,
}

/// What registers without a queue ask: the same commands and events as over AMQP.
#[async_trait]
pub trait Registers: Send + Sync + 'static {
    /// Handles one command to the end of its commit and returns its answer.
    async fn answer(&self, incoming: Incoming) -> Outcome;

    /// Answers `find`, `totals` or `types` with these fields where no register asks, but its store by itself.
    async fn answer_store(&self, store: &StoreId, verb: &str, fields: &Map<String, Value>) -> Outcome;

    /// What an operation turned out to be; `None`: it is not known (yet).
    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationKind>, StoreError>;

    /// A payment as it stands.
    async fn payment(&self, payment: PaymentId) -> Result<Option<Payment>, StoreError>;

    /// The events that its own register was told of a payment, with numbers above `after`, in order.
    async fn events_of_payment(&self, payment: &Payment, after: u64) -> Result<Vec<EventRow>, StoreError>;

    /// Events of a register by row number, starting behind `after`: a cursor without gaps.
    async fn events_behind(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError>;

    /// The row number of a register's newest event; 0 where there is none.
    async fn newest_event(&self, destination: &Destination) -> Result<i64, StoreError>;
}

/// What screens read.
#[async_trait]
pub trait Screens: Send + Sync + 'static {
    /// The newest payments of a register, newest first.
    async fn newest_payments(&self, destination: &Destination) -> Result<Vec<Payment>, StoreError>;

    /// The payment that has got hold of a console that several payments may want, of whichever register; the last one, if it
    /// is over. `None`: none ever had it.
    async fn holder(&self, owner: &Destination, console: &ConsoleId) -> Result<Option<Payment>, StoreError>;

    /// Tells which register changed. A hint: after a lag, read anew.
    fn changes(&self) -> broadcast::Receiver<Destination>;

    /// A page of a console has drawn the live code of a payment. May be told more than once.
    fn drew(&self, payment: PaymentId, console: &ConsoleId);

    /// The settings in force.
    fn settings(&self) -> Arc<Settings>;

    /// The present.
    fn now(&self) -> Timestamp;
}

/// Takes hints that an order may have changed at its bank.
#[async_trait]
pub trait Hints: Send + Sync + 'static {
    /// Makes the status call for this order due now. Calling it often, or for orders that do not exist, does no harm.
    fn hint(&self, order: AttemptId);

    /// Money that a bank told of with a valid signature. Status is the truth; but where it shows only the latest credit of
    /// a code, money that it does not show is kept for a person. Money of no order of ours is kept until it is claimed. False: nothing certain could be learned or written down
    /// now; the bank should tell again.
    async fn notified(&self, server: &ServerId, told: MoneyTold) -> bool;
}

/// Money that a bank told of unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyTold {
    /// The order, if it can be one of ours.
    pub order: Option<AttemptId>,
    /// The bank's id of the code that was paid, if it was told.
    pub code: Option<CodeId>,
    /// The money.
    pub money: PaidNotice,
}

/// What people do with payments on the admin pages. Whether they may is the pages' to know.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// Does it to the end of its commit, and returns the payment as it stands then; what it sets going goes on after the return.
    async fn carry_out(&self, payment: PaymentId, deed: Deed) -> Result<Arc<Payment>, Undone>;

    /// Makes a payment of money that is of no order of ours, as a register's `claim` does, in a person's name.
    async fn claim(&self, claim: Claim) -> Result<Arc<Payment>, Undone>;

    /// Tries a register's events again that wait for its queue, as far as this instance sends them.
    fn release(&self, register: &Destination);

    /// What a register sent last, as far as this instance has got anything from it since it started.
    fn last_command(&self, register: &Destination) -> Option<LastCommand>;

    /// Tells which register changed. A hint: after a lag, read anew.
    fn changes(&self) -> broadcast::Receiver<Destination>;
}

/// A command that a register has sent, whatever came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastCommand {
    /// The verb; of one that nobody knows, its beginning.
    pub verb: String,
    /// When it was taken in hand.
    pub at: Timestamp,
}

/// Money of no order of ours that a person finds the sale of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The register whose sale it is.
    pub register: Destination,
    /// The operation that the payment gets: the same one twice is done once.
    pub operation: OperationId,
    /// The authorization server that told of it.
    pub server: ServerId,
    /// The bank's id of the money.
    pub transaction: BankTransaction,
    /// Who claims it.
    pub who: String,
    /// The sale's receipt, if it is known.
    pub receipt: Option<String>,
}

/// What a person wants done with a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The bank is asked now for all that is watched of it.
    Check,
    /// Its registers are sent its events once more, in their order and under their ids: who has seen one drops it.
    Resend,
    /// Its end is wanted.
    Cancel {
        /// For people.
        reason: Option<String>,
    },
    /// Money goes back.
    Refund {
        /// The id of the refund among the operations of the payment's register: the same one twice is done once.
        operation: OperationId,
        /// Who asks.
        who: String,
        /// The money, where it is left to people; `None`: that which pays.
        transaction: Option<BankTransaction>,
        /// How much; `None`: all that is left.
        amount: Option<Money>,
        /// Why.
        reason: Option<String>,
        /// What one person may give back of a payment, in minor units, with what people gave back of it already: more is
        /// `forbidden`. `None`: a second person has agreed, or nobody has to.
        alone_up_to_minor: Option<i64>,
    },
    /// A review ends.
    EndReview {
        /// How.
        verdict: Verdict,
        /// Who decides.
        who: String,
        /// Why.
        why: String,
    },
}

/// Why a deed was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    /// It can't be done with this payment, or not now.
    #[error("{}", .0.reason)]
    Rejected(Rejection),
    /// The refund's operation is known already: it was done before, or something else bears its name.
    #[error("the operation is known already")]
    Known,
    /// There is no such payment.
    #[error("there is no such payment")]
    Missing,
    /// It could not be done now; it may be tried again.
    #[error("{0}")]
    Later(String),
}
