//! What a console shows now: a pure function of the register's payments, the settings and the time.

use std::time::Duration;

use payment::{Annulment, Attempt, EndWord, LastTry, Payment, Phase, Timestamp};
use serde::Serialize;

use engine::settings::ConsoleKind;

use crate::choice::chosen;
use crate::{Screen, amount_text};

/// How long *paid* stays, from when it was told.
const PAID_STAYS: Duration = Duration::from_secs(6);
/// How long every other outcome stays, from when it was told.
const OUTCOME_STAYS: Duration = Duration::from_secs(8);
/// How long *paid* stays where the buyer is asked for a rating: time to see it and to tap.
const PAID_STAYS_TO_RATE: Duration = Duration::from_secs(10);

/// What a screen is saying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreenState {
    /// Nothing to pay.
    Idle,
    /// A code was asked for.
    Preparing,
    /// A code to pay by.
    Code,
    /// The code is over or withdrawn; whether it was paid is being found out.
    Checking,
    /// The buyer's bank carries the payment out.
    Processing,
    /// Paid.
    Paid,
    /// Refused for good.
    Declined,
    /// A try was refused; the code can still be paid and is still shown.
    TryDeclined,
    /// Not paid in time.
    Expired,
    /// Cancelled.
    Cancelled,
    /// Could not be carried out.
    Failed,
    /// A person must decide.
    Review,
    /// The screen can't know what to show.
    Unavailable,
}

impl ScreenState {
    /// Every state.
    pub const ALL: [Self; 13] = [
        Self::Idle,
        Self::Preparing,
        Self::Code,
        Self::Checking,
        Self::Processing,
        Self::Paid,
        Self::Declined,
        Self::TryDeclined,
        Self::Expired,
        Self::Cancelled,
        Self::Failed,
        Self::Review,
        Self::Unavailable,
    ];

    /// The word in JSON, style sheets and catalogues, such as `try_declined`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Preparing => "preparing",
            Self::Code => "code",
            Self::Checking => "checking",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::TryDeclined => "try_declined",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Review => "review",
            Self::Unavailable => "unavailable",
        }
    }
}

/// What a console shows. Times are milliseconds since the Unix epoch by the server's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScreenView {
    /// What is being said.
    pub state: ScreenState,
    /// The language of the screen, such as `ru`.
    pub language: &'static str,
    /// The shop's name.
    pub shop: String,
    /// Test money: the screen says TEST, NOT PAID.
    pub test: bool,
    /// The payment that is spoken of.
    pub payment: Option<String>,
    /// Its amount as people read it.
    pub amount: Option<String>,
    /// The live code; only with [`ScreenState::Code`] and [`ScreenState::TryDeclined`].
    pub code: Option<ShownCode>,
    /// Why it ended without money: the contract's stable word.
    pub reason_code: Option<&'static str>,
    /// `false`: it ended, but a code that the buyer may have kept can still be paid.
    pub certain: bool,
    /// Whether the buyer is offered to cancel.
    pub can_cancel: bool,
    /// Whether the buyer is asked for a rating.
    pub can_rate: bool,
    /// What an idle screen shows instead of its greeting.
    pub slide: Option<ShownSlide>,
    /// When this view is over even if nothing happens.
    pub changes_at_ms: Option<i64>,
}

/// A live code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownCode {
    /// The text inside the symbol, byte for byte as the bank gave it.
    pub payload: String,
    /// Where the picture is while the code is live; another code has another address.
    pub picture: String,
    /// Since when it is shown.
    pub shown_at_ms: i64,
    /// When it stops being payable.
    pub expires_at_ms: i64,
}

/// A slide of an idle screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownSlide {
    /// The big line.
    pub title: String,
    /// The small lines; may be empty.
    pub text: String,
    /// Where its picture is.
    pub picture: Option<String>,
}

impl ScreenView {
    /// What a screen shows at `now`, given the newest payments of its register in any order.
    pub fn of(screen: &Screen<'_>, payments: &[Payment], now: Timestamp) -> Self {
        let idle = Self::idle(screen, now);
        if !screen.console.show_qr {
            return idle;
        }
        let is_kiosk = screen.console.kind == ConsoleKind::Kiosk;
        let asks_rating = is_kiosk && screen.store.screens.ask_rating;
        let paid_stays = if asks_rating { PAID_STAYS_TO_RATE } else { PAID_STAYS };
        let found = chosen(payments, &screen.place.console);
        let Some((payment, told)) =
            found.and_then(|payment| Some((payment, told(payment, now, paid_stays)?)))
        else {
            return idle;
        };
        Self {
            state: told.state,
            test: payment.is_test(),
            payment: Some(payment.id.to_string()),
            amount: Some(amount_text(payment.checkout.amount, &screen.language().words())),
            reason_code: told.reason_code,
            certain: told.certain,
            can_cancel: is_kiosk && told.state.is_before_the_money(),
            can_rate: asks_rating && told.state == ScreenState::Paid,
            slide: None,
            changes_at_ms: told.until.map(millis),
            code: told.code.map(|(attempt, expires_at)| ShownCode {
                payload: attempt.code.as_ref().map(|code| code.payload.clone()).unwrap_or_default(),
                picture: format!("{}&code={}", screen.address("/code.svg"), attempt.id),
                shown_at_ms: attempt.shown_at.map_or(0, millis),
                expires_at_ms: millis(expires_at),
            }),
            ..idle
        }
    }

