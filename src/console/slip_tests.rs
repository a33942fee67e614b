//! Slips on every printer that has a profile, as paper: what is on them, and whether phones can read it.

mod harm;
mod paper;

use std::time::Duration;

use device::{Document, PrinterProfile, Profiles, draws, encode};
use engine::settings::ConsoleKind;
use payment::{CodeKind, Payment, Refund, RefundState};
use virtual_printer::Paper;

use crate::samples::Sample;
use crate::samples::paper::model;
use crate::samples::slips::{self, now, paid, refund, showing};
use crate::samples::{PAYLOAD, settings};
use crate::{Language, Screen, ScreenState, ScreenView, Slips, lines_of};
use harm::{Grey, read_code};
use paper::told;

fn sample() -> Sample {
    slips::sample(false)
}

fn slips(language: Language) -> [(&'static str, Document); 4] {
    slips::all(language, false)
}

fn print(document: &Document, profile: &PrinterProfile) -> Paper {
    let bytes = encode(document, profile).unwrap();
    Paper::print(&model(profile), &bytes).unwrap_or_else(|fault| panic!("{}: {fault}", profile.title))
}

#[test]
fn slips_look_on_every_printer_as_they_did_when_they_were_looked_at() {
    for (name, profile) in &Profiles::built_in().printers {
        for language in Language::ALL {
            let papers: Vec<String> = slips(language)
                .iter()
                .map(|(slip, document)| told(slip, &print(document, profile)))
                .collect();
            insta::assert_snapshot!(format!("{name}-{}", language.code()), papers.join("\n"));
        }
    }
}

#[test]
fn every_printed_code_is_read_from_its_dots_also_blurred_and_crooked() {
    for (name, profile) in &Profiles::built_in().printers {
        for language in [Language::Russian, Language::Hindi] {
            let (_, pay) = &slips(language)[0];
            let paper = print(pay, profile);
            let clean = Grey::of(paper.picture());
            let module = clean.module();
            assert!((3..=8).contains(&module), "{name}: {module} dots");
            for (harm, picture) in
                [("clean", clean.clone()), ("blurred", clean.blurred(module)), ("crooked", clean.turned())]
            {
                let read = read_code(&picture);
                assert_eq!(read.as_deref(), Some(PAYLOAD), "{name} {language:?} {harm}");
            }
        }
    }
}

#[test]
fn p8_paper_carries_only_codes_that_are_live_and_soon_over_or_can_be_annulled() {
    let place = sample().place;
    let settings = settings("Shop", "en", &[(place.clone(), ConsoleKind::Kiosk, None)]);
    let writer = Slips::of(&settings.stores[&place.store], Language::English);
    let printed = |payment: &Payment, at| writer.pay(payment, at).is_some();
    let live = showing(&sample());
    assert!(printed(&live, now()));
    assert!(!printed(&live, now().plus(Duration::from_mins(5))), "its life is over");
    for state in ScreenState::ALL
        .into_iter()
        .filter(|state| !matches!(state, ScreenState::Code | ScreenState::TryDeclined))
    {
        if let Some(payment) = sample().in_state(state) {
            assert!(!printed(&payment, now()), "{state:?}");
        }
    }
    let changed = |life: Duration, annul: bool, kind: CodeKind| {
        let mut payment = live.clone();
        let mut checkout = (*payment.checkout).clone();
        checkout.routes[0].terms.annul = annul;
        checkout.kind = kind;
        payment.checkout = checkout.into();
        payment.state.attempts[0].code.as_mut().unwrap().expires_at = Some(now().plus(life));
        printed(&payment, now())
    };
    let minutes = Duration::from_mins;
    for (life, annul, kind, expected) in [
        (minutes(5), false, CodeKind::Dynamic, true),
        (minutes(6), false, CodeKind::Dynamic, false),
        (minutes(60), true, CodeKind::Dynamic, true),
        (minutes(5), true, CodeKind::CashLink, false),
    ] {
        assert_eq!(changed(life, annul, kind), expected, "{life:?} {annul} {kind:?}");
    }
}

#[test]
fn money_that_is_none_is_marked_at_both_ends_of_every_slip() {
    let place = sample().place;
    let settings = settings("Shop", "ru", &[(place.clone(), ConsoleKind::Kiosk, None)]);
    let writer = Slips::of(&settings.stores[&place.store], Language::Russian);
    let test = slips::sample(true);
    let paid = paid(&test);
    for slip in [
        writer.pay(&showing(&test), now()).unwrap(),
        writer.paid(&paid).unwrap(),
        writer.refunded(&paid, &refund(&paid)).unwrap(),
    ] {
        let words: Vec<_> = slip.words().collect();
        assert_eq!((words.first(), words.last()), (Some(&"ТЕСТ, НЕ ОПЛАЧЕНО"), Some(&"ТЕСТ, НЕ ОПЛАЧЕНО")));
    }
}

#[test]
fn a_slip_of_what_did_not_happen_is_not_printed() {
    let place = sample().place;
    let settings = settings("Shop", "en", &[(place.clone(), ConsoleKind::Kiosk, None)]);
    let writer = Slips::of(&settings.stores[&place.store], Language::English);
    assert_eq!(writer.paid(&showing(&sample())), None);
    let paid = paid(&sample());
    for state in [
        RefundState::Queued { not_before: now() },
        RefundState::Unknown { since: now(), not_found_at: None },
        RefundState::Pending { since: now() },
    ] {
        assert_eq!(writer.refunded(&paid, &Refund { state, ..refund(&paid) }), None);
    }
}

#[test]
fn the_fonts_have_every_letter_of_every_slip() {
    for language in Language::ALL {
        for (slip, document) in slips(language) {
            for words in document.words() {
                assert!(draws(words), "{language:?} {slip}: {words}");
            }
        }
    }
}

#[test]
fn line_displays_say_it_in_the_first_language_whose_letters_they_have() {
    for (language, display, state, test, lines) in [
        ("ru", "ocd-300", ScreenState::Code, false, ["1 234,56 ₽", "Отсканируйте код"]),
        ("ru", "ocd-300", ScreenState::Paid, false, ["1 234,56 ₽", "Оплачено"]),
        ("ru", "ocd-300", ScreenState::Review, false, ["Нужна помощь", "сотрудника"]),
        ("ru", "ocd-300", ScreenState::Code, true, ["ТЕСТ, НЕ ОПЛАЧЕНО", "1 234,56 ₽"]),
        ("ru", "generic-cd5220", ScreenState::Code, false, ["₽1,234.56", "Scan the QR code"]),
        ("kk", "ocd-300", ScreenState::Paid, false, ["1 234,56 ₽", "Оплачено"]),
        ("hi", "generic-cd5220", ScreenState::Paid, false, ["₽1,234.56", "Paid"]),
        ("ru", "ocd-300", ScreenState::Idle, false, ["", ""]),
    ] {
        let place = sample().place;
        let settings = settings("Shop", language, &[(place.clone(), ConsoleKind::Kiosk, None)]);
        let screen = Screen::find(&settings, &place, None).unwrap();
        let view = ScreenView { test, ..ScreenView::plain(state, &screen) };
        let shown = lines_of(
            &view,
            Some(showing(&sample()).checkout.amount),
            &Profiles::built_in().displays[display],
        );
        assert_eq!(shown.map(|line| line.replace('\u{a0}', " ")), lines, "{language} {display} {state:?}");
    }
}
