//! `find`, `totals`, `types`, `fiscalized`, and `get` of everything that is open.

use engine::contract::Totals;
use engine::doors::{Outcome, Registers};
use engine::ports::{Search, Store};
use engine::settings::Zone;
use payment::{LateMoney, StoreId};
use serde_json::{Map, Value, json};

use crate::kit::{Life, World, pay_body};

/// A pay of till 1 with a shift.
fn pay_in(operation: &str, shift: &str, value: i64) -> Value {
    json!({
        "operation": operation, "receipt": operation, "shift": shift, "cashier": "Ivanova",
        "amount": { "value": value, "currency": "RUB" },
    })
}

/// Two sales of shift 42, one of which half went back, and an open pay of shift 43.
async fn a_morning(till: &Life<'_>) {
    till.send("1", "pay", pay_in("a", "42", 19_800)).await;
    till.until_ms(500).await;
    assert!(till.buyer_pays());
    till.until_ms(1_500).await;
    till.send("1", "pay", pay_in("b", "42", 5_000)).await;
    till.until_ms(2_000).await;
    assert!(till.buyer_pays());
    till.until_ms(3_500).await;
    till.refund("1", "r-1", "a", Some(9_800)).await;
    till.until_ms(4_000).await;
    till.send("1", "pay", pay_in("c", "43", 700)).await;
    till.breathe().await;
}

async fn ask(till: &Life<'_>, verb: &str, body: Value) -> Value {
    till.send("1", verb, body).await;
    till.sink.to("1").pop().expect("an answer").body
}

fn operations(found: &Value) -> Vec<&str> {
    let payments = found["payments"].as_array().expect("a list");
    payments.iter().map(|payment| payment["operation"].as_str().unwrap()).collect()
}

#[test]
fn payments_are_found_by_what_people_have_in_hand() {
    let world = World::new();
    world.live(async |till| {
        a_morning(till).await;
        for (body, expected) in [
            (json!({ "receipt": "a" }), vec!["a"]),
            (json!({ "bank_transaction": "T2" }), vec!["b"]),
            (json!({ "amount": { "value": 700, "currency": "RUB" } }), vec!["c"]),
            (json!({ "payer": "И." }), vec!["b", "a"]),
            (json!({ "payer": "nobody" }), vec![]),
            (json!({ "from": "2026-11-21", "to": "2026-11-21" }), vec!["c", "b", "a"]),
            (json!({ "to": "2026-11-20" }), vec![]),
            (json!({ "from": "2026-11-21T09:00:01Z", "to": "2026-11-21T09:00:03Z" }), vec!["b"]),
            (json!({}), vec!["c", "b", "a"]),
        ] {
            let found = ask(till, "find", body.clone()).await;
            assert_eq!(
                (&found["event"], &found["more"]),
                (&json!("register.found"), &json!(false)),
                "{found}"
            );
            assert_eq!(operations(&found), expected, "{body}");
        }
        let found = ask(till, "find", json!({ "receipt": "a" })).await;
        let sale = &found["payments"][0];
        assert_eq!((&sale["status"], &sale["bank_transaction"]), (&json!("paid"), &json!("T1")));
        assert_eq!(sale["refunded_total"], json!({ "value": 9_800, "currency": "RUB" }));
        assert_eq!(sale["payer"], "И. И.");
        till.send("2", "find", json!({ "receipt": "a" })).await;
        let other = till.sink.last("2", "register.found").unwrap().body;
        assert_eq!(operations(&other), ["a"], "any register of the store finds it");
    });
}

#[test]
fn an_answer_to_find_has_fifty_payments_at_most_and_says_that_there_are_more() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..60 {
            till.pay(&format!("op-{number}")).await;
        }
        let found = ask(till, "find", json!({ "receipt": "000123" })).await;
        assert_eq!((found["payments"].as_array().unwrap().len(), &found["more"]), (50, &json!(true)));
    });
}

