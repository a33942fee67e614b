//! What a screen shows, case by case.

use std::time::Duration;

use engine::settings::{ConsoleKind, Settings, Slide};
use payment::{
    Annulment, ConsoleId, DeathCause, EndCode, EndWord, LastTry, Life, Payment, Phase, Timestamp, Wish,
};

use crate::samples::{self, Sample};
use crate::{Language, Place, Screen, ScreenState, ScreenView};

fn kiosk() -> Place {
    Place::parse("17", "1", "kiosk").unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
}

fn settings() -> Settings {
    samples::settings("Vkusno", "ru", &[(kiosk(), ConsoleKind::Kiosk, None)])
}

fn sample() -> Sample {
    Sample::at(kiosk(), now())
}

fn view_at(payments: &[Payment], at: Timestamp) -> ScreenView {
    let (settings, place) = (settings(), kiosk());
    let screen = Screen::find(&settings, &place, None).unwrap();
    ScreenView::of(&screen, payments, at)
}

fn view(payments: &[Payment]) -> ScreenView {
    view_at(payments, now())
}

#[test]
fn every_state_is_shown_and_only_a_payable_one_has_a_code() {
    for state in ScreenState::ALL {
        let Some(payment) = sample().in_state(state) else { continue };
        let view = view(&[payment]);
        assert_eq!(view.state, state);
        let has_code = matches!(state, ScreenState::Code | ScreenState::TryDeclined);
        assert_eq!(view.code.is_some(), has_code, "{state:?}");
        assert_eq!(view.amount.unwrap().replace('\u{a0}', " "), "198,00 ₽");
    }
}

#[test]
fn a_register_without_payments_is_idle() {
    let view = view(&[]);
    assert_eq!(view.state, ScreenState::Idle);
    assert_eq!(view.shop, "Vkusno");
    assert_eq!((view.payment, view.amount, view.code), (None, None, None));
}

#[test]
fn a_code_says_what_the_bank_gave_and_until_when() {
    let view = view(&[sample().showing(LastTry::None)]);
    let code = view.code.unwrap();
    assert_eq!(code.payload, samples::PAYLOAD);
    assert_eq!(code.expires_at_ms - code.shown_at_ms, 300_000);
    assert_eq!(view.changes_at_ms, Some(code.expires_at_ms));
    assert!(code.picture.starts_with("/screen/code.svg?store=17&register=1&console=kiosk&code="));
}

type Change = fn(&mut Payment);

#[test]
fn p8_a_code_is_gone_as_soon_as_it_must_not_be_paid() {
    let over = sample().showing(LastTry::None).state.attempts[0].expires_at;
    let cases: [(&str, Change); 6] = [
        ("no attempt was shown", |payment| payment.state.attempts[0].shown_at = None),
        ("the attempt is dead", |payment| {
            payment.state.attempts[0].life =
                Life::Dead { at: now(), cause: DeathCause::Annulled, watch_until: now() };
        }),
        ("the attempt is closed", |payment| {
            payment.state.attempts[0].life = Life::Closed { cause: DeathCause::Expired };
        }),
        ("it is to be withdrawn", |payment| {
            payment.state.attempts[0].annulment = Annulment::Due { at: now() }
        }),
        ("the end is wanted", |payment| {
            payment.state.phase =
                Phase::Closing { wish: Wish::Cancel, since: now(), tell_by: now(), reason: None };
        }),
        ("the bank's expiry is earlier than asked", |payment| {
            payment.state.attempts[0].code.as_mut().unwrap().expires_at = Some(now());
        }),
    ];
    for (name, change) in cases {
        let mut payment = sample().showing(LastTry::None);
        change(&mut payment);
        let view = view(&[payment]);
        assert_eq!((view.state, view.code), (ScreenState::Checking, None), "{name}");
    }
    let payment = sample().showing(LastTry::None);
    let before = view_at(std::slice::from_ref(&payment), over.minus(Duration::from_micros(1)));
    assert_eq!(before.state, ScreenState::Code);
    let after = view_at(&[payment], over);
    assert_eq!((after.state, after.code), (ScreenState::Checking, None), "its time is over");
}

#[test]
fn p8_a_payment_that_does_not_name_the_console_is_not_shown_there() {
    let mut payment = sample().showing(LastTry::None);
    let checkout = std::sync::Arc::make_mut(&mut payment.checkout);
    checkout.show_on = vec![ConsoleId::parse("display").unwrap()];
    assert_eq!(view(&[payment]).state, ScreenState::Idle);
}

