//! The judge's notebook: what registers were told, in which order, and what banks said that was not so.

use std::collections::{BTreeMap, BTreeSet};

use payment::{AttemptId, BankTransaction, PaymentId, RegisterId, ServerId};

/// What the judge has written down.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) payments: BTreeMap<PaymentId, PaymentNotes>,
    /// Messages that arrived, by register.
    pub(crate) messages: BTreeSet<(RegisterId, String)>,
    /// The numbers of a payment's events in the order in which they first arrived at a register.
    pub(crate) arrived: BTreeMap<(PaymentId, RegisterId), Vec<u64>>,
    /// Which payment an operation was said to be.
    pub(crate) operations: BTreeMap<(RegisterId, String), PaymentId>,
    /// Operations that were told to be cancelled before any bank was asked.
    pub(crate) tombstones: BTreeSet<(RegisterId, String)>,
    /// Operations whose late money was claimed.
    pub(crate) claimed: BTreeSet<(RegisterId, String)>,
    /// Payments about whose money a bank lied.
    pub(crate) lies: BTreeSet<PaymentId>,
    /// Payments under whose order a bank told of another sale's money instead of their own.
    pub(crate) mixed_up: BTreeSet<PaymentId>,
    /// Money that people could not give back either: the scheme's limit of tries.
    pub(crate) hopeless: BTreeSet<BankTransaction>,
    /// Which payment was told to be paid with money of an open plate, by the money's name.
    pub(crate) plate_money: BTreeMap<String, PaymentId>,
    /// Money that a bank has still to tell of.
    pub(crate) untold: usize,
}

/// What its register was told of a payment.
#[derive(Default)]
pub(crate) struct PaymentNotes {
    /// The orders whose codes buyers have.
    pub(crate) shown: BTreeSet<(ServerId, AttemptId)>,
    /// The last final word.
    pub(crate) word: Option<String>,
}
