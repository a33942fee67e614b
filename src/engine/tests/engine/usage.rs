//! What people want of an authorization server, and what a payment type says where the register says nothing.

use engine::settings::{Settings, Usage};
use payment::{PaymentTypeCode, ServerId, StoreId};
use serde_json::json;

use crate::kit::{Verb, World, pay_body};

fn set_usage(settings: &mut Settings, server: &str, usage: Usage) {
    settings.servers.get_mut(&ServerId::parse(server).unwrap()).unwrap().usage = usage;
}

#[test]
fn a_server_that_is_paused_gives_no_new_codes_and_is_asked_about_those_that_it_gave() {
    let world = World::with_many_open();
    world.live(async |till| {
        let any = |operation: &str| {
            let mut body = pay_body(operation);
            body["payment_type"] = json!("any");
            body
        };
        till.send("1", "pay", any("before")).await;
        till.breathe().await;
        assert_eq!(till.sink.last("1", "payment.qr_ready").unwrap().body["bank"], "north");
        till.set(|settings| set_usage(settings, "north", Usage::Paused { from: None, until: None }));
        till.until_ms(1_100).await;
        till.send("2", "pay", any("after")).await;
        till.breathe().await;
        assert_eq!(till.sink.last("2", "payment.qr_ready").unwrap().body["bank"], "south");
        assert_eq!(till.bank.count(Verb::Issue), 1, "nothing new was asked of it");
        assert_eq!(till.payments()[1].state.attempts.len(), 1, "it was not even tried");
        assert!(till.buyer_pays());
        till.until(6).await;
        assert_eq!(till.status("before").await, "paid");
    });
}

#[test]
fn where_every_server_is_paused_or_for_refunds_only_a_pay_ends_at_once_and_certain() {
    for usage in [Usage::RefundsOnly, Usage::Paused { from: None, until: None }] {
        let world = World::with_many_open();
        world.live(async |till| {
            till.pay("paid").await;
            till.breathe().await;
            assert!(till.buyer_pays());
            till.until(3).await;
            till.set(|settings| set_usage(settings, "north", usage));
            till.until(5).await;
            till.pay("op-1").await;
            till.breathe().await;
            let failed = till.sink.last("1", "payment.failed").unwrap().body;
            assert_eq!((&failed["code"], &failed["certain"]), (&json!("bank_unavailable"), &json!(true)));
            let reason = failed["reason"].as_str().unwrap();
            assert!(reason.contains("authorization server north"), "people read why: {reason}");
            assert_eq!(till.bank.count(Verb::Issue), 1, "the bank was not asked");
            till.send("1", "types", json!({})).await;
            till.breathe().await;
            let types = till.sink.last("1", "register.types").unwrap().body;
            let told = types["types"].as_array().unwrap().iter().find(|its| its["code"] == "sbp").unwrap();
            assert_eq!(told["available"], json!(false), "{told}");
            till.refund("1", "back", "paid", None).await;
            till.until(10).await;
            assert!(till.sink.last("1", "refund.completed").is_some(), "its money still goes back");
        });
    }
}

#[test]
fn a_payment_type_says_the_life_and_the_purpose_where_the_register_does_not() {
    let world = World::with_many_open();
    world.set(|settings| {
        let store = settings.stores.get_mut(&StoreId::parse("17").unwrap()).unwrap();
        let tender = store.payment_types.get_mut(&PaymentTypeCode::parse("sbp").unwrap()).unwrap();
        (tender.code_life_s, tender.purpose) =
            (Some(120), Some("Receipt {receipt}, till {register}".to_owned()));
    });
    world.live(async |till| {
        let mut own = pay_body("own");
        (own["purpose"], own["expires_in_s"], own["receipt"]) =
            (json!("As the till says"), json!(60), json!("7"));
        let mut plain = pay_body("plain");
        plain["receipt"] = json!("000123");
        for (operation, body, purpose, life) in
            [("own", own, "As the till says", 60), ("plain", plain, "Receipt 000123, till 1", 120)]
        {
            till.send("1", "pay", body).await;
            till.breathe().await;
            let payment = till.payment(operation).await;
            assert_eq!(payment.checkout.details.purpose.as_deref(), Some(purpose), "{operation}");
            let code = payment.shown_attempt().unwrap();
            assert_eq!(code.expires_at.since(payment.opened_at).as_secs(), life, "{operation}");
        }
    });
}
