//! Refusals: codes, texts, HTTP habits, and what the framework answers instead of the bank.

use connector_sandbox::raiffeisen::ErrorHabit;
use serde_json::{Value, json};

use crate::support::{Bank, KEY, MERCHANT, read};

fn dynamic(change: &Value) -> Value {
    let mut body = json!({"qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": "o-1", "amount": 314});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn a_bad_registration_is_refused_with_the_banks_code_and_text() {
    let bank = Bank::start().await;
    let (no_field, parameters) = ("Не передан обязательный параметр", "Некорректные параметры запроса");
    let bad_amount = "Передана некорректная сумма платежа";
    let rows = [
        (json!({"qrType": null}), "ERROR.INVALID_REQUEST", no_field),
        (json!({"qrType": "QRMagic"}), "ERROR.INVALID_REQUEST", parameters),
        (
            json!({"sbpMerchantId": null}),
            "ERROR.SBP_MERCHANT_ID_IS_MISSING",
            "SbpMerchantId партнера не указан",
        ),
        (
            json!({"sbpMerchantId": "MA1"}),
            "ERROR.MERCHANT_NOT_REGISTERED",
            "Партнер с ID MA1 не зарегистрирован",
        ),
        (json!({"order": null}), "ERROR.INVALID_REQUEST", no_field),
        (json!({"order": ""}), "ERROR.INVALID_REQUEST", no_field),
        (json!({"order": "чек"}), "ERROR.INVALID_ORDER", "В номере заказа поддерживаются A-z09_-."),
        (json!({"order": 17}), "ERROR.INVALID_REQUEST", parameters),
        (
            json!({"amount": null}),
            "ERROR.DYNAMIC_QR_WITHOUT_AMOUNT",
            "Не передана сумма для динамического QR-кода",
        ),
        (json!({"amount": 0}), "ERROR.INVALID_REQUEST", bad_amount),
        (json!({"amount": -1}), "ERROR.INVALID_REQUEST", bad_amount),
        (json!({"amount": 0.001}), "ERROR.INVALID_REQUEST", bad_amount),
        (json!({"amount": "314"}), "ERROR.INVALID_REQUEST", bad_amount),
        (json!({"amount": 1_000_000.01}), "ERROR.INVALID_REQUEST", bad_amount),
        (json!({"currency": "USD"}), "ERROR.INVALID_REQUEST", parameters),
        (
            json!({"account": "1"}),
            "ERROR.ACCOUNT_IS_NOT_REGISTERED",
            "Указан неверный счет. Проверьте его или удалите. Параметр является необязательным",
        ),
        (
            json!({"qrExpirationDate": "2023-07-22T09:14:38+03:00"}),
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
            "Неверная дата истечения QR-кода",
        ),
        (
            json!({"qrExpirationDate": "soon"}),
            "ERROR.QR_EXPIRATION_DATE_NOT_VALID",
            "Неверная дата истечения QR-кода",
        ),
        (json!({"additionalInfo": "я".repeat(141)}), "ERROR.INVALID_REQUEST", parameters),
        (json!({"paymentDetails": "я".repeat(186)}), "ERROR.INVALID_REQUEST", parameters),
        (json!({"extra": 5}), "ERROR.INVALID_REQUEST", parameters),
    ];
    for (change, code, message) in rows {
        for (path, status) in [("/sbp/v2/qrs", 400), ("/sbp/v1/qr/register", 200)] {
            let answer = bank.post(path, &dynamic(&change)).await;
            assert_eq!(answer.status, status, "{change} at {path}: {}", answer.text);
            assert_eq!(answer.json(), json!({"code": code, "message": message}), "{change} at {path}");
        }
    }
    assert!(bank.ledger("orders").await.is_empty());
}

#[tokio::test]
async fn the_http_habit_can_be_switched() {
    for (habit, v1, v2) in [
        (ErrorHabit::ByVersion, 200, 404),
        (ErrorHabit::AlwaysOk, 200, 200),
        (ErrorHabit::AlwaysFailing, 404, 404),
    ] {
        let bank = Bank::with(|options| options.raiffeisen.error_habit = habit).await;
        assert_eq!(bank.get("/sbp/v1/qr/unknown/payment-info").await.status, v1, "{habit:?}");
        assert_eq!(bank.get("/sbp/v2/qrs/unknown").await.status, v2, "{habit:?}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_get_the_frameworks_body() {
    let bank = Bank::start().await;
    let answer = bank.get("/sbp/v1/nothing").await;
    assert_eq!(answer.status, 404);
    let body = answer.json();
    assert_eq!((&body["status"], &body["error"]), (&json!(404), &json!("Not Found")));
    assert_eq!(body["path"], "/sbp/v1/nothing");
    assert!(body.get("code").is_none() && body["timestamp"].is_string());
    let answer = bank.delete("/sbp/v1/refund").await;
    assert_eq!((answer.status, &answer.json()["path"]), (405, &json!("/sbp/v1/refund")));
}

#[tokio::test]
async fn what_is_not_json_is_the_frameworks_trouble() {
    let bank = Bank::start().await;
    let send = |media: &'static str, body: &'static str| {
        read(bank.call(reqwest::Method::POST, "/sbp/v2/qrs").header("content-type", media).body(body))
    };
    let answer = send("application/json", "{").await;
    assert_eq!((answer.status, answer.text.as_str()), (400, "Error execution request"));
    assert_eq!(send("text/plain", "{}").await.status, 415);
    let answer = send("application/json; charset=utf-8", "[]").await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ERROR.INVALID_REQUEST"));
}

#[tokio::test]
async fn another_merchants_codes_do_not_exist() {
    let bank = Bank::with(|options| {
        let mut other = options.raiffeisen.merchants[0].clone();
        other.sbp_merchant_id = "MA622976".to_owned();
        other.secret_key = "another-key".to_owned();
        options.raiffeisen.merchants.push(other);
    })
    .await;
    let code = bank.dynamic("mine").await;
    let url = format!("{}/raiffeisen/api/sbp/v2/qrs/{}", bank.url, code.id);
    let ask = |key: &str| read(bank.client.get(&url).bearer_auth(key));
    assert_eq!(ask(KEY).await.status, 200);
    let answer = ask("another-key").await;
    assert_eq!(answer.json()["message"], "QR-код не найден у данного партнера");
}

#[tokio::test]
async fn the_callback_address_is_checked_and_given_back() {
    let bank = Bank::start().await;
    let body = json!({"callbackUrl": "https://you.example/raif"});
    let answer = bank.post("/settings/v1/callback", &body).await;
    assert_eq!((answer.status, answer.json()), (200, body));
    for body in [json!({}), json!({"callbackUrl": "ftp://x"}), json!({"callbackUrl": "here"})] {
        assert_eq!(bank.post("/settings/v1/callback", &body).await.code(), "ERROR.INVALID_REQUEST");
    }
}