#[test]
fn a_console_with_show_qr_off_stays_idle() {
    let mut settings = settings();
    let place = kiosk();
    let store = settings.stores.get_mut(&place.store).unwrap();
    let register = store.registers.get_mut(&place.register).unwrap();
    register.consoles.get_mut(&place.console).unwrap().show_qr = false;
    let screen = Screen::find(&settings, &place, None).unwrap();
    let view = ScreenView::of(&screen, &[sample().showing(LastTry::None)], now());
    assert_eq!(view.state, ScreenState::Idle);
}

#[test]
fn an_outcome_stays_for_some_seconds_after_it_was_told() {
    for (state, seconds) in [
        (ScreenState::Paid, 6),
        (ScreenState::Declined, 8),
        (ScreenState::Expired, 8),
        (ScreenState::Cancelled, 8),
        (ScreenState::Failed, 8),
        (ScreenState::Review, 8),
    ] {
        let payments = [sample().in_state(state).unwrap()];
        let over = now().plus(Duration::from_secs(seconds));
        let last = view_at(&payments, over.minus(Duration::from_millis(1)));
        assert_eq!(last.state, state);
        assert_eq!(last.changes_at_ms, Some(over.as_micros() / 1_000));
        assert_eq!(view_at(&payments, over).state, ScreenState::Idle, "{state:?}");
    }
}

#[test]
fn an_open_payment_beats_one_that_has_ended_and_the_newest_open_one_wins() {
    let older = Sample { minor: 100, number: 1, ..sample() };
    let newer = Sample { minor: 200, number: 2, ..sample() };
    for (name, payments, state, amount) in [
        (
            "open beats ended, though older",
            vec![newer.in_state(ScreenState::Paid).unwrap(), older.showing(LastTry::None)],
            ScreenState::Code,
            "1,00 ₽",
        ),
        (
            "newest open, in any order",
            vec![older.showing(LastTry::None), newer.in_state(ScreenState::Preparing).unwrap()],
            ScreenState::Preparing,
            "2,00 ₽",
        ),
        (
            "newest ended",
            vec![older.in_state(ScreenState::Paid).unwrap(), newer.in_state(ScreenState::Expired).unwrap()],
            ScreenState::Expired,
            "2,00 ₽",
        ),
    ] {
        let view = view(&payments);
        assert_eq!(
            (view.state, view.amount.unwrap().replace('\u{a0}', " ").as_str()),
            (state, amount),
            "{name}"
        );
    }
}

#[test]
fn an_older_payment_that_is_resolved_late_does_not_come_back() {
    let older = Sample { number: 1, ..sample() }.in_state(ScreenState::Paid).unwrap();
    let mut newer = Sample { number: 2, ..sample() }.ended(EndWord::Cancelled, EndCode::Cancelled);
    if let Phase::Ended(ending) = &mut newer.state.phase {
        ending.at = now().minus(Duration::from_mins(1));
    }
    assert_eq!(view(&[newer, older]).state, ScreenState::Idle);
}

#[test]
fn the_buyer_can_cancel_at_a_kiosk_while_no_money_is_on_its_way() {
    let display = samples::settings("Vkusno", "ru", &[(kiosk(), ConsoleKind::Display, None)]);
    for state in ScreenState::ALL {
        let Some(payment) = sample().in_state(state) else { continue };
        let expected = matches!(state, ScreenState::Preparing | ScreenState::Code | ScreenState::TryDeclined);
        let payments = [payment];
        assert_eq!(view(&payments).can_cancel, expected, "{state:?}");
        let place = kiosk();
        let screen = Screen::find(&display, &place, None).unwrap();
        assert!(!ScreenView::of(&screen, &payments, now()).can_cancel, "a display has no touch: {state:?}");
    }
}

#[test]
fn test_money_is_marked_in_every_state_that_speaks_of_it() {
    for state in ScreenState::ALL {
        let Some(payment) = (Sample { test: true, ..sample() }).in_state(state) else { continue };
        assert!(view(&[payment]).test, "{state:?}");
    }
    assert!(!view(&[]).test);
}

#[test]
fn an_end_that_is_not_certain_says_so_and_why() {
    let mut payment = sample().ended(EndWord::Cancelled, EndCode::Cancelled);
    if let Phase::Ended(ending) = &mut payment.state.phase {
        ending.certain = false;
    }
    let view = view(&[payment]);
    assert!(!view.certain);
    assert_eq!(view.reason_code, Some("cancelled"));
}