#[test]
fn the_rest_of_an_answer_to_find_is_asked_for_by_its_next() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..101 {
            till.pay(&format!("op-{number}")).await;
        }
        let (mut all, mut before) = (Vec::new(), Value::Null);
        for (count, more) in [(50, true), (50, true), (1, false)] {
            let found = ask(till, "find", json!({ "receipt": "000123", "before": before })).await;
            assert_eq!((operations(&found).len(), &found["more"]), (count, &json!(more)));
            all.extend(operations(&found).into_iter().map(str::to_owned));
            before = found["next"].clone();
        }
        assert_eq!(before, Value::Null);
        let newest_first: Vec<String> = (0..101).rev().map(|number| format!("op-{number}")).collect();
        assert_eq!(all, newest_first);
        for before in ["0123", "0191f7e25d3a70008000000000fff000"] {
            let rejected = ask(till, "find", json!({ "before": before })).await;
            assert_eq!((&rejected["code"], &rejected["field"]), (&json!("invalid"), &json!("before")));
        }
    });
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused() {
    let world = World::new();
    world.live(async |till| {
        for verb in ["find", "totals"] {
            for (from, to, is_right) in [
                ("2026-11-22", "2026-11-21", false),
                ("2026-11-21T09:00:01Z", "2026-11-21T09:00:00Z", false),
                ("2026-11-21", "2026-11-21", true),
            ] {
                let told = ask(till, verb, json!({ "from": from, "to": to })).await;
                assert_eq!(told["event"] != "request.rejected", is_right, "{verb} {from} {to}: {told}");
                assert!(is_right || told["field"] == "from", "{told}");
            }
        }
    });
}

#[test]
fn a_store_that_asks_by_itself_names_no_register() {
    let world = World::new();
    world.live(async |till| {
        a_morning(till).await;
        let store = StoreId::parse("17").unwrap();
        let ask = async |verb: &str, fields: Value| {
            let fields = fields.as_object().unwrap();
            match till.engine.answer_store(&store, verb, fields).await {
                Outcome::Told(mut bodies) => serde_json::to_value(bodies.remove(0)).unwrap(),
                other => panic!("{other:?}"),
            }
        };
        let (found, totals) = (ask("find", json!({})).await, ask("totals", json!({ "shift": "42" })).await);
        let types = ask("types", json!({})).await;
        assert_eq!(operations(&found), ["c", "b", "a"]);
        assert_eq!(totals["totals"][0]["paid"]["count"], 2);
        for answer in [&found, &totals, &types] {
            assert_eq!((&answer["store"], &answer["register"]), (&json!("17"), &Value::Null));
        }
        let sbp = types["types"].as_array().unwrap().iter().find(|one| one["code"] == "sbp").unwrap();
        let kinds = sbp["capabilities"]["qr"].as_array().unwrap();
        assert!(kinds.contains(&json!("cash_link")), "some register of the store has a plate: {sbp}");
        let nowhere = StoreId::parse("99").unwrap();
        let Outcome::Rejected(told) = till.engine.answer_store(&nowhere, "types", &Map::new()).await else {
            panic!("there is no such store")
        };
        assert_eq!((told.code.as_deref(), told.field.as_deref()), (Some("unknown_register"), Some("store")));
    });
}

#[test]
fn totals_of_a_shift_and_of_a_day() {
    let world = World::new();
    world.live(async |till| {
        a_morning(till).await;
        let shift = ask(till, "totals", json!({ "shift": "42" })).await;
        assert_eq!((&shift["event"], &shift["zone"]), (&json!("register.totals"), &json!("Europe/Moscow")));
        let line = |count: u64, value: i64| json!({ "count": count, "value": value });
        let expected = json!([{
            "payment_type": "sbp", "currency": "RUB", "test": false,
            "paid": line(2, 24_800), "refunded": line(1, 9_800), "late": line(0, 0),
            "review": line(0, 0), "open": line(0, 0),
        }]);
        assert_eq!(shift["totals"], expected);
        let day = ask(till, "totals", json!({ "from": "2026-11-21", "to": "2026-11-21" })).await;
        assert_eq!(
            (&day["from"], &day["to"]),
            (&json!("2026-11-20T21:00:00Z"), &json!("2026-11-21T21:00:00Z"))
        );
        assert_eq!(day["totals"][0]["open"], line(1, 700));
        let empty = ask(till, "totals", json!({ "shift": "1" })).await;
        assert_eq!(empty["totals"], json!([]));
        till.send("2", "totals", json!({ "from": "2026-11-21" })).await;
        assert_eq!(till.sink.last("2", "register.totals").unwrap().body["totals"], json!([]), "its own only");
        till.send("2", "totals", json!({ "from": "2026-11-21", "whole_store": true })).await;
        let of_store = till.sink.last("2", "register.totals").unwrap().body["totals"].clone();
        assert_eq!((&of_store[0]["paid"], &of_store[0]["open"]), (&line(2, 24_800), &line(1, 700)));
        for (body, field) in [
            (json!({}), "shift"),
            (json!({ "to": "2026-11-21" }), "shift"),
            (json!({ "from": "yesterday" }), "from"),
            (json!({ "from": "2026-11-21", "to": "2026-13-01" }), "to"),
        ] {
            let rejected = ask(till, "totals", body.clone()).await;
            assert_eq!((&rejected["code"], &rejected["field"]), (&json!("invalid"), &json!(field)), "{body}");
        }
    });
}

