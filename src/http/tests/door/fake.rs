//! Stand-ins for the parts behind the door.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use console::Place;
use engine::doors::{Hints, Incoming, Intake, MoneyTold, Outcome, Receipt, Registers, Screens};
use engine::ports::{Destination, EventRow, OperationKey, OperationKind, StoreError};
use engine::settings::Settings;
use http_door::{
    ApiKeys, Condition, Health, HealthSource, HttpConfig, HttpDoor, NewDevice, NotificationReceipt,
    Notifications, Pairings, Part, Ratings, Sightings,
};
use payment::{
    AttemptId, BankTransaction, ConsoleId, PaidNotice, Payment, PaymentId, ServerId, StoreId, Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use tokio::sync::broadcast;
use tokio::time::Instant;

/// Registers whose payments a test sets, by a clock that begins at a fixed time.
pub(crate) struct FakeScreens {
    settings: Mutex<Arc<Settings>>,
    payments: Mutex<Vec<Payment>>,
    changes: broadcast::Sender<Destination>,
    began: Instant,
    pub(crate) is_broken: AtomicBool,
    pub(crate) panics: AtomicBool,
    pub(crate) reads: AtomicUsize,
    /// What pages told that they had drawn.
    pub(crate) drawn: Mutex<Vec<(PaymentId, ConsoleId)>>,
}

impl FakeScreens {
    pub(crate) fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            settings: Mutex::new(Arc::new(settings)),
            payments: Mutex::default(),
            changes: broadcast::channel(64).0,
            began: Instant::now(),
            is_broken: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            reads: AtomicUsize::new(0),
            drawn: Mutex::default(),
        })
    }

    /// Sets the payments and tells nobody.
    pub(crate) fn put(&self, payments: Vec<Payment>) {
        *self.payments.lock().unwrap() = payments;
    }

    /// Sets the payments and hints at the register of the first.
    pub(crate) fn change(&self, payments: Vec<Payment>) {
        let first = payments.first().map(|payment| Destination {
            store: payment.checkout.store.clone(),
            register: payment.checkout.register.clone(),
        });
        self.put(payments);
        if let Some(destination) = first {
            self.hint(destination);
        }
    }

    /// Tells that a register changed.
    pub(crate) fn hint(&self, destination: Destination) {
        let _ = self.changes.send(destination);
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        *self.settings.lock().unwrap() = Arc::new(settings);
    }
}

#[async_trait]
impl Screens for FakeScreens {
    async fn newest_payments(&self, destination: &Destination) -> Result<Vec<Payment>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        assert!(!self.panics.load(Ordering::Relaxed), "the store panics as the test asked");
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(StoreError("the disk is full".to_owned()));
        }
        let of_register = |payment: &&Payment| {
            payment.checkout.store == destination.store && payment.checkout.register == destination.register
        };
        Ok(self.payments.lock().unwrap().iter().filter(of_register).cloned().collect())
    }

    async fn holder(&self, owner: &Destination, console: &ConsoleId) -> Result<Option<Payment>, StoreError> {
        let has_it = |payment: &&Payment| {
            payment.checkout.store == owner.store && payment.state.consoles_held.contains(console)
        };
        Ok(self.payments.lock().unwrap().iter().find(has_it).cloned())
    }

    fn changes(&self) -> broadcast::Receiver<Destination> {
        self.changes.subscribe()
    }

    fn drew(&self, payment: PaymentId, console: &ConsoleId) {
        self.drawn.lock().unwrap().push((payment, console.clone()));
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.lock().unwrap())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_795_255_200_000_000).plus(self.began.elapsed())
    }
}

/// Keeps what it was given.
#[derive(Default)]
pub(crate) struct FakeIntake {
    pub(crate) received: Mutex<Vec<Incoming>>,
    pub(crate) is_away: AtomicBool,
}

#[async_trait]
impl Intake for FakeIntake {
    async fn receive(&self, incoming: Incoming) -> Receipt {
        self.received.lock().unwrap().push(incoming);
        if self.is_away.load(Ordering::Relaxed) { Receipt::Later } else { Receipt::Ack }
    }

    fn release_parked(&self, _destination: &Destination) {}
}

