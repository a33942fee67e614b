//! Many customers at once: each checkout has a fate, and every one of them must come to its right end, whatever happens to
//! the service meanwhile.

use std::future::{Future, pending, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use universal_integrator::till::{AmqpRegister, Event};

use super::bank::Bank;
use super::random::Random;
use super::till::{pay, roubles};

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

/// What a customer met that was not to be expected with everything in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Surprise {
    /// The operation.
    pub(crate) operation: String,
    /// What kind of thing it is.
    pub(crate) kind: Kind,
    /// What there was.
    pub(crate) text: String,
}

/// Kinds of surprises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing came, for longer than anybody would wait.
    Silence,
    /// It ended in another way, such as `payment.failed bank_unavailable`: an outage may be a reason.
    OtherEnd(String),
    /// What nothing can be a reason for.
    Wrong,
}

type Step<T> = Result<T, Surprise>;

/// The shop's customers.
pub(crate) struct Customers<'a> {
    bank: &'a Bank,
    tills: &'a [AmqpRegister],
    /// What their operations begin with.
    prefix: String,
    payment_type: Option<String>,
    patience: Duration,
    at_once: usize,
    came: AtomicUsize,
    served: watch::Sender<usize>,
    codes: Mutex<Vec<CodeTime>>,
}

/// How long a code took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeTime {
    /// When its pay was sent first.
    pub(crate) asked_at: Instant,
    /// When its event had arrived.
    pub(crate) after: Duration,
}

impl<'a> Customers<'a> {
    /// They queue at all these tills.
    pub(crate) fn new(bank: &'a Bank, tills: &'a [AmqpRegister]) -> Self {
        Self {
            bank,
            tills,
            prefix: "c".to_owned(),
            payment_type: None,
            patience: PATIENCE,
            at_once: AT_ONCE,
            came: AtomicUsize::new(0),
            served: watch::Sender::new(0),
            codes: Mutex::default(),
        }
    }

    /// They wait no longer than this for any step.
    #[must_use]
    pub(crate) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// No more of them are in the shop at once.
    #[must_use]
    pub(crate) fn at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// They name this payment type, and their operations begin with it.
    #[must_use]
    pub(crate) fn of_type(self, payment_type: &str) -> Self {
        Self { prefix: payment_type.to_owned(), payment_type: Some(payment_type.to_owned()), ..self }
    }

    /// Serves one customer for each fate. Fails at the first surprise.
    pub(crate) async fn serve(&self, fates: &[Fate]) {
        let customers = stream::iter(fates.iter().enumerate());
        let served =
            customers.map(|(number, fate)| self.serve_one(number, *fate)).buffer_unordered(self.at_once);
        served.for_each(async |end| end.unwrap_or_else(|surprise| panic!("{surprise:?}"))).await;
    }

    /// Serves one customer for each fate, and returns what surprised them.
    pub(crate) async fn serve_and_note(&self, fates: &[Fate]) -> Vec<Surprise> {
        self.serve_until(fates.iter().copied(), pending()).await
    }

    /// Serves customers of these fates until it is enough, and returns what surprised them. Who has come by then is served.
    pub(crate) async fn serve_until(
        &self,
        fates: impl Iterator<Item = Fate>,
        enough: impl Future<Output = ()>,
    ) -> Vec<Surprise> {
        let customers = stream::iter(fates.enumerate()).take_until(enough);
        let served =
            customers.map(|(number, fate)| self.serve_one(number, fate)).buffer_unordered(self.at_once);
        served.filter_map(|end| ready(end.err())).collect().await
    }

    /// Serves customers who come at a constant rate, whatever becomes of those before, and returns what surprised them.
    pub(crate) async fn serve_at_rate(&self, fates: &[Fate], per_s: u32) -> Vec<Surprise> {
        let began = Instant::now();
        let arrivals = fates.iter().zip(0_u32..).map(|(fate, number)| async move {
            sleep_until(began + Duration::from_secs(1) * number / per_s).await;
            self.serve_one(usize::try_from(number).expect("a crowd"), *fate).await
        });
        let served: FuturesUnordered<_> = arrivals.collect();
        served.filter_map(|end| ready(end.err())).collect().await
    }

    /// Waits until so many have been served.
    pub(crate) async fn until_served(&self, count: usize) {
        let mut served = self.served.subscribe();
        served.wait_for(|served| *served >= count).await.expect("the sender is ours");
    }

