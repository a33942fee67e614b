//! The shop of one run, rolled from the seed: registers, payment types, banks and what these can do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::settings::{
    ConsoleKind, ConsoleSettings, EventsBy, OpenPayments, PaymentType, RegisterSettings, ServerSettings,
    Settings, StoreSettings, Usage,
};
use payment::{
    CodeId, CodeKind, ConsoleId, Currency, LateMoney, PaymentTypeCode, Plate, PollPlan, RefundAbility,
    RefundTerms, RegisterId, ServerId, StoreId, Terms,
};

use crate::dice::Dice;

/// The only store.
pub(crate) const STORE: &str = "17";
/// The console of the register with a screen.
pub(crate) const CONSOLE: &str = "k1";
/// The open plate beside the second register: money there has no order.
pub(crate) const OPEN_PLATE: &str = "AS100001ORTF4GAF80KPJ53K186D9A3G";
/// The bank whose it is.
pub(crate) const OPEN_PLATE_BANK: &str = "north";
/// Devices of the first register: a printer, and a display that the last one uses too.
pub(crate) const PRINTER: &str = "tcp://printer-1:9100";
pub(crate) const DISPLAY: &str = "http://display-1/code";
/// The banks.
pub(crate) const BANKS: [&str; 2] = ["north", "south"];

/// What a register is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It gets events from its queue, and has a printer and a display.
    Devices,
    /// It gets events from its queue, and shows codes itself. Beside it is an open plate.
    OpenPlate,
    /// Codes are shown on a kiosk's screen.
    Kiosk,
    /// It has a plate, together with another one.
    Plate,
    /// It asks for its events.
    Http,
    /// It may have many payments open.
    Many,
}

/// The registers.
pub(crate) const REGISTERS: [(&str, Role); 7] = [
    ("1", Role::Devices),
    ("2", Role::OpenPlate),
    ("3", Role::Kiosk),
    ("4", Role::Plate),
    ("5", Role::Plate),
    ("6", Role::Http),
    ("7", Role::Many),
];

/// What was rolled for one run.
pub(crate) struct Plan {
    pub(crate) settings: Settings,
    pub(crate) banks: BTreeMap<ServerId, Manners>,
    /// How many instances run.
    pub(crate) instances: usize,
    /// How many sales each register makes.
    pub(crate) sales: u64,
}

/// What a bank is like.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    pub(crate) terms: Terms,
    /// How far its clock is behind ours: never more than the margin of its terms.
    pub(crate) clock_lag: Duration,
    /// It says by itself that a code has expired, instead of going on saying unpaid.
    pub(crate) tells_expiry: bool,
    /// Static codes have no end of their own there.
    pub(crate) static_is_endless: bool,
}

impl Plan {
    pub(crate) fn of(dice: &Dice) -> Self {
        let banks: BTreeMap<ServerId, Manners> =
            BANKS.iter().map(|name| (server(name), Manners::of(dice))).collect();
        let is_limited = dice.chance(100);
        let servers = banks.iter().map(|(id, manners)| (id.clone(), server_settings(manners, is_limited)));
        let settings = Settings {
            revision: 1,
            servers: servers.collect(),
            stores: BTreeMap::from([(store(), store_settings())]),
        };
        Self { settings, banks, instances: instances(dice), sales: dice.between(4, 8) }
    }
}

/// One instance as a rule, sometimes two or three.
fn instances(dice: &Dice) -> usize {
    match dice.below(10) {
        0..=5 => 1,
        6..=8 => 2,
        _ => 3,
    }
}

impl Manners {
    fn of(dice: &Dice) -> Self {
        let annul = dice.chance(800);
        let status_by_order = dice.chance(800);
        let floor_ms = *dice.pick(&[500, 1_000, 2_000]);
        let terms = Terms {
            response_timeout: dice.millis(15_000, 40_000),
            call_timeout: dice.millis(3_000, 8_000),
            code_life: dice.millis(15_000, 60_000),
            code_life_min: Duration::from_secs(5),
            code_life_max: Duration::from_mins(5),
            dead_after: Duration::from_secs(20),
            clock_margin: Duration::from_secs(2),
            annul,
            status_by_order,
            latest_credit_only: false,
            refund: RefundTerms {
                ability: *dice.pick(&[
                    RefundAbility::Part,
                    RefundAbility::Part,
                    RefundAbility::Part,
                    RefundAbility::Whole,
                    RefundAbility::None,
                ]),
                lookup_by_key: dice.chance(800),
                keys_idempotent: dice.chance(700),
                retry_pause: Duration::from_secs(30),
                tries_per_day: 5,
            },
            poll: PollPlan { steps_ms: vec![(10_000, 1_000), (40_000, 2_000)], after_ms: 5_000, floor_ms },
            test: false,
        };
        Self {
            terms,
            clock_lag: dice.millis(0, 2_000),
            tells_expiry: dice.chance(500),
            static_is_endless: annul && status_by_order && dice.chance(300),
        }
    }

