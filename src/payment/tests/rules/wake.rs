//! When a payment is looked at again: the plan by age, deadlines, and no hot loops (P6).

use payment::{
    AnnulAnswer, CodeKind, ConsoleId, ConsoleReport, Input, OrderState, Outcome, PollPlan, StatusAnswer,
};

use crate::common::shop::{one_bank, two_banks};
use crate::common::story::Story;

const WAKE: Input = Input::Wake { delivered: false };

fn shown() -> Story {
    let mut story = one_bank().open();
    story.code(1);
    story
}

#[test]
fn a_live_code_is_asked_by_the_plan() {
    for (second, pause_ms) in [(1, 1_000), (29, 1_000), (30, 2_000), (119, 2_000), (120, 5_000), (290, 5_000)]
    {
        let mut story = shown();
        story.at(second).wake();
        assert_eq!((story.did().as_str(), story.wakes_in_ms()), ("ask 1", Some(pause_ms)), "at {second} s");
    }
}

#[test]
fn the_plan_never_oversteps_a_deadline() {
    let mut story = shown();
    story.at(298).wake();
    assert_eq!(story.wakes_in_ms(), Some(2_000), "the code's end comes before the next poll");
}

#[test]
fn the_banks_floor_holds() {
    let mut story = one_bank().banks(|terms| terms.poll.floor_ms = 10_000).open();
    story.code(1).at(10).wake();
    assert_eq!(story.wakes_in_ms(), Some(10_000));
}

#[test]
fn a_poll_that_learns_nothing_commits_nothing() {
    let mut story = shown();
    story.at(1).wake();
    assert_eq!(story.told(), "nothing");
    story.unpaid(1);
    assert_eq!((story.told().as_str(), story.wakes_in_ms()), ("nothing", Some(1_000)));
}

#[test]
fn a_code_that_is_being_closed_is_asked_quickly_again() {
    let mut story = shown();
    story.at(200).cancel().at(201).not_now(1);
    assert_eq!(story.wakes_in_ms(), Some(1_000));
    story.at(202).wake().unpaid(1);
    assert_eq!(story.did(), "annul 1", "and withdrawn as quickly");
}

#[test]
fn what_nobody_should_pay_any_more_is_asked_slowly() {
    let mut story = shown();
    story.at(10).cancel().at(11).annulled(1);
    assert_eq!(story.wakes_in_ms(), Some(2_000));
    story.at(300).wake();
    assert_eq!(story.wakes_in_ms(), Some(30_000));
}

#[test]
fn only_a_code_that_buyers_have_and_may_pay_for_an_open_payment_is_asked_quickly() {
    let pause_ms = |story: &Story, n| {
        let attempt = story.payment.attempt(story.order(n)).unwrap();
        story.payment.status_pause(attempt, story.now).as_millis()
    };
    let mut story = two_banks().open();
    story.at(10).code_unknown(1).at(11).code(2).at(20);
    assert_eq!((pause_ms(&story, 1), pause_ms(&story, 2)), (2_000, 1_000), "an orphan, and the code");
    let mut story = one_bank().banks(|terms| terms.annul = false).open();
    story.code(1).at(5).cancel().at(64);
    assert_eq!(pause_ms(&story, 1), 2_000, "it is counted from the wish");
    story.at(65).wake();
    assert_eq!(story.stands(), "cancelled, payable until 302 s");
    assert_eq!(pause_ms(&story, 1), 5_000, "nobody should pay it any more, but somebody may");
    let mut story = one_bank().kind(CodeKind::Static).open();
    story.code(1).at(10).cancel().at(11).annulled(1);
    assert_eq!(story.stands(), "cancelling", "a status is waited for");
    assert_eq!(pause_ms(&story, 1), 2_000, "it is dead");
}

#[test]
fn a_withdrawal_that_never_works_is_tried_ever_more_rarely() {
    let mut story = one_bank().open();
    story.endless_code(1).at(300).wake().at(360).wake();
    let mut tries = 0;
    while story.now < crate::common::story::second(7 * 24 * 3_600) {
        let attempt = story.order(1);
        if story.did().contains("annul") {
            tries += 1;
            story.rush(Input::Annulled { attempt, answer: Ok(AnnulAnswer::NotNow) }).unwrap();
        }
        story.now = story.last.wake_at.unwrap();
        let answer = StatusAnswer { order: None, state: OrderState::Unpaid };
        let asked_at = story.now;
        story.rush(WAKE).unwrap().rush(Input::Status { attempt, asked_at, answer }).unwrap();
    }
    assert!((20..400).contains(&tries), "{tries} tries in a week");
}

#[test]
fn a_call_under_way_wakes_a_moment_after_its_deadline() {
    let story = one_bank().open();
    assert_eq!(story.wakes_in_ms(), Some(12_000));
}

#[test]
fn a_plan_without_pauses_makes_no_hot_loop() {
    let plan = PollPlan { steps_ms: vec![(30_000, 0)], after_ms: 0, floor_ms: 0 };
    assert!(plan.pause_at(std::time::Duration::ZERO) >= std::time::Duration::from_millis(100));
}

#[test]
fn outputs_tell_what_they_did_while_the_payment_is_open() {
    let report = ConsoleReport {
        console: ConsoleId::parse("kiosk").unwrap(),
        kind: "kiosk".to_owned(),
        outcome: Outcome::Shown,
        reason: None,
    };
    let mut story = shown();
    story.at(1).feed(Input::OutputsTold { consoles: vec![report.clone()] });
    assert_eq!(story.told(), "outputs_told");
    story.feed(Input::OutputsTold { consoles: Vec::new() });
    assert_eq!(story.told(), "nothing");
    story.at(2).paid(1, "T1").feed(Input::OutputsTold { consoles: vec![report] });
    assert_eq!(story.told(), "nothing");
}

#[test]
fn p6_time_alone_brings_every_unpaid_payment_to_its_end() {
    // No bank ever answers anything.
    let mut story = one_bank().open();
    for _ in 0..10_000 {
        let Some(at) = story.last.wake_at else { break };
        story.now = at.max(story.now);
        story.rush(WAKE).unwrap();
    }
    assert_eq!(story.stands(), "failed for certain (bank_unavailable)");
}
