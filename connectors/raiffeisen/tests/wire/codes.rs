//! Issue and annul.

use connector_sdk::conformance::{issue_request, order_request};
use payment::{AnnulAnswer, CallError, CodeKind, Refusal, RefusalKind};

use crate::bank::{Bank, QR, check_request};

const REGISTER: &str = "/api/sbp/v2/qrs";
const CODE: &str = "/api/sbp/v2/qrs/AD10051KNSNR64I98CRUJUASC9M72QTA";
const PAYLOAD: &str = "https://qr.nspk.ru/AD10051KNSNR64I98CRUJUASC9M72QTA?type=02&bank=100000000007&sum=111011&cur=RUB&crc=0F02";

#[tokio::test]
async fn a_code_is_asked_for_and_handed_on_byte_for_byte() {
    let bank = Bank::start().await;
    let answer = format!(r#"{{"qrId":"{QR}","qrStatus":"NEW","payload":"{PAYLOAD}"}}"#);
    bank.answers("POST", REGISTER, 200, &answer).await;
    let request = issue_request(CodeKind::Dynamic);
    let code = bank.connect(&[]).issue(&request).await.unwrap();
    assert_eq!((code.id.as_str(), code.payload.as_str()), (QR, PAYLOAD));
    assert_eq!(code.expires_at, Some(request.expires_at));
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        concat!(
            r#"{{"qrType":"QRDynamic","sbpMerchantId":"MA0000000552","order":"0191f7e25d3a7abc8def012345678001","#,
            r#""amount":1110.11,"currency":"RUB","additionalInfo":"Receipt 1734, till 3","#,
            r#""paymentDetails":"Receipt 1734, till 3","qrExpirationDate":"2026-11-21T18:05:00+03:00","#,
            r#""extra":{{"apiClient":"universal-integrator","apiClientVersion":"{}"}}}}"#
        ),
        version
    );
    check_request(&bank.only_request().await, "POST", REGISTER, Some(&expected));
}

#[tokio::test]
async fn an_order_that_is_registered_already_may_have_a_code() {
    for status in [200, 400] {
        let bank = Bank::start().await;
        let body =
            r#"{"code":"ERROR.ORDER_NUMBER_ALREADY_REGISTERED","message":"QR-код с номером заказа …"}"#;
        bank.answers("POST", REGISTER, status, body).await;
        let outcome = bank.connect(&[]).issue(&issue_request(CodeKind::Dynamic)).await;
        assert!(matches!(outcome, Err(CallError::Unknown(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_wrong_address_are_matters_of_settings() {
    let framework =
        r#"{"timestamp":"2026-11-21T10:00:00","status":404,"error":"Not Found","message":"","path":"/x"}"#;
    for (status, body) in [(401, ""), (403, "no"), (404, framework)] {
        let bank = Bank::start().await;
        bank.answers("POST", REGISTER, status, body).await;
        match bank.connect(&[]).issue(&issue_request(CodeKind::Dynamic)).await {
            Err(CallError::Refused(Refusal { kind, .. })) => assert_eq!(kind, RefusalKind::Settings),
            other => panic!("HTTP {status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_busy_gateway_turned_away_was_not_sent() {
    let bank = Bank::start().await;
    bank.answers("POST", REGISTER, 429, "<html>slow down</html>").await;
    let outcome = bank.connect(&[]).issue(&issue_request(CodeKind::Dynamic)).await;
    assert!(matches!(outcome, Err(CallError::NotSent(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_code_that_is_not_offered_is_not_asked_for() {
    let bank = Bank::start().await;
    let connector = bank.connect(&[]);
    let order = order_request(CodeKind::Dynamic, None);
    assert!(matches!(connector.issue(&issue_request(CodeKind::Buyer)).await, Err(CallError::Refused(_))));
    assert!(matches!(connector.annul(&order).await, Err(CallError::Refused(_))));
    assert!(bank.requests().await.is_empty());
}

#[tokio::test]
async fn a_withdrawal_with_an_empty_answer_is_done() {
    let bank = Bank::start().await;
    bank.answers("DELETE", CODE, 200, "").await;
    let outcome = bank.connect(&[]).annul(&order_request(CodeKind::Dynamic, Some(QR))).await;
    assert_eq!(outcome, Ok(AnnulAnswer::Annulled));
    check_request(&bank.only_request().await, "DELETE", CODE, None);
}

#[tokio::test]
async fn a_refused_withdrawal_is_explained_by_the_codes_state() {
    for (state, expected) in [
        ("CANCELLED", AnnulAnswer::Annulled),
        ("EXPIRED", AnnulAnswer::Expired),
        ("PAID", AnnulAnswer::NotNow),
        ("IN_PROGRESS", AnnulAnswer::NotNow),
    ] {
        let bank = Bank::start().await;
        let refused =
            r#"{"code":"ERROR.WRONG_QR_STATUS","message":"Нельзя сменить статус QR-кода с X на CANCELLED"}"#;
        bank.answers("DELETE", CODE, 400, refused).await;
        bank.answers(
            "GET",
            CODE,
            200,
            &format!(r#"{{"qrId":"{QR}","qrStatus":"{state}","payload":"{PAYLOAD}"}}"#),
        )
        .await;
        let outcome = bank.connect(&[]).annul(&order_request(CodeKind::Dynamic, Some(QR))).await;
        assert_eq!(outcome, Ok(expected), "{state}");
        check_request(&bank.requests().await[1], "GET", CODE, None);
    }
}

#[tokio::test]
async fn a_refused_withdrawal_whose_state_is_silent_stays_open() {
    let bank = Bank::start().await;
    bank.answers("DELETE", CODE, 400, r#"{"code":"ERROR.WRONG_QR_STATUS"}"#).await;
    bank.answers("GET", CODE, 503, "").await;
    let outcome = bank.connect(&[]).annul(&order_request(CodeKind::Dynamic, Some(QR))).await;
    assert!(matches!(outcome, Err(CallError::Unknown(_))), "{outcome:?}");
}
