//! Rows that are not as their journals have them, and banks that say otherwise than our books.

use engine::Inspected;
use engine::ports::Store;
use payment::{EndWord, Payment, PaymentId, Phase, RefusalKind, ServerId, Timestamp};

use crate::kit::{Answer, Life, Verb, World, pay_body};

/// How the inspection damages a row before the life that must find it.
type Damage = fn(&mut Payment, &mut Option<Timestamp>);

const HOUR: u64 = 3_600;

/// A payment with a live code, whose row is damaged while nothing runs.
fn damaged_while_shown(damage: Damage) -> (World, PaymentId) {
    let world = World::new();
    let id = world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        till.payment_id("op-1").await
    });
    world.store.data.damage(id, damage);
    (world, id)
}

#[test]
fn p6_a_payment_that_nothing_would_wake_is_found_and_goes_on() {
    let table: [(&str, Damage); 3] = [
        ("no wake", |_, wake_at| *wake_at = None),
        ("a wake in a hundred years", |_, wake_at| *wake_at = Some(Timestamp::from_micros(i64::MAX / 2))),
        ("settled by its row", |payment, wake_at| (payment.state.settled, *wake_at) = (true, None)),
    ];
    for (name, damage) in table {
        let (world, id) = damaged_while_shown(damage);
        world.live(async |till| {
            till.until(30).await;
            assert!(till.facts(id).contains(&"inspected".to_owned()), "{name}");
            assert_eq!(till.engine.inspected(), Inspected { rows: 1, mended: 1, ..Inspected::default() });
            assert!(till.buyer_pays(), "{name}");
            till.until(40).await;
            assert_eq!(till.status("op-1").await, "paid", "{name}");
            till.until(300).await;
            assert!(till.payment("op-1").await.state.settled, "{name}");
        });
        world.check_laws();
    }
}

#[test]
fn p12_a_row_that_its_journal_does_not_add_up_to_is_written_anew() {
    let table: [(&str, Damage); 3] = [
        ("its attempts are gone", |payment, _| payment.state.attempts.clear()),
        ("its code was never shown", |payment, _| payment.state.attempts[0].shown_at = None),
        ("its end was told", |payment, _| {
            payment.state.phase = Phase::Ended(payment::Ending {
                word: EndWord::Failed,
                code: payment::EndCode::BankRefused,
                reason: "a careless hand".to_owned(),
                certain: true,
                payable_until: None,
                at: payment.opened_at,
            });
        }),
    ];
    for (name, damage) in table {
        // Nobody looks at it before the inspection: else it would be decided on as the row has it.
        let (world, id) = damaged_while_shown(|_, wake_at| *wake_at = None);
        world.store.data.damage(id, damage);
        world.live(async |till| {
            till.until(30).await;
            let evidence = till.store.data.evidence(id).await.unwrap().unwrap();
            let facts = evidence.facts.iter().map(|(_, at, fact)| (fact, *at));
            let folded =
                payment::fold(id, evidence.payment.checkout.clone(), evidence.payment.opened_at, facts);
            assert_eq!(folded.unwrap(), evidence.payment, "{name}");
            assert_eq!(evidence.sequence, evidence.payment.state.sequence, "{name}");
            assert!(till.buyer_pays(), "{name}");
            till.until(40).await;
            assert_eq!(till.status("op-1").await, "paid", "{name}");
            till.until(300).await;
        });
        world.check_laws();
    }
}

#[test]
fn p12_a_settled_payment_that_would_be_woken_is_left_in_peace_again() {
    let world = World::new();
    let id = world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        till.cancel("op-1").await;
        till.until(HOUR).await;
        assert!(till.payment("op-1").await.state.settled);
        till.payment_id("op-1").await
    });
    let never = Timestamp::from_micros(i64::MAX / 2);
    world.store.data.damage(id, |_, wake_at| *wake_at = Some(never));
    world.live(async |till| {
        till.until(HOUR + 300).await;
        assert_eq!(till.engine.inspected().mended, 1);
        let waking = till.store.data.due(Timestamp::from_micros(i64::MAX), None, 10).await.unwrap();
        assert_eq!(waking, []);
    });
    world.check_laws();
}

#[test]
fn a_mend_that_does_not_last_is_not_made_again() {
    let (world, id) = damaged_while_shown(|payment, _| payment.state.attempts.clear());
    world.store.data.damage(id, |_, wake_at| *wake_at = Some(Timestamp::from_micros(i64::MAX / 2)));
    world.live(async |till| {
        till.until(30).await;
        assert_eq!(till.engine.inspected().mended, 1);
        till.until(2 * HOUR).await;
    });
    world.store.data.damage(id, |payment, _| payment.state.attempts.clear());
    world.live(async |till| {
        let before = till.facts(id).len();
        till.until(2 * HOUR + 30).await;
        assert_eq!(till.facts(id).len(), before + 1, "another finding than before is mended");
    });
    world.store.data.damage(id, |payment, _| payment.state.attempts.clear());
    world.live(async |till| {
        till.until(3 * HOUR).await;
        let Inspected { mended, listed, .. } = till.engine.inspected();
        assert!(mended == 0 && listed > 1, "told to people each round: {mended}, {listed}");
    });
}

