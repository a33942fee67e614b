//! Refunds above a store's limit.

use axum::http::StatusCode;
use engine::doors::{Deed, Undone};
use payment::{Origin, RefundState, RejectCode, Rejection};
use secrecy::SecretString;
use store::{Grant, People, Role};

use super::kit::{Browser, World, shop};
use super::samples::{self, NOW, id};
use crate::totp::code_now;

const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const REQUESTS: &str = "/admin/stores/17/refund-requests";

fn page_of(number: u32) -> String {
    format!("/admin/stores/17/payments/{}", id(number))
}

/// Somebody who may refund in store 17.
async fn support(world: &World, login: &str, store: &str) -> Browser {
    let grants = vec![Grant { role: Role::Support, store: Some(shop(store)) }];
    world.signed_in(&world.person(login, grants).await).await
}

/// A paid payment of 198.00 in a store whose limit is this.
async fn world_with_limit(above_minor: i64) -> World {
    let world = World::with_stores().await;
    samples::keep(&world.store, samples::paid(1), vec![]).await;
    let mut settings = world.admin.db.settings().await.unwrap();
    settings.stores.get_mut(&shop("17")).unwrap().second_person_above_minor = Some(above_minor);
    world.admin.db.save_settings(&settings).await.unwrap();
    world
}

/// A code that is good once: each needs another half minute.
fn code(world: &World) -> String {
    world.pass(30);
    code_now(&SecretString::from(SEED), world.admin.now()).unwrap()
}

/// Asks for a refund; returns where that leads.
async fn ask(world: &World, browser: &Browser, amount: &str) -> String {
    let form = format!("{}/refund", page_of(1));
    let page = world.get(browser, &form).await;
    let (operation, credit) = (page.hidden("operation"), page.hidden("credit"));
    let code = code(world);
    let fields = [
        ("amount", amount),
        ("reason", "broken"),
        ("code", &code),
        ("operation", &operation),
        ("credit", &credit),
    ];
    let answer = world.post(browser, &form, &fields).await;
    answer.leads_to().to_owned()
}

async fn the_request(world: &World) -> String {
    let requests = world.admin.db.refund_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    format!("{REQUESTS}/{}", requests[0].operation)
}

fn asked(world: &World) -> Vec<Deed> {
    world.desk.asked.lock().unwrap().iter().map(|(_, deed)| deed.clone()).collect()
}

async fn agree(world: &World, browser: &Browser, request: &str) -> super::kit::Answer {
    let code = code(world);
    world.post(browser, &format!("{request}/agree"), &[("code", &code)]).await
}

async fn actions(world: &World) -> Vec<String> {
    let told = world.admin.db.audit_before(None, 50).await.unwrap();
    told.into_iter().map(|record| record.entry.action).filter(|action| action.contains("refund")).collect()
}

