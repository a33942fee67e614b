//! How payments are shown: amounts, times of the store, states with their colour and sign.

use console::amount_text;
use jiff::Zoned;
use jiff::tz::TimeZone;
use payment::{Money, Origin, Payment, Refusal, Status, Timestamp};

use crate::words::Words;

/// An amount as the reader's language writes it.
pub(super) fn amount(words: &Words, money: Money) -> String {
    amount_text(money, &words.language().words())
}

/// Minor units of a payment's currency; nothing is a dash.
pub(super) fn sum(words: &Words, minor: i64, like: Money) -> String {
    Money::try_new(minor, like.currency()).map_or_else(|_| "—".to_owned(), |money| amount(words, money))
}

/// What a bank says when it refuses.
pub(super) fn refusal_text(refusal: &Refusal) -> String {
    format!("{}: {}", refusal.bank_code, refusal.message)
}

/// Who asked for a refund.
pub(super) fn who_asked(words: &Words, origin: &Origin) -> String {
    match origin {
        Origin::Admin { who } => who.clone(),
        Origin::Register { register, .. } => {
            words.fill("who-register", &[("register", register.to_string())])
        }
        Origin::Late => words.text("who-service"),
    }
}

/// The clock of a store. UTC where its zone is not known any more.
pub(super) struct Clock {
    zone: TimeZone,
}

impl Clock {
    pub(super) fn of(zone: Option<&str>) -> Self {
        let zone = zone.and_then(|name| TimeZone::get(name).ok());
        Self { zone: zone.unwrap_or(TimeZone::UTC) }
    }

    fn local(&self, at: Timestamp) -> Zoned {
        jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default().to_zoned(self.zone.clone())
    }

    /// The date and the time of day to the second.
    pub(super) fn moment(&self, words: &Words, at: Timestamp) -> String {
        format!("{} {}", self.date(words, at), self.time(at))
    }

    pub(super) fn date(&self, words: &Words, at: Timestamp) -> String {
        let local = self.local(at);
        let places = [
            ("day", format!("{:02}", local.day())),
            ("month", format!("{:02}", local.month())),
            ("year", local.year().to_string()),
        ];
        words.fill("date", &places)
    }

    /// The time of day to the second.
    pub(super) fn time(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M:%S").to_string()
    }

    /// The first moment of a date, such as `2026-11-28`, or of the day after it.
    pub(super) fn start_of(&self, date: &str, is_next: bool) -> Option<Timestamp> {
        let date: jiff::civil::Date = date.parse().ok().filter(|_| date.len() == "2026-11-28".len())?;
        let date = if is_next { date.tomorrow().ok()? } else { date };
        let moment = date.to_zoned(self.zone.clone()).ok()?.timestamp();
        Some(Timestamp::from_micros(moment.as_microsecond()))
    }
}

/// A state with its sign and its colour: never the colour alone.
pub(super) struct State {
    pub(super) word: String,
    pub(super) sign: &'static str,
    /// The class: `good`, `bad`, `wait` or `over`.
    pub(super) tone: &'static str,
}

impl State {
    pub(super) fn of(words: &Words, status: Status) -> Self {
        let (sign, tone) = look(status);
        Self { word: words.text(&format!("status-{}", status.word().replace('_', "-"))), sign, tone }
    }
}

fn look(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Accepted => ("○", "wait"),
        Status::AwaitingPayment => ("◔", "wait"),
        Status::Processing => ("◑", "wait"),
        Status::Cancelling => ("↺", "wait"),
        Status::Paid => ("✓", "good"),
        Status::Review => ("!", "bad"),
        Status::Declined | Status::Failed => ("✕", "bad"),
        Status::Expired => ("⌀", "over"),
        Status::Cancelled => ("–", "over"),
    }
}

/// What else is to be seen of a payment at a glance: money given back, money that came late, test money.
pub(super) fn marks(words: &Words, payment: &Payment) -> Vec<String> {
    let mut marks = Vec::new();
    let refunded = payment.refunded_minor();
    if refunded > 0 {
        let given = sum(words, refunded, payment.checkout.amount);
        marks.push(words.fill("mark-refunded", &[("amount", given)]));
    }
    if payment.state.credits.iter().any(payment::Credit::is_late) {
        marks.push(words.text("mark-late"));
    }
    if payment.is_test() {
        marks.push(words.text("mark-test"));
    }
    marks
}

#[cfg(test)]
mod tests {
    use console::Language;

    use super::*;

    #[test]
    fn times_and_days_are_those_of_the_store() {
        let at = Timestamp::parse("2026-11-28T21:30:05Z").unwrap();
        for (zone, russian, english) in [
            (Some("Europe/Moscow"), "29.11.2026 00:30:05", "2026-11-29 00:30:05"),
            (Some("Mars/Olympus"), "28.11.2026 21:30:05", "2026-11-28 21:30:05"),
            (None, "28.11.2026 21:30:05", "2026-11-28 21:30:05"),
        ] {
            let clock = Clock::of(zone);
            assert_eq!(clock.moment(&Words::of(Language::Russian), at), russian);
            assert_eq!(clock.moment(&Words::of(Language::English), at), english);
        }
        let moscow = Clock::of(Some("Europe/Moscow"));
        let text = |date, is_next| moscow.start_of(date, is_next).map(|at| at.to_string());
        assert_eq!(text("2026-11-28", false).as_deref(), Some("2026-11-27T21:00:00Z"));
        assert_eq!(text("2026-11-28", true).as_deref(), Some("2026-11-28T21:00:00Z"));
        for wrong in ["", "28.11.2026", "2026-13-01", "2026-11-28T10:00:00Z"] {
            assert_eq!(text(wrong, false), None, "{wrong:?}");
        }
    }

    #[test]
    fn every_state_has_words_and_a_sign_of_its_own() {
        let words = Words::of(Language::English);
        let mut seen = std::collections::BTreeSet::new();
        for status in Status::ALL {
            let state = State::of(&words, *status);
            assert!(!state.word.starts_with("status-"), "{status:?} has no words");
            assert!(seen.insert((state.sign, state.word)), "{status:?}");
        }
    }
}
