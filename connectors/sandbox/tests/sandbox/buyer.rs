//! The buyer's API and page.

use serde_json::json;

use crate::support::{Bank, read};

#[tokio::test]
async fn a_payment_is_described_in_minor_units() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let paid = bank.buyer("pay", &code.payload).await.json();
    let expected = json!({
        "bank": "raiffeisen", "transaction": "120001", "order": "o", "qr": code.id,
        "amount": 31_400, "status": "SUCCESS",
    });
    assert_eq!(paid, expected);
}

#[tokio::test]
async fn a_code_is_found_by_payload_link_or_id() {
    let bank = Bank::start().await;
    let code = bank.fixed("plate").await;
    for text in [code.payload.clone(), format!("https://qr.nspk.ru/{}", code.id), format!(" {} ", code.id)] {
        let answer = bank.own("/buyer/pay", &json!({"payload": text, "amount": 100})).await;
        assert_eq!(answer.status, 200, "{text}");
    }
}

#[tokio::test]
async fn what_cannot_be_paid_is_answered_with_a_reason() {
    let bank = Bank::start().await;
    let (fixed, open) = (bank.dynamic("fixed").await, bank.fixed("open").await);
    let unknown = "https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02";
    let rows = [
        (json!({"payload": unknown}), 404, "unknown_code"),
        (json!({"payload": "hello"}), 404, "unknown_code"),
        (json!({"payload": open.payload}), 400, "amount_needed"),
        (json!({"payload": open.payload, "amount": 0}), 400, "amount_invalid"),
        (json!({"payload": open.payload, "amount": -5}), 400, "amount_invalid"),
        (json!({"payload": fixed.payload, "amount": 100}), 400, "amount_differs"),
        (json!({"payload": fixed.payload, "amount": 1.5}), 400, "bad_request"),
        (json!({"payload": 5}), 400, "bad_request"),
        (json!({}), 400, "bad_request"),
    ];
    for (body, status, error) in rows {
        for deed in ["pay", "decline", "scan"] {
            let answer = bank.own(&format!("/buyer/{deed}"), &body).await;
            assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)), "{deed} {body}");
        }
    }
    let raw = bank.client.post(format!("{}/buyer/pay", bank.url)).body("not json");
    assert_eq!(read(raw).await.status, 400);
    assert!(bank.ledger("payments").await.is_empty());
}

#[tokio::test]
async fn two_buyers_at_a_static_code_do_not_disturb_each_other() {
    let bank = Bank::start().await;
    let plate = bank.fixed("plate").await;
    let deed = |deed: &'static str, amount: i64| {
        let body = json!({"payload": plate.payload, "amount": amount});
        let bank = &bank;
        async move { bank.own(&format!("/buyer/{deed}"), &body).await.json() }
    };
    let slow = deed("scan", 100).await;
    let quick = deed("pay", 200).await;
    assert_ne!(slow["transaction"], quick["transaction"]);
    assert_eq!(deed("pay", 100).await["transaction"], slow["transaction"]);
    assert_eq!(bank.ledger("payments").await.len(), 2);
}

#[tokio::test]
async fn the_page_looks_a_code_up_and_lists_what_is_payable() {
    let bank = Bank::start().await;
    let (first, second) = (bank.dynamic("first").await, bank.dynamic("second").await);
    bank.buyer("pay", &first.payload).await;
    let list = bank.own_get("/buyer/codes").await.json();
    let orders: Vec<_> = list["codes"].as_array().unwrap().iter().map(|code| code["order"].clone()).collect();
    assert_eq!(orders, [json!("second")]);
    let look = bank.own_get(&format!("/buyer/code?payload={}", second.id)).await.json();
    assert_eq!((&look["payable"], &look["amount"]), (&json!(true), &json!(31_400)));
    assert_eq!(look["payload"], second.payload.as_str());
    assert_eq!(bank.own_get("/buyer/code?payload=x").await.status, 404);
}

#[tokio::test]
async fn the_page_and_its_parts_are_served() {
    let bank = Bank::start().await;
    for (path, media, part) in [
        ("/buyer", "text/html", "/buyer/page.js"),
        ("/buyer?payload=x", "text/html", "/buyer/page.css"),
        ("/buyer/page.css", "text/css", ".card"),
        ("/buyer/page.js", "text/javascript", "/buyer/codes"),
        ("/buyer/messages.json", "application/json", "Оплатить"),
    ] {
        let answer = bank.client.get(format!("{}{path}", bank.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(media), "{path}");
        assert!(answer.text().await.unwrap().contains(part), "{path}");
    }
}

#[tokio::test]
async fn the_ledger_has_the_agreed_form() {
    let bank = Bank::start().await;
    let ledger = bank.own_get("/ledger").await.json();
    let empty = json!({"orders": [], "payments": [], "refunds": [], "links": []});
    assert_eq!(ledger, json!({"banks": {"raiffeisen": empty}}));
    let code = bank.dynamic("o").await;
    bank.buyer("pay", &code.payload).await;
    bank.post("/payments/v1/orders/o/refunds/r", &json!({"amount": 1})).await;
    for (list, fields) in [
        ("orders", &["order", "qr", "amount", "status", "created_at", "expires_at"][..]),
        ("payments", &["transaction", "qr", "order", "amount", "at"][..]),
        ("refunds", &["refund", "transaction", "amount", "status"][..]),
    ] {
        let row = &bank.ledger(list).await[0];
        assert!(fields.iter().all(|field| !row[*field].is_null()), "{list}: {row}");
    }
    let created: jiff::Timestamp =
        bank.ledger("orders").await[0]["created_at"].as_str().unwrap().parse().unwrap();
    let at: jiff::Timestamp = bank.ledger("payments").await[0]["at"].as_str().unwrap().parse().unwrap();
    assert!(created <= at);
}
