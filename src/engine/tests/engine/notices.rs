//! Notifications of money: when they lead to a question, and when they are money of their own.

use engine::doors::{Hints, MoneyTold};
use payment::{AttemptId, BankTransaction, CodeKind, PaidNotice, PaymentTypeCode, ServerId};

use crate::kit::{Life, Verb, World};

/// Money that a bank tells of, under a name.
fn money(till: &Life<'_>, transaction: Option<&str>) -> PaidNotice {
    let transaction = transaction.map(|name| BankTransaction::parse(name).unwrap());
    PaidNotice { transaction, ..till.bank.ledger().told_of("T1") }
}

async fn told(till: &Life<'_>, server: &str, order: AttemptId, money: PaidNotice) -> bool {
    let told = MoneyTold { order: Some(order), code: None, money };
    till.engine.notified(&ServerId::parse(server).unwrap(), told).await
}

/// A payment whose buyer has paid, known or not yet.
async fn paid(till: &Life<'_>, is_known: bool) -> AttemptId {
    till.pay("op-1").await;
    till.until_ms(1_200).await;
    assert!(till.buyer_pays());
    till.until_ms(if is_known { 2_500 } else { 1_300 }).await;
    assert_eq!(till.status("op-1").await, if is_known { "paid" } else { "awaiting_payment" });
    till.payment("op-1").await.state.attempts[0].id
}

#[test]
fn what_can_not_be_hidden_money_is_left_to_status_and_asks_nothing() {
    let table = [
        ("known by now", true, true, "north", Some("T1")),
        ("of a bank whose status shows all credits", false, false, "north", Some("T2")),
        ("told by another bank", true, false, "south", Some("T2")),
        ("without a name", true, false, "north", None),
    ];
    for (case, latest_only, is_known, server, transaction) in table {
        let world = World::new().terms("north", |terms| terms.latest_credit_only = latest_only);
        world.live(async |till| {
            let order = paid(till, is_known).await;
            let asked = till.bank.count(Verb::Status);
            assert!(
                told(till, server, order, money(till, transaction)).await,
                "{case}: nothing to tell again"
            );
            assert_eq!(till.bank.count(Verb::Status), asked, "{case}");
        });
    }
}

#[test]
fn money_that_status_does_not_show_is_asked_for_and_believed_once_status_shows_other_money() {
    let world = World::new().terms("north", |terms| terms.latest_credit_only = true);
    world.live(async |till| {
        let order = paid(till, false).await;
        let asked = till.bank.count(Verb::Status);
        assert!(told(till, "north", order, money(till, Some("T0"))).await);
        assert_eq!(till.bank.count(Verb::Status), asked + 1);
        let credits = till.payment("op-1").await.state.credits;
        let names: Vec<&str> = credits.iter().map(|credit| credit.transaction.as_str()).collect();
        assert_eq!(names, ["T1", "T0"], "the one that status shows, then the one that it hides");
    });
}

#[test]
fn more_money_on_a_code_that_stays_is_believed_and_what_is_known_asks_nothing() {
    let world = World::new().terms("north", |terms| terms.latest_credit_only = true);
    world.set(|settings| {
        let store = settings.stores.values_mut().next().unwrap();
        let sbp = store.payment_types.get_mut(&PaymentTypeCode::parse("sbp").unwrap()).unwrap();
        sbp.code = CodeKind::Static;
    });
    world.live(async |till| {
        let order = paid(till, true).await;
        let asked = till.bank.count(Verb::Status);
        assert!(told(till, "north", order, money(till, Some("T1"))).await);
        assert_eq!(till.bank.count(Verb::Status), asked, "it is known");
        assert!(till.payment("op-1").await.state.attempts[0].is_watched());
        assert!(
            told(till, "north", order, money(till, Some("T0"))).await,
            "status shows the other money only"
        );
        assert_eq!(till.bank.count(Verb::Status), asked + 1);
        assert_eq!(till.payment("op-1").await.state.credits.len(), 2);
    });
}

#[test]
fn money_on_a_code_that_is_not_watched_any_more_is_believed_whatever_status_shows() {
    let world = World::new().terms("north", |terms| terms.latest_credit_only = true);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.bank.ledger().hide(order);
        assert!(till.buyer_pays());
        till.until(3_600).await;
        assert!(!till.payment("op-1").await.state.attempts[0].is_watched());
        assert!(told(till, "north", order, money(till, Some("T1"))).await);
        assert_eq!(till.payment("op-1").await.state.credits.len(), 1);
    });
}

#[test]
fn nobody_pays_one_code_more_than_fifty_times() {
    let world = World::new().terms("north", |terms| terms.latest_credit_only = true);
    world.live(async |till| {
        let order = paid(till, true).await;
        for number in 2..=52 {
            assert!(told(till, "north", order, money(till, Some(&format!("N{number}")))).await);
        }
        assert_eq!(till.payment("op-1").await.state.credits.len(), 50);
    });
}

#[test]
fn money_of_an_order_whose_payment_is_not_ours_is_no_payments() {
    let world = World::new();
    world.live(async |till| {
        let order = paid(till, true).await;
        let stranger = payment::PaymentId::from_uuid(7 << 12).attempt(1);
        assert_ne!(order, stranger);
        assert!(
            told(till, "north", stranger, money(till, Some("T9"))).await,
            "there is no code to claim it by"
        );
        assert_eq!(till.payment("op-1").await.state.credits.len(), 1);
    });
}
