//! Money that goes back, as its payment keeps it.

use serde::{Deserialize, Serialize};

use crate::{
    BankTransaction, Call, FiscalReceipt, Money, OperationId, RefundId, Refusal, RegisterId, StoreId,
    Timestamp,
};

/// Money that goes back from one credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Our key at the bank.
    pub id: RefundId,
    /// The register's id of it, or `auto-…`.
    pub operation: OperationId,
    /// Who asked.
    pub origin: Origin,
    /// The credit, as an index of `credits`.
    pub credit: usize,
    /// How much.
    pub amount: Money,
    /// Why, for people and the statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How it stands.
    pub state: RefundState,
    /// The fiscal receipt of the return, once the register has told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal: Option<FiscalReceipt>,
}

/// Who asked for a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A register, perhaps not the one that was paid at.
    Register {
        /// Its store.
        store: StoreId,
        /// The register.
        register: RegisterId,
    },
    /// A person on the admin pages or the command line.
    Admin {
        /// Who.
        who: String,
    },
    /// The service, for late money.
    Late,
}

/// How a refund stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Waits to be sent.
    Queued {
        /// Not before this time.
        not_before: Timestamp,
    },
    /// The bank is being asked.
    Sending(Call),
    /// It may have worked; the bank is asked for it by its key.
    Unknown {
        /// Since when.
        since: Timestamp,
        /// When the bank first answered that it does not know it.
        not_found_at: Option<Timestamp>,
    },
    /// The bank works on it.
    Pending {
        /// Since when.
        since: Timestamp,
    },
    /// The money went back.
    Completed {
        /// When we learned of it.
        at: Timestamp,
        /// The bank's id of it, if it has one.
        transaction: Option<BankTransaction>,
    },
    /// The bank refused it.
    Failed {
        /// When we learned of it.
        at: Timestamp,
        /// The bank's no.
        refusal: Refusal,
        /// When the same money may be tried again; `None`: it makes no sense.
        retry_at: Option<Timestamp>,
    },
    /// A person must find out what happened.
    Parked {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: String,
    },
}
