//! What is drawn: pages are right without script, and nothing from outside is markup.

use engine::settings::{ConsoleKind, Settings};
use payment::{EndCode, EndWord, LastTry, Payment, Phase, Timestamp};

use crate::samples::{self, Sample};
use crate::{
    DoorPage, Language, Link, Pictures, Place, Screen, ScreenPage, ScreenState, ScreenView, Snapshot,
    assets_mark,
};

fn kiosk() -> Place {
    Place::parse("17", "1", "kiosk").unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
}

fn settings(shop: &str) -> Settings {
    samples::settings(shop, "ru", &[(kiosk(), ConsoleKind::Kiosk, None)])
}

fn snapshot_in(shop: &str, language: Language, payments: &[Payment]) -> Snapshot {
    let (settings, place) = (settings(shop), kiosk());
    let screen = Screen::find(&settings, &place, Some(language)).unwrap();
    let view = ScreenView::of(&screen, payments, now());
    Snapshot::of(&screen, view, &Pictures::keeping(4), now())
}

fn snapshot(payments: &[Payment]) -> Snapshot {
    snapshot_in("Vkusno", Language::Russian, payments)
}

#[test]
fn every_state_is_drawn_in_every_language_from_the_catalogue() {
    for language in Language::ALL {
        let words = language.words();
        for state in ScreenState::ALL {
            let payments: Vec<Payment> = Sample::at(kiosk(), now()).in_state(state).into_iter().collect();
            if payments.is_empty() && state != ScreenState::Idle {
                continue;
            }
            let html = snapshot_in("Vkusno", language, &payments).html;
            assert!(html.contains(&format!("data-state=\"{}\"", state.word())), "{language:?} {state:?}");
            let title = words.text(&format!("{}-title", state.word()));
            assert!(html.contains(&title.replace('\'', "&#39;")), "{language:?} {state:?}: {title}");
            assert!(!html.contains("nknown localization"), "{language:?} {state:?}");
            let has_symbol = matches!(state, ScreenState::Code | ScreenState::TryDeclined);
            assert_eq!(html.contains("crispEdges"), has_symbol, "{state:?}");
        }
    }
}

#[test]
fn a_code_is_drawn_with_amount_steps_time_left_and_a_way_out() {
    let payment = Sample::at(kiosk(), now()).showing(LastTry::None);
    let html = snapshot(std::slice::from_ref(&payment)).html;
    for part in [
        "198,00\u{a0}₽",
        "data-modules=\"49\"",
        "4:40",
        "Наведите камеру на код",
        "action=\"/screen/cancel?store=17&#38;register=1&#38;console=kiosk&#38;lang=ru\"",
        &format!("value=\"{}\"", payment.id),
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn a_declined_try_is_told_beside_the_code() {
    let html = snapshot(&[Sample::at(kiosk(), now()).showing(LastTry::Declined)]).html;
    assert!(html.contains("Банк отклонил оплату."));
    assert!(html.contains("crispEdges"));
}

#[test]
fn test_money_says_test_not_paid_on_every_face_of_it() {
    for state in ScreenState::ALL {
        let Some(payment) = (Sample { test: true, ..Sample::at(kiosk(), now()) }).in_state(state) else {
            continue;
        };
        assert!(snapshot(&[payment]).html.contains("ТЕСТ, НЕ ОПЛАЧЕНО"), "{state:?}");
    }
}

#[test]
fn an_uncertain_end_tells_the_buyer_not_to_scan_the_old_code() {
    let mut payment = Sample::at(kiosk(), now()).ended(EndWord::Cancelled, EndCode::Cancelled);
    assert!(!snapshot(std::slice::from_ref(&payment)).html.contains("Не сканируйте прежний код"));
    if let Phase::Ended(ending) = &mut payment.state.phase {
        ending.certain = false;
    }
    assert!(snapshot(&[payment]).html.contains("Не сканируйте прежний код"));
}

#[test]
fn a_failure_gives_the_reason_that_the_buyer_can_act_on() {
    let sample = Sample::at(kiosk(), now());
    for (code, text) in [
        (EndCode::BankUnavailable, "Банк не отвечает"),
        (EndCode::AmountOutOfRange, "Эту сумму нельзя"),
        (EndCode::BankRefused, "Попробуйте ещё раз"),
    ] {
        let html = snapshot(&[sample.ended(EndWord::Failed, code)]).html;
        assert!(html.contains(text), "{code:?}");
        assert!(!html.contains("for people at the till"), "the till's own words stay with the till");
    }
}

#[test]
fn text_from_outside_is_never_markup() {
    let html = snapshot_in("<script>alert(1)</script>", Language::Russian, &[]).html;
    assert!(!html.contains("<script"));
}

#[test]
fn a_payload_that_fits_no_symbol_makes_the_screen_unavailable() {
    let mut payment = Sample::at(kiosk(), now()).showing(LastTry::None);
    payment.state.attempts[0].code.as_mut().unwrap().payload = "x".repeat(3_000);
    let snapshot = snapshot(&[payment]);
    assert_eq!(snapshot.view.state, ScreenState::Unavailable);
    assert_eq!(snapshot.view.code, None);
}

#[test]
fn a_snapshot_rises_with_the_clock() {
    let early = snapshot(&[]);
    assert_eq!(early.version, now().as_micros());
    assert_eq!(early.now_ms * 1_000, early.version);
    assert_eq!(early.edition, assets_mark());
}

#[test]
fn the_page_is_right_without_script_and_brings_none_inline() {
    let (settings, place) = (settings("Vkusno"), kiosk());
    let screen = Screen::find(&settings, &place, None).unwrap();
    let view = ScreenView::of(&screen, &[Sample::at(kiosk(), now()).showing(LastTry::None)], now());
    let snapshot = Snapshot::of(&screen, view, &Pictures::keeping(4), now());
    let page = ScreenPage { beat_ms: 10_000 }.html(&screen, &snapshot);
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\""));
    assert!(page.contains(&snapshot.html));
    assert!(page.contains("data-events=\"/screen/events?store=17&#38;register=1&#38;console=kiosk\""));
    assert!(page.contains("data-beat-ms=\"10000\""));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<script src=\"/screen/assets/screen.js?"));
    for inline in [" style=\"", " onclick=", "javascript:", "http://", "https://"] {
        let without_drawings = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!without_drawings.contains(inline), "{inline}");
    }
}

#[test]
fn plain_pages_say_what_to_do_and_link_on() {
    for language in Language::ALL {
        for about in ["denied", "missing", "screens", "no-screens", "index"] {
            let links = vec![Link {
                address: "/screen?store=17&register=1".to_owned(),
                name: "<b>".to_owned(),
                note: "note".to_owned(),
            }];
            let html = DoorPage { language, about, links }.html();
            assert!(html.contains("href=\"/screen?store=17&#38;register=1\""), "{html}");
            assert!(!html.contains("<b>") && !html.contains("nknown localization"));
        }
    }
}