    /// A screen that waits for a buyer: its greeting, and the store's slides in turn. Which one is a matter of the clock
    /// alone, so all screens of a store change together and a page without script shows the right one.
    fn idle(screen: &Screen<'_>, now: Timestamp) -> Self {
        let idle = Self::plain(ScreenState::Idle, screen);
        let screens = &screen.store.screens;
        if screens.slides.is_empty() {
            return idle;
        }
        let stays_ms = i64::from(screens.slide_seconds()) * 1_000;
        let turn = millis(now).div_euclid(stays_ms);
        let places = i64::try_from(screens.slides.len() + 1).unwrap_or(i64::MAX);
        let place = usize::try_from(turn.rem_euclid(places)).unwrap_or(0);
        let slide = place.checked_sub(1).and_then(|index| Some((index, screens.slides.get(index)?)));
        let slide = slide.map(|(index, slide)| ShownSlide {
            title: slide.title.clone(),
            text: slide.text.clone(),
            picture: slide.picture.as_ref().map(|_| format!("{}&slide={index}", screen.address("/slide"))),
        });
        Self { slide, changes_at_ms: Some((turn + 1) * stays_ms), ..idle }
    }

    /// A view without a payment: *idle*, or *unavailable* when the state of the register can't be read.
    pub fn plain(state: ScreenState, screen: &Screen<'_>) -> Self {
        Self {
            state,
            language: screen.language().code(),
            shop: screen.store.name.clone(),
            test: false,
            payment: None,
            amount: None,
            code: None,
            reason_code: None,
            certain: true,
            can_cancel: false,
            can_rate: false,
            slide: None,
            changes_at_ms: None,
        }
    }
}

impl ScreenState {
    /// Whether no money can be on its way yet as far as is known: the buyer may still turn away.
    fn is_before_the_money(self) -> bool {
        matches!(self, Self::Preparing | Self::Code | Self::TryDeclined)
    }
}

/// What is told of one payment.
struct Told<'a> {
    state: ScreenState,
    /// The live code and when it is over.
    code: Option<(&'a Attempt, Timestamp)>,
    reason_code: Option<&'static str>,
    certain: bool,
    until: Option<Timestamp>,
}

impl<'a> Told<'a> {
    fn state(state: ScreenState) -> Self {
        Self { state, code: None, reason_code: None, certain: true, until: None }
    }

    /// An outcome, unless it has been told long enough.
    fn outcome(state: ScreenState, at: Timestamp, now: Timestamp, stays: Duration) -> Option<Self> {
        let until = at.plus(stays);
        (now < until).then(|| Self { until: Some(until), ..Self::state(state) })
    }

    fn live(state: ScreenState, attempt: &'a Attempt, expires_at: Timestamp) -> Self {
        Self { code: Some((attempt, expires_at)), until: Some(expires_at), ..Self::state(state) }
    }
}

fn told(payment: &Payment, now: Timestamp, paid_stays: Duration) -> Option<Told<'_>> {
    match &payment.state.phase {
        Phase::Waiting { .. } | Phase::Opening { .. } => Some(Told::state(ScreenState::Preparing)),
        Phase::Showing => Some(shown(payment.shown_attempt(), now)),
        Phase::Closing { .. } => Some(Told::state(ScreenState::Checking)),
        Phase::Paid { at, .. } => Told::outcome(ScreenState::Paid, *at, now, paid_stays),
        Phase::Review { since, .. } => Told::outcome(ScreenState::Review, *since, now, OUTCOME_STAYS),
        Phase::Ended(ending) => {
            let told = Told::outcome(state_of(ending.word), ending.at, now, OUTCOME_STAYS)?;
            Some(Told { reason_code: Some(ending.code.word()), certain: ending.certain, ..told })
        }
    }
}

/// The text of the code that outputs may show at `now`; `None` while there is none (P8).
pub fn live_payload(payment: &Payment, now: Timestamp) -> Option<&str> {
    let (attempt, _) = live_code(payment, now)?;
    attempt.code.as_ref().map(|code| code.payload.as_str())
}

/// The attempt whose code outputs may show at `now`, and when that is over.
pub(crate) fn live_code(payment: &Payment, now: Timestamp) -> Option<(&Attempt, Timestamp)> {
    told(payment, now, PAID_STAYS)?.code
}

/// P8: a code is shown only while its attempt is shown and payable, nobody wants it withdrawn, nothing is in progress
/// and its life is not over by our clock.
fn shown(attempt: Option<&Attempt>, now: Timestamp) -> Told<'_> {
    let Some(attempt) = attempt else { return Told::state(ScreenState::Checking) };
    if attempt.is_in_progress() {
        return Told::state(ScreenState::Processing);
    }
    // The buyer's own code was scanned by the register: there is nothing to show.
    let Some(code) = &attempt.code else { return Told::state(ScreenState::Processing) };
    let expires_at = code.expires_at.unwrap_or(attempt.expires_at);
    if !attempt.is_payable() || attempt.annulment != Annulment::NotWanted || now >= expires_at {
        return Told::state(ScreenState::Checking);
    }
    let state =
        if attempt.last_try == LastTry::Declined { ScreenState::TryDeclined } else { ScreenState::Code };
    Told::live(state, attempt, expires_at)
}

fn state_of(word: EndWord) -> ScreenState {
    match word {
        EndWord::Declined => ScreenState::Declined,
        EndWord::Expired => ScreenState::Expired,
        EndWord::Cancelled => ScreenState::Cancelled,
        EndWord::Failed => ScreenState::Failed,
    }
}

fn millis(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000)
}
