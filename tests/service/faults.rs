//! Everything that the simulated bank can do wrong, on every call, through the real connector. Each case has a bank and an
//! authorization server of its own; all of them run in one service at once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::PaymentRecord;
use tokio::time::{Instant, sleep};
use universal_integrator::demo::books::{Books, Ledger, Received};
use universal_integrator::till::{AmqpRegister, Event};

use crate::lab::scripts::{ALSO_AFTERWARDS, CALLS, ON_EVERY_CALL};
use crate::lab::{Bank, Broker, LIMIT, Plan, Server, World, until};
use crate::till::{ask, expect, roubles};

const AMOUNT: i64 = 12_300;

/// A fault, what the buyer and the till do, and how it must end.
#[derive(Debug, Clone)]
struct Case {
    /// Names the authorization server, its payment type and the operation.
    name: String,
    fault: Value,
    /// Seconds that the till is kept waiting.
    patience_s: u32,
    play: Play,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Play {
    /// Asking for a code goes wrong once: another order gets one, and it is paid.
    GetsACode,
    /// The code is not that of our order: the bank does not know it, so it expires, and nobody can be certain that it was not paid.
    GetsAStrangeCode,
    /// The bank is out of order for good: the payment fails, certain, since no code was shown.
    GetsNoCode,
    /// Asking for the state goes wrong while the buyer pays.
    IsPaid,
    /// The answer about the money can't be believed: a person decides.
    IsReviewed(&'static str),
    /// The withdrawal goes wrong once: tried again until certain.
    IsCancelled,
    /// The money comes after a confirmed withdrawal.
    IsPaidLate,
    /// The refund goes wrong once: it reaches its end, and the money goes back once.
    IsRefunded,
    /// The bank says no to the refund.
    IsNotRefunded,
    /// Somebody else says that it is paid: nobody believes it.
    IsForged,
}

/// What happens around the call that goes wrong, in the order of [`CALLS`].
const PLAYS: [Play; 4] = [Play::GetsACode, Play::IsPaid, Play::IsCancelled, Play::IsRefunded];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (call, play) in CALLS.into_iter().zip(PLAYS) {
        for fault in ON_EVERY_CALL {
            cases.push(case(call, fault, play, &json!({})));
        }
        for fault in ALSO_AFTERWARDS {
            cases.push(case(call, fault, play, &json!({ "after": true })));
        }
    }
    let for_good = json!({ "times": 0 });
    for (call, fault, play, more) in [
        ("create", "wrong_amount", Play::GetsACode, json!({})),
        ("create", "wrong_id", Play::GetsAStrangeCode, json!({})),
        ("create", "http_500", Play::GetsNoCode, for_good.clone()),
        ("create", "reset", Play::GetsNoCode, for_good.clone()),
        ("create", "timeout_after_accept", Play::GetsNoCode, for_good.clone()),
        ("status", "wrong_amount", Play::IsReviewed("amount_mismatch"), for_good.clone()),
        ("status", "wrong_id", Play::IsReviewed("order_mismatch"), for_good.clone()),
        ("cancel", "late_success", Play::IsPaidLate, json!({ "delay_ms": 1_000 })),
        ("refund", "wrong_amount", Play::IsRefunded, json!({})),
        ("refund", "declined", Play::IsNotRefunded, json!({})),
        ("status", "no_notification", Play::IsPaid, json!({})),
        ("status", "duplicate_notification", Play::IsPaid, json!({ "delay_ms": 500 })),
        ("status", "late_notification", Play::IsPaid, json!({ "delay_ms": 3_000 })),
        ("status", "forged_notification", Play::IsForged, json!({})),
    ] {
        cases.push(case(call, fault, play, &more));
    }
    cases
}

fn case(call: &str, fault: &str, play: Play, more: &Value) -> Case {
    let times = match play {
        Play::IsPaid => 3,
        _ => 1,
    };
    let mut body = json!({ "call": call, "fault": fault, "times": times });
    let suffix = match (more.get("after"), more.get("times")) {
        (Some(_), _) => "-after",
        (_, Some(_)) => "-for-good",
        _ => "",
    };
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let patience_s = if play == Play::GetsNoCode { 5 } else { 30 };
    Case { name: format!("{call}-{fault}{suffix}").replace('_', "-"), fault: body, patience_s, play }
}

/// Everything that the cases share.
struct Shop {
    world: World,
    till: AmqpRegister,
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_no_fault_of_a_bank_leads_to_a_wrong_end() {
    let (mut servers, mut stages) = (vec![Server::named("sbp")], Vec::new());
    for case in cases() {
        let bank = Bank::task().await;
        let server = Server::named(&case.name);
        servers.push(Server {
            bank: Some(bank.address()),
            call_timeout_ms: 2_000,
            response_timeout_s: case.patience_s,
            ..server
        });
        stages.push((case, bank));
    }
    let world = World::build(Plan { servers, ..Plan::default() }, Broker::shared()).await;
    let till = world.till("2").await;
    let shop = Shop { world, till };
    let runs = stages.iter().map(|(case, bank)| AssertUnwindSafe(run(&shop, case, bank)).catch_unwind());
    let ends = join_all(runs).await;
    let failed = ends.iter().filter(|end| end.is_err()).count();
    assert_eq!(failed, 0, "cases failed, see above");
    books_agree(&shop, &stages).await;
    shop.world.end().await;
}

/// Waits until our records and events of each case and the books of its own bank say the same. A review is left out: its
/// books differ, which is why it is one.
async fn books_agree(shop: &Shop, played: &[(Case, Bank)]) {
    let deadline = Instant::now() + LIMIT;
    loop {
        let records = shop.world.records().await;
        let mut found = Vec::new();
        for (case, bank) in played.iter().filter(|(case, _)| !matches!(case.play, Play::IsReviewed(_))) {
            let differences = differences(shop, &records, case, &bank.ledger().await);
            found.extend(differences.iter().map(|difference| format!("{}: {difference}", case.name)));
        }
        if found.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "the books differ:\n{}", found.join("\n"));
        sleep(Duration::from_secs(1)).await;
    }
}

fn differences(shop: &Shop, records: &[PaymentRecord], case: &Case, ledger: &Ledger) -> Vec<String> {
    let is_of_case = |record: &&PaymentRecord| record.payment.checkout.operation.as_str() == case.name;
    let others =
        records.iter().filter(|record| !is_of_case(record)).map(|record| record.payment.id).collect();
    let records: Vec<PaymentRecord> = records.iter().filter(is_of_case).cloned().collect();
    let received = [Received::by(&shop.till).without(&others)];
    let findings = Books { records: &records, received: &received, ledger }.compare();
    findings.differences.iter().map(ToString::to_string).collect()
}

async fn run(shop: &Shop, case: &Case, bank: &Bank) {
    bank.notify_at(&format!("http://{}/hooks/{}", shop.world.service.http(), case.name)).await;
    let stage = Stage { shop, case, bank, operation: &case.name };
    match case.play {
        Play::GetsACode => stage.gets_a_code().await,
        Play::GetsAStrangeCode => stage.gets_a_strange_code().await,
        Play::GetsNoCode => stage.gets_no_code().await,
        Play::IsPaid => stage.is_paid().await,
        Play::IsReviewed(code) => stage.is_reviewed(code).await,
        Play::IsCancelled => stage.is_cancelled().await,
        Play::IsPaidLate => stage.is_paid_late().await,
        Play::IsRefunded => stage.is_refunded().await,
        Play::IsNotRefunded => stage.is_not_refunded().await,
        Play::IsForged => stage.is_forged().await,
    }
}

struct Stage<'a> {
    shop: &'a Shop,
    case: &'a Case,
    bank: &'a Bank,
    operation: &'a str,
}

