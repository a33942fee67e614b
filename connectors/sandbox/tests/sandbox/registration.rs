//! Registration of codes in both versions, what is read back, and the picture.

use serde_json::{Value, json};

use crate::support::{Bank, MERCHANT, read};

#[tokio::test]
async fn version_2_answers_with_a_status_and_without_a_code() {
    let bank = Bank::start().await;
    let code = bank
        .register(&json!({
            "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "shop12-till3-0001734",
            "amount": 1110.11, "currency": "RUB", "qrExpirationDate": "2099-11-21T18:05:00+03:00",
        }))
        .await;
    assert_eq!(code.answer["qrStatus"], "NEW");
    assert_eq!(code.answer["qrExpirationDate"], "2099-11-21T18:05:00+03:00");
    assert!(code.answer.get("code").is_none());
    assert_eq!(code.id.len(), 32);
    let start = format!("https://qr.nspk.ru/{}?type=02&bank=100000000007&sum=111011&cur=RUB&crc=", code.id);
    assert!(code.payload.starts_with(&start), "{}", code.payload);
    assert_eq!(code.answer["qrUrl"], format!("{}/raiffeisen/api/sbp/v1/qr/{}/image", bank.url, code.id));
}

#[tokio::test]
async fn version_1_answers_with_a_code_and_without_a_status() {
    let bank = Bank::start().await;
    let body = json!({"qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "1", "amount": 1});
    let answer = bank.post("/sbp/v1/qr/register", &body).await;
    assert_eq!((answer.status, answer.code().as_str()), (200, "SUCCESS"));
    assert!(answer.json().get("qrStatus").is_none());
    let id = answer.json()["qrId"].as_str().unwrap().to_owned();
    let info = bank.get(&format!("/sbp/v1/qr/{id}/info")).await;
    assert_eq!(info.json(), answer.json());
}

#[tokio::test]
async fn registration_needs_no_key_and_every_other_call_does() {
    let bank = Bank::start().await;
    let body = json!({"qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": "1"});
    let bare = |method: reqwest::Method, path: &str| {
        bank.client.request(method, format!("{}/raiffeisen/api{path}", bank.url))
    };
    let answer = read(bare(reqwest::Method::POST, "/sbp/v2/qrs").json(&body)).await;
    assert_eq!(answer.status, 200);
    let id = answer.json()["qrId"].as_str().unwrap().to_owned();
    let gets = [
        format!("/sbp/v2/qrs/{id}"),
        format!("/sbp/v1/qr/{id}/info"),
        format!("/sbp/v1/qr/{id}/payment-info"),
        "/payments/v1/orders/1/transaction".to_owned(),
        "/payment/v1/orders/1".to_owned(),
        "/sbp/v1/refund/1".to_owned(),
        "/payments/v1/orders/1/refunds/1".to_owned(),
        "/payments/v2/orders/1/refunds/1".to_owned(),
        "/payments/v2/banks".to_owned(),
    ];
    for path in gets {
        for request in [bare(reqwest::Method::GET, &path), bare(reqwest::Method::GET, &path).bearer_auth("x")]
        {
            let answer = read(request).await;
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.json().get("code").is_none(), "{path}");
        }
    }
    for path in ["/payment/v1/orders", "/sbp/v1/refund", "/settings/v1/callback", "/sbp/v1/qr-drafts/1"] {
        assert_eq!(read(bare(reqwest::Method::POST, path).json(&body)).await.status, 401, "{path}");
    }
    assert_eq!(read(bare(reqwest::Method::DELETE, &format!("/sbp/v2/qrs/{id}"))).await.status, 401);
}

#[tokio::test]
async fn statics_have_an_open_amount_unless_one_was_given() {
    let bank = Bank::start().await;
    let open = bank.fixed("plate").await;
    assert!(open.payload.contains("?type=01&bank=100000000007&crc="), "{}", open.payload);
    assert!(open.answer.get("qrExpirationDate").is_none());
    let body = json!({"qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": "2", "amount": 12.5});
    let fixed = bank.register(&body).await;
    assert!(fixed.payload.contains("&sum=1250&cur=RUB&crc="), "{}", fixed.payload);
    assert_eq!(bank.link().await.answer["qrStatus"], "INACTIVE");
}

#[tokio::test]
async fn every_json_spelling_of_an_amount_is_the_same_money() {
    let bank = Bank::start().await;
    for (place, spelling) in ["1110", "1110.0", "1110.00", "1.11E+3"].iter().enumerate() {
        let body = format!(
            r#"{{"qrType":"QRDynamic","sbpMerchantId":"{MERCHANT}","order":"o{place}","amount":{spelling},
                "account":40700000000000000000,"createDate":"2026-11-21T21:23:50.8Z[Etc/UTC]","novelty":[1]}}"#
        );
        let request = bank.call(reqwest::Method::POST, "/sbp/v2/qrs");
        let answer = read(request.header("content-type", "application/json").body(body)).await;
        assert!(answer.text.contains("&sum=111000&cur=RUB"), "{spelling}: {}", answer.text);
    }
    let amounts: Vec<Value> = bank.ledger("orders").await.iter().map(|row| row["amount"].clone()).collect();
    assert_eq!(amounts, [json!(111_000), json!(111_000), json!(111_000), json!(111_000)]);
}

