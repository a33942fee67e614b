//! Registers: they sell, cancel, repeat themselves, give money back, forget what they were doing, and ask.

mod door;
mod sale;

use std::sync::Arc;
use std::time::Duration;

use payment::{RegisterId, Timestamp};
use serde_json::{Value, json};

use crate::plan::{REGISTERS, Role};
use crate::promise::Promise;
use crate::told::Told;
use crate::weather::Trouble;
use crate::world::World;
use crate::{broker, judge};
use sale::Sale;

/// One register, from its first sale to its last.
pub(crate) async fn work(world: Arc<World>, register: RegisterId, role: Role) {
    let mut till = Till { world, register, role, last: None, forgotten: None };
    if role == Role::Http {
        door::follow(&till.world, &till.register);
    }
    for number in 1..=till.world.plan.sales {
        let pause = till.world.dice.millis(10, 3_000);
        till.rest(pause).await;
        till.sell(number).await;
        till.afterwards().await;
    }
}

/// A register at work.
struct Till {
    world: Arc<World>,
    register: RegisterId,
    role: Role,
    /// The last sale that ended, with its final word.
    last: Option<(Sale, String)>,
    /// A sale that was given up without an end: the next one supersedes it.
    forgotten: Option<String>,
}

/// What a sale came to.
enum End {
    /// It has a final word.
    Word(String),
    /// The register was asked for something else first.
    Rejected(String),
    /// The till forgot it, or lost patience.
    Forgotten,
}

impl Till {
    fn name(&self) -> String {
        format!("till {}", self.register)
    }

    /// Sends a command.
    fn send(&self, verb: &'static str, body: Value) {
        let operation = body["operation"].as_str().unwrap_or_default();
        self.world.tell(&self.name(), format_args!("{verb} {operation}"));
        judge::sent(&self.world, &self.register, verb, operation);
        let command = broker::Command::new(&self.world, &self.register, verb, body);
        if self.role == Role::Http {
            door::carry(&self.world, command);
        } else {
            broker::carry(&self.world, &command);
        }
    }

    /// The next event, if one comes before this time.
    async fn next(&self, until: Timestamp) -> Option<Arc<Told>> {
        let queue = self.world.broker.queue(&self.register);
        loop {
            if let Some(told) = queue.take() {
                return Some(told);
            }
            let patience = until.since(self.world.now());
            if tokio::time::timeout(patience, queue.arrived()).await.is_err() {
                return queue.take();
            }
        }
    }

    /// Lets time pass; what comes meanwhile is read.
    async fn rest(&self, time: Duration) {
        let until = self.world.now().plus(time);
        while let Some(told) = self.next(until).await {
            self.read(&told);
        }
    }

    /// What is done with any event, whatever the till is busy with.
    fn read(&self, told: &Told) {
        if told.event == "payment.qr_ready" && self.role != Role::Kiosk {
            let payload = told.qr.as_ref().map(|qr| qr.payload.as_str()).unwrap_or_default();
            crate::buyers::see(&self.world, payload);
        }
        for (number, money) in told.unclaimed.iter().enumerate() {
            if self.world.dice.chance(if number == 0 { 800 } else { 300 }) {
                self.claim(&money.credit);
            }
        }
        let is_goods = told.event == "payment.paid" && told.operation.as_deref().is_some_and(is_claim);
        if is_goods && self.world.dice.chance(250) {
            let body = json!({
                "operation": format!("r-{}", told.operation.as_deref().unwrap_or_default()),
                "payment_operation": told.operation,
                "amount": { "value": self.world.dice.between(1, 500), "currency": "RUB" },
            });
            self.send("refund", body);
        }
        let is_offered = told.event == "payment.paid_late" && told.handling.as_deref() == Some("offered");
        if is_offered && self.world.dice.chance(700) {
            self.send("claim", json!({ "operation": told.operation }));
        }
    }

    /// Claims what arrived at an open plate; other registers may want it too.
    fn claim(&self, credit: &str) {
        let transaction = credit.split_once(':').map_or(credit, |(_, transaction)| transaction);
        let operation = format!("{CLAIM}{}-{transaction}", self.register);
        self.world.risk(Promise::P12, 1);
        self.send("claim", json!({ "operation": operation, "credit": credit }));
        if self.world.dice.chance(200) {
            self.send("claim", json!({ "operation": operation, "credit": credit }));
        }
    }

    /// One sale, again under another operation while the register is busy with an older one.
    async fn sell(&mut self, number: u64) {
        for attempt in 0..3 {
            let sale = Sale::roll(self, number, attempt);
            match self.make(&sale).await {
                End::Word(word) => {
                    self.forgotten = None;
                    self.last = Some((sale, word));
                    return;
                }
                End::Rejected(code) if code == "register_busy" => {
                    let open = self
                        .forgotten
                        .clone()
                        .or_else(|| self.last.as_ref().map(|(sale, _)| sale.operation.clone()));
                    self.forgotten = open;
                }
                End::Rejected(_) => return,
                End::Forgotten => {
                    self.forgotten = Some(sale.operation);
                    return;
                }
            }
        }
    }

