//! The acts of the play.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use super::Cast;
use crate::demo::basket::Basket;
use crate::demo::player::Player;
use crate::demo::shop;
use crate::till::Event;

/// The life of the code that nobody pays.
const SHORT_LIFE_S: u32 = 3;
/// How long after the confirmed annulment the money comes.
const LATE_AFTER: Duration = Duration::from_millis(1_500);

/// Paid at once; half is given back to the same register, the rest asked for by another one.
pub(super) async fn paid_and_refunded(cast: &Cast<'_>) -> anyhow::Result<()> {
    let [till, other, _] = &cast.players;
    let pay = cast.operation("paid");
    let basket = Basket::number(0);
    let payload = begin(till, &basket.pay(&pay, "000001")).await?;
    till.note_bank(&pay, "the buyer pays").await;
    cast.stage.bank.pay(&payload).await?;
    let paid = till.expect(&pay, "payment.paid").await?;
    ensure!(paid.text("bank_transaction").is_some(), "paid without a bank transaction");

    let half = basket.total_minor() / 2;
    let amount = json!({ "value": half, "currency": "RUB" });
    let refund = json!({ "operation": cast.operation("half"), "payment_operation": pay, "amount": amount });
    refunded(till, &refund, "half of it").await?;

    let rest = json!({
        "operation": cast.operation("rest"), "payment_operation": pay, "payment_register": shop::REGISTERS[0],
        "reason": "Возврат товара",
    });
    let last = refunded(other, &rest, "all that is left").await?;
    let total = last.body.pointer("/refunded_total/value").and_then(Value::as_i64);
    ensure!(total == Some(basket.total_minor()), "refunded_total is {total:?} at the end");
    let copy = till.expect(&cast.operation("rest"), "refund.completed").await?;
    ensure!(copy.body == last.body, "the paying register got another copy than the asking one");
    Ok(())
}

/// Nobody pays; the end is told when it is certain.
pub(super) async fn expired(cast: &Cast<'_>) -> anyhow::Result<()> {
    let [_, till, _] = &cast.players;
    let pay = cast.operation("expired");
    let mut body = Basket::number(1).pay(&pay, "000002");
    body["expires_in_s"] = json!(SHORT_LIFE_S);
    begin(till, &body).await?;
    certain(&till.expect(&pay, "payment.expired").await?.body)
}

/// The cashier cancels while the code is on the screen.
pub(super) async fn cancelled(cast: &Cast<'_>) -> anyhow::Result<()> {
    let [.., till] = &cast.players;
    let pay = cast.operation("cancelled");
    begin(till, &Basket::number(2).pay(&pay, "000003")).await?;
    let cancel = json!({ "operation": pay, "reason": "Покупатель передумал" });
    till.ask("cancel", &cancel, "").await?;
    certain(&till.expect(&pay, "payment.cancelled").await?.body)
}

/// The buyer is paying when the cashier cancels: the bank confirms the annulment, the money comes all the same.
pub(super) async fn paid_late(cast: &Cast<'_>) -> anyhow::Result<()> {
    let [.., till] = &cast.players;
    let pay = cast.operation("late");
    cast.stage.bank.let_money_come_late(LATE_AFTER).await?;
    let payload = begin(till, &Basket::number(3).pay(&pay, "000004")).await?;
    till.note_bank(&pay, "the buyer begins to pay").await;
    cast.stage.bank.scan(&payload).await?;
    till.ask("cancel", &json!({ "operation": pay }), "").await?;
    certain(&till.expect(&pay, "payment.cancelled").await?.body)?;
    let late = till.expect(&pay, "payment.paid_late").await?;
    ensure!(late.text("handling") == Some("refunding"), "late money is {:?}", late.text("handling"));
    let limit = Duration::from_secs(20);
    let is_its_refund = |event: &Event| {
        event.name() == "refund.completed" && event.text("payment_operation") == Some(pay.as_str())
    };
    let mut events = till.register().events();
    tokio::time::timeout(limit, events.find(is_its_refund)).await?;
    Ok(())
}

/// The cancel overtakes its pay: the pay is answered without a bank.
pub(super) async fn cancelled_before_its_pay(cast: &Cast<'_>) -> anyhow::Result<()> {
    let [till, ..] = &cast.players;
    let pay = cast.operation("early");
    let cancel = json!({ "operation": pay, "reason": "Отмена раньше оплаты" });
    let first = till.ask("cancel", &cancel, "before its pay").await?;
    let second = till.ask("pay", &Basket::number(0).pay(&pay, "000005"), "after its cancel").await?;
    for answer in [first, second] {
        let name = answer.name();
        ensure!(name == "payment.cancelled" && answer.payment().is_none(), "answered with {name}");
        certain(&answer.body)?;
    }
    Ok(())
}

/// Sends a pay and waits for its code.
async fn begin(till: &Player<'_>, body: &Value) -> anyhow::Result<String> {
    till.ask("pay", body, "").await?;
    till.expect_code(body["operation"].as_str().unwrap_or_default()).await
}

/// Sends a refund and waits for its end.
async fn refunded(till: &Player<'_>, body: &Value, says: &str) -> anyhow::Result<std::sync::Arc<Event>> {
    till.ask("refund", body, says).await?;
    till.expect(body["operation"].as_str().unwrap_or_default(), "refund.completed").await
}

fn certain(body: &Value) -> anyhow::Result<()> {
    ensure!(body["certain"] == true, "the end is not certain: {body}");
    Ok(())
}
