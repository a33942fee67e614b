//! Checkouts at a constant rate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use universal_integrator::till::{AmqpRegister, Event};

use crate::figures::{Figures, Latencies};
use crate::lab::Bank;
use crate::stage::Stage;

/// How long after the last checkout its end may come before it counts as an error.
const DRAIN: Duration = Duration::from_secs(30);

/// What is known of the checkouts of a round, by operation.
#[derive(Default)]
struct Book {
    /// When each was to be sent; taken out when its code came.
    due: HashMap<String, Instant>,
    /// When the buyer paid.
    paid_at: HashMap<String, Instant>,
    codes: Latencies,
    paid: Latencies,
    last_paid: Option<Instant>,
}

type Shared = Arc<Mutex<Book>>;

/// Runs one round.
pub(crate) async fn run(stage: &Stage, round: usize, rate: u32, seconds: u32) -> Figures {
    let book = Shared::default();
    let done = Arc::new(watch::Sender::new(0_usize));
    let mut readers = JoinSet::new();
    for till in &stage.tills {
        readers.spawn(read(till.clone(), stage.bank.clone(), Arc::clone(&book), Arc::clone(&done)));
    }
    let sent = usize::try_from(rate * seconds).expect("a round is short");
    let began = Instant::now();
    let mut senders = JoinSet::new();
    for number in 0..sent {
        let due = began + Duration::from_secs(1) * u32::try_from(number).expect("a round is short") / rate;
        let operation = format!("{round}-{number}");
        lock(&book).due.insert(operation.clone(), due);
        sleep_until(due).await;
        let till = stage.tills[number % stage.tills.len()].clone();
        senders.spawn(async move {
            let body = json!({ "operation": operation, "amount": { "value": 19_800, "currency": "RUB" } });
            let _ = till.send("pay", &body).await; // one that is not sent is never paid
        });
    }
    let mut count = done.subscribe();
    let _ = timeout(DRAIN, count.wait_for(|count| *count >= sent)).await; // what is missing is an error
    let book = std::mem::take(&mut *lock(&book));
    let took = book.last_paid.map_or(Duration::ZERO, |last| last - began);
    Figures { rate, sent, codes: book.codes, paid: book.paid, took }
}

/// A till and its buyers: each code is paid as soon as it is there.
async fn read(till: AmqpRegister, bank: Bank, book: Shared, done: Arc<watch::Sender<usize>>) {
    let mut events = till.events();
    events.skip_to_now();
    let mut buyers = JoinSet::new();
    loop {
        let event = events.next().await;
        let now = Instant::now();
        let Some(operation) = event.operation().map(str::to_owned) else { continue };
        match event.name() {
            "payment.qr_ready" => {
                let Some(due) = lock(&book).due.remove(&operation) else { continue };
                lock(&book).codes.add(now - due);
                buyers.spawn(pay(event, bank.clone(), Arc::clone(&book), operation));
            }
            "payment.paid" => {
                let mut book = lock(&book);

                let paid_at = book.paid_at.remove(&operation).unwrap_or(now);
                book.paid.add(now - paid_at);
                book.last_paid = Some(now);
                drop(book);
                done.send_modify(|done| *done += 1);
            }
            _ => {}
        }
    }
}

async fn pay(event: Arc<Event>, bank: Bank, book: Shared, operation: String) {
    let Some(payload) = event.payload() else { return };
    let asked_at = Instant::now();
    lock(&book).paid_at.insert(operation, asked_at);
    bank.pay(payload).await;
}

fn lock(book: &Mutex<Book>) -> std::sync::MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}
