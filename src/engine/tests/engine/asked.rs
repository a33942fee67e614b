//! Questions for orders: what news changes, and who goes first where a bank is at its limit.

use engine::doors::Hints;

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