#[tokio::test]
async fn texts_come_back_under_the_banks_names() {
    let bank = Bank::start().await;
    let code = bank
        .register(&json!({
            "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "o", "amount": 1,
            "additionalInfo": "Чек 1734, ёлка", "paymentDetails": "Оплата по чеку 1734",
            "extra": {"apiClient": "x", "n": 1.50}, "subscription": {"id": "S1"},
        }))
        .await;
    assert_eq!(code.answer["subscriptionId"], "S1");
    let answer = bank.get(&format!("/sbp/v1/qr/{}/payment-info", code.id)).await;
    let info = answer.json();
    assert_eq!(info["additionalInfo"], "Чек 1734, ?лка");
    assert_eq!(info["paymentPurpose"], "Оплата по чеку 1734");
    assert!(info.get("paymentDetails").is_none());
    assert_eq!(info["merchantId"], 1_780_672_001);
    assert!(answer.text.contains(r#""extra":{"apiClient":"x","n":1.5}"#), "{}", answer.text);
}

#[tokio::test]
async fn an_order_registered_twice_has_two_codes_and_two_rows() {
    let bank = Bank::start().await;
    let (first, second) = (bank.dynamic("twice").await, bank.dynamic("twice").await);
    assert_ne!(first.id, second.id);
    let rows = bank.ledger("orders").await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["order"] == "twice" && row["status"] == "NEW"));
    assert_eq!(rows[0]["payload"], first.payload.as_str());
    assert_eq!(rows[1]["qr"], second.id.as_str());
}

#[tokio::test]
async fn an_order_with_a_payment_cannot_be_registered_again() {
    let bank = Bank::start().await;
    let code = bank.dynamic("sold").await;
    assert_eq!(bank.buyer("pay", &code.payload).await.status, 200);
    let body = json!({"qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "sold", "amount": 1});
    let answer = bank.post("/sbp/v2/qrs", &body).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ERROR.ORDER_NUMBER_ALREADY_REGISTERED"));
    assert_eq!(
        answer.json()["message"],
        "QR-код с номером заказа sold, партнера MA0000000552 и успешными платежами уже зарегистрирован"
    );
}

#[tokio::test]
async fn the_picture_is_open_to_everybody() {
    let bank = Bank::start().await;
    let code = bank.dynamic("o").await;
    let answer = bank.client.get(code.answer["qrUrl"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
    assert!(answer.text().await.unwrap().contains("<svg"));
}

#[tokio::test]
async fn the_router_works_without_a_socket() {
    use tower::ServiceExt;
    let router = connector_sandbox::router(connector_sandbox::Options::default()).unwrap();
    let body = json!({"qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": "1"}).to_string();
    let request = axum::http::Request::post("/raiffeisen/api/sbp/v2/qrs")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body))
        .unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 200);
}
