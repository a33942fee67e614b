//! What a connector declares that its bank can do. The engine and the pages offer only what is declared.

use std::time::Duration;

use payment::{CodeKind, Currency, RefundTerms};

/// What a configured connector can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The kinds of code it offers, each with its own abilities. A kind that is missing is not offered.
    pub kinds: Vec<KindAbility>,
    /// The currencies it takes.
    pub currencies: Vec<Currency>,
    /// The smallest and largest payment in minor units.
    pub amount_minor: (i64, i64),
    /// The most characters of a payment's purpose.
    pub purpose_max_chars: usize,
    /// The shortest pause between two status calls for one order that the bank accepts.
    pub poll_floor: Duration,
}

/// What holds for one kind of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindAbility {
    /// The kind.
    pub kind: CodeKind,
    /// Whether an unpaid code can be withdrawn.
    pub annul: bool,
    /// Whether status can be asked by our order number alone.
    pub status_by_order: bool,
    /// The shortest and longest life of a code.
    pub code_life: (Duration, Duration),
    /// The bank's own default life, used where the settings say nothing.
    pub code_life_default: Duration,
    /// How long after a code's end the bank may still report money for it.
    pub dead_after: Duration,
    /// Whether a code takes several payments and status shows only the latest: then a signed notification of another one
    /// is kept for a person.
    pub latest_credit_only: bool,
    /// What refunds are possible.
    pub refund: RefundTerms,
}

impl Capabilities {
    /// What is declared for one kind of code; `None` when it is not offered.
    pub fn kind(&self, kind: CodeKind) -> Option<&KindAbility> {
        self.kinds.iter().find(|ability| ability.kind == kind)
    }
}
