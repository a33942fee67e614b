//! A bank that hangs for long, and a crowd of buyers at it, beside a bank that is well (P13).

use futures_util::future::join_all;
use serde_json::{Value, json};
use universal_integrator::till::AmqpRegister;

use crate::lab::{Bank, Broker, Plan, Server, World, until};
use crate::till::{ask, begin, expect, pay};

/// More than the ill bank is called by at once.
const CROWD: usize = 60;

fn pay_at_ill_bank(operation: &str) -> Value {
    let mut body = pay(operation, 700);
    body["payment_type"] = json!("ill");
    body
}

/// Asks what can be paid by, and waits for the answer to this very question.
async fn is_offered(till: &AmqpRegister) -> bool {
    let answers = || till.received().into_iter().filter(|event| event.name() == "register.types");
    let before = answers().count();
    till.send("types", &json!({})).await.expect("the broker takes it");
    let told = until("types are told", async || answers().nth(before)).await;
    let types = told.body["types"].as_array().expect("a list").clone();
    types.iter().any(|one| one["code"] == "ill" && one["available"] == true)
}

#[tokio::test(flavor = "multi_thread")]
async fn p13_a_crowd_at_a_bank_that_hangs_keeps_no_buyer_of_another_bank_from_paying() {
    let bank = Bank::task().await;
    for call in ["create", "status"] {
        bank.fault(&json!({ "call": call, "fault": "timeout_before_accept", "times": 0 })).await;
    }
    let ill = Server {
        bank: Some(bank.address()),
        call_timeout_ms: 1_000,
        response_timeout_s: 10,
        concurrency: 4,
        ..Server::named("ill")
    };
    let plan = Plan { servers: vec![Server::named("sbp"), ill], ..Plan::default() };
    let world = World::build(plan, Broker::shared()).await;
    let (crowd, well) = (world.till("3").await, world.till("2").await);
    assert!(is_offered(&well).await);
    let bodies: Vec<Value> = (0..CROWD).map(|number| pay_at_ill_bank(&format!("ill-{number}"))).collect();
    join_all(bodies.iter().map(|body| ask(&crowd, "pay", body))).await;
    join_all((0..10).map(async |number| {
        let operation = format!("well-{number}");
        let payload = begin(&well, &pay(&operation, 900)).await;
        world.bank.pay(&payload).await;
        expect(&well, &operation, "payment.paid").await;
    }))
    .await;
    for number in 0..CROWD {
        let failed = expect(&crowd, &format!("ill-{number}"), "payment.failed").await;
        assert_eq!((failed.text("code"), &failed.body["certain"]), (Some("bank_unavailable"), &json!(true)));
    }
    bank.mend().await;
    until("the bank is called again", async || is_offered(&well).await.then_some(())).await;
    world.end().await;
}
