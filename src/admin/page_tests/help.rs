//! The guide ticks itself off; the first real payment.

use axum::http::StatusCode;
use engine::doors::Outcome;
use engine::settings::{ConsoleKind, ConsoleSettings, PaymentType, ServerSettings};
use payment::{
    CodeKind, ConsoleId, CreditRole, OperationId, Origin, PaymentTypeCode, PollPlan, RefundState, RegisterId,
    ServerId,
};
use store::People;

use super::kit::{Browser, World, shop};
use super::samples::{self, NOW};

const LIVE: &str = "/admin/stores/17/go-live";

/// How many steps the guide has ticked off.
async fn done(world: &World, browser: &Browser) -> usize {
    world.get(browser, "/admin/help").await.body.matches("<li class=\"done\">").count()
}

async fn change(world: &World, change: impl FnOnce(&mut engine::settings::Settings)) {
    let mut settings = world.admin.db.settings().await.unwrap();
    change(&mut settings);
    world.admin.db.save_settings(&settings).await.unwrap();
}

fn add_server(settings: &mut engine::settings::Settings, is_test: bool) {
    let server = ServerSettings {
        name: "Bank".to_owned(),
        module: "bank".to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 5_000,
        code_life_s: 300,
        test: is_test,
        poll: PollPlan::live(),
        rate_per_s: 10,
        concurrency: 4,
        values: [].into(),
        usage: engine::settings::Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    };
    settings.servers.insert(ServerId::parse("bank").unwrap(), server);
}

fn add_type(settings: &mut engine::settings::Settings) {
    let tender = PaymentType {
        name: "SBP".to_owned(),
        servers: vec![ServerId::parse("bank").unwrap()],
        code: CodeKind::Dynamic,
        late_money: None,
        code_life_s: None,
        purpose: None,
    };
    let store = settings.stores.get_mut(&shop("17")).unwrap();
    store.payment_types.insert(PaymentTypeCode::parse("sbp").unwrap(), tender);
}

#[tokio::test]
async fn a_step_of_the_guide_is_done_when_what_it_speaks_of_is_there() {
    let world = World::new().await;
    let owner = world.owner().await;
    assert_eq!(done(&world, &owner).await, 0);
    assert!(world.get(&owner, "/admin").await.body.contains("class=\"steps\""));

    let world = World::with_stores().await;
    let owner = world.owner().await;
    assert_eq!(done(&world, &owner).await, 2, "store and register");
    change(&world, |settings| add_server(settings, true)).await;
    assert_eq!(done(&world, &owner).await, 3);
    change(&world, add_type).await;
    assert_eq!(done(&world, &owner).await, 4);
    let register = RegisterId::parse("1").unwrap();
    let kiosk = ConsoleId::parse("kiosk").unwrap();
    change(&world, |settings| {
        let register = settings.stores.get_mut(&shop("17")).unwrap().registers.get_mut(&register).unwrap();
        register.consoles.insert(kiosk.clone(), ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk));
    })
    .await;
    assert_eq!(done(&world, &owner).await, 4, "its screen is not paired yet");
    let device = world.admin.db.begin_pairing(world.admin.now()).await.unwrap();
    let place = (&shop("17"), &register, &kiosk);
    world.admin.db.pair(&store::code_of_token(&device.token), place, world.admin.now()).await.unwrap();
    assert_eq!(done(&world, &owner).await, 5);
    samples::keep(&world.store, samples::shown(1), vec![]).await;
    assert_eq!(done(&world, &owner).await, 6, "the till is there");
    samples::keep(&world.store, samples::paid(2), vec![]).await;
    assert_eq!(done(&world, &owner).await, 7, "it was paid");
    let mut returned = samples::paid(3);
    let by_hand = Origin::Admin { who: "olga".to_owned() };
    samples::add_refund(&mut returned, 0, by_hand, RefundState::Completed { at: NOW, transaction: None });
    samples::keep(&world.store, returned, vec![]).await;
    assert_eq!(done(&world, &owner).await, 9, "it was given back, and it was real money");
}

#[tokio::test]
async fn the_first_real_payment_is_asked_for_at_the_chosen_register() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let fields = [("live_register", "1"), ("live_type", "sbp")];
    change(&world, |settings| {
        add_server(settings, true);
        add_type(settings);
    })
    .await;
    let page = world.get(&owner, LIVE).await;
    assert!(page.body.contains("works with real money"), "{}", page.body);
    assert_eq!(world.post(&owner, LIVE, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    change(&world, |settings| add_server(settings, false)).await;
    for (field, value, message) in [
        ("live_register", "9", "Choose a register of the list"),
        ("live_type", "other", "Choose a payment type of the list"),
        ("live_type", "", "Choose a payment type of the list"),
    ] {
        let wrong = fields.map(|(name, kept)| (name, if name == field { value } else { kept }));
        let answer = world.post(&owner, LIVE, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(message), "{field} = {value:?}: {}", answer.body);
    }
    assert!(world.till.asked.lock().unwrap().is_empty());

    let asked = world.post(&owner, LIVE, &fields).await;
    assert_eq!(asked.leads_to(), format!("/admin/stores/17/payments/{}", samples::id(1)), "{}", asked.body);
    let incoming = world.till.asked.lock().unwrap().pop().unwrap();
    assert_eq!((incoming.verb.as_str(), incoming.register.as_str()), ("pay", "1"));
    let body: serde_json::Value = serde_json::from_slice(&incoming.body).unwrap();
    assert_eq!(body["amount"], serde_json::json!({ "value": 1_000, "currency": "RUB" }));
    assert_eq!((&body["payment_type"], &body["cashier"]), (&"sbp".into(), &"boss".into()));
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!(told.action, "payment.go_live");

    *world.till.answer.lock().unwrap() = Some(Outcome::Later);
    let later = world.post(&owner, LIVE, &fields).await;
    assert!(later.status == StatusCode::CONFLICT && later.body.contains("could not be done now"));
}

#[tokio::test]
async fn the_page_tells_what_the_bank_has_told_of_the_first_real_payment() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let mut payment = samples::paid(1);
    let checkout = std::sync::Arc::make_mut(&mut payment.checkout);
    checkout.operation = OperationId::parse("go-live-1").unwrap();
    let mut half = payment.clone();
    half.id = samples::id(2);
    std::sync::Arc::make_mut(&mut half.checkout).operation = OperationId::parse("go-live-2").unwrap();
    half.state.credits.clear();
    samples::add_credit(&mut half, CreditRole::Pays);
    half.state.credits[0].transaction = payment::BankTransaction::parse("T-half").unwrap();
    let by_hand = || Origin::Admin { who: "olga".to_owned() };
    samples::add_refund(&mut payment, 0, by_hand(), RefundState::Completed { at: NOW, transaction: None });
    payment.state.refunds[0].amount = payment.checkout.amount;
    samples::add_refund(&mut half, 0, by_hand(), RefundState::Completed { at: NOW, transaction: None });
    samples::keep(&world.store, payment, vec![]).await;
    samples::keep(&world.store, half, vec![]).await;
    samples::keep(&world.store, samples::shown(3), vec![]).await;
    let page = world.get(&owner, LIVE).await.body;
    assert_eq!(page.matches("<ul class=\"checks\">").count(), 2, "payments of tills are not among them");
    assert_eq!(page.matches("<li class=\"good\">").count(), 5, "a part that is back is not all of it");
    assert!(page.contains("<code>T1</code>"));
}