/// A contract with registers: answers as a test set, and keeps events with their numbers.
#[derive(Default)]
pub(crate) struct FakeRegisters {
    pub(crate) asked: Mutex<Vec<Incoming>>,
    pub(crate) answer: Mutex<Option<Outcome>>,
    pub(crate) operations: Mutex<Vec<(OperationKey, OperationKind)>>,
    pub(crate) payments: Mutex<Vec<Payment>>,
    pub(crate) events: Mutex<Vec<EventRow>>,
}

#[async_trait]
impl Registers for FakeRegisters {
    async fn answer(&self, incoming: Incoming) -> Outcome {
        self.asked.lock().unwrap().push(incoming);
        self.answer.lock().unwrap().clone().unwrap_or(Outcome::Later)
    }

    async fn answer_store(&self, store: &StoreId, verb: &str, fields: &Map<String, Value>) -> Outcome {
        let body = Value::Object(fields.clone()).to_string().into_bytes();
        let (store, verb) = (store.to_string(), verb.to_owned());
        self.answer(Incoming { store, verb, body, ..Incoming::default() }).await
    }

    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationKind>, StoreError> {
        let known = self.operations.lock().unwrap();
        Ok(known.iter().find(|(known, _)| known == key).map(|(_, kind)| kind.clone()))
    }

    async fn payment(&self, payment: PaymentId) -> Result<Option<Payment>, StoreError> {
        Ok(self.payments.lock().unwrap().iter().find(|known| known.id == payment).cloned())
    }

    async fn events_of_payment(&self, payment: &Payment, after: u64) -> Result<Vec<EventRow>, StoreError> {
        let events = self.events.lock().unwrap();
        let is_news = |event: &&EventRow| event.payment == payment.id && event.sequence > after;
        Ok(events.iter().filter(is_news).cloned().collect())
    }

    async fn events_behind(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        let events = self.events.lock().unwrap();
        let is_next = |event: &&EventRow| event.destination == *destination && event.number > after;
        Ok(events.iter().filter(is_next).take(limit).cloned().collect())
    }

    async fn newest_event(&self, destination: &Destination) -> Result<i64, StoreError> {
        let events = self.events.lock().unwrap();
        let own = events.iter().filter(|event| event.destination == *destination);
        Ok(own.map(|event| event.number).max().unwrap_or(0))
    }
}

/// Knows the key of store 17.
pub(crate) struct FakeKeys;

/// The key of store 17.
pub(crate) const API_KEY: &str = "the-key-of-store-17";

#[async_trait]
impl ApiKeys for FakeKeys {
    async fn store_of(&self, key: &SecretString) -> Result<Option<StoreId>, StoreError> {
        Ok((key.expose_secret() == API_KEY).then(|| StoreId::parse("17").unwrap()))
    }
}

/// Gives tokens and codes by number, and keeps them for ten minutes.
#[derive(Default)]
pub(crate) struct FakePairings {
    begun: AtomicUsize,
    waiting: Mutex<Vec<(String, String, Timestamp)>>,
}

impl FakePairings {
    /// As if all codes were too old.
    pub(crate) fn forget(&self) {
        self.waiting.lock().unwrap().clear();
    }
}

#[async_trait]
impl Pairings for FakePairings {
    async fn begin(&self, now: Timestamp) -> Result<NewDevice, StoreError> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let (token, code) = (format!("token-{number}"), format!("CODE{number:04}"));
        let expires_at = now.plus(std::time::Duration::from_mins(10));
        self.waiting.lock().unwrap().push((token.clone(), code.clone(), expires_at));
        Ok(NewDevice { token: SecretString::from(token), code, expires_at })
    }

    async fn waiting(
        &self,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<(String, Timestamp)>, StoreError> {
        let waiting = self.waiting.lock().unwrap();
        let found = waiting.iter().find(|(known, _, end)| known == token.expose_secret() && now < *end);
        Ok(found.map(|(_, code, end)| (code.clone(), *end)))
    }
}

/// Keeps ratings.
#[derive(Default)]
pub(crate) struct FakeRatings(Mutex<Vec<(PaymentId, Place, u8)>>);

