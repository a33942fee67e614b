//! The kiosk's screen: it reads the register's state and shows the code that may be paid, if there is one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use engine::doors::Screens;
use engine::ports::Destination;
use payment::{Annulment, ConsoleId, Payment, Phase, Timestamp};

use crate::buyers;
use crate::plan::{CONSOLE, REGISTERS, Role, register, store};
use crate::promise::Promise;
use crate::world::World;

/// How often a screen looks, beside the news.
const EVERY: Duration = Duration::from_secs(2);

/// Switches the screens on.
pub(crate) fn watch(world: &Arc<World>) {
    for (id, _) in REGISTERS.iter().filter(|(_, role)| *role == Role::Kiosk) {
        let world = Arc::clone(world);
        let here = Destination { store: store(), register: register(id) };
        tokio::spawn(async move { look_on(&world, &here).await });
    }
}

async fn look_on(world: &Arc<World>, here: &Destination) {
    let console = ConsoleId::parse(CONSOLE).expect("a plain word");
    let mut seen = BTreeSet::new();
    while !world.is_over() {
        let (engine, life) = world.an_engine().await;
        let mut changes = engine.changes();
        let read = tokio::select! {
            biased;
            read = engine.newest_payments(here) => read.ok(),
            () = life.died() => None,
        };
        let payments = read.unwrap_or_default();
        if let Some((payment, payload)) = live_code(&payments, &console, world.now()) {
            judge(world, here, payment, payload);
            engine.drew(payment.id, &console);
            if seen.insert(payment.id) {
                world.tell("kiosk", format_args!("shows {payload}"));
                buyers::see(world, payload);
            }
        }
        if payments.iter().any(has_a_code_to_hide) {
            world.risk(Promise::P8, 1);
        }
        // A hint of another register is no reason to look.
        let news = async { while changes.recv().await.is_ok_and(|changed| changed != *here) {} };
        let patience = if world.weather.is_calm() { EVERY * 15 } else { EVERY };
        let _ = tokio::time::timeout(patience, news).await;
    }
}

/// The code of the newest open payment, while buyers may pay it.
fn live_code<'a>(
    payments: &'a [Payment],
    console: &ConsoleId,
    now: Timestamp,
) -> Option<(&'a Payment, &'a str)> {
    let of_console = payments.iter().filter(|payment| payment.checkout.show_on.contains(console));
    let payment = of_console.filter(|payment| payment.is_open()).max_by_key(|payment| payment.opened_at)?;
    let attempt = payment.shown_attempt().filter(|_| payment.state.phase == Phase::Showing)?;
    let code = attempt.code.as_ref()?;
    let is_live = attempt.is_payable()
        && attempt.annulment == Annulment::NotWanted
        && now < code.expires_at.unwrap_or(attempt.expires_at);
    is_live.then_some((payment, code.payload.as_str()))
}

/// There is a code that must not be shown: of an end, or of an order that nobody shows.
fn has_a_code_to_hide(payment: &Payment) -> bool {
    let is_over = !payment.is_open() && payment.shown_attempt().is_some();
    is_over || payment.state.attempts.iter().any(|attempt| attempt.shown_at.is_none() && attempt.is_payable())
}

fn judge(world: &World, here: &Destination, payment: &Payment, payload: &str) {
    if payment.checkout.register != here.register {
        world.broken(
            Promise::P8,
            format!("a screen of {} shows a code of {}", here.register, payment.checkout.register),
        );
    }
    let is_over = world.notes().payments.get(&payment.id).is_some_and(|notes| notes.word.is_some());
    if is_over {
        world.broken(Promise::P8, format!("a screen shows {payload}, and its register was told the end"));
    }
    let is_orphan = world.banks.values().any(|bank| {
        let books = bank.books();
        let orders = books.orders.range(crate::judge::orders_of(payment.id));
        orders.into_iter().any(|(id, order)| order.is_orphan && payload.ends_with(&id.to_string()))
    });
    if is_orphan {
        world.broken(Promise::P8, format!("a screen shows {payload}, whose creation was unknown"));
    }
}
