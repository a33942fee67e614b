//! Every state of a buyer's screen, on the real door with payments made by hand: for people to look at.
//!
//! `cargo run -p http-door --example screen_gallery -- 127.0.0.1:8087`, then open `/screen` and choose; add `&lang=en`
//! (`kk`, `ky`, `hi`) to an address for another language.

#[path = "../tests/door/fake.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "they are made for tests, which use more of them")]
mod fake;

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use console::samples::{self, Sample};
use console::{Place, ScreenState};
use engine::doors::Screens;
use engine::ports::{Destination, StoreError};
use engine::settings::{ConsoleKind, Settings};
use http_door::HttpConfig;
use payment::{ConsoleId, EndCode, EndWord, LastTry, Money, Payment, PaymentId, Phase, Timestamp};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use fake::{FakeScreens, Fakes};

/// The states that are made by hand beside those of [`ScreenState`].
const MORE: [&str; 5] = [
    "code_of_a_long_amount",
    "code_of_the_largest_amount",
    "code_of_test_money",
    "paid_with_test_money",
    "cancelled_uncertain",
];

/// Registers named after states: each always shows its own.
struct Gallery {
    clock: Arc<FakeScreens>,
    began: Timestamp,
}

#[async_trait]
impl Screens for Gallery {
    async fn newest_payments(&self, destination: &Destination) -> Result<Vec<Payment>, StoreError> {
        let place = Place::parse("gallery", destination.register.as_str(), "kiosk");
        let place = place.map_err(|error| StoreError(error.to_string()))?;
        let name = destination.register.as_str().to_owned();
        if name == ScreenState::Unavailable.word() {
            return Err(StoreError("this register is always unavailable".to_owned()));
        }
        // Outcomes are always fresh; a code keeps its end, so that its countdown can be watched.
        let outcome = Sample::at(place.clone(), self.now());
        Ok(payment(&name, &Sample::at(place, self.began), &outcome).into_iter().collect())
    }

    async fn holder(&self, owner: &Destination, console: &ConsoleId) -> Result<Option<Payment>, StoreError> {
        self.clock.holder(owner, console).await
    }

    fn changes(&self) -> broadcast::Receiver<Destination> {
        self.clock.changes()
    }

    fn drew(&self, payment: PaymentId, console: &ConsoleId) {
        self.clock.drew(payment, console);
    }

    fn settings(&self) -> Arc<Settings> {
        self.clock.settings()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn payment(name: &str, live: &Sample, outcome: &Sample) -> Option<Payment> {
    match name {
        "code" => return live.in_state(ScreenState::Code),
        "try_declined" => return live.in_state(ScreenState::TryDeclined),
        "code_of_a_long_amount" => {
            return Some(Sample { minor: 123_456_789, ..live.clone() }.showing(LastTry::None));
        }
        "code_of_the_largest_amount" => {
            return Some(Sample { minor: Money::MAX_MINOR, ..live.clone() }.showing(LastTry::None));
        }
        "code_of_test_money" => return Some(Sample { test: true, ..live.clone() }.showing(LastTry::None)),
        "paid_with_test_money" => {
            return Sample { test: true, ..outcome.clone() }.in_state(ScreenState::Paid);
        }
        "cancelled_uncertain" => {
            let mut payment = outcome.ended(EndWord::Cancelled, EndCode::Cancelled);
            if let Phase::Ended(ending) = &mut payment.state.phase {
                ending.certain = false;
            }
            return Some(payment);
        }
        _ => {}
    }
    ScreenState::ALL.into_iter().find(|state| state.word() == name).and_then(|state| outcome.in_state(state))
}

#[tokio::main]
async fn main() {
    let listen: SocketAddr = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8087".to_owned())
        .parse()
        .expect("an address such as 127.0.0.1:8087");
    let names = ScreenState::ALL.iter().map(|state| state.word()).chain(MORE);
    let places: Vec<_> = names
        .map(|name| (Place::parse("gallery", name, "kiosk").expect("a name"), ConsoleKind::Kiosk, None))
        .collect();
    let fakes = Fakes::new(samples::settings("Вкусно и рядом", "ru", &places));
    let mut door = fakes.door(HttpConfig { open_screens: true, ..HttpConfig::default() });
    let clock = Arc::clone(&fakes.screens);
    door.screens = Arc::new(Gallery { began: clock.now(), clock });
    let bound = door.bind(listen).await.expect("a free address");
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        stopping.cancel();
    });
    bound.serve(stop).await;
}
