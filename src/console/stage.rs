//! The part of the page that changes: one drawing for a page without script and for the live one.

use askama::Template;
use engine::settings::ConsoleKind;
use payment::Timestamp;

use crate::{CodePicture, Language, Screen, ScreenState, ScreenView, Words};

/// What the page itself says when it hears nothing from the server; no state of a payment.
const OFFLINE: &str = "offline";

#[derive(Template)]
#[template(path = "stage.html")]
struct Stage<'a> {
    words: &'a Words,
    view: &'a ScreenView,
    /// The state's word, or [`OFFLINE`].
    state: &'a str,
    tone: &'a str,
    title: String,
    text: String,
    amount_size: &'static str,
    live: Option<Live<'a>>,
    cancel_at: String,
    rate_at: String,
    /// The languages to choose from; none on a display that nobody touches.
    languages: Vec<Choice>,
}

/// A language to choose.
struct Choice {
    language: Language,
    address: String,
    is_current: bool,
}

/// The code on the stage.
struct Live<'a> {
    picture: &'a CodePicture,
    expires_at_ms: i64,
    shown_at_ms: i64,
    /// Minutes and seconds that are left, for a page without script; the live page counts by itself.
    left: String,
}

/// Draws what a screen shows.
pub(crate) fn draw_stage(
    screen: &Screen<'_>,
    view: &ScreenView,
    picture: Option<&CodePicture>,
    now: Timestamp,
) -> String {
    let live = view.code.as_ref().zip(picture).map(|(code, picture)| Live {
        picture,
        expires_at_ms: code.expires_at_ms,
        shown_at_ms: code.shown_at_ms,
        left: left_text(code.expires_at_ms - now.as_micros().div_euclid(1_000)),
    });
    draw(screen, view, view.state.word(), live)
}

/// Draws what the page shows by itself when its code's time is up, before the server has said so.
pub(crate) fn draw_checking(screen: &Screen<'_>) -> String {
    let view = ScreenView::plain(ScreenState::Checking, screen);
    draw(screen, &view, view.state.word(), None)
}

/// Draws what the page shows by itself when it has lost the server.
pub(crate) fn draw_offline(screen: &Screen<'_>) -> String {
    draw(screen, &ScreenView::plain(ScreenState::Unavailable, screen), OFFLINE, None)
}

fn draw(screen: &Screen<'_>, view: &ScreenView, state: &str, live: Option<Live<'_>>) -> String {
    let words = screen.language().words();
    let reason = view.reason_code.and_then(|code| words.lookup(&format!("{state}-text-{code}")));
    let drawing = Stage {
        view,
        state,
        tone: tone(view.state),
        title: words.text(&format!("{state}-title")),
        text: reason.unwrap_or_else(|| words.text(&format!("{state}-text"))),
        amount_size: view.amount.as_deref().map_or("", amount_size),
        live,
        cancel_at: screen.address("/cancel"),
        rate_at: screen.address("/rate"),
        languages: choices(screen),
        words: &words,
    };
    drawing.render().expect("the template formats only text and numbers into a string")
}

fn choices(screen: &Screen<'_>) -> Vec<Choice> {
    if screen.console.kind != ConsoleKind::Kiosk {
        return Vec::new();
    }
    let choice = |language| Choice {
        language,
        address: screen.in_language(Some(language)).address(""),
        is_current: language == screen.language(),
    };
    Language::ALL.map(choice).into()
}

/// The colours of a state; each state has its icon and words as well.
fn tone(state: ScreenState) -> &'static str {
    match state {
        ScreenState::Paid => "good",
        ScreenState::Declined | ScreenState::Failed => "bad",
        ScreenState::Expired | ScreenState::Review => "warn",
        ScreenState::Cancelled => "over",
        ScreenState::Unavailable => "off",
        ScreenState::Preparing | ScreenState::Checking | ScreenState::Processing => "busy",
        ScreenState::Idle | ScreenState::Code | ScreenState::TryDeclined => "plain",
    }
}

/// Time as minutes and seconds, `4:05`; a begun second counts whole, so that 0:00 is the end.
fn left_text(left_ms: i64) -> String {
    let seconds = left_ms.max(0).saturating_add(999) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// The size of an amount on the screen by its length: long ones must fit too.
fn amount_size(amount: &str) -> &'static str {
    match amount.chars().count() {
        0..=9 => "amount-l",
        10..=12 => "amount-m",
        13..=16 => "amount-s",
        _ => "amount-xs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_second_counts_whole() {
        for (left_ms, text) in
            [(299_001, "5:00"), (61_000, "1:01"), (1, "0:01"), (0, "0:00"), (-5_000, "0:00")]
        {
            assert_eq!(left_text(left_ms), text, "{left_ms} ms");
        }
    }
}
