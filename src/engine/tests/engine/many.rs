//! Many payments at once.

use std::time::Duration;

use futures_util::future::join_all;
use payment::{Phase, ServerId};

use crate::kit::{Answer, Buyers, Verb, World, pay_body};

#[test]
fn a_thousand_payments_at_once_are_paid_and_settle() {
    let world = World::with_many_open();
    world.bank.always(Verb::Issue, Answer::Slowly(Duration::from_millis(80)));
    world.bank.always(Verb::Status, Answer::Slowly(Duration::from_millis(30)));
    world.live(async |till| {
        let pays = (0..1_000).map(|number| {
            let register = ["1", "2", "3"][number % 3];
            till.send(register, "pay", pay_body(&format!("op-{number}")))
        });
        join_all(pays).await;
        till.work(Buyers::Pay(Duration::from_millis(2_300)), |_| None).await;
    });
    world.check_laws();
    let paid =
        world.payments().iter().filter(|payment| matches!(payment.state.phase, Phase::Paid { .. })).count();
    assert_eq!(paid, 1_000);
    assert_eq!(world.bank.count(Verb::Issue), 1_000);
}

#[test]
fn a_thousand_payments_at_a_bank_that_can_take_few_end_one_way_or_the_other() {
    let world = World::with_many_open();
    world.set(|settings| {
        let north = settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap();
        (north.rate_per_s, north.concurrency) = (60, 16);
    });
    world.live(async |till| {
        join_all((0..1_000).map(|number| till.send("1", "pay", pay_body(&format!("op-{number}"))))).await;
        till.work(Buyers::Pay(Duration::from_millis(2_300)), |_| None).await;
    });
    world.check_laws();
    let ended =
        |payment: &payment::Payment| matches!(payment.state.phase, Phase::Paid { .. } | Phase::Ended(_));
    assert!(world.payments().iter().all(ended));
    assert!(world.bank.most_at_once() <= 16);
}