#[test]
fn the_language_is_the_one_asked_for_then_the_consoles_then_the_stores() {
    let place = kiosk();
    for (asked, console, store, language) in [
        (None, None, "ru", Language::Russian),
        (None, None, "kk", Language::Kazakh),
        (None, Some("ky"), "ru", Language::Kyrgyz),
        (Some(Language::Hindi), Some("ky"), "ru", Language::Hindi),
        (None, Some("xx"), "en", Language::English),
        (None, Some("xx"), "xx", Language::Russian),
        (None, Some("en-GB"), "ru", Language::English),
    ] {
        let mut settings = samples::settings("Vkusno", store, &[(kiosk(), ConsoleKind::Kiosk, None)]);
        let of_register = settings.stores.get_mut(&place.store).unwrap().registers.get_mut(&place.register);
        let of_console = of_register.unwrap().consoles.get_mut(&place.console).unwrap();
        of_console.language = console.map(str::to_owned);
        let screen = Screen::find(&settings, &place, asked).unwrap();
        assert_eq!(screen.language(), language, "{asked:?} {console:?} {store}");
    }
}

#[test]
fn the_json_of_a_view_is_what_other_displays_read() {
    let json = serde_json::to_value(view(&[sample().showing(LastTry::None)])).unwrap();
    assert_eq!(json["state"], "code");
    assert_eq!(json["language"], "ru");
    assert_eq!(json["payment"].as_str().unwrap().len(), 32);
    assert_eq!(json["code"]["payload"], samples::PAYLOAD);
    assert_eq!(json["code"]["expires_at_ms"], 1_795_255_480_000_i64);
    assert_eq!(json["test"], false);
}

#[test]
fn idle_screens_show_the_greeting_and_each_slide_in_turn_by_the_clock_alone() {
    let (mut settings, place) = (settings(), kiosk());
    let slide = |title: &str| Slide { title: title.to_owned(), ..Slide::default() };
    let screens = &mut settings.stores.get_mut(&place.store).unwrap().screens;
    screens.slides = vec![slide("Coffee"), slide("News")];
    screens.slide_s = Some(5);
    let screen = Screen::find(&settings, &place, None).unwrap();
    let mut at = now();
    let mut titles = Vec::new();
    for _ in 0..6 {
        let view = ScreenView::of(&screen, &[], at);
        let changes_at_ms = view.changes_at_ms.expect("the next slide comes");
        let next = Timestamp::from_micros(changes_at_ms * 1_000);
        assert!(next > at && next <= at.plus(Duration::from_secs(5)));
        let just_before = ScreenView::of(&screen, &[], next.minus(Duration::from_millis(1)));
        assert_eq!(just_before, view, "nothing changes in between");
        titles.push(view.slide.map_or("greeting".to_owned(), |slide| slide.title));
        at = next;
    }
    let first = titles.iter().position(|title| title == "greeting").unwrap();
    titles.rotate_left(first);
    assert_eq!(titles, ["greeting", "Coffee", "News", "greeting", "Coffee", "News"]);
    let payment = sample().showing(LastTry::None);
    assert_eq!(ScreenView::of(&screen, &[payment], now()).slide, None, "a code is never behind a slide");
}

#[test]
fn a_rating_is_asked_at_a_kiosk_after_a_payment_only() {
    let (mut settings, place) = (settings(), kiosk());
    settings.stores.get_mut(&place.store).unwrap().screens.ask_rating = true;
    let register = settings.stores.get_mut(&place.store).unwrap().registers.get_mut(&place.register).unwrap();
    let mut display = register.consoles[&place.console].clone();
    for kind in [ConsoleKind::Kiosk, ConsoleKind::Display] {
        display.kind = kind;
        let register =
            settings.stores.get_mut(&place.store).unwrap().registers.get_mut(&place.register).unwrap();
        register.consoles.insert(place.console.clone(), display.clone());
        let screen = Screen::find(&settings, &place, None).unwrap();
        for state in ScreenState::ALL {
            let payments: Vec<Payment> = sample().in_state(state).into_iter().collect();
            let asks = ScreenView::of(&screen, &payments, now()).can_rate;
            assert_eq!(asks, kind == ConsoleKind::Kiosk && state == ScreenState::Paid, "{kind:?} {state:?}");
        }
    }
}