impl FakeRatings {
    pub(crate) fn kept(&self) -> Vec<(PaymentId, Place, u8)> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Ratings for FakeRatings {
    async fn rate(
        &self,
        payment: PaymentId,
        place: &Place,
        rating: u8,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.lock().unwrap().push((payment, place.clone(), rating));
        Ok(())
    }
}

/// Keeps which screens were seen.
#[derive(Default)]
pub(crate) struct FakeSightings(pub(crate) Mutex<Vec<Place>>);

#[async_trait]
impl Sightings for FakeSightings {
    async fn saw(&self, place: &Place, _now: Timestamp) -> Result<(), StoreError> {
        self.0.lock().unwrap().push(place.clone());
        Ok(())
    }
}

/// Keeps the orders that were hinted at.
#[derive(Default)]
pub(crate) struct FakeHints(pub(crate) Mutex<Vec<AttemptId>>);

#[async_trait]
impl Hints for FakeHints {
    fn hint(&self, order: AttemptId) {
        self.0.lock().unwrap().push(order);
    }

    async fn notified(&self, _server: &ServerId, told: MoneyTold) -> bool {
        told.money.transaction.is_some()
    }
}

/// Knows the server `bank`; a body is an order number, the header `x-sign` says `right` when it is the bank's.
pub(crate) struct FakeNotifications;

impl Notifications for FakeNotifications {
    fn receive(
        &self,
        server: &ServerId,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
    ) -> NotificationReceipt {
        if server.as_str() != "bank" {
            return NotificationReceipt::UnknownServer;
        }
        let Ok(text) = std::str::from_utf8(body) else { return NotificationReceipt::Unreadable };
        let order = text.parse().ok();
        match header("X-Sign").as_deref() {
            Some("right") => NotificationReceipt::Proven { order, money: None },
            Some("right, with money") => {
                NotificationReceipt::Proven { order, money: Some(money(order, true)) }
            }
            Some("right, too early") => {
                NotificationReceipt::Proven { order, money: Some(money(order, false)) }
            }
            _ => NotificationReceipt::NotProven { order },
        }
    }
}

/// Money; without its transaction the engine can't take it yet.
fn money(order: Option<AttemptId>, is_known: bool) -> MoneyTold {
    let money = PaidNotice {
        transaction: is_known.then(|| BankTransaction::parse("T1").unwrap()),
        amount: None,
        paid_at: None,
        payer: None,
        instrument: None,
    };
    MoneyTold { order, code: None, money }
}

/// Says what a test set.
#[derive(Default)]
pub(crate) struct FakeHealth(pub(crate) Mutex<Health>);

#[async_trait]
impl HealthSource for FakeHealth {
    async fn health(&self) -> Health {
        self.0.lock().unwrap().clone()
    }
}

impl FakeHealth {
    pub(crate) fn set(&self, store: Condition, broker: Condition) {
        let part = |name, condition, is_required| Part { name, condition, detail: None, is_required };
        let parts = vec![part("store", store, true), part("broker", broker, false)];
        *self.0.lock().unwrap() = Health { parts };
    }
}

/// Everything behind a door.
pub(crate) struct Fakes {
    pub(crate) screens: Arc<FakeScreens>,
    pub(crate) intake: Arc<FakeIntake>,
    pub(crate) registers: Arc<FakeRegisters>,
    pub(crate) pairings: Arc<FakePairings>,
    pub(crate) ratings: Arc<FakeRatings>,
    pub(crate) sightings: Arc<FakeSightings>,
    pub(crate) hints: Arc<FakeHints>,
    pub(crate) health: Arc<FakeHealth>,
}

impl Fakes {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            screens: FakeScreens::new(settings),
            intake: Arc::default(),
            registers: Arc::default(),
            pairings: Arc::default(),
            ratings: Arc::default(),
            sightings: Arc::default(),
            hints: Arc::default(),
            health: Arc::default(),
        }
    }

    pub(crate) fn door(&self, config: HttpConfig) -> HttpDoor {
        HttpDoor {
            config,
            screens: Arc::clone(&self.screens) as Arc<dyn Screens>,
            intake: Arc::clone(&self.intake) as Arc<dyn Intake>,
            registers: Arc::clone(&self.registers) as Arc<dyn Registers>,
            keys: Arc::new(FakeKeys),
            pairings: Arc::clone(&self.pairings) as Arc<dyn Pairings>,
            ratings: Arc::clone(&self.ratings) as Arc<dyn Ratings>,
            sightings: Arc::clone(&self.sightings) as Arc<dyn Sightings>,
            hints: Arc::clone(&self.hints) as Arc<dyn Hints>,
            notifications: Arc::new(FakeNotifications),
            health: Arc::clone(&self.health) as Arc<dyn HealthSource>,
            pages: None,
            metrics: None,
        }
    }
}
