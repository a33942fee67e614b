//! Payments: the journal with its search, one payment's page, and what people do there.

use std::time::Duration;

use axum::http::StatusCode;
use engine::doors::{Deed, Undone};
use payment::{CreditRole, Fact, Phase, RejectCode, Rejection, Verdict};
use secrecy::SecretString;
use store::{Grant, People, Role};

use super::kit::{Browser, World, shop};
use super::samples::{self, NOW, id};
use crate::totp::code_now;

const JOURNAL: &str = "/admin/stores/17/payments";

fn page_of(number: u32) -> String {
    format!("{JOURNAL}/{}", id(number))
}

/// A code that a person of the kit has on their phone.
fn code(world: &World) -> String {
    code_now(&SecretString::from("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), world.admin.now()).unwrap()
}

fn accepted() -> Fact {
    Fact::Accepted { give_up_at: NOW.plus(Duration::from_secs(30)) }
}

async fn with_payment(payment: payment::Payment) -> (World, Browser) {
    let world = World::with_stores().await;
    samples::keep(&world.store, payment, vec![accepted(), Fact::Settled]).await;
    let owner = world.owner().await;
    (world, owner)
}

#[tokio::test]
async fn the_journal_is_newest_first_in_pages_that_leave_nothing_out() {
    let world = World::with_stores().await;
    for number in 1..=120 {
        samples::keep(&world.store, samples::shown(number), vec![accepted()]).await;
    }
    let owner = world.owner().await;
    let (mut seen, mut address) = (Vec::new(), JOURNAL.to_owned());
    loop {
        let page = world.get(&owner, &address).await;
        assert_eq!(page.status, StatusCode::OK);
        let receipts =
            page.body.split("data-of=\"Receipt\">0").skip(1).map(|rest| rest[..5].parse::<u32>().unwrap());
        seen.extend(receipts);
        match page.body.split("class=\"button\" href=\"").nth(1) {
            Some(rest) => address = rest.split('"').next().unwrap().replace("&#38;", "&"),
            None => break,
        }
    }
    assert_eq!(seen, (1..=120).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_payment_is_found_by_all_that_people_have_in_hand() {
    let world = World::with_stores().await;
    samples::keep(&world.store, samples::paid(7), vec![accepted()]).await;
    samples::keep(&world.store, samples::shown(8), vec![accepted()]).await;
    let owner = world.owner().await;
    for (search, finds) in [
        ("text=000007", true),
        ("text=op-7", true),
        ("text=op-9", false),
        ("amount=198", true),
        ("amount=199", false),
        ("register=1&text=000007", true),
        ("register=2&text=000007", false),
        ("from=2026-11-28&to=2026-11-28&text=000007", true),
        ("from=2026-11-29&text=000007", false),
    ] {
        let page = world.get(&owner, &format!("{JOURNAL}?{search}")).await;
        assert_eq!(page.body.contains(&page_of(7)), finds, "{search}");
    }
    let ours = world.get(&owner, &format!("{JOURNAL}?text={}", id(7).attempt(1))).await;
    assert_eq!(ours.leads_to(), page_of(7));
    let anywhere = world.get(&owner, &format!("/admin/payments?text={}", id(7))).await;
    assert_eq!(anywhere.leads_to(), page_of(7));
    let wrong = world.get(&owner, &format!("{JOURNAL}?amount=much")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("must be a number"), "{}", wrong.body);
}

#[tokio::test]
async fn a_payment_of_another_store_is_as_unknown_as_none() {
    let (world, _) = with_payment(samples::paid(1)).await;
    let grant = Grant { role: Role::Support, store: Some(shop("18")) };
    let other = world.signed_in(&world.person("eve", vec![grant]).await).await;
    assert_eq!(world.get(&other, &page_of(1)).await.status, StatusCode::FORBIDDEN);
    let by_their_own = format!("/admin/stores/18/payments/{}", id(1));
    assert_eq!(world.get(&other, &by_their_own).await.status, StatusCode::NOT_FOUND);
    let refund = world.post(&other, &format!("{by_their_own}/refund"), &[]).await;
    assert_eq!(refund.status, StatusCode::NOT_FOUND);
    let found = world.get(&other, &format!("/admin/payments?text={}", id(1))).await;
    assert!(found.body.contains("no such payment"), "{}", found.body);
    let found = world.get(&other, &format!("/admin/stores/18/payments?text={}", id(1))).await;
    assert_eq!(found.status, StatusCode::OK, "nothing is found");
    assert!(world.desk.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn one_payment_is_told_from_its_first_fact_on_and_without_the_text_of_its_code() {
    let (world, owner) = with_payment(samples::paid(1)).await;
    let page = world.get(&owner, &page_of(1)).await;
    for words in [
        "₽198.00 paid. The goods can be handed over.",
        "The register asks for ₽198.00.",
        "payment.accepted",
        "on its way",
        "T1",
        "2026-11-28 15:00:01",
        "+7 ••• 12-34",
        "All is over.",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("qr.example"), "who reads the page is not the buyer");
    let russian = world.get(&Browser { language: "ru", ..owner }, &page_of(1)).await;
    assert!(russian.body.contains("Товар можно отдавать"), "{}", russian.body);
}

#[tokio::test]
async fn what_registers_and_banks_send_is_text_and_never_a_tag() {
    let mut payment = samples::shown(1);
    let checkout = std::sync::Arc::make_mut(&mut payment.checkout);
    checkout.details.receipt = Some("<b>1</b>".to_owned());
    checkout.details.purpose = Some("<script>x</script>".to_owned());
    let attempt = payment.id.attempt(1);
    let world = World::with_stores().await;
    let declined = Fact::TryDeclined { attempt, reason: Some("<img src=x>".to_owned()) };
    samples::keep(&world.store, payment, vec![accepted(), declined]).await;
    let owner = world.owner().await;
    for path in [JOURNAL.to_owned(), page_of(1), format!("{JOURNAL}?text=%22%3E%3Cb%3E")] {
        let page = world.get(&owner, &path).await;
        for tag in ["<b>", "<script>x", "<img"] {
            assert!(!page.body.contains(tag), "{path}: {tag}");
        }
    }
}

#[tokio::test]
async fn money_goes_back_after_a_code_only_and_once_for_one_form() {
    let (world, owner) = with_payment(samples::paid(1)).await;
    let address = format!("{}/refund", page_of(1));
    let form = world.get(&owner, &address).await;
    assert!(form.body.contains("value=\"198.00\""), "{}", form.body);
    let operation = form.hidden("operation");
    let send = async |amount: &str, reason: &str, code: &str, operation: &str| {
        let fields = [
            ("amount", amount),
            ("reason", reason),
            ("code", code),
            ("operation", operation),
            ("credit", "0"),
        ];
        world.post(&owner, &address, &fields).await
    };
    let right = code(&world);
    for (amount, reason, code, message) in [
        ("0", "changed", right.as_str(), "A number above zero"),
        ("198.01", "changed", right.as_str(), "No more than ₽198.00"),
        ("50", "", right.as_str(), "A reason is needed"),
        ("50", "changed", "000000", "Use the next one"),
    ] {
        let answer = send(amount, reason, code, &operation).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{message}");
        assert!(answer.body.contains("class=\"wrong\""), "{message}: {}", answer.body);
    }
    assert_eq!(
        send("50", "changed", &right, "op-1").await.status,
        StatusCode::NOT_FOUND,
        "a register's name"
    );
    assert!(world.desk.asked.lock().unwrap().is_empty(), "nothing was done so far");
    let done = send("50", "changed", &right, &operation).await;
    assert_eq!(done.leads_to(), format!("{}?done=refund-asked", page_of(1)), "{}", done.body);
    assert_eq!(send("50", "changed", &right, &operation).await.status, 422, "a code is used once");
    let asked = world.desk.asked.lock().unwrap().clone();
    let [(payment, Deed::Refund { operation: name, who, amount, transaction, .. })] = &*asked else {
        panic!("{asked:?}")
    };
    assert_eq!((*payment, name.as_str(), who.as_str()), (id(1), operation.as_str(), "boss"));
    assert_eq!((amount.map(payment::Money::minor), transaction), (Some(5_000), &None));
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!((told.action.as_str(), told.store), ("payment.refund", Some(shop("17"))));
}

#[tokio::test]
async fn a_refund_shows_and_takes_amounts_as_the_reader_writes_them() {
    let (world, owner) = with_payment(samples::paid(1)).await;
    let address = format!("{}/refund", page_of(1));
    for (language, shown) in [("ru", "198,00"), ("kk", "198,00"), ("en", "198.00"), ("hi", "198.00")] {
        let form = world.get(&Browser { language, ..owner.clone() }, &address).await;
        assert!(form.body.contains(&format!("value=\"{shown}\"")), "{language}: {}", form.body);
    }
    for (typed, minor) in [("49,50", 4_950), ("49.50", 4_950), ("1\u{a0}00,5", 10_050)] {
        let russian = Browser { language: "ru", ..owner.clone() };
        let operation = world.get(&russian, &address).await.hidden("operation");
        let code = code(&world);
        let fields = [
            ("amount", typed),
            ("reason", "x"),
            ("code", &code),
            ("operation", operation.as_str()),
            ("credit", "0"),
        ];
        let done = world.post(&russian, &address, &fields).await;
        assert!(done.leads_to().ends_with("?done=refund-asked"), "{typed}: {}", done.body);
        let asked = world.desk.asked.lock().unwrap().pop().unwrap().1;
        let Deed::Refund { amount, .. } = asked else { panic!("{asked:?}") };
        assert_eq!(amount.map(payment::Money::minor), Some(minor), "{typed}");
        world.pass(30);
    }
    let russian = Browser { language: "ru", ..owner };
    let operation = world.get(&russian, &address).await.hidden("operation");
    let code = code(&world);
    let fields =
        [("amount", "1.005"), ("reason", "x"), ("code", &*code), ("operation", &*operation), ("credit", "0")];
    let refused = world.post(&russian, &address, &fields).await;
    assert!(refused.body.contains("Нужно число больше нуля, например 198,50"), "{}", refused.body);
    assert!(refused.body.contains("value=\"1.005\""), "as it was typed: {}", refused.body);
}

#[tokio::test]
async fn codes_for_money_can_not_be_guessed() {
    let (world, owner) = with_payment(samples::paid(1)).await;
    let address = format!("{}/refund", page_of(1));
    let operation = world.get(&owner, &address).await.hidden("operation");
    let fields = |code| {
        [("amount", "1"), ("reason", "x"), ("code", code), ("operation", operation.as_str()), ("credit", "0")]
    };
    for _ in 0..5 {
        world.post(&owner, &address, &fields("000000")).await;
    }
    let right = code(&world);
    let answer = world.post(&owner, &address, &fields(&right)).await;
    assert!(answer.body.contains("Too many tries"), "{}", answer.body);
    assert!(world.desk.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_can_not_be_done_is_not_offered_and_refused_in_words() {
    let (world, owner) = with_payment(samples::shown(1)).await;
    let page = world.get(&owner, &page_of(1)).await;
    assert!(page.body.contains("it is not paid."), "{}", page.body);
    assert!(!page.body.contains("/refund\""), "{}", page.body);
    let forced = world.get(&owner, &format!("{}/refund", page_of(1))).await;
    assert_eq!(forced.status, StatusCode::CONFLICT);
    let checked = world.post(&owner, &format!("{}/check", page_of(1)), &[]).await;
    assert_eq!(checked.leads_to(), format!("{}?done=checked", page_of(1)));
    let cancelled = world.post(&owner, &format!("{}/cancel", page_of(1)), &[("reason", "left")]).await;
    assert_eq!(cancelled.leads_to(), format!("{}?done=cancel-asked", page_of(1)));
    let asked = world.desk.asked.lock().unwrap().clone();
    let deeds: Vec<Deed> = asked.into_iter().map(|(_, deed)| deed).collect();
    assert_eq!(deeds, [Deed::Check, Deed::Cancel { reason: Some("boss: left".to_owned()) }]);
    let rejection = Rejection { code: RejectCode::RefundLimit, field: None, reason: "x".to_owned() };
    *world.desk.refusal.lock().unwrap() = Some(Undone::Rejected(rejection));
    let refused = world.post(&owner, &format!("{}/check", page_of(1)), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("does not allow another try"), "{}", refused.body);
}

#[tokio::test]
async fn a_review_ends_by_name_with_a_reason_and_a_code() {
    let mut payment = samples::shown(1);
    samples::add_credit(&mut payment, CreditRole::Held);
    payment.state.phase = Phase::Review { code: "x".to_owned(), reason: "x".to_owned(), since: NOW };
    let (world, owner) = with_payment(payment).await;
    let address = format!("{}/review", page_of(1));
    assert!(world.get(&owner, &address).await.body.contains("accept ₽198.00, transaction T1"));
    let right = code(&world);
    let foreign =
        world.post(&owner, &address, &[("verdict", "paid:T2"), ("reason", "x"), ("code", &right)]).await;
    assert!(foreign.body.contains("Choose a decision"), "{}", foreign.body);
    let fields = [("verdict", "paid:T1"), ("reason", "the statement"), ("code", right.as_str())];
    let done = world.post(&owner, &address, &fields).await;
    assert_eq!(done.leads_to(), format!("{}?done=review-ended", page_of(1)), "{}", done.body);
    let asked = world.desk.asked.lock().unwrap().clone();
    let [(_, Deed::EndReview { verdict: Verdict::Paid { transaction }, who, why })] = &*asked else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (transaction.to_string().as_str(), who.as_str(), why.as_str()),
        ("T1", "boss", "the statement")
    );
}
