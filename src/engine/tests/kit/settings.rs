//! A shop: store 17 with tills 1, 2, 3, 5 and 6 by AMQP and till 9 by HTTP; till 7 has a kiosk screen; tills 5 and 6 share
//! a plate, till 3 has an open one; payment types `sbp` (north), `south`, and `any`
//! (north, then south).

use std::collections::BTreeMap;
use std::time::Duration;

use engine::settings::{
    ConsoleKind, ConsoleSettings, EventsBy, OpenPayments, PaymentType, RegisterSettings, ServerSettings,
    Settings, StoreSettings, Usage,
};
use payment::{
    CodeId, CodeKind, ConsoleId, Currency, LateMoney, PaymentTypeCode, Plate, PollPlan, RefundAbility,
    RefundTerms, RegisterId, ServerId, StoreId, Terms,
};

/// The store of every test.
pub(crate) const STORE: &str = "17";
/// Its tills.
pub(crate) const REGISTERS: [&str; 7] = ["1", "2", "3", "5", "6", "7", "9"];
/// The plate of tills 5 and 6.
const PLATE: &str = "AS100032PQ7739G58NCQ457RA2OG82JP";

/// The open plate of till 3.
pub(crate) const OPEN_PLATE: &str = "AS200000000000000000000000000001";

/// The shop's settings.
pub(crate) fn settings() -> Settings {
    let store = StoreSettings {
        screens: engine::settings::ScreenSettings::default(),
        name: "Corner shop".to_owned(),
        zone: "Europe/Moscow".to_owned(),
        language: "ru".to_owned(),
        currency: Currency::RUB,
        default_payment_type: PaymentTypeCode::parse("sbp").unwrap(),
        late_money: LateMoney::Refund,
        second_person_above_minor: None,
        registers: REGISTERS.iter().map(|id| (RegisterId::parse(id).unwrap(), register(id))).collect(),
        payment_types: BTreeMap::from([
            payment_type("sbp", &["north"]),
            payment_type("south", &["south"]),
            payment_type("any", &["north", "south"]),
        ]),
    };
    let servers = ["north", "south"].map(|id| (ServerId::parse(id).unwrap(), server(id)));
    Settings {
        revision: 0,
        stores: BTreeMap::from([(StoreId::parse(STORE).unwrap(), store)]),
        servers: BTreeMap::from(servers),
    }
}

fn register(id: &str) -> RegisterSettings {
    let kiosk = ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk);
    let consoles = if id == "7" { vec![(ConsoleId::parse("k1").unwrap(), kiosk)] } else { Vec::new() };
    RegisterSettings {
        name: format!("Till {id}"),
        events_by: if id == "9" { EventsBy::Http } else { EventsBy::Amqp },
        open_payments: OpenPayments::One,
        consoles: consoles.into_iter().collect(),
        plates: plates(id),
        open_plates: open_plates(id),
    }
}

/// The plate between tills 5 and 6.
pub(crate) fn plate() -> Plate {
    Plate { link: CodeId::parse(PLATE).unwrap(), payload: format!("https://qr.nspk.ru/{PLATE}?type=01") }
}

/// Tills 5 and 6 share a plate at one bank: it stands between them.
fn plates(register: &str) -> BTreeMap<ServerId, Plate> {
    let has_one = matches!(register, "5" | "6");
    has_one.then(|| (ServerId::parse("north").unwrap(), plate())).into_iter().collect()
}

/// Till 3 has an open plate.
fn open_plates(register: &str) -> BTreeMap<ServerId, Plate> {
    let plate = Plate {
        link: CodeId::parse(OPEN_PLATE).unwrap(),
        payload: format!("https://qr.nspk.ru/{OPEN_PLATE}?type=01"),
    };
    let has_one = register == "3";
    has_one.then(|| (ServerId::parse("north").unwrap(), plate)).into_iter().collect()
}

fn payment_type(code: &str, servers: &[&str]) -> (PaymentTypeCode, PaymentType) {
    let payment_type = PaymentType {
        name: code.to_uppercase(),
        servers: servers.iter().map(|id| ServerId::parse(id).unwrap()).collect(),
        code: CodeKind::Dynamic,
        late_money: None,
        code_life_s: None,
        purpose: None,
    };
    (PaymentTypeCode::parse(code).unwrap(), payment_type)
}

/// An authorization server with limits that nobody meets by chance.
fn server(id: &str) -> ServerSettings {
    ServerSettings {
        name: id.to_owned(),
        module: id.to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 10_000,
        code_life_s: 300,
        test: false,
        poll: PollPlan::live(),
        rate_per_s: 100_000,
        concurrency: 10_000,
        values: BTreeMap::new(),
        usage: Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    }
}

/// A bank that can do everything: codes live 300 s, calls may take 10 s, the till waits 60 s for certainty, money that
/// was under way when a code died may be reported for another 60 s.
pub(crate) fn terms() -> Terms {
    Terms {
        response_timeout: Duration::from_mins(1),
        call_timeout: Duration::from_secs(10),
        code_life: Duration::from_mins(5),
        code_life_min: Duration::from_secs(1),
        code_life_max: Duration::from_hours(1),
        dead_after: Duration::from_mins(1),
        clock_margin: Duration::from_secs(2),
        annul: true,
        status_by_order: true,
        latest_credit_only: false,
        refund: RefundTerms {
            ability: RefundAbility::Part,
            lookup_by_key: true,
            keys_idempotent: true,
            retry_pause: Duration::from_hours(1),
            tries_per_day: 5,
        },
        poll: PollPlan::live(),
        test: false,
    }
}
