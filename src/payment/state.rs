//! A payment as it stands now: the fold of its facts.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AttemptId, Checkout, Code, ConsoleId, ConsoleReport, Credit, EndCode, EndWord, PaymentId, Refund,
    Refusal, Timestamp,
};

/// Our record of one pay operation, from request to settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Our id.
    pub id: PaymentId,
    /// When it was accepted.
    pub opened_at: Timestamp,
    /// What was asked: never changes.
    pub checkout: Arc<Checkout>,
    /// What became of it: changed by [`crate::apply`] only.
    pub state: State,
}

/// The part of a payment that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The number of the last fact. Events carry it as `sequence`.
    pub sequence: u64,
    /// What the register has been told.
    pub phase: Phase,
    /// The orders at banks, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Money that arrived, in the order in which it was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// Money that goes back, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What consoles did with the code, each by its last word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consoles: Vec<ConsoleReport>,
    /// Consoles that stepped in since none that was asked for shows the code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spares: Vec<Spare>,
    /// Consoles that several registers share and that this payment has got hold of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consoles_held: Vec<ConsoleId>,
    /// The fiscal receipt of the sale, once the register has told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal: Option<FiscalReceipt>,
    /// Nothing is left to do: final for the till, nothing payable at a bank, refunds final, events delivered.
    #[serde(default)]
    pub settled: bool,
}

/// A console that stepped in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spare {
    /// The console.
    pub console: ConsoleId,
    /// Since when.
    pub since: Timestamp,
}

/// What the register has been told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Accepted, but no bank may be asked before something else is over.
    Waiting {
        /// What it waits for.
        what: Wait,
        /// Since when.
        since: Timestamp,
    },
    /// Accepted; no code is shown yet.
    Opening {
        /// Not before this time is another attempt started.
        next_attempt_at: Timestamp,
        /// Without a code by then the payment fails.
        give_up_at: Timestamp,
    },
    /// A code is shown.
    Showing,
    /// The end is wanted but not certain.
    Closing {
        /// Why.
        wish: Wish,
        /// Since when.
        since: Timestamp,
        /// At this time the end is told even if it is not certain.
        tell_by: Timestamp,
        /// Why, in the words of who wanted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Paid. Stays so through refunds.
    Paid {
        /// The credit that pays, as an index of `credits`.
        credit: usize,
        /// When the register was told so.
        at: Timestamp,
    },
    /// Over without payment.
    Ended(Ending),
    /// A person must decide.
    Review {
        /// What is wrong, as a stable word.
        code: String,
        /// What is wrong, for people.
        reason: String,
        /// Since when.
        since: Timestamp,
    },
}

/// What a payment waits for before a bank may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// The operation that it supersedes has to be resolved.
    Superseded,
    /// The register's plate: another payment has armed it, or may have.
    Link {
        /// At this time the payment ends without having been started.
        until: Timestamp,
    },
}

/// A fiscal receipt, by the three numbers that are printed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FiscalReceipt {
    /// The number of the fiscal drive (ФН).
    #[serde(rename = "fn")]
    pub drive: String,
    /// The number of the document in it (ФД).
    #[serde(rename = "fd")]
    pub document: String,
    /// Its fiscal sign (ФП).
    #[serde(rename = "fp")]
    pub sign: String,
}

/// Why a payment is being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// The register or a person cancelled it.
    Cancel,
    /// The code's life is over.
    Expire,
    /// No bank gave a certain answer in time, although the buyer may already have a code.
    GiveUp,
}

/// How a payment ended without money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The final word.
    pub word: EndWord,
    /// The stable code that says why.
    pub code: EndCode,
    /// Why, for people.
    pub reason: String,
    /// Whether no shown code can be paid any more.
    pub certain: bool,
    /// Until when a shown code may still be paid, if `certain` is false.
    pub payable_until: Option<Timestamp>,
    /// When the register was told so.
    pub at: Timestamp,
}

/// A call under way that may have an effect at the bank. Written before the call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When it was ordered.
    pub since: Timestamp,
    /// When its answer is given up: from then on it is unknown.
    pub deadline: Timestamp,
    /// The epoch of the instance that makes it.
    pub epoch: u64,
}

/// One order at one bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Our order number.
    pub id: AttemptId,
    /// The way to the bank, as an index of the checkout's routes.
    pub route: usize,
    /// When the bank was asked to end the code's life.
    pub expires_at: Timestamp,
    /// How it stands at the bank.
    pub life: Life,
    /// The code, once known. An orphan's code may become known late; it is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// Since when buyers may have the code; `None`: it was never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_at: Option<Timestamp>,
    /// The withdrawal of the code.
    #[serde(default, skip_serializing_if = "is_default")]
    pub annulment: Annulment,
    /// What the last status said of the buyer's tries.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_try: LastTry,
}

/// How an attempt stands at the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// The bank is being asked for a code.
    Issuing(Call),
    /// The bank certainly has no such order.
    NotIssued {
        /// The bank's explicit no; `None` when the request was not sent.
        refusal: Option<Refusal>,
    },
    /// The order exists, or may exist, and may be paid.
    Payable {
        /// Since when it is watched.
        since: Timestamp,
    },
    /// The code can't be paid any more; money under way may still be reported until `watch_until`.
    Dead {
        /// When that became certain.
        at: Timestamp,
        /// Why.
        cause: DeathCause,
        /// Until when status is still asked.
        watch_until: Timestamp,
    },
    /// Dead and no longer watched.
    Closed {
        /// Why it had died.
        cause: DeathCause,
    },
}

/// Why a code can't be paid any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeathCause {
    /// It was paid and takes one payment only.
    Paid,
    /// Withdrawn, confirmed by the bank.
    Annulled,
    /// Its expiry passed, and a later status said unpaid and not in progress.
    Expired,
    /// The bank refuses every further try.
    Declined,
    /// Its life was waited out where the bank can't be asked.
    WaitedOut,
}

/// The withdrawal of a code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Annulment {
    /// Nobody wants it withdrawn.
    #[default]
    NotWanted,
    /// Wanted; not before this time.
    Due {
        /// When to try.
        at: Timestamp,
    },
    /// The bank is being asked.
    Calling(Call),
    /// Tried without certainty: tried again once a later status says that it is still unpaid.
    AfterStatus {
        /// Not before this time.
        not_before: Timestamp,
    },
}

/// What the last status said of the buyer's tries on a code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastTry {
    /// Nobody has tried.
    #[default]
    None,
    /// A payment is being carried out.
    InProgress,
    /// The last try was refused.
    Declined,
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
