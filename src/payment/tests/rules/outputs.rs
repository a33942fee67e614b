//! Outputs: which consoles a code is meant for, who drives them, who is silent, and who steps in (P8).

use payment::{
    ConsoleId, ConsoleKind, ConsoleReport, ConsoleTerms, ConsoleWay, Effect, Input, Outcome, RegisterId,
};

use crate::common::shop::{Shop, one_bank};
use crate::common::story::{Story, second};

fn console(name: &str) -> ConsoleId {
    ConsoleId::parse(name).unwrap()
}

fn terms(name: &str, kind: ConsoleKind, way: ConsoleWay) -> ConsoleTerms {
    ConsoleTerms {
        console: console(name),
        owner: RegisterId::parse("3").unwrap(),
        kind,
        way,
        is_shared: false,
        is_spare: false,
        broken: None,
    }
}

/// A register that shows nothing itself, with these consoles: those that are no spares are asked for.
fn with(consoles: Vec<ConsoleTerms>) -> Shop {
    let mut shop = one_bank();
    let asked = consoles.iter().filter(|terms| !terms.is_spare);
    shop.checkout.show_on = asked.map(|terms| terms.console.clone()).collect();
    shop.checkout.consoles = consoles;
    shop.checkout.show_on_register = false;
    shop
}

/// The code comes after a second.
fn shown(shop: Shop) -> Story {
    let mut story = shop.open();
    story.at(1).code(1);
    story
}

fn tells(story: &mut Story, name: &str, outcome: Outcome) {
    let report = ConsoleReport { console: console(name), kind: "printer".to_owned(), outcome, reason: None };
    story.feed(Input::OutputsTold { consoles: vec![report] });
}

fn driven(story: &Story) -> Vec<String> {
    story.payment.consoles_to_drive().iter().map(|terms| terms.console.to_string()).collect()
}

fn silent(story: &Story, seconds: u64) -> Vec<String> {
    story.payment.silent_consoles(second(seconds)).iter().map(ToString::to_string).collect()
}

fn spare(terms: ConsoleTerms) -> ConsoleTerms {
    ConsoleTerms { is_spare: true, ..terms }
}

fn broken(terms: ConsoleTerms) -> ConsoleTerms {
    ConsoleTerms { broken: Some("no paper".to_owned()), ..terms }
}

fn shared(terms: ConsoleTerms) -> ConsoleTerms {
    ConsoleTerms { is_shared: true, ..terms }
}

#[test]
fn what_consoles_are_called_and_can_do() {
    for (kind, word, carries_codes, can_be_cleared) in [
        (ConsoleKind::Kiosk, "kiosk", true, true),
        (ConsoleKind::Display, "display", true, true),
        (ConsoleKind::LineDisplay, "line_display", false, true),
        (ConsoleKind::Printer, "printer", true, false),
        (ConsoleKind::Register, "register", true, true),
    ] {
        assert_eq!(
            (kind.word(), kind.carries_codes(), kind.can_be_cleared()),
            (word, carries_codes, can_be_cleared)
        );
    }
}

#[test]
fn devices_are_driven_while_the_code_is_live_and_until_they_have_told() {
    let mut story = with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site)]).open();
    assert!(driven(&story).is_empty(), "there is no code yet");
    story.at(1).code(1);
    assert!(story.payment.is_code_live() && story.last.effects.contains(&Effect::Output));
    assert_eq!(driven(&story), ["p1"]);
    tells(&mut story, "p1", Outcome::Printed);
    assert!(driven(&story).is_empty() && !story.last.effects.contains(&Effect::Output));
    let mut story = shown(with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site)]));
    story.at(2).declined_for_good(1);
    assert_eq!(
        (story.told().as_str(), story.did().as_str()),
        ("attempt_died, ended", "nothing"),
        "it is dead"
    );
    let mut story = shown(with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site)]));
    story.at(2).cancel();
    assert!(!story.payment.is_code_live() && driven(&story).is_empty(), "it is being withdrawn");
}

#[test]
fn who_tells_nothing_for_three_seconds_is_silent_but_for_the_till_that_never_tells() {
    let page = terms("k1", ConsoleKind::Kiosk, ConsoleWay::Page);
    let till = terms("d1", ConsoleKind::Display, ConsoleWay::Till);
    let mut story = shown(with(vec![page, till]));
    assert!(driven(&story).is_empty(), "a page looks by itself");
    assert!(silent(&story, 3).is_empty());
    assert_eq!(silent(&story, 4), ["k1"]);
    assert_eq!(story.wakes_in_ms(), Some(1_000), "the bank is asked before");
    story.at(4).wake();
    assert!(
        story.wakes_in_ms().is_some_and(|millis| millis <= 1_000),
        "who is still at it is looked at again"
    );
    tells(&mut story, "k1", Outcome::Shown);
    assert!(silent(&story, 100).is_empty());
    let rarely =
        |terms: &mut payment::Terms| (terms.poll.steps_ms, terms.poll.after_ms) = (Vec::new(), 60_000);
    let mut story = shown(with(vec![terms("k1", ConsoleKind::Kiosk, ConsoleWay::Page)]).banks(rarely));
    assert_eq!(story.wakes_in_ms(), Some(3_000), "also where the bank is asked later");
    story.at(4).wake();
    assert_eq!(story.wakes_in_ms(), Some(1_000));
}

