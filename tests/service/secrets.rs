//! Nothing secret in what the service writes.

use serde_json::json;

use crate::lab::{Broker, MERCHANT_KEY, Plan, Screen, Server, World};
use crate::till::{ask, begin, expect, pay};

const WRONG_KEY: &str = "a-key-that-the-bank-does-not-know";
const PASSWORD: &str = "a-pass-word-of-the-broker";
const SCREEN_KEY: &str = "a-key-of-a-screen";

/// A broker that asks for a name of one's own.
async fn guarded_broker(user: &str) -> Broker {
    let shared = Broker::shared();
    let broker = if shared.can_be_controlled() { shared } else { Broker::private().await };
    broker.control(&["ctl", "add_user", user, PASSWORD]).await;
    broker.control(&["ctl", "set_permissions", "-p", "/", user, ".*", ".*", ".*"]).await;
    broker.into_user(user, PASSWORD)
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_no_secret_is_logged_even_where_everything_is() {
    let refused =
        Server { key: WRONG_KEY, call_timeout_ms: 1_000, response_timeout_s: 3, ..Server::named("refused") };
    let servers = vec![Server::named("sbp"), refused];
    let plan = Plan { log: "debug", servers, ..Plan::default() };
    let user = format!("user-{}", std::process::id());
    let mut world = World::build(plan, guarded_broker(&user).await).await;
    let till = world.till("1").await;

    let payload = begin(&till, &pay("a", 100)).await;
    world.bank.pay(&payload).await;
    expect(&till, "a", "payment.paid").await;
    ask(&till, "refund", &json!({ "operation": "r", "payment_operation": "a" })).await;
    expect(&till, "r", "refund.completed").await;
    let mut body = pay("b", 100);
    body["payment_type"] = json!("refused");
    body["cashier"] = json!("Ivanova");
    begin(&till, &body).await;
    ask(&till, "cancel", &json!({ "operation": "b" })).await;
    expect(&till, "b", "payment.cancelled").await;
    ask(&till, "pay", &json!({ "operation": "c" })).await;
    Screen::knock(world.service.http(), SCREEN_KEY).await;
    world.service.kill().await;
    world.service.start().await;

    let log = world.service.log();
    assert!(log.contains("DEBUG") && log.lines().count() > 30, "it was talkative");
    for secret in [MERCHANT_KEY, WRONG_KEY, PASSWORD, SCREEN_KEY, "Ivanova"] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(secret)).take(3).collect();
        assert!(told.is_empty(), "{secret} is in the log:\n{}", told.join("\n"));
    }
    let shown = world.service.command(&["settings", "export"]).await;
    assert!(!shown.contains(MERCHANT_KEY) && !shown.contains(WRONG_KEY), "an export has sealed secrets only");
    world.end().await;
}
