//! Reading payments for people and audits: what the command line, the pages and the checks ask, beyond what the engine
//! needs.

use async_trait::async_trait;
use engine::ports::{Destination, OperationKey, OperationRecord, Search, StoreError};
use payment::{
    Fact, Money, OperationId, Payment, PaymentId, PaymentTypeCode, RegisterId, Status, StoreId, Timestamp,
};

/// Payments and all that is recorded of them.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// Payments that match, newest first: by id, which rises with time.
    async fn find_payments(&self, filter: &PaymentFilter) -> Result<Vec<PaymentSummary>, StoreError>;

    /// Payments of a store as they stand, newest first by acceptance, at most `limit`: what people look for on the pages.
    async fn search_payments(&self, search: &Search, limit: usize) -> Result<Vec<Payment>, StoreError>;

    /// All that is recorded of one payment.
    async fn payment_record(&self, payment: PaymentId) -> Result<Option<PaymentRecord>, StoreError>;

    /// Ids of all payments in rising order, at most `limit`, starting behind `after`: pages of an audit.
    async fn payments_after(
        &self,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Vec<PaymentId>, StoreError>;

    /// All operations, ordered by operation, register and store, at most `limit`, starting behind `after`.
    async fn operations_after(
        &self,
        after: Option<&OperationKey>,
        limit: usize,
    ) -> Result<Vec<OperationRecord>, StoreError>;
}

/// Which payments to list. Everything that is given must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Of this store.
    pub store: Option<StoreId>,
    /// Of this register.
    pub register: Option<RegisterId>,
    /// With this status.
    pub status: Option<Status>,
    /// With this receipt number.
    pub receipt: Option<String>,
    /// That this operation, a pay or a refund, is of.
    pub operation: Option<OperationId>,
    /// Open ones only: neither an end nor review told.
    pub open_only: bool,
    /// Paid ones of which no fiscal receipt was told.
    pub not_fiscalized: bool,
    /// Older than this payment: the last of the page before.
    pub before: Option<PaymentId>,
    /// At most so many.
    pub limit: usize,
}

impl Default for PaymentFilter {
    /// The 50 newest.
    fn default() -> Self {
        Self {
            store: None,
            register: None,
            status: None,
            receipt: None,
            operation: None,
            open_only: false,
            not_fiscalized: false,
            before: None,
            limit: 50,
        }
    }
}

/// A line of a list of payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentSummary {
    /// Our id.
    pub id: PaymentId,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// The register's own id of the pay.
    pub operation: OperationId,
    /// The tender.
    pub payment_type: PaymentTypeCode,
    /// What was asked.
    pub amount: Money,
    /// The receipt's number.
    pub receipt: Option<String>,
    /// How it stands.
    pub status: Status,
    /// Neither an end nor review has been told.
    pub is_open: bool,
    /// Nothing is left to do.
    pub settled: bool,
    /// When it was accepted.
    pub opened_at: Timestamp,
}

/// All that is recorded of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRecord {
    /// The payment as it stands.
    pub payment: Payment,
    /// The earliest thing still due.
    pub wake_at: Option<Timestamp>,
    /// The epoch of the instance that wrote last.
    pub epoch: u64,
    /// The facts, oldest first.
    pub facts: Vec<FactRecord>,
    /// The events, oldest first.
    pub events: Vec<EventRecord>,
}

/// A fact of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRecord {
    /// The journal row's number.
    pub number: i64,
    /// The fact's number within its payment.
    pub sequence: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// The fact.
    pub fact: Fact,
}

/// An event and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// The journal row's number.
    pub number: i64,
    /// The number of the fact that it tells.
    pub sequence: u64,
    /// When it happened.
    pub at: Timestamp,
    /// To whom.
    pub destination: Destination,
    /// The operation that it speaks of.
    pub operation: OperationId,
    /// Its name.
    pub name: String,
    /// The body.
    pub body: String,
    /// What became of it.
    pub delivery: DeliveryState,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Still to be sent.
    Pending,
    /// The broker has it.
    Delivered,
    /// The register has no queue; it is tried again.
    Parked,
}

impl DeliveryState {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Parked => "parked",
        }
    }

    /// As the journal keeps it.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Pending => 0,
            Self::Delivered => 1,
            Self::Parked => 2,
        }
    }

    /// From the journal; the table admits no other number.
    pub(crate) fn of_number(number: i64) -> Self {
        match number {
            1 => Self::Delivered,
            2 => Self::Parked,
            _ => Self::Pending,
        }
    }
}
