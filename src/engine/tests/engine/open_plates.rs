//! Open plates: money without an order is kept until a register claims it, once.

use engine::doors::{Claim, Desk, Hints, Incoming, MoneyTold, Receipt, Undone};
use engine::ports::Destination;
use payment::{
    BankTransaction, CodeId, OperationId, PaidNotice, PaymentTypeCode, RegisterId, RejectCode, ServerId,
    StoreId,
};
use serde_json::{Value, json};

use crate::kit::{Answer, CrashPoint, Failing, Life, OPEN_PLATE, Port, Side, Verb, World, command};

const CREDIT: &str = "north:P1";

/// What is told in place of what the status shows.
type Telling = fn(PaidNotice, payment::Money) -> PaidNotice;

fn at(plate: &str, money: PaidNotice) -> MoneyTold {
    MoneyTold { order: None, code: Some(CodeId::parse(plate).unwrap()), money }
}

/// A buyer pays at the open plate of till 3; the bank tells of it.
async fn buyer_pays(till: &Life<'_>, kopecks: i64) -> PaidNotice {
    let money = till.bank.ledger().pay_at_plate(OPEN_PLATE, kopecks, till.now());
    assert!(tell(till, at(OPEN_PLATE, money.clone())).await, "it is durable");
    money
}

async fn tell(till: &Life<'_>, told: MoneyTold) -> bool {
    till.engine.notified(&ServerId::parse("north").unwrap(), told).await
}

async fn claim(till: &Life<'_>, register: &str, operation: &str, credit: &str) {
    let body = json!({ "operation": operation, "credit": credit });
    assert_eq!(till.send(register, "claim", body).await, Receipt::Ack);
    till.breathe().await;
}

async fn found(till: &Life<'_>, question: Value) -> Vec<Value> {
    assert_eq!(till.send("1", "find", question).await, Receipt::Ack);
    let answer = till.sink.last("1", "register.found").unwrap();
    answer.body["unclaimed"].as_array().unwrap().clone()
}