impl Stage<'_> {
    async fn goes_wrong(&self) {
        self.bank.fault(&self.case.fault).await;
    }

    fn pay(&self) -> Value {
        json!({ "operation": self.operation, "payment_type": self.operation, "amount": roubles(AMOUNT) })
    }

    async fn code(&self) -> String {
        ask(&self.shop.till, "pay", &self.pay()).await;
        let event = self.event("payment.qr_ready").await;
        let payload = event.payload().expect("it carries the code").to_owned();
        assert!(
            payload.contains(&format!("sum={AMOUNT}&")),
            "{}: a code over another amount",
            self.operation
        );
        payload
    }

    async fn paid(&self) {
        let payload = self.code().await;
        self.bank.pay(&payload).await;
        self.event("payment.paid").await;
    }

    async fn event(&self, name: &str) -> Arc<Event> {
        let is_it = |event: &Event| event.name() == name || is_end(event);
        let found = self.shop.till.wait_for(self.operation, is_it, LIMIT).await;
        let found = found.unwrap_or_else(|missing| panic!("{name} was waited for: {missing}"));
        if found.name() == name { found } else { self.after_its_end(name, &found).await }
    }

    /// Some events come after the end.
    async fn after_its_end(&self, name: &str, end: &Event) -> Arc<Event> {
        assert!(name.ends_with("_late"), "{}: {name} was waited for, and not {}", self.operation, end.body);
        expect(&self.shop.till, self.operation, name).await
    }

    async fn gets_a_code(&self) {
        self.goes_wrong().await;
        self.paid().await;
    }

    async fn gets_a_strange_code(&self) {
        self.goes_wrong().await;
        let mut body = self.pay();
        body["expires_in_s"] = json!(3);
        ask(&self.shop.till, "pay", &body).await;
        let expired = self.event("payment.expired").await;
        assert_eq!(expired.body["certain"], false, "{}", expired.body);
    }

    async fn gets_no_code(&self) {
        self.goes_wrong().await;
        ask(&self.shop.till, "pay", &self.pay()).await;
        let failed = self.event("payment.failed").await;
        assert_eq!((failed.text("code"), &failed.body["certain"]), (Some("bank_unavailable"), &json!(true)));
    }

    async fn is_paid(&self) {
        let payload = self.code().await;
        self.goes_wrong().await;
        self.bank.pay(&payload).await;
        self.event("payment.paid").await;
    }

    async fn is_reviewed(&self, code: &str) {
        let payload = self.code().await;
        self.goes_wrong().await;
        self.bank.pay(&payload).await;
        let review = self.event("payment.review").await;
        assert_eq!(review.text("code"), Some(code), "{}", review.body);
    }

    async fn is_cancelled(&self) {
        self.code().await;
        self.goes_wrong().await;
        ask(&self.shop.till, "cancel", &json!({ "operation": self.operation })).await;
        let cancelled = self.event("payment.cancelled").await;
        assert_eq!(cancelled.body["certain"], true, "{}", cancelled.body);
    }

    async fn is_paid_late(&self) {
        self.goes_wrong().await;
        let payload = self.code().await;
        self.bank.scan(&payload).await;
        ask(&self.shop.till, "cancel", &json!({ "operation": self.operation })).await;
        let late = self.event("payment.paid_late").await;
        assert_eq!(late.text("handling"), Some("refunding"), "{}", late.body);
        self.refund_event("refund.completed").await;
    }

    async fn is_refunded(&self) {
        self.paid().await;
        self.goes_wrong().await;
        self.ask_for_the_money().await;
        self.refund_event("refund.completed").await;
        let completed =
            self.bank.ledger().await.refunds.iter().filter(|refund| refund.is_completed()).count();
        assert_eq!(completed, 1, "{}: the money went back once", self.operation);
    }

    async fn is_not_refunded(&self) {
        self.paid().await;
        self.goes_wrong().await;
        self.ask_for_the_money().await;
        let failed = self.refund_event("refund.failed").await;
        assert_eq!((failed.text("code"), &failed.body["retryable"]), (Some("bank_refused"), &json!(true)));
    }

    async fn ask_for_the_money(&self) {
        let body =
            json!({ "operation": format!("{}-back", self.operation), "payment_operation": self.operation });
        ask(&self.shop.till, "refund", &body).await;
    }

    async fn refund_event(&self, name: &str) -> Arc<Event> {
        let is_its_end = |event: &Event| {
            event.text("payment_operation") == Some(self.operation)
                && matches!(event.name(), "refund.completed" | "refund.failed" | "refund.review")
        };
        let mut events = self.shop.till.events();
        let end = tokio::time::timeout(LIMIT, events.find(is_its_end)).await;
        let end = end.unwrap_or_else(|_| panic!("{}: {name} did not come", self.operation));
        assert_eq!(end.name(), name, "{}: {}", self.operation, end.body);
        end
    }

    async fn is_forged(&self) {
        let payload = self.code().await;
        self.goes_wrong().await;
        self.bank.scan(&payload).await;
        self.event("payment.processing").await;
        let warning = "signature is wrong";
        until("the forgery is noticed", async || {
            self.shop.world.service.log().contains(warning).then_some(())
        })
        .await;
        let state = ask(&self.shop.till, "get", &json!({ "operation": self.operation })).await;
        assert_eq!(state.text("status"), Some("processing"), "nobody believes a forgery: {}", state.body);
        self.bank.pay(&payload).await;
        self.event("payment.paid").await;
    }
}

fn is_end(event: &Event) -> bool {
    matches!(
        event.name(),
        "payment.paid"
            | "payment.declined"
            | "payment.expired"
            | "payment.cancelled"
            | "payment.failed"
            | "payment.review"
    )
}