    /// What is declared for a kind of code. Of several payments on one static code, status shows the latest.
    pub(crate) fn terms_for(&self, kind: CodeKind) -> Terms {
        Terms { latest_credit_only: kind == CodeKind::Static, ..self.terms.clone() }
    }
}

fn store_settings() -> StoreSettings {
    let offer = LateMoney::Offer { claim_within: Duration::from_secs(40) };
    let types = [
        ("sbp", vec!["north"], None),
        ("any", vec!["north", "south"], None),
        ("south", vec!["south"], None),
        ("offer", vec!["north", "south"], Some(offer)),
    ];
    let payment_type = |(code, servers, late_money): (&str, Vec<&str>, Option<LateMoney>)| {
        let payment_type = PaymentType {
            name: code.to_uppercase(),
            servers: servers.into_iter().map(server).collect(),
            code: CodeKind::Dynamic,
            late_money,
            code_life_s: None,
            purpose: None,
        };
        (PaymentTypeCode::parse(code).expect("a plain word"), payment_type)
    };
    StoreSettings {
        screens: engine::settings::ScreenSettings::default(),
        name: "Corner shop".to_owned(),
        zone: "Europe/Moscow".to_owned(),
        language: "ru".to_owned(),
        currency: Currency::RUB,
        default_payment_type: PaymentTypeCode::parse("sbp").expect("a plain word"),
        late_money: LateMoney::Refund,
        second_person_above_minor: None,
        registers: REGISTERS.iter().map(|(id, role)| (register(id), register_settings(id, *role))).collect(),
        payment_types: types.into_iter().map(payment_type).collect(),
    }
}

fn register_settings(id: &str, role: Role) -> RegisterSettings {
    let plate = |link: &str, payload: &str| Plate {
        link: CodeId::parse(link).expect("a plain word"),
        payload: payload.to_owned(),
    };
    let shared = || (server("north"), plate("AS100032PQ7739G58NCQ457RA2OG82JP", PLATE_PAYLOAD));
    let open = || (server(OPEN_PLATE_BANK), plate(OPEN_PLATE, "https://qr.example/open-plate"));
    RegisterSettings {
        name: format!("Till {id}"),
        events_by: if role == Role::Http { EventsBy::Http } else { EventsBy::Amqp },
        open_payments: if role == Role::Many { OpenPayments::Many } else { OpenPayments::One },
        consoles: consoles(role),
        plates: (role == Role::Plate).then(shared).into_iter().collect(),
        open_plates: (role == Role::OpenPlate).then(open).into_iter().collect(),
    }
}

fn consoles(role: Role) -> BTreeMap<ConsoleId, ConsoleSettings> {
    let device = |kind, address: &str| ConsoleSettings {
        address: Some(address.to_owned()),
        ..ConsoleSettings::new("Device", kind)
    };
    let consoles = match role {
        Role::Kiosk => vec![(CONSOLE, ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk))],
        Role::Devices => {
            let also_for = BTreeSet::from([register("7")]);
            let display = ConsoleSettings { also_for, ..device(ConsoleKind::Display, DISPLAY) };
            vec![("p1", device(ConsoleKind::Printer, PRINTER)), ("d1", display)]
        }
        _ => Vec::new(),
    };
    consoles.into_iter().map(|(id, console)| (ConsoleId::parse(id).expect("a plain word"), console)).collect()
}

/// What is printed on the plate that two registers share.
pub(crate) const PLATE_PAYLOAD: &str = "https://qr.example/plate";

fn server_settings(manners: &Manners, is_limited: bool) -> ServerSettings {
    let millis = |time: Duration| u32::try_from(time.as_millis()).expect("some seconds");
    ServerSettings {
        name: "A bank".to_owned(),
        module: "simulated".to_owned(),
        response_timeout_s: millis(manners.terms.response_timeout) / 1_000,
        call_timeout_ms: millis(manners.terms.call_timeout),
        code_life_s: millis(manners.terms.code_life) / 1_000,
        test: false,
        poll: manners.terms.poll.clone(),
        rate_per_s: if is_limited { 6 } else { 100_000 },
        concurrency: if is_limited { 2 } else { 10_000 },
        values: BTreeMap::new(),
        usage: Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    }
}

pub(crate) fn store() -> StoreId {
    StoreId::parse(STORE).expect("a plain word")
}

pub(crate) fn register(id: &str) -> RegisterId {
    RegisterId::parse(id).expect("a plain word")
}

pub(crate) fn server(id: &str) -> ServerId {
    ServerId::parse(id).expect("a plain word")
}
