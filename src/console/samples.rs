//! Payments in every state, made by hand: for tests of screens and for the gallery that people look at.

pub mod paper;
pub mod slips;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::settings::{
    ConsoleKind, ConsoleSettings, EventsBy, OpenPayments, RegisterSettings, Settings, StoreSettings,
};
use payment::{
    Annulment, Attempt, Checkout, Code, CodeId, CodeKind, Currency, Details, EndCode, EndWord, Ending,
    LastTry, LateMoney, Life, Money, OperationId, Payment, PaymentId, PaymentTypeCode, Phase, PollPlan,
    RefundAbility, RefundTerms, Route, ServerId, State, Terms, Timestamp, Wish,
};

use crate::{Place, ScreenState};

/// What the symbol of a sample says: an SBP link of the usual length.
pub const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";

/// A way to make payments at one place.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Where they are paid and shown.
    pub place: Place,
    /// The present.
    pub now: Timestamp,
    /// The amount in minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
    /// Test money.
    pub test: bool,
    /// Tells payments apart; a greater one is newer.
    pub number: u16,
}

impl Sample {
    /// Payments of 198 roubles at a place.
    pub fn at(place: Place, now: Timestamp) -> Self {
        Self { place, now, minor: 19_800, currency: Currency::RUB, test: false, number: 1 }
    }

    /// A payment that makes a screen show this state now; `None` for the states without a payment.
    pub fn in_state(&self, state: ScreenState) -> Option<Payment> {
        let payment = match state {
            ScreenState::Idle | ScreenState::Unavailable => return None,
            ScreenState::Preparing => self.payment(self.opening(), Vec::new()),
            ScreenState::Code => self.showing(LastTry::None),
            ScreenState::TryDeclined => self.showing(LastTry::Declined),
            ScreenState::Processing => self.showing(LastTry::InProgress),
            ScreenState::Checking => self.with_phase(Phase::Closing {
                wish: Wish::Expire,
                since: self.now,
                tell_by: self.now,
                reason: None,
            }),
            ScreenState::Paid => self.with_phase(Phase::Paid { credit: 0, at: self.now }),
            ScreenState::Declined => self.ended(EndWord::Declined, EndCode::Declined),
            ScreenState::Expired => self.ended(EndWord::Expired, EndCode::Expired),
            ScreenState::Cancelled => self.ended(EndWord::Cancelled, EndCode::Cancelled),
            ScreenState::Failed => self.ended(EndWord::Failed, EndCode::BankUnavailable),
            ScreenState::Review => self.with_phase(Phase::Review {
                code: "amount_mismatch".to_owned(),
                reason: "the bank reports another amount".to_owned(),
                since: self.now,
            }),
        };
        Some(payment)
    }

    /// A payment whose code is shown; it was shown 20 s ago and lives for 5 minutes.
    pub fn showing(&self, last_try: LastTry) -> Payment {
        self.payment(Phase::Showing, vec![self.attempt(last_try)])
    }

    /// A payment that ended now, for certain.
    pub fn ended(&self, word: EndWord, code: EndCode) -> Payment {
        self.with_phase(Phase::Ended(Ending {
            word,
            code,
            reason: "for people at the till".to_owned(),
            certain: true,
            payable_until: None,
            at: self.now,
        }))
    }

    /// A payment in this phase whose code had been shown.
    pub fn with_phase(&self, phase: Phase) -> Payment {
        self.payment(phase, vec![self.attempt(LastTry::None)])
    }

    /// A phase without a code yet.
    pub fn opening(&self) -> Phase {
        Phase::Opening { next_attempt_at: self.now, give_up_at: self.now.plus(Duration::from_secs(30)) }
    }

    /// A payment of these parts.
    pub fn payment(&self, phase: Phase, attempts: Vec<Attempt>) -> Payment {
        Payment {
            id: self.id(),
            opened_at: self
                .now
                .minus(Duration::from_secs(21))
                .plus(Duration::from_millis(self.number.into())),
            checkout: Arc::new(self.checkout()),
            state: State {
                sequence: 3,
                phase,
                attempts,
                credits: Vec::new(),
                refunds: Vec::new(),
                consoles: Vec::new(),
                spares: Vec::new(),
                consoles_held: Vec::new(),
                fiscal: None,
                settled: false,
            },
        }
    }

