//! Buyers: they pay what they see, when they like, sometimes twice, sometimes when it is too late.

use std::sync::Arc;
use std::time::Duration;

use engine::doors::{Hints, MoneyTold};
use payment::{AttemptId, CodeId, CodeKind, IssueRequest};

use crate::bank::{Bank, Money, notice};
use crate::judge;
use crate::plan::{OPEN_PLATE, OPEN_PLATE_BANK, PLATE_PAYLOAD, server};
use crate::weather::Trouble;
use crate::world::World;

/// A bank has made a code, or armed a plate. A plate can be paid from here on; the code of an orphan reaches somebody in ways
/// that nobody thought of, rarely, and within the life that was asked for it: without an answer nobody has it for ever.
pub(crate) fn code_was_made(world: &Arc<World>, bank: &Arc<Bank>, request: &IssueRequest) {
    let is_at_the_plate = request.plate.is_some() && world.dice.chance(300);
    let is_odd = world.strikes(Trouble::OddBuyers);
    if !is_at_the_plate && !is_odd {
        return;
    }
    let (world, bank, order, ends_at) =
        (Arc::clone(world), Arc::clone(bank), request.order, request.expires_at);
    tokio::spawn(async move {
        tokio::time::sleep(world.dice.millis(50, 9_000)).await;
        let is_orphan = bank.books().orders.get(&order).is_some_and(|order| order.is_orphan);
        if is_at_the_plate || (is_orphan && world.now() < ends_at) {
            pay(&world, &bank, order).await;
        }
    });
}

/// A buyer sees a code on a screen, at a till or on a plate.
pub(crate) fn see(world: &Arc<World>, payload: &str) {
    let Some((bank, order)) = order_of(world, payload) else { return };
    let is_static = bank.books().orders.get(&order).is_some_and(|order| order.kind == CodeKind::Static);
    let buyers = if is_static && world.dice.chance(300) { 2 } else { 1 };
    for _ in 0..buyers {
        let (world, bank) = (Arc::clone(world), Arc::clone(&bank));
        tokio::spawn(async move { buy(&world, &bank, order).await });
    }
}

/// The order that is paid by whoever reads this text now.
fn order_of(world: &World, payload: &str) -> Option<(Arc<Bank>, AttemptId)> {
    if payload == PLATE_PAYLOAD {
        let mut banks = world.banks.values();
        return banks.find_map(|bank| Some((Arc::clone(bank), bank.books().armed_by(payload, world.now())?)));
    }
    let (bank, order) = payload.strip_prefix("https://qr.example/")?.split_once('/')?;
    let bank = world.banks.values().find(|one| one.server.as_str() == bank)?;
    Some((Arc::clone(bank), order.parse().ok()?))
}

async fn buy(world: &Arc<World>, bank: &Arc<Bank>, order: AttemptId) {
    let dice = &world.dice;
    if dice.chance(180) {
        return; // walks away
    }
    let is_odd = world.strikes(Trouble::OddBuyers);
    let hesitates = if is_odd { dice.millis(100, 60_000) } else { dice.millis(200, 7_000) };
    tokio::time::sleep(hesitates).await;
    if dice.chance(100) {
        let for_good = dice.chance(300);
        bank.books().decline(order, for_good, world.now());
        world.tell("buyer", format_args!("is declined for {order}, for good: {for_good}"));
        tokio::time::sleep(dice.millis(500, 4_000)).await;
    }
    pay(world, bank, order).await;
}

/// A buyer pays, in one step or in two.
async fn pay(world: &Arc<World>, bank: &Arc<Bank>, order: AttemptId) {
    let dice = &world.dice;
    if dice.chance(400) || world.strikes(Trouble::OddBuyers) {
        let hidden = dice.chance(500);
        if !bank.books().begin(order, hidden, world.now()) {
            return;
        }
        world.tell("buyer", format_args!("begins to pay {order}, hidden: {hidden}"));
        let takes = if world.strikes(Trouble::OddBuyers) {
            dice.millis(1_000, 17_500)
        } else {
            dice.millis(100, 3_000)
        };
        tokio::time::sleep(takes).await;
        if dice.chance(80) {
            return; // gives it up: the bank drops the try after a while
        }
    }
    let paid = bank.books().pay(order, world.now());
    if let Some(money) = paid {
        world.tell("buyer", format_args!("pays {order}: {}", money.transaction));
        judge::money_arrived(world, &money);
        tell_of(world, bank, &money);
    }
}

/// Buyers come to the open plate while there is trouble: they type an amount and pay. The bank tells of it until it is heard.
pub(crate) fn come_to_the_open_plate(world: &Arc<World>) {
    let world = Arc::clone(world);
    tokio::spawn(async move {
        let (server, plate) = (server(OPEN_PLATE_BANK), CodeId::parse(OPEN_PLATE).expect("a plain word"));
        let bank = Arc::clone(&world.banks[&server]);
        while !world.weather.is_calm() {
            let pause = if world.strikes(Trouble::OddBuyers) { 500 } else { 40_000 };
            tokio::time::sleep(world.dice.millis(100, pause)).await;
            let minor = i64::try_from(world.dice.between(100, 50_000)).expect("some roubles");
            let amount = payment::Money::try_new(minor, payment::Currency::RUB).expect("a sum");
            let money = bank.books().pay_at_plate(&plate, amount, world.now());
            world.tell("buyer", format_args!("pays at the open plate: {}", money.transaction));
            let told = MoneyTold { order: None, code: Some(plate.clone()), money: money.notice() };
            world.notes().untold += 1;
            let (world, bank) = (Arc::clone(&world), Arc::clone(&bank));
            tokio::spawn(async move {
                tokio::time::sleep(world.dice.millis(5, 3_000)).await;
                tell_until_heard(&world, &bank, told).await;
            });
        }
    });
}

async fn tell_until_heard(world: &Arc<World>, bank: &Bank, told: MoneyTold) {
    loop {
        let (engine, life) = world.an_engine().await;
        let heard = tokio::select! {
            biased;
            heard = engine.notified(&bank.server, told.clone()) => heard && life.is_alive(),
            () = life.died() => false,
        };
        if heard {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let transaction = told.money.transaction.as_ref().map(ToString::to_string).unwrap_or_default();
    world.tell(bank.server.as_str(), format_args!("has told of {transaction}"));
    world.notes().untold -= 1;
}

/// The bank tells of money unasked. Where its status shows the latest money of a code only, it tells until it is heard.
fn tell_of(world: &Arc<World>, bank: &Arc<Bank>, money: &Money) {
    let kind = bank.books().orders.get(&money.order).map(|order| order.kind);
    let must_be_heard = kind == Some(CodeKind::Static);
    if !must_be_heard && !world.dice.chance(300) {
        return;
    }
    let (world, bank, money) = (Arc::clone(world), Arc::clone(bank), money.clone());
    world.notes().untold += usize::from(must_be_heard);
    tokio::spawn(async move {
        tokio::time::sleep(world.dice.millis(5, 3_000)).await;
        if !must_be_heard {
            if let Some((engine, _)) = world.some_engine() {
                engine.hint(money.order);
            }
            return;
        }
        let told = MoneyTold { order: Some(money.order), code: None, money: notice(&money) };
        tell_until_heard(&world, &bank, told).await;
    });
}
