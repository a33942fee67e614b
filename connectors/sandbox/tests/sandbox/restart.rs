//! A simulator with a state file remembers.

use std::time::Duration;

use connector_sandbox::{Error, Options};
use serde_json::json;

use crate::{
    notifications::Merchant,
    support::{Bank, eventually},
};

#[tokio::test]
async fn a_restarted_simulator_knows_its_codes_payments_and_refunds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let start = || Bank::with(|options| options.state_file = Some(file.clone()));

    let bank = start().await;
    let (paid, open, late) =
        (bank.dynamic("paid").await, bank.dynamic("open").await, bank.dynamic("late").await);
    bank.buyer("pay", &paid.payload).await;
    bank.post("/payments/v1/orders/paid/refunds/r", &json!({"amount": 100})).await;
    bank.own("/buyer/pay", &json!({"payload": late.payload, "delay_ms": 3_600_000})).await;
    bank.advance(Duration::from_mins(1)).await;
    let before = bank.own_get("/ledger").await.json();
    bank.stop().await;

    let bank = start().await;
    assert_eq!(bank.own_get("/ledger").await.json(), before);
    assert_eq!(bank.own_get("/clock").await.json()["shift_ms"], 60_000);
    assert_eq!(bank.qr_status(&paid).await, "PAID");
    let refund = bank.post("/payments/v1/orders/paid/refunds/r2", &json!({"amount": 300})).await;
    assert_eq!(refund.code(), "ERROR.REFUND_INSUFFICIENT_FUNDS");
    assert_eq!(bank.buyer("pay", &open.payload).await.status, 200);
    bank.advance(Duration::from_hours(1)).await;
    assert_eq!(bank.payment_status(&late).await, "SUCCESS");
}

#[tokio::test]
async fn the_state_is_written_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let bank = Bank::with(|options| options.state_file = Some(file.clone())).await;
    bank.dynamic("written").await;
    let written = async || std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\"written\""));
    eventually("the state file has the order", written).await;
}

#[tokio::test]
async fn a_notification_that_was_on_its_way_is_delivered_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let start = || Bank::with(|options| options.state_file = Some(file.clone()));
    let bank = start().await;
    let merchant = Merchant::of(&bank, &[500; 3]).await;
    bank.fault(&json!({"fault": "late_notification", "delay_ms": 60_000})).await;
    let code = bank.dynamic("o").await;
    bank.buyer("pay", &code.payload).await;
    bank.stop().await;
    assert_eq!(merchant.count(), 0);
    let _bank = start().await;
    merchant.has(4).await;
}

#[tokio::test]
async fn a_file_that_is_no_state_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    std::fs::write(&file, "{\"banks\": 5}").unwrap();
    let options = Options { state_file: Some(file.clone()), ..Options::default() };
    let Err(error) = connector_sandbox::bind(options).await else { panic!("the file was accepted") };
    assert!(matches!(&error, Error::StateContent { path, .. } if *path == file));
    assert!(error.to_string().contains("state.json"));
}

#[tokio::test]
async fn a_taken_address_is_an_error_that_names_it() {
    let bank = Bank::start().await;
    let listen = bank.url.trim_start_matches("http://").parse().unwrap();
    let Err(error) = connector_sandbox::bind(Options { listen, ..Options::default() }).await else {
        panic!("two simulators on one address")
    };
    assert!(matches!(error, Error::Listen { address, .. } if address == listen));
}
