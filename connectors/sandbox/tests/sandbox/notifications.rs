//! Signed notifications to the merchant, with retries.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Bank, KEY, eventually};

/// A merchant's endpoint that keeps what it gets and answers as it was told.
#[derive(Clone, Default)]
pub(crate) struct Merchant {
    got: Arc<Mutex<Vec<(String, String)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Merchant {
    /// Starts the endpoint and tells the bank of it. First answers come from the list, later ones are 200.
    pub(crate) async fn of(bank: &Bank, answers: &[u16]) -> Self {
        let merchant =
            Self { answers: Arc::new(Mutex::new(answers.iter().copied().collect())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/raif", listener.local_addr().unwrap());
        let app = Router::new().route("/raif", post(take)).with_state(merchant.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let answer = bank.post("/settings/v1/callback", &json!({"callbackUrl": url})).await;
        assert_eq!(answer.status, 200);
        merchant
    }

    pub(crate) fn count(&self) -> usize {
        self.got.lock().unwrap().len()
    }

    /// The signature header and the body of the n-th notification.
    pub(crate) fn nth(&self, place: usize) -> (String, String) {
        self.got.lock().unwrap()[place].clone()
    }

    pub(crate) async fn has(&self, count: usize) {
        eventually("the notifications arrive", async || self.count() >= count).await;
    }
}

async fn take(State(merchant): State<Merchant>, headers: HeaderMap, body: String) -> StatusCode {
    let signature = headers["x-api-signature-sha256"].to_str().unwrap().to_owned();
    merchant.got.lock().unwrap().push((signature, body));
    let status = merchant.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

/// The raw text of a field of a flat JSON body, quotes taken off.
fn field(body: &str, name: &str) -> String {
    let raw: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_str(body).unwrap();
    raw[name].get().trim_matches('"').to_owned()
}

fn expected_signature(body: &str) -> String {
    let names = ["amount", "sbpMerchantId", "order", "paymentStatus", "transactionDate"];
    let control = names.map(|name| field(body, name)).join("|");
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(control.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn a_payment_is_notified_with_a_signature_over_what_is_printed() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    let mut spellings = Vec::new();
    for order in ["o-1", "o-2"] {
        let code = bank.dynamic(order).await;
        let paid = bank.buyer("pay", &code.payload).await.json();
        let place = spellings.len();
        merchant.has(place + 1).await;
        let (signature, body) = merchant.nth(place);
        assert_eq!(signature, expected_signature(&body));
        let seen: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&seen["order"], &seen["qrId"]), (&json!(order), &json!(code.id)));
        assert_eq!((&seen["paymentStatus"], &seen["currency"]), (&json!("SUCCESS"), &json!("RUB")));
        assert_eq!(seen["transactionId"].to_string(), paid["transaction"].as_str().unwrap());
        assert!(seen["additionalInfo"].is_null() && seen.get("event").is_none());
        spellings.push(field(&body, "amount"));
    }
    // Both spellings of a whole amount are sent.
    spellings.sort();
    assert_eq!(spellings, ["314", "314.00"]);
}

#[tokio::test]
async fn only_200_ends_the_retries() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[500, 204, 302, 404]).await;
    let code = bank.dynamic("o").await;
    bank.buyer("pay", &code.payload).await;
    merchant.has(5).await;
    assert!((1..5).all(|place| merchant.nth(place) == merchant.nth(0)));
    // Another payment's notification would be the sixth; nothing else comes before it.
    let other = bank.dynamic("p").await;
    bank.buyer("pay", &other.payload).await;
    merchant.has(6).await;
    assert_eq!(field(&merchant.nth(5).1, "order"), "p");
}

#[tokio::test]
async fn a_declined_try_is_notified_unless_that_is_switched_off() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    let code = bank.dynamic("o").await;
    bank.buyer("decline", &code.payload).await;
    merchant.has(1).await;
    let (signature, body) = merchant.nth(0);
    assert_eq!(field(&body, "paymentStatus"), "DECLINED");
    assert_eq!(signature, expected_signature(&body));

    let silent = Bank::with(|options| options.raiffeisen.notify_declines = false).await;
    let merchant = Merchant::of(&silent, &[]).await;
    let code = silent.dynamic("o").await;
    silent.buyer("decline", &code.payload).await;
    silent.buyer("pay", &code.payload).await;
    merchant.has(1).await;
    assert_eq!(field(&merchant.nth(0).1, "paymentStatus"), "SUCCESS");
}

#[tokio::test]
async fn every_payment_of_a_static_code_has_its_own_notification() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    let plate = bank.fixed("plate").await;
    for amount in [100, 200] {
        bank.own("/buyer/pay", &json!({"payload": plate.payload, "amount": amount})).await;
    }
    merchant.has(2).await;
    assert_ne!(field(&merchant.nth(0).1, "transactionId"), field(&merchant.nth(1).1, "transactionId"));
}

#[tokio::test]
async fn faults_double_drop_delay_and_forge_notifications() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    let pay = async |order: &str| {
        let code = bank.dynamic(order).await;
        assert_eq!(bank.buyer("pay", &code.payload).await.status, 200);
    };
    bank.fault(&json!({"call": "status", "fault": "duplicate_notification"})).await;
    pay("twice").await;
    merchant.has(2).await;
    assert_eq!(merchant.nth(0), merchant.nth(1));

    bank.fault(&json!({"fault": "no_notification"})).await;
    pay("silent").await;
    bank.fault(&json!({"fault": "forged_notification"})).await;
    pay("forged").await;
    merchant.has(3).await;
    let (signature, body) = merchant.nth(2);
    assert_eq!(field(&body, "order"), "forged");
    assert_ne!(signature, expected_signature(&body));

    bank.fault(&json!({"fault": "late_notification", "delay_ms": 1_000})).await;
    pay("late").await;
    pay("prompt").await;
    merchant.has(5).await;
    let orders: Vec<String> = (3..5).map(|place| field(&merchant.nth(place).1, "order")).collect();
    assert_eq!(orders, ["prompt", "late"]);
}

#[tokio::test]
async fn a_forger_claims_success_as_soon_as_somebody_scans() {
    let bank = Bank::start().await;
    let merchant = Merchant::of(&bank, &[]).await;
    bank.fault(&json!({"fault": "forged_notification"})).await;
    let code = bank.dynamic("o").await;
    bank.buyer("scan", &code.payload).await;
    merchant.has(1).await;
    let (signature, body) = merchant.nth(0);
    assert_eq!(field(&body, "paymentStatus"), "SUCCESS");
    assert_ne!(signature, expected_signature(&body));
    assert_eq!(bank.payment_status(&code).await, "IN_PROGRESS");
    assert!(bank.ledger("payments").await.is_empty());
}