#[tokio::test]
async fn a_refund_above_the_limit_is_carried_out_once_another_person_has_agreed() {
    let world = world_with_limit(10_000).await;
    let (olga, anna) = (support(&world, "olga", "17").await, support(&world, "anna", "17").await);
    assert_eq!(ask(&world, &olga, "150").await, format!("{}?done=refund-waits", page_of(1)));
    assert_eq!(asked(&world), [], "no money moves yet");
    let request = the_request(&world).await;
    for page in [page_of(1), "/admin".to_owned(), "/admin/refund-requests".to_owned(), request.clone()] {
        let body = world.get(&anna, &page).await.body;
        assert!(body.contains("₽150.00"), "{page} does not tell of it");
    }
    // Nobody asks for another one beside it.
    assert_eq!(world.get(&olga, &format!("{}/refund", page_of(1))).await.leads_to(), request);

    let own = agree(&world, &olga, &request).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert!(own.body.contains("Somebody else has to agree"), "{}", own.body);
    let wrong = world.post(&anna, &format!("{request}/agree"), &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(asked(&world), []);
    let agreed = agree(&world, &anna, &request).await;
    assert_eq!(agreed.leads_to(), format!("{}?done=refund-asked", page_of(1)), "{}", agreed.body);
    let [Deed::Refund { who, amount, reason, .. }] = &asked(&world)[..] else { panic!("one refund") };
    assert_eq!(
        (who.as_str(), amount.unwrap().minor(), reason.as_deref()),
        ("olga + anna", 15_000, Some("broken"))
    );
    assert_eq!(world.admin.db.refund_requests().await.unwrap(), []);
    assert_eq!(agree(&world, &anna, &request).await.status, StatusCode::NOT_FOUND, "it is done once");
    assert_eq!(actions(&world).await, ["payment.refund_agreed", "payment.refund_wait"]);
}

#[tokio::test]
async fn one_person_is_enough_below_the_limit_or_where_nobody_else_could_agree() {
    for (above_minor, amount, others, waits) in [
        (10_000, "100", vec![("anna", "17")], false),
        (10_000, "100.01", vec![("anna", "17")], true),
        (0, "0.01", vec![("anna", "17")], true),
        (10_000, "150", vec![], false),
        (10_000, "150", vec![("anna", "18")], false),
    ] {
        let world = world_with_limit(above_minor).await;
        let olga = support(&world, "olga", "17").await;
        for (login, store) in &others {
            support(&world, login, store).await;
        }
        let done = if waits { "refund-waits" } else { "refund-asked" };
        let led = ask(&world, &olga, amount).await;
        assert_eq!(led, format!("{}?done={done}", page_of(1)), "{amount} of {above_minor} with {others:?}");
        assert_eq!(asked(&world).is_empty(), waits);
    }
}

#[tokio::test]
async fn a_large_refund_is_not_many_small_ones() {
    let world = World::with_stores().await;
    let mut payment = samples::paid(1);
    let by_hand = Origin::Admin { who: "olga".to_owned() };
    samples::add_refund(&mut payment, 0, by_hand, RefundState::Completed { at: NOW, transaction: None });
    samples::keep(&world.store, payment, vec![]).await;
    let mut settings = world.admin.db.settings().await.unwrap();
    settings.stores.get_mut(&shop("17")).unwrap().second_person_above_minor = Some(10_000);
    world.admin.db.save_settings(&settings).await.unwrap();
    let olga = support(&world, "olga", "17").await;
    support(&world, "anna", "17").await;
    assert!(ask(&world, &olga, "60").await.ends_with("refund-waits"), "50 are back already");
}

#[tokio::test]
async fn a_request_ends_when_it_is_dropped_or_nobody_agrees_within_a_day() {
    let world = world_with_limit(10_000).await;
    let (olga, anna) = (support(&world, "olga", "17").await, support(&world, "anna", "17").await);
    ask(&world, &olga, "150").await;
    let request = the_request(&world).await;
    assert!(world.post(&olga, &format!("{request}/drop"), &[]).await.leads_to().ends_with("refund-dropped"));
    assert_eq!(agree(&world, &anna, &request).await.status, StatusCode::NOT_FOUND);
    ask(&world, &olga, "150").await;
    let request = the_request(&world).await;
    world.pass(24 * 3_600);
    let anna = world.signed_in(&world.admin.db.user_by_login("anna").await.unwrap().unwrap()).await;
    assert_eq!(agree(&world, &anna, &request).await.status, StatusCode::NOT_FOUND, "too late");
    assert_eq!(asked(&world), []);
    assert_eq!(
        actions(&world).await,
        ["payment.refund_expired", "payment.refund_wait", "payment.refund_dropped", "payment.refund_wait"]
    );
}

#[tokio::test]
async fn what_was_agreed_to_and_could_not_be_sent_is_sent_without_another_code() {
    let world = world_with_limit(10_000).await;
    let (olga, anna) = (support(&world, "olga", "17").await, support(&world, "anna", "17").await);
    ask(&world, &olga, "150").await;
    let request = the_request(&world).await;
    *world.desk.refusal.lock().unwrap() = Some(Undone::Later("no database".to_owned()));
    assert_eq!(agree(&world, &anna, &request).await.status, StatusCode::CONFLICT);
    world.pass(24 * 3_600);
    *world.desk.refusal.lock().unwrap() = None;
    let olga = world.signed_in(&world.admin.db.user_by_login("olga").await.unwrap().unwrap()).await;
    let sent = world.post(&olga, &format!("{request}/agree"), &[]).await;
    assert!(sent.leads_to().ends_with("refund-asked"), "{}", sent.body);
    let operations: Vec<_> = asked(&world)
        .into_iter()
        .map(|deed| if let Deed::Refund { operation, .. } = deed { operation } else { panic!("{deed:?}") })
        .collect();
    assert_eq!(operations.len(), 2);
    assert_eq!(operations[0], operations[1], "done once, however often it is sent");
    assert_eq!(world.admin.db.refund_requests().await.unwrap(), []);
}

#[tokio::test]
async fn a_request_of_another_store_is_as_unknown_as_none() {
    let world = world_with_limit(10_000).await;
    let olga = support(&world, "olga", "17").await;
    support(&world, "anna", "17").await;
    let eve = support(&world, "eve", "18").await;
    ask(&world, &olga, "150").await;
    let request = the_request(&world).await;
    assert_eq!(world.get(&eve, &request).await.status, StatusCode::FORBIDDEN);
    let by_their_own = request.replace("/17/", "/18/");
    assert_eq!(agree(&world, &eve, &by_their_own).await.status, StatusCode::NOT_FOUND);
    assert!(!world.get(&eve, "/admin/refund-requests").await.body.contains("₽150"));
    assert_eq!(asked(&world), []);
}

#[tokio::test]
async fn a_refund_that_somebody_else_made_too_large_meanwhile_is_to_be_sent_once_more() {
    let world = world_with_limit(10_000).await;
    let (olga, _anna) = (support(&world, "olga", "17").await, support(&world, "anna", "17").await);
    let reason = "with what people gave back already, this refund needs a second person".to_owned();
    let rejection = Rejection { code: RejectCode::Forbidden, field: Some("amount.value"), reason };
    *world.desk.refusal.lock().unwrap() = Some(Undone::Rejected(rejection));
    let form = format!("{}/refund", page_of(1));
    let page = world.get(&olga, &form).await;
    let (operation, credit, code) = (page.hidden("operation"), page.hidden("credit"), code(&world));
    let fields = [
        ("amount", "60"),
        ("reason", "broken"),
        ("code", &*code),
        ("operation", &*operation),
        ("credit", &*credit),
    ];
    let answer = world.post(&olga, &form, &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("Send the refund once more"), "{}", answer.body);
    let [Deed::Refund { alone_up_to_minor, .. }] = &asked(&world)[..] else { panic!("one refund") };
    assert_eq!(*alone_up_to_minor, Some(10_000), "the limit goes with it");
}
