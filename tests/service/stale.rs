//! Pays that waited too long.

use serde_json::json;
use universal_integrator::till::Event;

use crate::lab::{Broker, LIMIT, Plan, World, until};
use crate::till::{ask, begin, expect, pay};

#[tokio::test(flavor = "multi_thread")]
async fn a_pay_that_outlived_its_time_in_the_queue_is_answered_stale_and_no_bank_is_asked() {
    let plan = Plan { pay_ttl_s: 3, ..Plan::default() };
    let mut world = World::build(plan, Broker::shared()).await;
    let till = world.till("2").await;
    begin(&till, &pay("open", 100)).await;
    let calls = world.wire.calls().len();
    world.service.stop().await;

    let sent = till.send("pay", &pay("late", 100)).await.unwrap();
    till.send("cancel", &json!({ "operation": "open" })).await.unwrap();
    until("its time is over", async || (world.waiting("expired").await == 1).then_some(())).await;
    world.service.start().await;

    let is_answer = |event: &Event| event.text("in_reply_to") == sent.message_id.as_deref();
    let answer = till.wait_for("late", is_answer, LIMIT).await.unwrap();
    assert_eq!((answer.name(), answer.text("code")), ("request.rejected", Some("stale")));
    let repeat = ask(&till, "pay", &pay("late", 100)).await;
    assert_eq!(
        (repeat.name(), repeat.text("code")),
        ("request.rejected", Some("stale")),
        "whenever it comes again"
    );
    expect(&till, "open", "payment.cancelled").await;
    let creates = world.wire.calls().split_off(calls).into_iter().filter(|call| call.path.ends_with("/qrs"));
    assert_eq!(creates.filter(|call| call.method == "POST").count(), 0);
    world.books_agree(&[&till]).await;
    world.end().await;
}
