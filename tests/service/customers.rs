//! Many customers at once: each checkout has a fate, and every one of them must come to its right end, whatever happens to
//! the service meanwhile.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::watch;
use universal_integrator::till::{AmqpRegister, Event};

use crate::lab::{Bank, Random};
use crate::till::{pay, roubles};

/// How long one step may take, crashes and outages included. Only catches hangs.
const PATIENCE: Duration = Duration::from_mins(4);
/// How many customers are in the shop at once.
const AT_ONCE: usize = 40;
const AMOUNT: i64 = 1_000;

/// What becomes of a checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Paid.
    Paid,
    /// Paid, and given back in two parts, the second to another till.
    Returned,
    /// Nobody pays; the code lives a few seconds.
    Expired,
    /// The cashier cancels once the code is shown.
    Cancelled,
    /// The cashier cancels while the money is on its way: it pays, or it is late and goes back.
    CancelledWhilePaying,
    /// The cancel overtakes its pay.
    CancelledFirst,
}

impl Fate {
    /// More than half are paid, as in a shop; the rest is what goes wrong there.
    pub(crate) fn drawn(random: &mut Random) -> Self {
        match random.below(100) {
            0..45 => Self::Paid,
            45..60 => Self::Returned,
            60..73 => Self::Expired,
            73..86 => Self::Cancelled,
            86..94 => Self::CancelledWhilePaying,
            _ => Self::CancelledFirst,
        }
    }
}

/// The shop's customers.
pub(crate) struct Customers<'a> {
    bank: &'a Bank,
    tills: &'a [AmqpRegister],
    served: watch::Sender<usize>,
}

impl<'a> Customers<'a> {
    /// They queue at all these tills.
    pub(crate) fn new(bank: &'a Bank, tills: &'a [AmqpRegister]) -> Self {
        Self { bank, tills, served: watch::Sender::new(0) }
    }

    /// Serves one customer for each fate.
    pub(crate) async fn serve(&self, fates: &[Fate]) {
        let customers = stream::iter(fates.iter().enumerate());
        customers
            .for_each_concurrent(AT_ONCE, async |(number, fate)| {
                self.serve_one(number, *fate).await;
                self.served.send_modify(|served| *served += 1);
            })
            .await;
    }

    /// Waits until so many have been served.
    pub(crate) async fn until_served(&self, count: usize) {
        let mut served = self.served.subscribe();
        served.wait_for(|served| *served >= count).await.expect("the sender is ours");
    }

    async fn serve_one(&self, number: usize, fate: Fate) {
        let till = &self.tills[number % self.tills.len()];
        let customer = Customer { till, bank: self.bank, operation: format!("c-{number}"), fate };
        match fate {
            Fate::Paid => customer.pays().await,
            Fate::Returned => {
                customer.pays().await;
                let other = &self.tills[(number + 1) % self.tills.len()];
                customer.brings_back(other).await;
            }
            Fate::Expired => customer.walks_away(2 + number % 3).await,
            Fate::Cancelled => customer.changes_his_mind().await,
            Fate::CancelledWhilePaying => customer.pays_while_the_cashier_cancels().await,
            Fate::CancelledFirst => customer.is_cancelled_first().await,
        }
    }
}

struct Customer<'a> {
    till: &'a AmqpRegister,
    bank: &'a Bank,
    operation: String,
    fate: Fate,
}