    /// How many have come so far.
    pub(crate) fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }

    /// How many have been served so far.
    pub(crate) fn served(&self) -> usize {
        *self.served.borrow()
    }

    /// How long codes took, in the order of their arrival.
    pub(crate) fn code_times(&self) -> Vec<CodeTime> {
        self.codes.lock().expect("nobody panics with it").clone()
    }

    async fn serve_one(&self, number: usize, fate: Fate) -> Step<()> {
        self.came.fetch_add(1, Ordering::Relaxed);
        let till = &self.tills[number % self.tills.len()];
        let operation = format!("{}-{number}", self.prefix);
        let customer = Customer { crowd: self, till, bank: self.bank, operation, fate };
        let end = match fate {
            Fate::Paid => customer.pays().await,
            Fate::Returned => {
                let other = &self.tills[(number + 1) % self.tills.len()];
                match customer.pays().await {
                    Ok(()) => customer.brings_back(other).await,
                    Err(surprise) => Err(surprise),
                }
            }
            Fate::Expired => customer.walks_away(2 + number % 3).await,
            Fate::Cancelled => customer.changes_his_mind().await,
            Fate::CancelledWhilePaying => customer.pays_while_the_cashier_cancels().await,
            Fate::CancelledFirst => customer.is_cancelled_first().await,
        };
        self.served.send_modify(|served| *served += 1);
        end
    }
}

struct Customer<'a> {
    crowd: &'a Customers<'a>,
    till: &'a AmqpRegister,
    bank: &'a Bank,
    operation: String,
    fate: Fate,
}