#[test]
fn late_money_and_reviews_are_counted_apart() {
    let world = World::new();
    world.set(|settings| {
        let store = settings.stores.values_mut().next().unwrap();
        store.late_money = LateMoney::Offer { claim_within: std::time::Duration::from_hours(1) };
    });
    world.live(async |till| {
        till.send("1", "pay", pay_in("a", "42", 300)).await;
        till.breathe().await;
        let order = till.payment("a").await.state.attempts[0].id;
        till.cancel("a").await;
        till.until(1).await;
        till.bank.ledger().pay_late(order, till.now());
        till.until(30).await;
        let totals = ask(till, "totals", json!({ "shift": "42" })).await;
        assert_eq!(totals["totals"][0]["late"], json!({ "count": 1, "value": 300 }));
        for column in ["paid", "open"] {
            assert_eq!(totals["totals"][0][column], json!({ "count": 0, "value": 0 }), "{column}");
        }
        let late = till.sink.last("1", "payment.paid_late").unwrap();
        let claim_until = late.at.plus(std::time::Duration::from_hours(1)).to_string();
        let state = ask(till, "get", json!({ "operation": "a" })).await;
        assert_eq!((&state["handling"], &state["credit"]), (&json!("offered"), &json!("north:T1")));
        assert_eq!((&state["status"], &state["bank_transaction"]), (&json!("cancelled"), &json!("T1")));
        for told in [&late.body, &state, &state["credits"][0]] {
            assert_eq!(told["claim_until"], claim_until, "{told}");
        }
    });
}

#[test]
fn types_tell_what_can_be_paid_by() {
    let world = World::new();
    world.remove_bank("south");
    world.live(async |till| {
        let types = ask(till, "types", json!({})).await;
        assert_eq!(types["event"], "register.types");
        let by_code = |code: &str| {
            let all = types["types"].as_array().unwrap();
            all.iter().find(|one| one["code"] == code).unwrap().clone()
        };
        let sbp = by_code("sbp");
        assert_eq!((&sbp["available"], &sbp["is_default"]), (&json!(true), &json!(true)));
        let can = &sbp["capabilities"];
        assert_eq!((&can["qr"], &can["refund"]), (&json!(["dynamic", "static"]), &json!("part")));
        assert_eq!((&can["amount_min"], &can["amount_max"]), (&json!(100), &json!(100_000_000)));
        let south = by_code("south");
        assert_eq!((&south["available"], &south["capabilities"]), (&json!(false), &Value::Null));
        assert!(south["reason"].as_str().unwrap().contains("RUB"), "{south}");
        assert_eq!(by_code("any")["available"], true, "one of its servers is enough");
    });
}

#[test]
fn a_fiscal_receipt_is_kept_and_told_with_the_state() {
    let world = World::new();
    world.live(async |till| {
        let receipt = |operation: &str| {
            json!({ "operation": operation, "fn": "9960440300000001", "fd": "17", "fp": "1234567890" })
        };
        till.pay("a").await;
        till.until_ms(500).await;
        assert_eq!(ask(till, "fiscalized", receipt("a")).await["code"], "not_paid");
        assert!(till.buyer_pays());
        till.until(2).await;
        let state = ask(till, "fiscalized", receipt("a")).await;
        assert_eq!((&state["event"], &state["status"]), (&json!("payment.state"), &json!("paid")));
        assert_eq!(state["fiscal_receipt"], json!({ "fn": "9960440300000001", "fd": "17", "fp": "1234567890" }));
        let again = ask(till, "fiscalized", receipt("a")).await;
        assert_eq!(again["sequence"], state["sequence"], "a repeat changes nothing");
        let facts = till.facts(till.payment_id("a").await);
        assert_eq!(facts.iter().filter(|fact| *fact == "fiscalized").count(), 1);
        assert_eq!(ask(till, "fiscalized", receipt("b")).await["code"], "unknown_operation");
        for field in ["fn", "fd", "fp"] {
            for (number, is_right) in [("12x", false), ("", false), (&"1".repeat(21), false), (&"1".repeat(20), true)] {
                let mut body = receipt("a");
                body[field] = json!(number);
                let told = ask(till, "fiscalized", body).await;
                assert_eq!(told["field"] != field, is_right, "{field} {number}: {told}");
            }
        }
    });
}