impl Customer<'_> {
    async fn pays(&self) {
        let payload = self.gets_a_code(pay(&self.operation, AMOUNT)).await;
        assert!(self.bank.try_to_pay(&payload).await, "{}: the code was dead while shown", self.operation);
        self.ends_as("payment.paid").await;
    }

    async fn brings_back(&self, other: &AmqpRegister) {
        let (first, second) = (format!("{}-r1", self.operation), format!("{}-r2", self.operation));
        let part = json!({
            "operation": first, "payment_operation": self.operation, "amount": roubles(AMOUNT / 2 - 1),
        });
        self.is_refunded(self.till, &part).await;
        let rest = json!({
            "operation": second, "payment_operation": self.operation,
            "payment_register": self.till.register().as_str(),
        });
        let done = self.is_refunded(other, &rest).await;
        assert_eq!(done.body["refunded_total"], roubles(AMOUNT), "{}", self.operation);
    }

    async fn is_refunded(&self, till: &AmqpRegister, body: &Value) -> Arc<Event> {
        self.asks(till, "refund", body).await;
        let operation = body["operation"].as_str().expect("a refund has an operation");
        let is_end =
            |event: &Event| matches!(event.name(), "refund.completed" | "refund.failed" | "refund.review");
        let end = till.wait_for(operation, is_end, PATIENCE).await;
        let end = end.unwrap_or_else(|missing| panic!("the end of a refund was waited for: {missing}"));
        assert_eq!(end.name(), "refund.completed", "{}", end.body);
        end
    }

    async fn walks_away(&self, life_s: usize) {
        let mut body = pay(&self.operation, AMOUNT);
        body["expires_in_s"] = json!(life_s);
        self.gets_a_code(body).await;
        let end = self.ends_as("payment.expired").await;
        assert_eq!(end.body["certain"], true, "{}", end.body);
    }

    async fn changes_his_mind(&self) {
        let payload = self.gets_a_code(pay(&self.operation, AMOUNT)).await;
        self.asks(self.till, "cancel", &json!({ "operation": self.operation })).await;
        let end = self.ends_as("payment.cancelled").await;
        assert_eq!(end.body["certain"], true, "{}", end.body);
        assert!(!self.bank.try_to_pay(&payload).await, "{}: paid after a certain end", self.operation);
    }

    async fn pays_while_the_cashier_cancels(&self) {
        let payload = self.gets_a_code(pay(&self.operation, AMOUNT)).await;
        let delay = Duration::from_millis(700);
        assert!(self.bank.try_to_pay_slowly(&payload, delay).await, "{}: the code was dead", self.operation);
        self.asks(self.till, "cancel", &json!({ "operation": self.operation })).await;
        if self.ends().await.name() == "payment.paid" {
            return;
        }
        let is_back = |event: &Event| {
            event.name() == "refund.completed" && event.text("payment_operation") == Some(&self.operation)
        };
        let mut events = self.till.events();
        let back = tokio::time::timeout(PATIENCE, events.find(is_back)).await;
        back.unwrap_or_else(|_| panic!("{}: late money did not come back", self.operation));
    }

    async fn is_cancelled_first(&self) {
        for verb in ["cancel", "pay"] {
            let body = pay(&self.operation, AMOUNT);
            let answer = self.asks(self.till, verb, &body).await;
            assert_eq!((answer.name(), answer.payment()), ("payment.cancelled", None), "{}", answer.body);
        }
    }

    async fn gets_a_code(&self, body: Value) -> String {
        self.asks(self.till, "pay", &body).await;
        let is_code_or_end = |event: &Event| event.name() == "payment.qr_ready" || is_end(event);
        let event = self.till.wait_for(&self.operation, is_code_or_end, PATIENCE).await;
        let event =
            event.unwrap_or_else(|missing| panic!("{:?}: a code was waited for: {missing}", self.fate));
        let payload = event.payload();
        payload.unwrap_or_else(|| panic!("{:?}: no code, but {}", self.fate, event.body)).to_owned()
    }

    async fn asks(&self, till: &AmqpRegister, verb: &str, body: &Value) -> Arc<Event> {
        let answer = till.ask(verb, body, PATIENCE).await;
        answer.unwrap_or_else(|error| panic!("{:?}: {verb} {body}: {error}", self.fate))
    }

    async fn ends(&self) -> Arc<Event> {
        let end = self.till.wait_for(&self.operation, is_end, PATIENCE).await;
        end.unwrap_or_else(|missing| panic!("{:?}: the end was waited for: {missing}", self.fate))
    }

    async fn ends_as(&self, name: &str) -> Arc<Event> {
        let end = self.ends().await;
        assert_eq!(end.name(), name, "{:?}: {}", self.fate, end.body);
        end
    }
}

fn is_end(event: &Event) -> bool {
    let ends = [
        "payment.paid",
        "payment.declined",
        "payment.expired",
        "payment.cancelled",
        "payment.failed",
        "payment.review",
    ];
    ends.contains(&event.name())
}