    async fn make(&self, sale: &Sale) -> End {
        let dice = &self.world.dice;
        if sale.is_cancelled_first {
            self.send("cancel", json!({ "operation": sale.operation }));
        }
        self.send("pay", sale.body.clone());
        let began = self.world.now();
        let gives_up_at = began.plus(Duration::from_mins(5));
        let mut cancels_at = sale.cancels_after.map(|after| began.plus(after));
        let mut asks_at = began.plus(Duration::from_secs(5));
        let mut has_heard = false;
        loop {
            let until = cancels_at.map_or(asks_at, |at| at.min(asks_at));
            let Some(told) = self.next(until).await else {
                let now = self.world.now();
                if cancels_at.is_some_and(|at| now >= at) {
                    self.send("cancel", json!({ "operation": sale.operation, "reason": "the buyer left" }));
                    cancels_at = None;
                } else if now >= gives_up_at || self.world.strikes(Trouble::TillRestarts) {
                    self.world.tell(&self.name(), format_args!("forgets {}", sale.operation));
                    return End::Forgotten;
                } else if !has_heard {
                    self.send("pay", sale.body.clone());
                } else {
                    self.send(
                        if dice.chance(300) { "check" } else { "get" },
                        json!({ "operation": sale.operation }),
                    );
                }
                asks_at =
                    now.plus(if has_heard { dice.millis(10_000, 40_000) } else { Duration::from_secs(5) });
                continue;
            };
            self.read(&told);
            if told.operation.as_deref() != Some(sale.operation.as_str()) {
                continue;
            }
            if !has_heard {
                has_heard = true;
                asks_at = self.world.now().plus(dice.millis(5_000, 40_000));
            }
            if let Some(end) = end_of(&told) {
                return end;
            }
        }
    }

    /// What happens when a sale is over: goods come back, people press buttons once more.
    async fn afterwards(&mut self) {
        let Some((sale, word)) = self.last.take() else { return };
        let dice = &self.world.dice;
        let operation = sale.operation.clone();
        if dice.chance(150) {
            self.send("pay", sale.body.clone());
        }
        if dice.chance(60) {
            let mut other = sale.body.clone();
            other["amount"]["value"] = json!(sale.amount + 1);
            self.send("pay", other);
        }
        if dice.chance(120) {
            self.send("cancel", json!({ "operation": operation }));
        }
        if dice.chance(80) {
            self.send("check", json!({ "operation": operation }));
        }
        if dice.chance(250) {
            self.send("find", json!({}));
        }
        if dice.chance(50) {
            self.send("get", json!({}));
            self.send("totals", json!({ "shift": "1" }));
        }
        if word == "payment.paid" {
            if dice.chance(200) {
                let receipt = json!({ "operation": operation, "fn": "1", "fd": "2", "fp": "3" });
                self.send("fiscalized", receipt);
            }
            if dice.chance(450) {
                self.give_back(&sale).await;
            }
        }
        self.last = Some((sale, word));
    }

    /// One refund, two, or one that asks for too much.
    async fn give_back(&self, sale: &Sale) {
        let dice = &self.world.dice;
        for number in 1..=dice.between(1, 3) {
            let is_from_another = self.role != Role::Http && dice.chance(150);
            let asking = if is_from_another { dice.pick(&REGISTERS[..2]).0 } else { self.register.as_str() };
            let operation = format!("r{number}-{}", sale.operation);
            let amount = match dice.below(4) {
                0 => Value::Null,
                1 => json!({ "value": sale.amount, "currency": "RUB" }),
                _ => json!({ "value": dice.between(1, sale.amount), "currency": "RUB" }),
            };
            let body = json!({
                "operation": operation, "payment_operation": sale.operation,
                "payment_register": self.register.as_str(), "amount": amount,
            });
            if is_from_another {
                let register = crate::plan::register(asking);
                broker::carry(&self.world, &broker::Command::new(&self.world, &register, "refund", body));
            } else {
                self.send("refund", body.clone());
                if dice.chance(150) {
                    self.send("refund", body);
                }
            }
            let pause = dice.millis(10, 9_000);
            self.rest(pause).await;
        }
    }
}

/// What the operations of claims begin with.
const CLAIM: &str = "claim-";

fn is_claim(operation: &str) -> bool {
    operation.starts_with(CLAIM)
}

/// What an event says of a sale's end.
fn end_of(told: &Told) -> Option<End> {
    match told.event.as_str() {
        "request.rejected" if told.command.as_deref() == Some("pay") => {
            Some(End::Rejected(told.code.clone().unwrap_or_default()))
        }
        "payment.paid" | "payment.declined" | "payment.expired" | "payment.cancelled" | "payment.failed"
        | "payment.review" => Some(End::Word(told.event.clone())),
        "payment.state" if told.is_over() => {
            Some(End::Word(format!("payment.{}", told.status.as_deref().unwrap_or_default())))
        }
        _ => None,
    }
}
