//! How far and how deep is looked for an answer about many payments.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::{Change, LinkChange, PaymentChange, Store};
use payment::{CodeKind, PaymentId, PaymentTypeCode};
use serde_json::{Value, json};

use crate::kit::{Life, World};

const A_DAY: Duration = Duration::from_hours(24);

async fn ask(till: &Life<'_>, verb: &str, body: Value) -> Value {
    till.send("1", verb, body).await;
    till.sink.to("1").pop().expect("an answer").body
}

/// A payment that is over, and so many more that differ from it by their ids.
async fn sold(till: &Life<'_>, count: u32) {
    till.pay("op-1").await;
    till.until_ms(500).await;
    assert!(till.buyer_pays());
    till.until(100).await;
    let first = till.payment("op-1").await;
    for number in 1..count {
        let mut payment = first.clone();
        payment.id = PaymentId::from_uuid(u128::from(number) << 12);
        payment.state.sequence = 0; // without facts
        let payment = PaymentChange {
            expected_sequence: None,
            payment: Arc::new(payment),
            wake_at: None,
            journal: Vec::new(),
            credits: Vec::new(),
            links: LinkChange::default(),
        };
        let change = Change { epoch: 1, at: till.now(), payment: Some(payment), operation: None };
        till.store.data.commit(change).await.expect("a row");
    }
}

#[test]
fn a_named_payment_is_found_however_old_it_is_and_others_within_a_month() {
    let world = World::new();
    world.live(async |till| sold(till, 1).await);
    for (days, is_found) in [(30, true), (2, false)] {
        world.time.skip(A_DAY * days);
        world.live(async |till| {
            let amount = json!({ "value": 19_800, "currency": "RUB" });
            for (question, is_found) in [
                (json!({ "receipt": "000123" }), true),
                (json!({ "bank_transaction": "T1" }), true),
                (json!({ "from": "2026-11-21" }), true),
                (json!({ "amount": amount }), is_found),
                (json!({}), is_found),
            ] {
                let found = ask(till, "find", question.clone()).await;
                assert_eq!(found["payments"].as_array().unwrap().len(), usize::from(is_found), "{question}");
            }
        });
    }
}

#[test]
fn an_answer_that_would_need_a_look_at_too_many_payments_goes_on_from_where_it_stopped() {
    let world = World::new();
    world.live(async |till| {
        sold(till, 50_001).await;
        let found = ask(till, "find", json!({ "payer": "nobody" })).await;
        assert_eq!((&found["payments"], &found["more"]), (&json!([]), &json!(true)));
        let rest = ask(till, "find", json!({ "payer": "nobody", "before": found["next"] })).await;
        assert_eq!((&rest["payments"], &rest["more"]), (&json!([]), &json!(false)));
        let totals = ask(till, "totals", json!({ "from": "2026-11-21" })).await;
        assert_eq!((&totals["event"], &totals["field"]), (&json!("request.rejected"), &json!("from")));
    });
}

#[test]
fn an_answer_that_is_just_full_says_that_there_are_no_more() {
    for (count, told, more) in [(49, 49, false), (50, 50, false), (51, 50, true)] {
        let world = World::new();
        world.live(async |till| {
            sold(till, count).await;
            let found = ask(till, "find", json!({})).await;
            assert_eq!(
                (found["payments"].as_array().unwrap().len(), &found["more"]),
                (told, &json!(more)),
                "{count}"
            );
        });
    }
}

#[test]
fn totals_of_several_pages_count_each_payment_once() {
    for count in [499, 500, 501, 1_200] {
        let world = World::new();
        world.live(async |till| {
            sold(till, count).await;
            till.store.forget_calls();
            let totals = ask(till, "totals", json!({ "from": "2026-11-21" })).await;
            assert_eq!(totals["totals"][0]["paid"]["count"], count);
            let pages = usize::try_from(count).unwrap() / 500 + 1;
            assert_eq!(till.store.calls()["search"], pages, "{count} payments");
        });
    }
}

#[test]
fn a_payment_type_whose_codes_no_bank_of_it_makes_is_not_available_whatever_else_they_make() {
    let world = World::new();
    world.set(|settings| {
        let store = settings.stores.values_mut().next().unwrap();
        let sbp = store.payment_types.get_mut(&PaymentTypeCode::parse("sbp").unwrap()).unwrap();
        sbp.code = CodeKind::Buyer;
    });
    world.live(async |till| {
        let types = ask(till, "types", json!({})).await;
        let sbp = types["types"].as_array().unwrap().iter().find(|one| one["code"] == "sbp").unwrap();
        assert_eq!(sbp["available"], false, "{sbp}");
        assert_eq!(sbp["capabilities"]["qr"], json!(["dynamic", "static"]), "what else they make is told");
    });
}