impl Customer<'_> {
    async fn pays(&self) -> Step<()> {
        let payload = self.gets_a_code(self.pay()).await?;
        self.must(self.hands_over_money(&payload, Duration::ZERO).await?, "the code was dead while shown")?;
        self.ends_as("payment.paid").await.map(drop)
    }

    async fn brings_back(&self, other: &AmqpRegister) -> Step<()> {
        let (first, second) = (format!("{}-r1", self.operation), format!("{}-r2", self.operation));
        let part = json!({
            "operation": first, "payment_operation": self.operation, "amount": roubles(AMOUNT / 2 - 1),
        });
        self.is_refunded(self.till, &part).await?;
        let rest = json!({
            "operation": second, "payment_operation": self.operation,
            "payment_register": self.till.register().as_str(),
        });
        let done = self.is_refunded(other, &rest).await?;
        self.must(
            done.body["refunded_total"] == roubles(AMOUNT),
            &format!("not all came back: {}", done.body),
        )
    }

    async fn is_refunded(&self, till: &AmqpRegister, body: &Value) -> Step<Arc<Event>> {
        self.asks(till, "refund", body).await?;
        let operation = body["operation"].as_str().expect("a refund has an operation");
        let is_end =
            |event: &Event| matches!(event.name(), "refund.completed" | "refund.failed" | "refund.review");
        let end = till.wait_for(operation, is_end, self.crowd.patience).await;
        let end = end.map_err(|missing| self.silence(&format!("the end of a refund: {missing}")))?;
        self.must_be(end, "refund.completed")
    }

    async fn walks_away(&self, life_s: usize) -> Step<()> {
        let mut body = self.pay();
        body["expires_in_s"] = json!(life_s);
        self.gets_a_code(body).await?;
        let end = self.ends_as("payment.expired").await?;
        self.must_be_certain(&end)
    }

    async fn changes_his_mind(&self) -> Step<()> {
        let payload = self.gets_a_code(self.pay()).await?;
        self.asks(self.till, "cancel", &json!({ "operation": self.operation })).await?;
        let end = self.ends_as("payment.cancelled").await?;
        self.must_be_certain(&end)?;
        self.must(!self.hands_over_money(&payload, Duration::ZERO).await?, "paid after a certain end")
    }

    async fn pays_while_the_cashier_cancels(&self) -> Step<()> {
        let payload = self.gets_a_code(self.pay()).await?;
        let delay = Duration::from_millis(700);
        self.must(self.hands_over_money(&payload, delay).await?, "the code was dead while shown")?;
        self.asks(self.till, "cancel", &json!({ "operation": self.operation })).await?;
        let end = self.ends().await?;
        match end.name() {
            "payment.paid" => return Ok(()),
            "payment.review" => return Err(self.other_end(&end)), // a person decides what becomes of the money
            _ => {}
        }
        let is_back_or_left = |event: &Event| {
            let is_back = event.name() == "refund.completed"
                && event.text("payment_operation") == Some(&self.operation);
            is_back || self.is_left_to_people(event) || self.is_tried_again_later(event)
        };
        let mut events = self.till.events();
        let told = tokio::time::timeout(self.crowd.patience, events.find(is_back_or_left)).await;
        let told = told.map_err(|_| self.silence("late money did not come back"))?;
        if self.is_left_to_people(&told) {
            let kind = Kind::OtherEnd("payment.paid_late manual".to_owned());
            return Err(self.surprise(kind, &told.body.to_string()));
        }
        if self.is_tried_again_later(&told) {
            return Err(self.other_end(&told));
        }
        Ok(())
    }

    /// Late money that the bank refused to give back: the scheme allows another try after an hour.
    fn is_tried_again_later(&self, event: &Event) -> bool {
        event.name() == "refund.failed"
            && event.text("payment_operation") == Some(&self.operation)
            && event.text("retry_at").is_some()
    }

    /// Late money that the bank told of otherwise than it should: a person gives it back.
    fn is_left_to_people(&self, event: &Event) -> bool {
        event.name() == "payment.paid_late"
            && event.operation() == Some(&self.operation)
            && event.text("handling") == Some("manual")
    }

    async fn is_cancelled_first(&self) -> Step<()> {
        for verb in ["cancel", "pay"] {
            let answer = self.asks(self.till, verb, &self.pay()).await?;
            self.must(
                (answer.name(), answer.payment()) == ("payment.cancelled", None),
                &format!("not cancelled before it began: {}", answer.body),
            )?;
        }
        Ok(())
    }

    /// False: the code can't be paid. A bank that does not answer its buyers ends this sale, not the whole row.
    async fn hands_over_money(&self, payload: &str, delay: Duration) -> Step<bool> {
        let paid = self.bank.attempt(payload, delay).await;
        paid.map_err(|error| self.surprise(Kind::Wrong, &error))
    }

    fn pay(&self) -> Value {
        let mut body = pay(&self.operation, AMOUNT);
        if let Some(payment_type) = &self.crowd.payment_type {
            body["payment_type"] = json!(payment_type);
        }
        body
    }

    async fn gets_a_code(&self, body: Value) -> Step<String> {
        let asked_at = Instant::now();
        self.asks(self.till, "pay", &body).await?;
        let is_code_or_end = |event: &Event| event.name() == "payment.qr_ready" || is_end(event);
        let event = self.till.wait_for(&self.operation, is_code_or_end, self.crowd.patience).await;
        let event = event.map_err(|missing| self.silence(&format!("a code: {missing}")))?;
        let Some(payload) = event.payload().map(str::to_owned) else {
            return Err(self.other_end(&event));
        };
        let time = CodeTime { asked_at, after: asked_at.elapsed() };
        self.crowd.codes.lock().expect("nobody panics with it").push(time);
        Ok(payload)
    }

    async fn asks(&self, till: &AmqpRegister, verb: &str, body: &Value) -> Step<Arc<Event>> {
        let answer = till.ask(verb, body, self.crowd.patience).await;
        answer.map_err(|error| self.silence(&format!("{verb} {body}: {error}")))
    }

    async fn ends(&self) -> Step<Arc<Event>> {
        let end = self.till.wait_for(&self.operation, is_end, self.crowd.patience).await;
        end.map_err(|missing| self.silence(&format!("the end: {missing}")))
    }

    async fn ends_as(&self, name: &str) -> Step<Arc<Event>> {
        self.must_be(self.ends().await?, name)
    }

    fn must_be(&self, end: Arc<Event>, name: &str) -> Step<Arc<Event>> {
        if end.name() == name { Ok(end) } else { Err(self.other_end(&end)) }
    }

    fn must_be_certain(&self, end: &Event) -> Step<()> {
        if end.body["certain"] == true {
            return Ok(());
        }
        let kind = Kind::OtherEnd(format!("{} uncertain", end.name()));
        Err(self.surprise(kind, &end.body.to_string()))
    }

    fn must(&self, holds: bool, otherwise: &str) -> Step<()> {
        if holds { Ok(()) } else { Err(self.surprise(Kind::Wrong, otherwise)) }
    }

    fn other_end(&self, event: &Event) -> Surprise {
        let name = [event.name(), event.text("code").unwrap_or_default()].join(" ");
        self.surprise(Kind::OtherEnd(name.trim().to_owned()), &event.body.to_string())
    }

    fn silence(&self, text: &str) -> Surprise {
        self.surprise(Kind::Silence, text)
    }

    fn surprise(&self, kind: Kind, text: &str) -> Surprise {
        let operation = self.operation.clone();
        Surprise { operation, kind, text: format!("{:?}: {text}", self.fate) }
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
