//! All that a screen may show, drawn as the service draws it, and the page as files.

#![expect(clippy::unwrap_used, reason = "a test's own helpers: whatever fails in them fails the test")]

use std::path::Path;

use console::samples::{Sample, settings};
use console::{Language, Pictures, Place, Screen, ScreenPage, ScreenState, ScreenView, Snapshot, asset};
use engine::settings::{ConsoleKind, Settings, Slide};
use payment::{EndCode, EndWord, LastTry, Money, Payment, Phase, Timestamp};
use serde_json::{Value, json};

/// A picture of a promotion.
const PICTURE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='800' height='600'%3E%3Crect width='800' \
    height='600' fill='%23c96f2e'/%3E%3Ccircle cx='400' cy='300' r='180' fill='%23fff3e0'/%3E%3C/svg%3E";
/// Replaces the stream: the test shows what it wants through the page's own eyes.
const EYES: &str = "<script>window.EventSource = class { constructor() { window.stream = this; } close() {} \
    addEventListener(_, listener) { this.listener = listener; } }; \
    window.show = (snapshot) => { const stream = window.stream; stream.onopen(); \
    stream.listener({ data: JSON.stringify(snapshot) }); };</script>";

/// What a screen shows in one situation.
pub(super) struct Face {
    pub(super) name: String,
    snapshot: Snapshot,
}

impl Face {
    pub(super) fn json(&self) -> Value {
        let mut snapshot = serde_json::to_value(&self.snapshot).unwrap();
        let html =
            self.snapshot.html.replace("src=\"/screen/slide", &format!("src=\"{PICTURE}\" data-from=\""));
        snapshot["html"] = json!(html);
        json!({ "name": self.name, "snapshot": snapshot })
    }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:15:00Z").unwrap()
}

fn place() -> Place {
    Place::parse("17", "1", "screen").unwrap()
}

fn shop(language: Language, kind: ConsoleKind) -> Settings {
    settings("Вкусно и рядом", language.code(), &[(place(), kind, None)])
}

/// Every state; and what is longest, rarest or of a test.
pub(super) fn faces(language: Language, kind: ConsoleKind) -> Vec<Face> {
    let sample = Sample::at(place(), now());
    let test = Sample { test: true, ..sample.clone() };
    let of = |minor: i64| Sample { minor, ..sample.clone() }.showing(LastTry::None);
    let mut payments: Vec<(String, Option<Payment>)> = ScreenState::ALL
        .into_iter()
        .filter(|state| *state != ScreenState::Unavailable)
        .map(|state| (state.word().to_owned(), sample.in_state(state)))
        .collect();
    let more = [
        ("code_long_amount", of(123_456_789)),
        ("code_largest_amount", of(Money::MAX_MINOR)),
        ("code_test", test.showing(LastTry::None)),
        ("try_declined_test", test.showing(LastTry::Declined)),
        ("paid_test", test.in_state(ScreenState::Paid).unwrap()),
        ("cancelled_uncertain", uncertain(&sample)),
        ("failed_out_of_range", sample.ended(EndWord::Failed, EndCode::AmountOutOfRange)),
    ];
    payments.extend(more.map(|(name, payment)| (name.to_owned(), Some(payment))));
    let plain = shop(language, kind);
    let mut faces: Vec<Face> =
        payments.iter().map(|(name, payment)| face(name, &plain, payment.as_slice(), now())).collect();
    faces.push(drawn(
        "unavailable",
        &plain,
        |screen| ScreenView::plain(ScreenState::Unavailable, screen),
        now(),
    ));
    faces.extend(on_a_lively_store(&plain, &sample));
    faces
}

/// Slides, and a rating after a payment.
fn on_a_lively_store(plain: &Settings, sample: &Sample) -> Vec<Face> {
    let mut settings = plain.clone();
    let slide = |title: &str, picture: Option<&str>| Slide {
        title: title.to_owned(),
        text: "С 8 до 12 часов каждый день: латте, капучино, раф и чай".to_owned(),
        picture: picture.map(str::to_owned),
    };
    for store in settings.stores.values_mut() {
        store.screens.ask_rating = true;
        store.screens.slides =
            vec![slide("Кофе и круассан за 199 рублей", None), slide("Кофе −20 %", Some("iVBORw=="))];
    }
    let turn = |number: i64| Timestamp::from_micros((178_000_000 * 3 + number) * 10_000_000);
    vec![
        face("paid_rating", &settings, &[sample.in_state(ScreenState::Paid).unwrap()], now()),
        face("slide_words", &settings, &[], turn(1)),
        face("slide_picture", &settings, &[], turn(2)),
    ]
}

fn uncertain(sample: &Sample) -> Payment {
    let mut payment = sample.ended(EndWord::Cancelled, EndCode::Cancelled);
    if let Phase::Ended(ending) = &mut payment.state.phase {
        ending.certain = false;
    }
    payment
}

fn face(name: &str, settings: &Settings, payments: &[Payment], at: Timestamp) -> Face {
    drawn(name, settings, |screen| ScreenView::of(screen, payments, at), at)
}

fn drawn(
    name: &str,
    settings: &Settings,
    view: impl FnOnce(&Screen<'_>) -> ScreenView,
    at: Timestamp,
) -> Face {
    let place = place();
    let screen = Screen::find(settings, &place, None).unwrap();
    Face { name: name.to_owned(), snapshot: Snapshot::of(&screen, view(&screen), &Pictures::keeping(4), at) }
}

/// The page and its files in a folder, one page a language.
pub(super) fn site(folder: &Path) {
    std::fs::create_dir(folder.join("assets")).unwrap();
    for name in ["screen.css", "layouts.css", "screen.js", "icon.svg"] {
        std::fs::write(folder.join("assets").join(name), asset(name).unwrap().bytes).unwrap();
    }
    for language in Language::ALL {
        let settings = shop(language, ConsoleKind::Kiosk);
        let place = place();
        let screen = Screen::find(&settings, &place, None).unwrap();
        let snapshot = face("idle", &settings, &[], now()).snapshot;
        let page = ScreenPage { beat_ms: 3_600_000 }.html(&screen, &snapshot);
        let page =
            page.replace("/screen/assets/", "assets/").replace("<script src", &format!("{EYES}<script src"));
        std::fs::write(folder.join(format!("{}.html", language.code())), page).unwrap();
    }
}
