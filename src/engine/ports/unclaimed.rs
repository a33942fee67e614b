//! Money without an order, as the store keeps it until a register claims it.

use payment::{BankTransaction, CodeId, Money, ServerId, Timestamp};

/// Money at a bank that is of no order of ours: paid at an open plate, or at a code that we did not make. Unique by server
/// and transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnclaimedCredit {
    /// The authorization server.
    pub server: ServerId,
    /// The bank's id of the code that was paid.
    pub code: CodeId,
    /// The bank's id of the money.
    pub transaction: BankTransaction,
    /// How much arrived.
    pub amount: Money,
    /// Whether a status has shown it. What only a notification told can't be claimed by registers.
    pub is_confirmed: bool,
    /// When we learned of it.
    pub found_at: Timestamp,
    /// When it moved, by the bank's clock.
    pub paid_at: Option<Timestamp>,
    /// The masked payer.
    pub payer: Option<String>,
    /// How it was paid.
    pub instrument: Option<String>,
}

/// Which unclaimed money is looked for. Everything that is given must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnclaimedSearch {
    /// At this authorization server.
    pub server: Option<ServerId>,
    /// Paid at this code.
    pub code: Option<CodeId>,
    /// By this name at its bank.
    pub transaction: Option<BankTransaction>,
}
