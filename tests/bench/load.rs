//! Checkouts at a constant rate, and what came back when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::figures::{Latencies, Round};
use crate::lab::Bank;
use crate::plan::{Load, Path};
use crate::stage::{NEIGHBOUR, Stage};
use crate::tills::{self, Heard};

/// How long after the last checkout what is missing may still come, unless the side is overloaded on purpose.
const DRAIN: Duration = Duration::from_secs(10);

/// When things happened to one checkout, in microseconds since the beginning; 0: not yet.
#[derive(Default)]
struct Checkout {
    coded: AtomicU64,
    bought: AtomicU64,
    paid: AtomicU64,
}

/// What is known of a round.
struct Book {
    began: Instant,
    checkouts: Vec<Checkout>,
    path: Path,
}

impl Book {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }
}

/// Runs one round.
pub(crate) async fn run(stage: &Stage, load: &Load) -> Round {
    let count = usize::try_from(load.rate_per_s * load.seconds).expect("a round is short");
    let checkouts = std::iter::repeat_with(Checkout::default).take(count).collect();
    let book = Arc::new(Book { began: Instant::now(), checkouts, path: load.path });
    let sending = send(stage, &book, load);
    let mut events = stage.tills.events.clone();
    let until = book.began + Duration::from_secs(u64::from(load.seconds));
    let until = if load.is_overload { until } else { until + DRAIN };
    let hearing = timeout_at(until, hear(&mut events, &book, stage.bank.clone(), count));
    // Either all came, or what is missing shows in the figures.
    let ((), _) = tokio::join!(sending, hearing);
    figures(&book, load)
}

fn due_us(number: usize, rate_per_s: u32) -> u64 {
    u64::try_from(number).expect("a round is short") * 1_000_000 / u64::from(rate_per_s)
}

async fn send(stage: &Stage, book: &Book, load: &Load) {
    for number in 0..book.checkouts.len() {
        sleep_until(book.began + Duration::from_micros(due_us(number, load.rate_per_s))).await;
        stage.tills.pay(number);
        if load.flood.is_some() && number.is_multiple_of(2) {
            stage.tills.pay_elsewhere(number, NEIGHBOUR);
        }
    }
}

/// Notes codes and ends until all have come.
async fn hear(events: &mut lapin::Consumer, book: &Arc<Book>, bank: Bank, count: usize) {
    let mut buyers = JoinSet::new();
    let mut left = count;
    while left > 0 {
        let Heard { number, name, body } = tills::next(events).await;
        let Some(checkout) = number.and_then(|number| book.checkouts.get(number)) else { continue };
        match name.as_str() {
            "payment.qr_ready" => {
                checkout.coded.store(book.now(), Ordering::Relaxed);
                if book.path == Path::Code {
                    left -= 1;
                } else {
                    let number = number.expect("it named its checkout");
                    buyers.spawn(buy(Arc::clone(book), bank.clone(), number, body));
                    while buyers.try_join_next().is_some() {}
                }
            }
            "payment.paid" => {
                checkout.paid.store(book.now(), Ordering::Relaxed);
                left -= 1;
            }
            _ => {}
        }
    }
}

/// A buyer pays a code as soon as it is there.
async fn buy(book: Arc<Book>, bank: Bank, number: usize, body: Vec<u8>) {
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return };
    let Some(payload) = event["qr"]["payload"].as_str() else { return };
    book.checkouts[number].bought.store(book.now(), Ordering::Relaxed);
    bank.pay(payload).await;
}

/// Only checkouts after the warming up count; the rate counts what was done in the measured time.
fn figures(book: &Book, load: &Load) -> Round {
    let (mut codes, mut paid) = (Latencies::default(), Latencies::default());
    let warm_us = u64::from(load.warm_ms) * 1_000;
    let end_us = u64::from(load.seconds) * 1_000_000;
    let (mut sent, mut done) = (0, 0_u32);
    for (number, checkout) in book.checkouts.iter().enumerate() {
        let due = due_us(number, load.rate_per_s);
        let [code_at, begun_at, paid_at] =
            [&checkout.coded, &checkout.bought, &checkout.paid].map(|at| at.load(Ordering::Relaxed));
        let end = if load.path == Path::Code { code_at } else { paid_at };
        done += u32::from((warm_us..end_us).contains(&end) && end > 0);
        if due < warm_us {
            continue;
        }
        sent += 1;
        if code_at > 0 {
            codes.add(code_at.saturating_sub(due));
        }
        if paid_at > 0 {
            paid.add(paid_at.saturating_sub(begun_at));
        }
    }
    let measured_s = f64::from(load.seconds) - f64::from(load.warm_ms) / 1_000.0;
    Round { rate_per_s: load.rate_per_s, sent, codes, paid, done_per_s: f64::from(done) / measured_s }
}
