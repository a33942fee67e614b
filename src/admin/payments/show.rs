//! How payments are shown: amounts, times of the store, states with their colour and sign.

use console::amount_text;
use engine::settings::{Settings, StoreSettings, Zone};
use jiff::civil::{Date, DateTime};
use payment::{Currency, Money, Origin, Payment, Refusal, RegisterId, Status, StoreId, Timestamp};

use crate::reasons;
use crate::words::Words;

/// An amount as the reader's language writes it.
pub(crate) fn amount(words: &Words, money: Money) -> String {
    amount_text(money, &words.language().words())
}

/// Minor units of a currency; nothing is a dash.
pub(crate) fn sum(words: &Words, minor: i64, currency: Currency) -> String {
    Money::try_new(minor, currency).map_or_else(|_| "—".to_owned(), |money| amount(words, money))
}

/// The name of a store; of one that is not set up any more, its id.
pub(crate) fn store_name(id: &StoreId, its: Option<&StoreSettings>) -> String {
    its.map_or_else(|| id.to_string(), |its| its.name.clone())
}

/// The name of a store's register; of one that is not set up any more, its id.
pub(crate) fn register_name(id: &RegisterId, store: Option<&StoreSettings>) -> String {
    let its = store.and_then(|store| store.registers.get(id));
    its.map_or_else(|| id.to_string(), |its| its.name.clone())
}

/// What a bank says when it refuses.
pub(crate) fn refusal_text(words: &Words, refusal: &Refusal) -> String {
    format!("{}: {}", refusal.bank_code, reasons::told(words, &refusal.message))
}

/// Who asked for a refund.
pub(crate) fn who_asked(words: &Words, origin: &Origin) -> String {
    match origin {
        Origin::Admin { who } => who.clone(),
        Origin::Register { register, .. } => {
            words.fill("who-register", &[("register", register.to_string())])
        }
        Origin::Late => words.text("who-service"),
    }
}

/// The clock of a store, in the words of the reader's language.
pub(crate) struct Clock {
    zone: Zone,
}

impl Clock {
    pub(crate) fn of(store: Option<&StoreSettings>) -> Self {
        Self { zone: Zone::of(store) }
    }

    /// The clock of what belongs to no store: that of the stores where all have one zone, else UTC.
    pub(crate) fn of_chain(settings: &Settings) -> Self {
        let mut stores = settings.stores.values();
        let first = stores.next();
        Self { zone: Zone::of(first.filter(|first| stores.all(|other| other.zone == first.zone))) }
    }

    /// The date and the time of day with the zone's name: where readers can't know whose clock it is.
    pub(crate) fn zoned(&self, words: &Words, at: Timestamp) -> String {
        format!("{} {}", self.moment(words, at), self.zone.short_name(at))
    }

    fn local(&self, at: Timestamp) -> DateTime {
        self.zone.local(at)
    }

    /// The store's date at a time.
    pub(crate) fn today(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// The date and the time of day to the second.
    pub(crate) fn moment(&self, words: &Words, at: Timestamp) -> String {
        format!("{} {}", self.date(words, at), self.time(at))
    }

    pub(crate) fn date(&self, words: &Words, at: Timestamp) -> String {
        date_text(words, self.today(at))
    }

    /// The time of day to the second.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M:%S").to_string()
    }

    /// The first moment of a date, such as `2026-11-28`, and that of the day after it.
    pub(crate) fn day(&self, date: &str) -> Option<(Timestamp, Timestamp)> {
        self.zone.day(Zone::read_date(date)?)
    }
}

/// A date as the reader's language writes it.
pub(crate) fn date_text(words: &Words, date: Date) -> String {
    let places = [
        ("day", format!("{:02}", date.day())),
        ("month", format!("{:02}", date.month())),
        ("year", date.year().to_string()),
    ];
    words.fill("date", &places)
}

/// A state with its sign and its colour: never the colour alone.
pub(crate) struct State {
    pub(crate) word: String,
    pub(crate) sign: &'static str,
    /// The class: `good`, `bad`, `wait` or `over`.
    pub(crate) tone: &'static str,
}

impl State {
    pub(crate) fn of(words: &Words, status: Status) -> Self {
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
pub(crate) fn marks(words: &Words, payment: &Payment) -> Vec<String> {
    let mut marks = Vec::new();
    let refunded = payment.refunded_minor();
    if refunded > 0 {
        let given = sum(words, refunded, payment.checkout.amount.currency());
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
    use crate::page_tests::samples;

    #[test]
    fn times_and_days_are_those_of_the_store() {
        let at = Timestamp::parse("2026-11-28T21:30:05Z").unwrap();
        let shop = samples::store_in("Europe/Moscow");
        for (store, russian, english) in [
            (Some(&shop), "29.11.2026 00:30:05", "2026-11-29 00:30:05"),
            (None, "28.11.2026 21:30:05", "2026-11-28 21:30:05"),
        ] {
            let clock = Clock::of(store);
            assert_eq!(clock.moment(&Words::of(Language::Russian), at), russian);
            assert_eq!(clock.moment(&Words::of(Language::English), at), english);
        }
        let (from, to) = Clock::of(Some(&shop)).day("2026-11-28").unwrap();
        assert_eq!(from.to_string(), "2026-11-27T21:00:00Z");
        assert_eq!(to.to_string(), "2026-11-28T21:00:00Z");
    }

    #[test]
    fn what_belongs_to_no_store_has_the_clock_of_all_of_them_or_utc() {
        let at = Timestamp::parse("2026-11-28T21:30:05Z").unwrap();
        let words = Words::of(Language::English);
        for (zones, told) in [
            (&[][..], "2026-11-28 21:30:05 UTC"),
            (&["Europe/Moscow", "Europe/Moscow"][..], "2026-11-29 00:30:05 MSK"),
            (&["Europe/Moscow", "Asia/Almaty"][..], "2026-11-28 21:30:05 UTC"),
        ] {
            let stores = zones.iter().enumerate().map(|(number, zone)| {
                (StoreId::parse(&number.to_string()).unwrap(), samples::store_in(zone))
            });
            let settings = Settings { stores: stores.collect(), ..Settings::default() };
            assert_eq!(Clock::of_chain(&settings).zoned(&words, at), told);
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
