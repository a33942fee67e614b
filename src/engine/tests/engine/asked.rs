//! Questions for orders: what news changes, and who goes first where a bank is at its limit.

use engine::doors::Hints;
use payment::ServerId;

use crate::kit::{Answer, Verb, World};

#[test]
fn news_asks_at_once_for_each_order_of_a_payment_whatever_their_paces_say() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Lost]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until_ms(3_300).await;
        let attempts = till.payment("op-1").await.state.attempts;
        assert_eq!(attempts.len(), 2, "an orphan and the code that is shown");
        assert!(!till.bank.times(Verb::Status).contains(&3_300));
        till.engine.hint(attempts[1].id);
        till.breathe().await;
        let now = till.bank.calls().into_iter().filter(|call| crate::kit::ms(call.at) == 3_300);
        assert_eq!(now.map(|call| call.verb).collect::<Vec<_>>(), [Verb::Status; 2]);
    });
}

#[test]
fn codes_that_buyers_have_before_them_go_before_the_orphans_of_the_same_payments() {
    const PAYMENTS: usize = 60;
    let world = World::with_many_open();
    world.live(async |till| {
        for number in 0..PAYMENTS {
            till.bank.next(Verb::Issue, &[Answer::Lost]);
            till.pay(&format!("op-{number}")).await;
            till.breathe().await;
        }
        till.until_ms(900).await;
        till.set(|settings| {
            let north = settings.servers.get_mut(&ServerId::parse("north").unwrap()).unwrap();
            (north.rate_per_s, north.concurrency) = (10, 2);
        });
        till.until(2).await;
        let before = till.bank.calls().len();
        till.until(62).await;
        let shown: Vec<String> =
            till.payments().iter().map(|payment| payment.shown_attempt().unwrap().id.to_string()).collect();
        let asked = till.bank.calls().split_off(before);
        let live = asked.iter().filter(|call| shown.contains(&call.name)).count();
        assert!(live * 5 >= asked.len() * 4, "{live} of {}", asked.len());
    });
}
