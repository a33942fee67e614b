//! What a payment costs the database, call by call.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::kit::{Answer, Life, Verb, World};

/// The calls since the last time this was asked.
async fn cost(till: &Life<'_>) -> Vec<(&'static str, usize)> {
    till.breathe().await;
    let calls: BTreeMap<&'static str, usize> = till.store.calls();
    till.store.forget_calls();
    calls.into_iter().collect()
}

#[test]
fn each_step_of_a_payment_costs_what_it_must() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_millis(300))]);
    world.live(async |till| {
        cost(till).await;
        till.pay("op-1").await;
        assert_eq!(cost(till).await, [("commit", 1), ("mark", 1)], "accepting: one commit and no read");
        till.until_ms(500).await;
        assert_eq!(cost(till).await, [("commit", 1), ("mark", 1)], "a code: one commit and no read");
        till.until_ms(1_400).await;
        assert_eq!(cost(till).await, [("load", 1)], "a poll that learns nothing: one read and no commit");
        till.until_ms(11_400).await;
        assert_eq!(cost(till).await, [("load", 10)], "ten of them: no more");
        till.buyer_pays();
        till.until_ms(12_500).await;
        assert_eq!(
            cost(till).await,
            [("commit", 1), ("load", 1), ("mark", 1)],
            "the poll that finds the money"
        );
        till.until(120).await;
        assert_eq!(cost(till).await, [("commit", 1), ("load", 1)], "settled");
        till.until(1_000).await;
        assert_eq!(cost(till).await, [], "and then nothing");
    });
}

#[test]
fn a_refund_costs_two_commits_and_two_reads() {
    let world = World::new();
    world.live(async |till| {
        till.pay("op-1").await;
        till.breathe().await;
        till.buyer_pays();
        till.until(100).await;
        cost(till).await;
        till.refund("2", "r-1", "op-1", None).await;
        let spent = cost(till).await;
        assert_eq!(
            spent,
            [("commit", 2), ("load", 1), ("mark", 2), ("operation", 1)],
            "accepted and sent, completed"
        );
    });
}

#[test]
fn an_answer_that_comes_after_a_change_is_decided_on_the_new_state_without_a_vain_commit() {
    let world = World::new();
    world.bank.next(Verb::Issue, &[Answer::Slowly(Duration::from_secs(3))]);
    world.live(async |till| {
        till.pay("op-1").await;
        till.until(1).await;
        till.cancel("op-1").await;
        cost(till).await;
        till.until_ms(3_100).await;
        let spent = cost(till).await;
        assert_eq!(spent, [("commit", 2), ("load", 1)], "the code kept aside, then withdrawn");
    });
}