#[test]
fn a_console_that_others_want_too_shows_the_code_once_the_payment_has_got_hold_of_it() {
    let mut story = shown(with(vec![shared(terms("k1", ConsoleKind::Kiosk, ConsoleWay::Page))]));
    assert_eq!(driven(&story), ["k1"], "to get hold of it");
    assert!(!story.payment.is_meant_for(&console("k1")));
    story.feed(Input::ConsolesHeld { consoles: vec![console("k1")] });
    assert!(story.payment.is_meant_for(&console("k1")) && driven(&story).is_empty());
    story.feed(Input::ConsolesHeld { consoles: vec![console("k1")] });
    assert_eq!(story.told(), "nothing", "it has it");
    assert!(!story.payment.is_meant_for(&console("k2")), "another one");
    let mut over = shown(with(vec![shared(terms("k1", ConsoleKind::Kiosk, ConsoleWay::Page))]));
    over.at(2).cancel().feed(Input::ConsolesHeld { consoles: vec![console("k1")] });
    assert_eq!(over.told(), "nothing", "too late: the code is being withdrawn");
}

#[test]
fn what_can_not_be_used_is_told_at_once_and_the_next_console_steps_in() {
    let printer = broken(terms("p1", ConsoleKind::Printer, ConsoleWay::Site));
    let display = spare(terms("d1", ConsoleKind::Display, ConsoleWay::Site));
    let other = spare(terms("d2", ConsoleKind::Display, ConsoleWay::Site));
    let mut story = shown(with(vec![printer, display, other]));
    let report = &story.payment.state.consoles[0];
    assert_eq!(
        (&report.console, report.kind.as_str(), report.outcome),
        (&console("p1"), "printer", Outcome::Failed)
    );
    assert_eq!(report.reason.as_deref(), Some("no paper"));
    assert_eq!(driven(&story), ["d1"], "one of them");
    assert!(story.payment.is_meant_for(&console("d1")) && !story.payment.is_meant_for(&console("d2")));
    assert_eq!(silent(&story, 4), ["d1"]);
    tells(&mut story, "d1", Outcome::Failed);
    assert_eq!(driven(&story), ["d2"], "and the next, once that fails too");
    tells(&mut story, "d2", Outcome::Shown);
    assert!(driven(&story).is_empty());
}

#[test]
fn a_console_that_is_no_spare_does_not_step_in() {
    let mut shop = with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site)]);
    shop.checkout.show_on = Vec::new();
    let story = shown(shop);
    assert!(driven(&story).is_empty() && !story.payment.is_meant_for(&console("p1")));
}

#[test]
fn nobody_steps_in_while_buyers_can_scan_the_code_somewhere() {
    let display = || spare(terms("d1", ConsoleKind::Display, ConsoleWay::Site));
    let mut on_the_register =
        with(vec![broken(terms("p1", ConsoleKind::Printer, ConsoleWay::Site)), display()]);
    on_the_register.checkout.show_on_register = true;
    assert!(driven(&shown(on_the_register)).is_empty());
    let story = shown(with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site), display()]));
    assert_eq!(driven(&story), ["p1"], "it is still to be seen");
    let story = shown(with(vec![terms("l1", ConsoleKind::LineDisplay, ConsoleWay::Site), display()]));
    assert_eq!(driven(&story), ["l1", "d1"], "a line display carries no code");
}

#[test]
fn p8_a_code_that_can_not_be_withdrawn_and_lives_long_is_not_printed() {
    let printer = || with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site)]);
    for (life_s, can_be_withdrawn, is_printed) in [(301, false, true), (302, false, false), (302, true, true)]
    {
        // The life is counted from the order, a second before the code is shown.
        let shop = printer().wants_life(life_s).banks(|terms| terms.annul = can_be_withdrawn);
        assert_eq!(!driven(&shown(shop)).is_empty(), is_printed, "{life_s} s, {can_be_withdrawn}");
    }
    let display = with(vec![terms("d1", ConsoleKind::Display, ConsoleWay::Site)]);
    let story = shown(display.wants_life(900).banks(|terms| terms.annul = false));
    assert_eq!(driven(&story), ["d1"], "what can be cleared shows it all the same");
}

#[test]
fn only_news_of_consoles_is_told_and_only_while_the_payment_is_open() {
    let mut story = shown(with(vec![terms("p1", ConsoleKind::Printer, ConsoleWay::Site)]));
    tells(&mut story, "p1", Outcome::NotConfirmed);
    assert_eq!(story.told(), "outputs_told");
    tells(&mut story, "p1", Outcome::NotConfirmed);
    assert_eq!(story.told(), "nothing");
    tells(&mut story, "p1", Outcome::Printed);
    assert_eq!(story.told(), "outputs_told");
    story.at(5).paid(1, "T1");
    tells(&mut story, "p1", Outcome::Failed);
    assert_eq!(story.told(), "nothing");
}
