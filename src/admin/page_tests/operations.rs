//! Operations: dead letters, undelivered events, unclaimed money, the end of a day, health.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use engine::doors::{Deed, Undone};
use engine::ports::{DeliveryMark, Destination, Store, UnclaimedCredit};
use payment::{
    BankTransaction, CodeId, CreditRole, Fact, FiscalReceipt, Item, Money, Phase, Plate, RegisterId,
    RejectCode, Rejection, ServerId, Timestamp,
};
use secrecy::SecretString;
use store::{Grant, People, Role};

use super::kit::{Browser, World, shop};
use super::samples::{self, NOW, id};
use crate::totp::code_now;
use crate::{Letter, Wanted};

fn accepted() -> Fact {
    Fact::Accepted { give_up_at: NOW.plus(Duration::from_secs(30)) }
}

fn code(world: &World) -> String {
    code_now(&SecretString::from("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), world.admin.now()).unwrap()
}

fn letter(id: &str, key: &str) -> Letter {
    Letter {
        id: id.to_owned(),
        routing_key: key.to_owned(),
        reason: "it is no JSON".to_owned(),
        dead_at: Some("2026-11-28T12:00:00Z".to_owned()),
        is_cut: false,
        body: b"<b>{".to_vec(),
    }
}

async fn support(world: &World, store: &str) -> Browser {
    let grant = Grant { role: Role::Support, store: Some(shop(store)) };
    world.signed_in(&world.person("sam", vec![grant]).await).await
}

const LETTERS: &str = "/admin/operations/letters";

#[tokio::test]
async fn dead_letters_are_shown_with_their_reason_and_each_store_sees_its_own() {
    let world = World::with_stores().await;
    let cut = Letter { is_cut: true, ..letter("c", "v1.17.1.cancel") };
    *world.yard.letters.lock().unwrap() =
        vec![letter("a", "v1.17.1.pay"), letter("b", "v1.18.1.get"), cut, letter("d", "nonsense")];
    let page = world.get(&world.owner().await, LETTERS).await.body;
    for words in ["v1.17.1.pay", "v1.18.1.get", "nonsense", "it is no JSON", "2026-11-28 15:00:00 MSK"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("a pay: will be answered stale") && page.contains("too old"), "{page}");
    assert_eq!(page.matches(" disabled").count(), 2, "what can't be sent again can't be chosen");
    assert!(!page.contains("<b>{"), "a body is text");
    let page = world.get(&support(&world, "17").await, LETTERS).await.body;
    assert!(page.contains("v1.17.1.pay") && !page.contains("v1.18.1.get") && !page.contains("nonsense"));
    assert!(!page.contains("type=\"checkbox\""), "support looks only");
}

#[tokio::test]
async fn chosen_letters_or_all_are_sent_again_and_it_is_told_who_did() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let three = vec![letter("a", "v1.17.1.pay"), letter("b", "v1.17.1.get"), letter("c", "v1.17.1.get")];
    *world.yard.letters.lock().unwrap() = three;
    let send = async |fields: &[(&str, &str)]| world.post(&owner, &format!("{LETTERS}/replay"), fields).await;
    let none = send(&[("which", "chosen")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let some = send(&[("letter", "a"), ("letter", "c"), ("which", "chosen")]).await;
    assert_eq!(some.leads_to(), format!("{LETTERS}?done=letters-sent"), "{}", some.body);
    assert_eq!(world.yard.letters.lock().unwrap().len(), 1);
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!(told.action, "letters.replay");
    assert_eq!(told.after, Some(serde_json::json!({ "letters": ["a", "c"] })));
    assert_eq!(
        send(&[("letter", "a"), ("which", "chosen")]).await.status,
        StatusCode::CONFLICT,
        "it is gone"
    );
    assert_eq!(send(&[("which", "all")]).await.status, StatusCode::SEE_OTHER);
    let replayed = world.yard.replayed.lock().unwrap().clone();
    let these = |ids: &[&str]| Wanted::These(ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>());
    assert_eq!(replayed, [these(&["a", "c"]), these(&["a"]), Wanted::All]);
    *world.yard.trouble.lock().unwrap() = Some("no queue took it".to_owned());
    let stopped = send(&[("which", "all")]).await;
    assert_eq!(stopped.status, StatusCode::CONFLICT);
    assert!(stopped.body.contains("no queue took it"), "{}", stopped.body);
}

const EVENTS: &str = "/admin/operations/events";

#[tokio::test]
async fn undelivered_events_are_told_by_register_and_tried_again() {
    let world = World::with_stores().await;
    samples::keep(&world.store, samples::shown(1), vec![accepted()]).await;
    samples::keep(&world.store, samples::shown(2), vec![accepted()]).await;
    let register = Destination { store: shop("17"), register: RegisterId::parse("1").unwrap() };
    let mark = |number, parked| DeliveryMark {
        payment: id(number),
        sequence: 1,
        destination: register.clone(),
        parked,
    };
    let owner = world.owner().await;
    let page = world.get(&owner, EVENTS).await.body;
    assert!(page.contains("on its way") && page.contains("events: 2"), "{page}");
    world.store.mark(&[mark(1, true)]).await.unwrap();
    let page = world.get(&owner, &format!("{EVENTS}?store=17&register=1")).await.body;
    assert!(page.contains("has no queue") && page.contains("payment.accepted"), "{page}");
    assert!(page.contains(&format!("/admin/stores/17/payments/{}", id(1))), "{page}");
    let none = world.post(&owner, &format!("{EVENTS}/release"), &[("which", "chosen")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("register", "17/1"), ("register", "18/1"), ("which", "chosen")];
    let done = world.post(&owner, &format!("{EVENTS}/release"), &fields).await;
    assert_eq!(done.leads_to(), format!("{EVENTS}?done=events-tried"), "{}", done.body);
    let released = world.desk.released.lock().unwrap().clone();
    assert_eq!(released, std::slice::from_ref(&register), "once, though it waits in two ways");
    let other = support(&world, "18").await;
    assert!(world.get(&other, EVENTS).await.body.contains("All events are delivered"));
    let peek = world.get(&other, &format!("{EVENTS}?store=17&register=1")).await.body;
    assert!(!peek.contains("payment.accepted"), "{peek}");
    world.store.mark(&[mark(1, false), mark(2, false)]).await.unwrap();
    assert!(world.get(&owner, EVENTS).await.body.contains("All events are delivered"));
}

#[tokio::test]
async fn events_of_a_payment_are_sent_again_from_its_page() {
    let world = World::with_stores().await;
    samples::keep(&world.store, samples::shown(1), vec![accepted()]).await;
    let owner = world.owner().await;
    let page_of = format!("/admin/stores/17/payments/{}", id(1));
    assert!(world.get(&owner, &page_of).await.body.contains(&format!("{page_of}/resend")));
    let done = world.post(&owner, &format!("{page_of}/resend"), &[]).await;
    assert_eq!(done.leads_to(), format!("{page_of}?done=events-sent"), "{}", done.body);
    assert_eq!(*world.desk.asked.lock().unwrap(), [(id(1), Deed::Resend)]);
    let mut settings = world.admin.db.settings().await.unwrap();
    let shop = settings.stores.get_mut(&shop("17")).unwrap();
    shop.registers.values_mut().for_each(|its| its.events_by = engine::settings::EventsBy::Http);
    world.admin.db.save_settings(&settings).await.unwrap();
    let refused = world.post(&owner, &format!("{page_of}/resend"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("asks for its events over HTTP"), "{}", refused.body);
}

const UNCLAIMED: &str = "/admin/operations/unclaimed";

fn credit(transaction: &str, plate: &str, is_confirmed: bool) -> UnclaimedCredit {
    UnclaimedCredit {
        server: ServerId::parse("bank").unwrap(),
        code: CodeId::parse(plate).unwrap(),
        transaction: BankTransaction::parse(transaction).unwrap(),
        amount: Money::try_new(5_000, payment::Currency::RUB).unwrap(),
        is_confirmed,
        found_at: NOW,
        paid_at: None,
        payer: Some("+7 ••• 12-34".to_owned()),
        instrument: None,
    }
}

async fn with_money() -> World {
    let world = World::with_stores().await;
    let mut settings = world.admin.db.settings().await.unwrap();
    let register = settings.stores.get_mut(&shop("17")).unwrap().registers.values_mut().next().unwrap();
    let plate =
        Plate { link: CodeId::parse("PLATE17").unwrap(), payload: "https://qr.example/PLATE17".to_owned() };
    register.open_plates.insert(ServerId::parse("bank").unwrap(), plate);
    world.admin.db.save_settings(&settings).await.unwrap();
    for money in [credit("T/1", "PLATE17", true), credit("T2", "PLATE17", false), credit("T3", "OTHER", true)]
    {
        world.store.keep_unclaimed(&money).await.unwrap();
    }
    world
}

#[tokio::test]
async fn money_without_an_order_is_shown_to_its_store_and_says_what_can_be_done() {
    let world = with_money().await;
    let page = world.get(&world.owner().await, UNCLAIMED).await.body;
    for words in ["₽50.00", "T/1", "T2", "T3", "has not confirmed", "no plate in the settings"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(page.matches(&format!("{UNCLAIMED}/claim?")).count(), 1);
    let page = world.get(&support(&world, "17").await, UNCLAIMED).await.body;
    assert!(page.contains("T/1") && !page.contains("T3"), "{page}");
    assert!(page.contains("An administrator can accept it"), "{page}");
}

#[tokio::test]
async fn money_without_an_order_becomes_a_payment_by_name_after_a_code() {
    let world = with_money().await;
    let owner = world.owner().await;
    let address = format!("{UNCLAIMED}/claim");
    let form = world.get(&owner, &format!("{address}?server=bank&transaction=T%2F1")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let right = code(&world);
    let send = async |register: &str, operation: &str, code: &str| {
        let fields = [
            ("server", "bank"),
            ("transaction", "T/1"),
            ("claim_register", register),
            ("claim_operation", operation),
            ("claim_receipt", "000123"),
            ("code", code),
        ];
        world.post(&owner, &address, &fields).await
    };
    for (register, operation, code) in [("9", "op-1", &*right), ("1", "", &right), ("1", "op-1", "000000")] {
        let answer = send(register, operation, code).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{register} {operation}");
        assert!(answer.body.contains("class=\"wrong\""), "{}", answer.body);
    }
    assert!(world.desk.claimed.lock().unwrap().is_empty(), "nothing was done so far");
    let done = send("1", "op-1", &right).await;
    assert!(done.leads_to().ends_with("?done=claimed"), "{}", done.body);
    let claimed = world.desk.claimed.lock().unwrap().clone();
    let [claim] = &*claimed else { panic!("{claimed:?}") };
    assert_eq!((claim.who.as_str(), claim.operation.as_str()), ("boss", "op-1"));
    assert_eq!(claim.receipt.as_deref(), Some("000123"));
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!((told.action.as_str(), told.store), ("money.claim", Some(shop("17"))));
    let rejection = Rejection { code: RejectCode::NothingToClaim, field: None, reason: "x".to_owned() };
    *world.desk.refusal.lock().unwrap() = Some(Undone::Rejected(rejection));
    world.pass(60);
    let refused = send("1", "op-2", &code(&world)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("is not there any more"), "{}", refused.body);
    for (transaction, status) in [("T2", 404), ("T3", 404), ("T9", 404)] {
        let page = world.get(&owner, &format!("{address}?server=bank&transaction={transaction}")).await;
        assert_eq!(page.status, status, "{transaction}");
    }
    let grant = Grant { role: Role::StoreAdmin, store: Some(shop("18")) };
    let other = world.signed_in(&world.person("eve", vec![grant]).await).await;
    let page = world.get(&other, &format!("{address}?server=bank&transaction=T%2F1")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "it is another store's");
}

const DAY: &str = "/admin/stores/17/day";

#[tokio::test]
async fn the_end_of_a_day_counts_by_the_stores_date_and_lists_what_needs_people() {
    let world = World::with_stores().await;
    let mut refunded = samples::paid(1);
    let done = payment::RefundState::Completed { at: NOW, transaction: None };
    samples::add_refund(&mut refunded, 0, payment::Origin::Admin { who: "olga".to_owned() }, done);
    let mut told = samples::paid(2);
    told.state.fiscal =
        Some(FiscalReceipt { drive: "1".to_owned(), document: "2".to_owned(), sign: "3".to_owned() });
    let mut late = samples::paid(3);
    samples::add_credit(&mut late, CreditRole::Manual);
    let mut review = samples::shown(4);
    review.state.phase = Phase::Review { code: "x".to_owned(), reason: "x".to_owned(), since: NOW };
    let mut of_yesterday = samples::paid(6);
    // 23:59:59 of the day before, by the store's clock.
    of_yesterday.opened_at = Timestamp::parse("2026-11-27T20:59:59Z").unwrap();
    let mut first_of_today = samples::paid(7);
    first_of_today.opened_at = Timestamp::parse("2026-11-27T21:00:00Z").unwrap();
    for payment in [refunded, told, late, review, samples::shown(5), of_yesterday, first_of_today] {
        samples::keep(&world.store, payment, vec![accepted()]).await;
    }
    let owner = world.owner().await;
    let page = world.get(&owner, DAY).await.body;
    assert!(page.contains("2026-11-28</h1>"), "{page}");
    // Paid: 1, 2, 3, 7. Refunded: 50 of the first. Late: one credit. Review, open: one each. Without a receipt: 1, 3, 7.
    let cells: Vec<String> = page
        .split("</span><strong>")
        .skip(1)
        .map(|rest| rest.split("</small>").next().unwrap().replace("</strong><small>× ", " × "))
        .collect();
    let expected = [
        "₽792.00 × 4",
        "₽50.00 × 1",
        "₽742.00 × 4",
        "₽198.00 × 1",
        "₽198.00 × 1",
        "₽198.00 × 1",
        "₽594.00 × 3",
    ];
    assert_eq!(cells, expected, "{page}");
    let lists: Vec<usize> = page
        .split("<section>")
        .skip(1)
        .map(|list| list.matches("/admin/stores/17/payments/").count())
        .collect();
    assert_eq!(lists, [1, 1, 3, 1], "review, late, without a receipt, open");
    let page = world.get(&owner, &format!("{DAY}?date=2026-11-27")).await.body;
    assert!(page.contains("<strong>₽198.00</strong><small>× 1</small>"), "{page}");
    assert!(
        world.get(&owner, &format!("{DAY}?date=2026-11-26")).await.body.contains("no payments on this day")
    );
    let wrong = world.get(&owner, &format!("{DAY}?date=yesterday")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("can&#39;t be read") || wrong.body.contains("can't be read"),
        "{}",
        wrong.body
    );
}

#[tokio::test]
async fn health_says_what_is_wrong_and_what_to_do() {
    let world = World::with_stores().await;
    let page = world.get(&world.owner().await, "/admin/operations").await.body;
    for words in ["1.2.3", "SQLite 3", "RabbitMQ", "does not answer", "asks the bank every few seconds"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("Needs attention: 1"), "{page}");
    assert!(!page.contains("health-"), "every word is in the catalogues");
}

#[tokio::test]
async fn a_refund_by_items_leads_to_the_form_with_its_sum_and_its_goods() {
    let mut payment = samples::paid(1);
    let item = |name: &str, quantity: &str, amount| Item {
        name: name.to_owned(),
        quantity: Some(quantity.to_owned()),
        price: None,
        amount: Some(amount),
    };
    let checkout = Arc::make_mut(&mut payment.checkout);
    checkout.details.items = vec![item("Milk <1 l>", "2", 19_000), item("Gold", "1", 99_900)];
    let world = World::with_stores().await;
    samples::keep(&world.store, payment, vec![accepted()]).await;
    let owner = world.owner().await;
    let page_of = format!("/admin/stores/17/payments/{}", id(1));
    assert!(world.get(&owner, &page_of).await.body.contains(&format!("{page_of}/items")));
    let list = world.get(&owner, &format!("{page_of}/items")).await.body;
    assert!(list.contains("₽190.00") && !list.contains("<1 l>"), "{list}");
    let wrong = world.get(&owner, &format!("{page_of}/items?q0=3")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("no more than was sold"), "{}", wrong.body);
    let too_much = world.get(&owner, &format!("{page_of}/items?q1=1")).await;
    assert!(too_much.body.contains("No more than ₽198.00"), "{}", too_much.body);
    let chosen = world.get(&owner, &format!("{page_of}/items?q0=1&q1=")).await;
    let form = world.get(&owner, chosen.leads_to()).await.body;
    assert!(form.contains("value=\"95.00\"") && form.contains("× 1\""), "{} {form}", chosen.leads_to());
}

#[tokio::test]
async fn the_live_tail_ends_with_the_service_and_is_a_stream_of_events() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let answer = world.get(&owner, "/admin/stores/17/payments/live").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let page = world.get(&owner, "/admin/stores/17/payments").await.body;
    assert!(page.contains("data-tail=\"/admin/stores/17/payments/live\""), "{page}");
}

#[tokio::test]
async fn a_payment_is_found_by_its_state_its_payer_and_its_code() {
    let world = World::with_stores().await;
    samples::keep(&world.store, samples::paid(7), vec![accepted()]).await;
    samples::keep(&world.store, samples::accepted(8), vec![accepted()]).await;
    let owner = world.owner().await;
    for (search, found) in [
        ("status=paid", "000007"),
        ("status=accepted", "000008"),
        ("payer=1234", "000007"),
        ("payer=%2B7+%2A%2A%2A+12-34", "000007"),
        ("text=AS1A", "000007"),
    ] {
        let page = world.get(&owner, &format!("/admin/stores/17/payments?{search}")).await.body;
        let receipts: Vec<&str> = ["000007", "000008"].into_iter().filter(|no| page.contains(*no)).collect();
        assert_eq!(receipts, [found], "{search}: {page}");
    }
    for (search, words) in [("status=happy", "Choose a state"), ("payer=%2A", "last four digits")] {
        let page = world.get(&owner, &format!("/admin/stores/17/payments?{search}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.body.contains(words), "{}", page.body);
    }
}
