//! What this bank can do under given settings.

use std::time::Duration;

use connector_sdk::{Capabilities, KindAbility};
use payment::{CodeKind, Currency, RefundAbility, RefundTerms};

use crate::config::{CODE_LIFE_MAX, Config};
use crate::wire::PURPOSE_MAX_CHARS;

/// The scheme's upper bound of one purchase, 1,000,000 RUB (reference: NSPK §6). The bank documents no lower one.
const AMOUNT_MINOR: (i64, i64) = (1, 100_000_000);

/// What cash-register software asks of this bank (reference: pitfall 7); the bank's own default would be three days.
const CODE_LIFE_DEFAULT: Duration = Duration::from_mins(5);

/// The scheme's longest activation of a cash link (reference: NSPK §2); the bank documents none.
const LINK_LIFE_MAX: Duration = Duration::from_mins(20);

/// NSPK's rule for tries of one refund: one an hour, five a day (reference: NSPK §5).
const REFUND_RETRY_PAUSE: Duration = Duration::from_hours(1);
const REFUND_TRIES_PER_DAY: u32 = 5;

pub(crate) fn capabilities(config: &Config) -> Capabilities {
    Capabilities {
        kinds: vec![dynamic(config), static_code(config), cash_link(config)],
        currencies: vec![Currency::RUB],
        amount_minor: AMOUNT_MINOR,
        purpose_max_chars: PURPOSE_MAX_CHARS,
        poll_floor: Duration::from_secs(1),
    }
}

fn dynamic(config: &Config) -> KindAbility {
    KindAbility {
        kind: CodeKind::Dynamic,
        annul: true,
        status_by_order: config.status_by_order,
        code_life: (config.code_life_min, CODE_LIFE_MAX),
        code_life_default: CODE_LIFE_DEFAULT.max(config.code_life_min),
        dead_after: config.dead_after,
        latest_credit_only: false,
        refund: RefundTerms {
            ability: RefundAbility::Part,
            lookup_by_key: true,
            keys_idempotent: config.refund_key_idempotent,
            retry_pause: REFUND_RETRY_PAUSE,
            tries_per_day: REFUND_TRIES_PER_DAY,
        },
    }
}

/// Minted for one sale. The bank would take several payments on it and tells of the latest only.
fn static_code(config: &Config) -> KindAbility {
    KindAbility { kind: CodeKind::Static, latest_credit_only: true, ..dynamic(config) }
}

/// An activation is asked for by our order, so it can always be looked up and withdrawn.
fn cash_link(config: &Config) -> KindAbility {
    let dynamic = dynamic(config);
    KindAbility {
        kind: CodeKind::CashLink,
        status_by_order: true,
        code_life: (config.code_life_min.min(LINK_LIFE_MAX), LINK_LIFE_MAX),
        code_life_default: dynamic.code_life_default.min(LINK_LIFE_MAX),
        ..dynamic
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::config;

    #[test]
    fn dynamic_and_static_codes_and_cash_links_are_offered() {
        let able = capabilities(&config(&[]));
        let kinds: Vec<CodeKind> = able.kinds.iter().map(|ability| ability.kind).collect();
        assert_eq!(kinds, [CodeKind::Dynamic, CodeKind::Static, CodeKind::CashLink]);
        assert!(able.kinds.iter().all(|ability| ability.annul));
        let link = able.kind(CodeKind::CashLink).unwrap();
        assert_eq!(link.code_life, (Duration::from_mins(1), Duration::from_mins(20)));
        assert!(able.kind(CodeKind::Static).unwrap().latest_credit_only && !link.latest_credit_only);
        let dynamic = able.kind(CodeKind::Dynamic).unwrap();
        assert!(dynamic.annul && dynamic.status_by_order && dynamic.refund.keys_idempotent);
        assert_eq!(dynamic.code_life_default, Duration::from_mins(5));
    }

    #[test]
    fn unsure_facts_follow_the_settings() {
        let able = capabilities(&config(&[
            ("order_status", "off"),
            ("refund_key_idempotent", "off"),
            ("code_life_min_s", "900"),
            ("dead_after_s", "60"),
        ]));
        let dynamic = able.kind(CodeKind::Dynamic).unwrap();
        assert!(!dynamic.status_by_order && !dynamic.refund.keys_idempotent);
        let link = able.kind(CodeKind::CashLink).unwrap();
        assert!(link.status_by_order, "its order is the bank's own");
        assert_eq!(link.code_life_default, Duration::from_mins(15));
        assert_eq!(dynamic.code_life.0, Duration::from_mins(15));
        assert_eq!(dynamic.code_life_default, Duration::from_mins(15), "the default is within the bounds");
        assert_eq!(dynamic.dead_after, Duration::from_mins(1));
    }
}