#[test]
fn a_fiscal_receipt_of_one_till_never_goes_to_what_another_calls_alike() {
    let world = World::new();
    world.live(async |till| {
        till.pay("a").await;
        till.until_ms(500).await;
        assert!(till.buyer_pays());
        till.until(2).await;
        for (second, register, operation) in [(4, "2", "r"), (6, "1", "r"), (8, "2", "a")] {
            till.refund(register, operation, "a", Some(1_000)).await;
            till.until(second).await;
        }
        for (register, operation, document) in [("1", "r", "1"), ("2", "a", "2"), ("1", "a", "3"), ("2", "r", "4")] {
            let receipt =
                json!({ "operation": operation, "fn": "9960440300000001", "fd": document, "fp": "1234567890" });
            till.send(register, "fiscalized", receipt).await;
        }
        till.until(9).await;
        let state = till.sink.last("2", "payment.state").unwrap().body;
        let returns = state["refunds"].as_array().unwrap().iter();
        let told: Vec<_> = returns.map(|refund| refund["fiscal_receipt"]["fd"].clone()).collect();
        assert_eq!((&state["fiscal_receipt"]["fd"], told), (&json!("3"), vec![json!("4"), json!("1"), json!("2")]));
    });
}

#[test]
fn test_money_never_has_a_fiscal_receipt() {
    let world = World::new().terms("north", |terms| terms.test = true);
    world.live(async |till| {
        till.pay("a").await;
        till.until_ms(500).await;
        assert!(till.buyer_pays());
        till.until(2).await;
        let receipt = json!({ "operation": "a", "fn": "9960440300000001", "fd": "17", "fp": "1234567890" });
        let refused = ask(till, "fiscalized", receipt).await;
        assert_eq!((&refused["code"], &refused["field"]), (&json!("test_money"), &json!("operation")));
        till.refund("1", "r", "a", None).await;
        till.until(10).await;
        for name in ["refund.accepted", "refund.completed"] {
            let told = till.sink.last("1", name).unwrap().body;
            assert_eq!((&told["test"], &told["fiscal_receipt_due"]), (&json!(true), &json!(false)), "{name}");
        }
    });
}

#[test]
fn a_get_of_everything_answers_each_open_payment_and_says_so_when_none_is() {
    let world = World::with_many_open();
    world.live(async |till| {
        let nothing = ask(till, "get", json!({})).await;
        assert_eq!((&nothing["event"], &nothing["open"]), (&json!("register.state"), &json!([])));
        assert_eq!(nothing["in_reply_to"], "1-get-");
        till.pay("a").await;
        till.send("1", "pay", pay_body("b")).await;
        till.breathe().await;
        let told = till.sink.to("1").len();
        till.send("1", "get", json!({})).await;
        let answers = till.sink.to("1").split_off(told);
        let answered: Vec<_> = answers.iter().map(|one| (&*one.event.name, &one.body["operation"])).collect();
        assert_eq!(answered, [("payment.state", &json!("a")), ("payment.state", &json!("b"))]);
    });
}

#[test]
fn p12_the_totals_that_registers_get_are_those_that_people_count() {
    let world = World::new();
    world.live(async |till| {
        a_morning(till).await;
        let day =
            ask(till, "totals", json!({ "from": "2026-11-21", "to": "2026-11-21", "whole_store": true }))
                .await;
        let (from, to) = Zone::named("Europe/Moscow").day(Zone::read_date("2026-11-21").unwrap()).unwrap();
        let search = Search { from: Some(from), to: Some(to), ..Search::of(StoreId::parse("17").unwrap()) };
        let mut sums = Totals::default();
        let payments = world.store.search(&search, 100).await.unwrap();
        for payment in &payments {
            sums.count(payment);
        }
        assert_eq!(day["totals"], serde_json::to_value(sums.into_lines()).unwrap());
        assert_eq!(day["totals"][0]["paid"]["count"], 2);
    });
}