    fn id(&self) -> PaymentId {
        PaymentId::from_uuid(0x019a_a5c0_0000_7000_8000_0000_0000_0000 | (u128::from(self.number) << 12))
    }

    fn attempt(&self, last_try: LastTry) -> Attempt {
        let shown_at = self.now.minus(Duration::from_secs(20));
        let expires_at = shown_at.plus(Duration::from_mins(5));
        Attempt {
            id: self.id().attempt(1),
            route: 0,
            expires_at,
            life: Life::Payable { since: shown_at },
            code: Some(Code {
                id: CodeId::parse("AD10006M8KH234K782OQM0L13JI31LQD").expect("a code's id"),
                payload: PAYLOAD.to_owned(),
                expires_at: Some(expires_at),
                payment_url: None,
            }),
            shown_at: Some(shown_at),
            annulment: Annulment::NotWanted,
            last_try,
        }
    }

    fn checkout(&self) -> Checkout {
        Checkout {
            store: self.place.store.clone(),
            register: self.place.register.clone(),
            operation: OperationId::parse(&format!("sample-{}", self.number)).expect("an operation"),
            amount: Money::try_new(self.minor, self.currency).expect("an amount above zero"),
            payment_type: PaymentTypeCode::parse("sbp").expect("a payment type"),
            kind: CodeKind::Dynamic,
            expires_in_s: None,
            not_after: None,
            routes: vec![self.route()],
            late_money: LateMoney::Refund,
            show_on: vec![self.place.console.clone()],
            consoles: Vec::new(),
            show_on_register: false,
            supersedes: None,
            shares_register: false,
            details: Details::default(),
        }
    }

    fn route(&self) -> Route {
        let seconds = Duration::from_secs;
        Route {
            server: ServerId::parse("sample-bank").expect("an authorization server"),
            module: "sample".to_owned(),
            terms: Terms {
                response_timeout: seconds(30),
                call_timeout: seconds(10),
                code_life: Duration::from_mins(5),
                code_life_min: seconds(1),
                code_life_max: Duration::from_hours(1),
                dead_after: Duration::from_mins(10),
                clock_margin: seconds(1),
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
                test: self.test,
            },
            plate: None,
        }
    }
}

/// Settings with one store, whose registers each have the consoles named.
pub fn settings(shop: &str, language: &str, places: &[(Place, ConsoleKind, Option<&str>)]) -> Settings {
    let mut settings = Settings::default();
    for (place, kind, screen_key_sha256) in places {
        let store = settings.stores.entry(place.store.clone()).or_insert_with(|| store(shop, language));
        let register = store.registers.entry(place.register.clone()).or_insert_with(|| RegisterSettings {
            name: format!("Register {}", place.register),
            events_by: EventsBy::Amqp,
            open_payments: OpenPayments::One,
            consoles: BTreeMap::new(),
            plates: BTreeMap::new(),
            open_plates: BTreeMap::new(),
        });
        let console = ConsoleSettings {
            screen_key_sha256: screen_key_sha256.map(str::to_owned),
            ..ConsoleSettings::new(&format!("Console {}", place.console), *kind)
        };
        register.consoles.insert(place.console.clone(), console);
    }
    settings
}

fn store(shop: &str, language: &str) -> StoreSettings {
    StoreSettings {
        screens: engine::settings::ScreenSettings::default(),
        name: shop.to_owned(),
        zone: "Europe/Moscow".to_owned(),
        language: language.to_owned(),
        currency: Currency::RUB,
        default_payment_type: PaymentTypeCode::parse("sbp").expect("a payment type"),
        late_money: LateMoney::Refund,
        second_person_above_minor: None,
        registers: BTreeMap::new(),
        payment_types: BTreeMap::new(),
    }
}