fn rejection(till: &Life<'_>, register: &str) -> (String, String) {
    let body = till.sink.last(register, "request.rejected").expect("it was rejected").body;
    (body["code"].as_str().unwrap().to_owned(), body["field"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn p12_money_at_an_open_plate_is_found_claimed_once_and_can_go_back() {
    let world = World::new();
    world.live(async |till| {
        buyer_pays(till, 45_000).await;
        let listed = found(till, json!({})).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (&listed[0]["credit"], &listed[0]["register"], &listed[0]["amount"]["value"]),
            (&json!(CREDIT), &json!("3"), &json!(45_000))
        );

        claim(till, "1", "sale-1", CREDIT).await;
        let paid = till.sink.last("1", "payment.paid").expect("it is told").body;
        assert_eq!((&paid["credit"], &paid["bank_transaction"]), (&json!(CREDIT), &json!("P1")));
        assert_eq!((&paid["operation"], &paid["amount"]["value"]), (&json!("sale-1"), &json!(45_000)));
        assert_eq!(till.sink.names("1"), ["register.found", "payment.paid"]);
        assert!(found(till, json!({})).await.is_empty(), "it is claimed");
        assert_eq!(
            till.bank.count(Verb::Issue) + till.bank.count(Verb::Annul),
            0,
            "the plate stays as it is"
        );

        claim(till, "1", "sale-1", CREDIT).await;
        assert_eq!(
            till.sink.last("1", "payment.state").unwrap().body["status"],
            "paid",
            "a repeat tells the state"
        );
        claim(till, "2", "sale-2", CREDIT).await;
        assert_eq!(rejection(till, "2"), ("nothing_to_claim".to_owned(), "credit".to_owned()));

        till.refund("1", "back-1", "sale-1", Some(5_000)).await;
        till.until(5).await;
        assert_eq!(till.sink.last("1", "refund.completed").unwrap().body["amount"]["value"], 5_000);
        till.until(10_000).await;
    });
    world.check_laws();
}

#[test]
fn of_two_registers_that_claim_the_same_money_one_gets_it() {
    let world = World::new();
    world.live(async |till| {
        buyer_pays(till, 45_000).await;
        let body = |operation: &str| json!({ "operation": operation, "credit": CREDIT });
        let both = (till.send("1", "claim", body("one")), till.send("2", "claim", body("other")));
        tokio::join!(both.0, both.1);
        till.until(5).await;
        assert_eq!(till.payments().len(), 1);
        till.until(10_000).await;
    });
    world.check_laws();
}

#[test]
fn a_claim_that_was_refused_may_be_granted_once_the_bank_has_told_of_the_money() {
    let world = World::new();
    world.live(async |till| {
        claim(till, "1", "sale-1", CREDIT).await;
        assert_eq!(rejection(till, "1"), ("nothing_to_claim".to_owned(), "credit".to_owned()));
        buyer_pays(till, 45_000).await;
        claim(till, "1", "sale-1", CREDIT).await;
        assert_eq!(till.status("sale-1").await, "paid");
    });
}

#[test]
fn p5_money_that_no_status_confirms_is_kept_for_a_person_and_not_claimed() {
    let world = World::new();
    world.live(async |till| {
        let first = till.bank.ledger().pay_at_plate(OPEN_PLATE, 45_000, till.now());
        buyer_pays(till, 10_000).await;
        assert!(
            tell(till, at(OPEN_PLATE, first.clone())).await,
            "the status shows the second: it is kept all the same"
        );
        assert_eq!(found(till, json!({})).await.len(), 1, "registers see what is confirmed");
        claim(till, "1", "sale-1", CREDIT).await;
        assert_eq!(rejection(till, "1"), ("nothing_to_claim".to_owned(), "credit".to_owned()));

        let forged = PaidNotice { transaction: Some(BankTransaction::parse("P2").unwrap()), ..first };
        let forged = PaidNotice {
            amount: Some(payment::Money::try_new(1, payment::Currency::RUB).unwrap()),
            ..forged
        };
        assert!(tell(till, at(OPEN_PLATE, forged)).await);
        assert_eq!(
            found(till, json!({})).await[0]["amount"]["value"],
            10_000,
            "what is confirmed stays as it is"
        );
    });
}

#[test]
fn p5_money_is_confirmed_only_by_a_status_that_shows_its_name_and_its_amount() {
    let one_rouble = payment::Money::try_new(100, payment::Currency::RUB).unwrap();
    let table: [(&str, Telling, usize); 3] = [
        ("as shown", |shown, _| shown, 1),
        ("another amount", |shown, amount| PaidNotice { amount: Some(amount), ..shown }, 0),
        (
            "another name",
            |shown, _| PaidNotice { transaction: BankTransaction::parse("P0").ok(), ..shown },
            0,
        ),
    ];
    for (case, tells, found_by_registers) in table {
        let world = World::new();
        world.live(async |till| {
            let shown = till.bank.ledger().pay_at_plate(OPEN_PLATE, 45_000, till.now());
            assert!(tell(till, at(OPEN_PLATE, tells(shown, one_rouble))).await, "{case}: it is kept");
            assert_eq!(found(till, json!({})).await.len(), found_by_registers, "{case}");
        });
    }
}

#[test]
fn a_bank_is_asked_about_money_until_it_is_confirmed_and_then_no_more() {
    let world = World::new();
    world.live(async |till| {
        let money = buyer_pays(till, 45_000).await;
        assert_eq!(till.bank.count(Verb::LatestCredit), 1);
        assert!(tell(till, at(OPEN_PLATE, money.clone())).await);
        assert_eq!(till.bank.count(Verb::LatestCredit), 1, "it is known");
        buyer_pays(till, 10_000).await;
        assert_eq!(till.bank.count(Verb::LatestCredit), 2, "this is other money");
        let told = MoneyTold { order: None, code: Some(CodeId::parse(OPEN_PLATE).unwrap()), money };
        assert!(
            !till.engine.notified(&ServerId::parse("south").unwrap(), told).await,
            "there it is not known"
        );
        assert_eq!(till.south.count(Verb::LatestCredit), 1, "money of the same name at another bank");
    });
}

#[test]
fn p2_the_bank_tells_again_while_nothing_certain_is_known() {
    let world = World::new();
    world.live(async |till| {
        let money = till.bank.ledger().pay_at_plate(OPEN_PLATE, 45_000, till.now());
        for answer in [Answer::Broken, Answer::NotSent] {
            till.bank.next(Verb::LatestCredit, &[answer]);
            assert!(!tell(till, at(OPEN_PLATE, money.clone())).await, "{answer:?}");
        }
        assert!(
            !tell(till, at("AS200000000000000000000000000002", money.clone())).await,
            "its status says unpaid"
        );
        assert!(found(till, json!({})).await.is_empty());
        assert!(tell(till, at(OPEN_PLATE, money)).await);
        assert_eq!(found(till, json!({})).await.len(), 1);
    });
}

#[test]
fn only_money_at_a_plate_of_the_store_can_be_claimed_by_its_registers() {
    let world = World::new();
    world.live(async |till| {
        let elsewhere = "AS200000000000000000000000000002";
        let money = till.bank.ledger().pay_at_plate(elsewhere, 45_000, till.now());
        assert!(tell(till, at(elsewhere, money)).await, "it is kept for people");
        assert!(found(till, json!({})).await.is_empty());
        claim(till, "1", "sale-1", CREDIT).await;
        assert_eq!(rejection(till, "1"), ("forbidden".to_owned(), "credit".to_owned()));
        for (credit, code) in [("P1", "invalid"), ("north:", "invalid"), ("south:P1", "nothing_to_claim")] {
            claim(till, "1", "sale-1", credit).await;
            assert_eq!(rejection(till, "1"), (code.to_owned(), "credit".to_owned()), "{credit}");
        }
    });
}

#[test]
fn an_operation_that_is_something_else_can_not_claim() {
    let world = World::new();
    world.live(async |till| {
        buyer_pays(till, 45_000).await;
        till.pay("sale-1").await;
        claim(till, "1", "sale-1", CREDIT).await;
        assert_eq!(rejection(till, "1").0, "conflict");
        assert_eq!(found(till, json!({ "bank_transaction": "P1" })).await.len(), 1);
        assert!(found(till, json!({ "bank_transaction": "P9" })).await.is_empty());
        assert!(found(till, json!({ "receipt": "000123" })).await.is_empty());
    });
}

#[test]
fn money_at_a_plate_is_found_by_what_people_have_in_hand() {
    let world = World::new();
    world.live(async |till| {
        till.pay("sale").await;
        till.until(2).await;
        buyer_pays(till, 45_000).await;
        let sale = till.payment_id("sale").await.to_string();
        for (question, is_found) in [
            (json!({ "amount": { "value": 45_000, "currency": "RUB" } }), true),
            (json!({ "amount": { "value": 45_001, "currency": "RUB" } }), false),
            (json!({ "payer": "**-12" }), true),
            (json!({ "payer": "**-13" }), false),
            (json!({ "from": "2026-11-21T09:00:02Z" }), true),
            (json!({ "from": "2026-11-21T09:00:02.000001Z" }), false),
            (json!({ "from": "2026-11-21", "to": "2026-11-21T09:00:02.000001Z" }), true),
            (json!({ "from": "2026-11-21", "to": "2026-11-21T09:00:02Z" }), false),
            (json!({ "from": "2026-11-20", "to": "2026-11-21T09:00:01Z" }), false),
            (json!({ "before": sale }), false),
        ] {
            let found = found(till, question.clone()).await;
            assert_eq!(found.len(), usize::from(is_found), "{question}");
        }
    });
}

#[test]
fn a_crash_anywhere_loses_no_money_at_a_plate_and_claims_none_twice() {
    for side in [Side::Before, Side::After] {
        for number in 1..=3 {
            let world = World::new();
            world.crash_at(CrashPoint { port: Port::Commit, number, side });
            let story = async |till: &Life<'_>| {
                let told = till.bank.ledger().at_plates.is_empty();
                let money = if told {
                    till.bank.ledger().pay_at_plate(OPEN_PLATE, 45_000, till.now())
                } else {
                    till.bank.ledger().told_at_plate()
                };
                tell(till, at(OPEN_PLATE, money)).await;
                claim(till, "1", "sale-1", CREDIT).await;
                till.until(10_000).await;
            };
            let _ = world.live_unless_crashed(story);
            world.live(async |till| {
                story(till).await;
                assert_eq!(till.status("sale-1").await, "paid");
            });
            world.check_laws();
        }
    }
}

fn by_hand(operation: &str, transaction: &str) -> Claim {
    Claim {
        register: Destination {
            store: StoreId::parse("17").unwrap(),
            register: RegisterId::parse("1").unwrap(),
        },
        operation: OperationId::parse(operation).unwrap(),
        server: ServerId::parse("north").unwrap(),
        transaction: BankTransaction::parse(transaction).unwrap(),
        who: "olga".to_owned(),
        receipt: Some("000123".to_owned()),
    }
}

#[test]
fn p12_a_person_claims_money_once_and_the_till_is_told() {
    let world = World::new();
    world.live(async |till| {
        buyer_pays(till, 45_000).await;
        let payment = till.engine.claim(by_hand("hand-1", "P1")).await.unwrap();
        let details = &payment.checkout.details;
        assert_eq!((details.cashier.as_deref(), details.receipt.as_deref()), (Some("olga"), Some("000123")));
        assert_eq!(till.engine.claim(by_hand("hand-1", "P1")).await, Err(Undone::Known));
        let twice = till.engine.claim(by_hand("hand-2", "P1")).await;
        assert!(
            matches!(twice, Err(Undone::Rejected(ref told)) if told.code == RejectCode::NothingToClaim),
            "{twice:?}"
        );
        till.until(1).await;
        let paid = till.sink.last("1", "payment.paid").expect("it is told").body;
        assert_eq!((&paid["operation"], &paid["amount"]["value"]), (&json!("hand-1"), &json!(45_000)));
        till.until(200).await;
    });
    world.check_laws();
}

#[test]
fn an_operation_that_claimed_other_money_is_no_repeat() {
    let world = World::new();
    world.live(async |till| {
        buyer_pays(till, 45_000).await;
        buyer_pays(till, 10_000).await;
        claim(till, "1", "sale-1", CREDIT).await;
        claim(till, "1", "sale-1", "north:P2").await;
        assert_eq!(rejection(till, "1"), ("conflict".to_owned(), "operation".to_owned()));
        assert_eq!(found(till, json!({})).await.len(), 1, "the other money is still there");
    });
}

#[test]
fn claimed_money_came_by_the_stores_default_tender_if_that_goes_by_its_bank() {
    for (default, tender) in [("sbp", "sbp"), ("any", "any"), ("south", "any")] {
        let world = World::new();
        world.set(|settings| {
            let store = settings.stores.values_mut().next().unwrap();
            store.default_payment_type = PaymentTypeCode::parse(default).unwrap();
        });
        world.live(async |till| {
            buyer_pays(till, 45_000).await;
            let body = json!({ "operation": "sale-1", "credit": CREDIT });
            let copies = Some("checkout.till.17.2".to_owned());
            let claims = Incoming { reply_to: copies.clone(), ..command("1", "claim", &body) };
            assert_eq!(till.receive(claims).await, Receipt::Ack);
            till.breathe().await;
            let payment = till.payment("sale-1").await;
            assert_eq!(payment.checkout.payment_type.as_str(), tender, "{default}");
            let paid = till.sink.last("1", "payment.paid").unwrap().event;
            assert_eq!(paid.reply_to, copies, "the asking queue gets a copy");
        });
    }
}

#[test]
fn a_person_whose_claim_met_no_database_is_told_so_and_may_try_again() {
    let world = World::new();
    world.live(async |till| {
        buyer_pays(till, 45_000).await;
        till.store.fail(Failing::Refusing(1));
        let Err(Undone::Later(reason)) = till.engine.claim(by_hand("hand-1", "P1")).await else {
            panic!("it could not be written down")
        };
        assert_eq!(reason.matches("the database can't be used").count(), 1, "{reason}");
        assert!(till.engine.claim(by_hand("hand-1", "P1")).await.is_ok());
    });
}