#[test]
fn sound_payments_are_left_alone_however_often_they_are_looked_at() {
    let world = World::with_many_open();
    world.live(async |till| {
        till.pay("paid").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(5).await;
        till.pay("expires").await;
        till.pay("cancelled").await;
        till.breathe().await;
        till.cancel("cancelled").await;
        till.until(10).await;
        till.refund("2", "back", "paid", None).await;
        till.until(HOUR).await;
        let Inspected { rows, mended, listed, .. } = till.engine.inspected();
        assert!(rows >= 3 * 5 && mended == 0 && listed == 0, "{rows} {mended} {listed}");
    });
    world.check_laws();
}

#[test]
fn more_payments_than_are_looked_at_in_one_go_are_all_looked_at_and_then_the_first_again() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..201 {
            till.pay(&format!("op-{number}")).await;
        }
        till.until(15).await;
        assert_eq!(till.engine.inspected().rows, 200);
        till.until(25).await;
        assert_eq!(till.engine.inspected().rows, 201);
        till.until(600).await;
        assert_eq!(till.engine.inspected().rows, 201, "all of them have been looked at a short time ago");
        till.until(650).await;
        assert_eq!(till.engine.inspected().rows, 402);
    });
}

/// Lives until the bank is asked once more about payments that are over.
async fn until_the_bank_is_asked(till: &Life<'_>) -> Inspected {
    till.until(3 * HOUR).await;
    till.engine.inspected()
}

#[test]
fn p12_money_that_the_bank_told_of_too_late_is_found_and_goes_back() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        let order = till.payment("op-1").await.state.attempts[0].id;
        till.bank.ledger().hide(order);
        assert!(till.buyer_pays());
        till.until(HOUR).await;
        assert_eq!(till.status("op-1").await, "expired");
        assert!(till.payment("op-1").await.state.settled);
        till.bank.ledger().show(order);
        let Inspected { asked, differed, .. } = until_the_bank_is_asked(till).await;
        assert_eq!((asked, differed), (1, 1), "once, and not again");
        let payment = till.payment("op-1").await;
        assert!(payment.state.refunds[0].is_completed() && payment.state.settled);
    });
    world.check_laws();
}

#[test]
fn a_bank_is_asked_once_more_only_about_what_it_has_and_what_is_over() {
    let world = World::with_many_open().terms("north", |terms| terms.status_by_order = false);
    world.set(|settings| drop(settings.servers.remove(&ServerId::parse("south").unwrap())));
    world.live(async |till| {
        till.bank.next(Verb::Issue, &[Answer::No(RefusalKind::Other)]);
        till.pay("refused").await;
        till.bank.next(Verb::Issue, &[Answer::Broken]);
        till.pay("unknown").await;
        let mut at_south = pay_body("elsewhere");
        at_south["payment_type"] = "south".into();
        till.send("1", "pay", at_south).await;
        till.pay("sold").await;
        till.breathe().await;
        assert!(till.buyer_pays());
        till.until(HOUR).await;
        let (asked, elsewhere) = (till.bank.count(Verb::Status), till.south.count(Verb::Status));
        assert_eq!(till.payment("unknown").await.state.attempts.len(), 2);
        assert_eq!(until_the_bank_is_asked(till).await.asked, 2, "each code once, and no order without one");
        assert_eq!(till.bank.count(Verb::Status), asked + 2);
        assert_eq!(till.south.count(Verb::Status), elsewhere, "nobody walks for a bank that is not set up");
    });
}

#[test]
fn a_bank_is_not_asked_once_more_about_a_code_that_is_watched_anyway() {
    let five_hours = std::time::Duration::from_hours(5);
    let world = World::new().terms("north", |terms| {
        (terms.code_life, terms.code_life_max) = (five_hours, five_hours);
    });
    world.live(async |till| {
        till.pay("op-1").await;
        assert_eq!(until_the_bank_is_asked(till).await.asked, 0);
        assert_eq!(till.status("op-1").await, "awaiting_payment");
    });
}

#[test]
fn a_code_whose_end_its_bank_never_confirms_is_told_to_people() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(2).await;
        till.bank.always(Verb::Status, Answer::Broken);
        till.bank.always(Verb::Annul, Answer::Broken);
        till.until(HOUR).await;
        assert_eq!(till.engine.inspected().listed, 0);
        till.until(4 * HOUR).await;
        assert!(till.engine.inspected().listed > 0);
    });
}

#[test]
fn p12_a_bank_that_takes_its_word_back_is_listed_and_changes_nothing() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        assert!(till.buyer_pays());
        till.until(HOUR).await;
        let payment = till.payment("op-1").await;
        till.bank.ledger().hide(payment.state.attempts[0].id);
        let Inspected { asked, differed, listed, .. } = until_the_bank_is_asked(till).await;
        assert_eq!((asked, differed, listed), (1, 1, 1));
        assert_eq!(till.status("op-1").await, "paid");
        assert_eq!(till.facts(payment.id).iter().filter(|fact| *fact == "inspected").count(), 1);
        assert!(till.payment("op-1").await.state.settled, "there is nothing that the service could still do");
    });
    world.check_laws();
}

#[test]
fn p13_a_bank_that_does_not_answer_keeps_no_other_from_being_asked_once_more() {
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..40 {
            till.pay(&format!("north-{number}")).await;
        }
        let mut at_south = pay_body("south-1");
        at_south["payment_type"] = "south".into();
        till.send("1", "pay", at_south).await;
        till.until(HOUR).await;
        assert!(till.payments().iter().all(|payment| payment.state.settled));
        till.bank.always(Verb::Status, Answer::Deaf);
        let before = till.south.count(Verb::Status);
        till.until(2 * HOUR + 180).await;
        assert_eq!(till.south.count(Verb::Status), before + 1);
    });
    world.check_laws();
}
