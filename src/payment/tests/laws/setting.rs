//! What the shop and its banks are like in one story.

use std::time::Duration;

use payment::{CodeKind, RefundAbility, Terms};
use proptest::prelude::*;

use crate::common::shop::{Shop, one_bank, two_banks};

/// The parts that differ from story to story.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) kind: CodeKind,
    pub(crate) two_banks: bool,
    pub(crate) annul: bool,
    pub(crate) status_by_order: bool,
    pub(crate) ability: RefundAbility,
    pub(crate) lookup_by_key: bool,
    pub(crate) keys_idempotent: bool,
    pub(crate) offers_late_money: bool,
    /// The bank says by itself that a code has expired, instead of going on saying unpaid.
    pub(crate) tells_expiry: bool,
    /// How far the bank's clock is behind ours, at most the margin of its terms.
    pub(crate) clock_lag_ms: u64,
    /// How far the story has come when the trouble begins.
    pub(crate) begins: Begins,
    /// Codes have no end of their own: static ones, at banks that can withdraw them and find
    /// them by their order.
    pub(crate) endless: bool,
}

/// How far a story has come when the trouble begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begins {
    Accepted,
    Shown,
    Paid,
}

/// The plainest setting: a bank that can do everything, dynamic codes.
pub(crate) const PLAIN: Setting = Setting {
    kind: CodeKind::Dynamic,
    two_banks: false,
    annul: true,
    status_by_order: true,
    ability: RefundAbility::Part,
    lookup_by_key: true,
    keys_idempotent: true,
    offers_late_money: false,
    tells_expiry: false,
    clock_lag_ms: 0,
    begins: Begins::Accepted,
    endless: false,
};

pub(crate) fn a_setting() -> impl Strategy<Value = Setting> {
    let kind = prop_oneof![
        4 => Just(CodeKind::Dynamic),
        2 => Just(CodeKind::Static),
        1 => Just(CodeKind::CashLink),
        1 => Just(CodeKind::Buyer),
    ];
    let ability = prop_oneof![
        4 => Just(RefundAbility::Part),
        1 => Just(RefundAbility::Whole),
        1 => Just(RefundAbility::None),
    ];
    let begins = prop_oneof![
        2 => Just(Begins::Accepted),
        2 => Just(Begins::Shown),
        1 => Just(Begins::Paid),
    ];
    let yes_or_no = || (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (kind, ability, begins, yes_or_no(), yes_or_no(), any::<bool>(), 0_u64..=2_000).prop_map(
        |(kind, ability, begins, first, second, endless, clock_lag_ms)| Setting {
            kind,
            ability,
            begins,
            two_banks: first.0,
            annul: first.1,
            status_by_order: first.2,
            lookup_by_key: first.3,
            keys_idempotent: second.0,
            offers_late_money: second.1,
            tells_expiry: second.2,
            endless: endless && kind == CodeKind::Static && first.1 && first.2,
            clock_lag_ms,
        },
    )
}

impl Setting {
    pub(crate) fn shop(&self) -> Shop {
        let shop = if self.two_banks { two_banks() } else { one_bank() };
        let shop = shop.kind(self.kind).banks(|terms| self.set(terms));
        if self.offers_late_money { shop.offers_late_money(60) } else { shop }
    }

    fn set(&self, terms: &mut Terms) {
        terms.response_timeout = Duration::from_secs(30);
        terms.code_life = Duration::from_mins(2);
        terms.annul = self.annul;
        terms.status_by_order = self.status_by_order;
        terms.refund.ability = self.ability;
        terms.refund.lookup_by_key = self.lookup_by_key;
        terms.refund.keys_idempotent = self.keys_idempotent;
    }
}
