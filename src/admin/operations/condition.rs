//! What a condition means: its word, and what to do about it. Pure.

use std::time::Duration;

use engine::settings::{ConsoleSettings, ServerSettings, StoreSettings};
use engine::{BankCondition, BankPart};
use payment::{ConsoleWay, Outcome, Timestamp};
use store::{DatabaseCondition, LastJob};

use super::ports::BrokerCondition;
use crate::payments::show::Clock;
use crate::reasons;
use crate::words::Words;

/// Less free room than this is told.
const LITTLE_ROOM_BYTES: u64 = 1024 * 1024 * 1024;
/// Calls that take longer keep buyers waiting.
const SLOW_CALLS: Duration = Duration::from_secs(3);
/// A screen that was not seen for longer is not connected: it is kept once a minute that it is.
const SEEN_WITHIN: Duration = Duration::from_secs(150);

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// It goes on, but somebody should know.
    Wait,
    /// Somebody has to do something.
    Bad,
    /// Set aside on purpose, or never used.
    Over,
}

impl Tone {
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("✓", "good"),
            Self::Wait => ("◔", "wait"),
            Self::Bad => ("!", "bad"),
            Self::Over => ("–", "over"),
        }
    }
}

/// A part of the service on the page.
pub(super) struct Card {
    pub(super) name: String,
    pub(super) word: String,
    tone: Tone,
    /// Names and values.
    pub(super) facts: Vec<(String, String)>,
    /// What to do.
    pub(super) advice: Option<String>,
    /// In the words of the bank, the broker or the device.
    pub(super) detail: Option<String>,
}

impl Card {
    fn new(words: &Words, name: String, tone: Tone, word: &str) -> Self {
        let word = words.text(word);
        Self { name, word, tone, facts: Vec::new(), advice: None, detail: None }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers give numbers and texts as they have them")]
    fn fact(mut self, words: &Words, key: &str, value: impl ToString) -> Self {
        self.facts.push((words.text(key), value.to_string()));
        self
    }

    fn advice(mut self, words: &Words, key: &str) -> Self {
        self.advice = Some(words.text(key));
        self
    }

    pub(super) fn sign(&self) -> &'static str {
        self.tone.look().0
    }

    pub(super) fn class(&self) -> &'static str {
        self.tone.look().1
    }

    pub(super) fn is_bad(&self) -> bool {
        self.tone == Tone::Bad
    }
}

/// The program and its instances.
pub(super) fn service(
    words: &Words,
    clock: &Clock,
    version: &str,
    instances: &[(u64, Timestamp)],
    now: Timestamp,
) -> Card {
    let mut card = Card::new(words, words.text("health-service"), Tone::Good, "health-works");
    card = card.fact(words, "health-version", version);
    for (epoch, started_at) in instances {
        let places = [("number", epoch.to_string()), ("since", clock.zoned(words, *started_at))];
        card.facts.push((words.text("health-instance"), words.fill("health-instance-text", &places)));
    }
    card.fact(words, "health-now", clock.zoned(words, now))
}

/// The database.
pub(super) fn database(words: &Words, condition: &DatabaseCondition) -> Card {
    let is_full = condition.free_bytes.is_some_and(|free| free < LITTLE_ROOM_BYTES);
    let (tone, word) = if is_full { (Tone::Bad, "health-full") } else { (Tone::Good, "health-works") };
    let mut card = Card::new(words, words.text("health-database"), tone, word);
    card = card.fact(words, "health-product", &condition.product);
    card = card.fact(words, "health-size", size_text(words, condition.bytes));
    if let Some(free) = condition.free_bytes {
        card = card.fact(words, "health-free", size_text(words, free));
    }
    if is_full { card.advice(words, "health-full-advice") } else { card }
}

/// The broker.
pub(super) fn broker(words: &Words, condition: &BrokerCondition) -> Card {
    let name = words.text("health-broker");
    let mut card = if let Some(reason) = &condition.blocked {
        let card = Card::new(words, name, Tone::Bad, "health-blocked");
        Card { detail: Some(reason.clone()), ..card.advice(words, "health-blocked-advice") }
    } else if !condition.is_ready {
        let card = Card::new(words, name, Tone::Bad, "health-away");
        let detail = condition.last_error.as_ref().map(|error| reasons::told(words, error));
        Card { detail, ..card.advice(words, "health-away-advice") }
    } else if condition.findings.is_empty() {
        Card::new(words, name, Tone::Good, "health-works")
    } else {
        let card = Card::new(words, name, Tone::Wait, "health-differs");
        let findings: Vec<_> = condition.findings.iter().map(|found| reasons::told(words, found)).collect();
        Card { detail: Some(findings.join(" · ")), ..card.advice(words, "health-differs-advice") }
    };
    card = card.fact(words, "health-received", condition.received);
    card = card.fact(words, "health-confirmed", condition.confirmed);
    card.fact(words, "health-dead-lettered", condition.dead_lettered)
}

/// A way to a bank, as it is set and as it is.
pub(super) struct Banks<'a> {
    pub(super) condition: &'a BankCondition,
    pub(super) settings: Option<&'a ServerSettings>,
}

/// An authorization server.
pub(super) fn bank(words: &Words, Banks { condition, settings }: Banks<'_>) -> Card {
    let name = settings.map_or_else(|| condition.server.to_string(), |its| its.name.clone());
    let is_slow = condition.call_time.is_some_and(|took| took > SLOW_CALLS);
    let mut card = match condition {
        BankCondition { ill, .. } if ill.contains(&BankPart::Orders) => {
            Card::new(words, name, Tone::Bad, "health-bank-ill").advice(words, "health-bank-ill-advice")
        }
        BankCondition { is_well: false, ill, .. } => {
            let parts = ill.iter().map(|part| words.text(&format!("health-part-{}", part.word())));
            let parts = parts.collect::<Vec<_>>().join(", ");
            let card = Card::new(words, name, Tone::Bad, "health-bank-partly");
            card.fact(words, "health-ill", parts).advice(words, "health-bank-partly-advice")
        }
        _ if is_slow => {
            Card::new(words, name, Tone::Wait, "health-bank-slow").advice(words, "health-bank-slow-advice")
        }
        BankCondition { call_time: None, .. } => Card::new(words, name, Tone::Over, "health-bank-never"),
        _ => Card::new(words, name, Tone::Good, "health-works"),
    };
    if let Some(took) = condition.call_time {
        let took = words.fill("health-ms", &[("number", took.as_millis().to_string())]);
        card = card.fact(words, "health-call-time", took);
    }
    card = card.fact(words, "health-under-way", condition.under_way);
    card.fact(words, "health-waiting", condition.waiting)
}

/// A console, as it is set and as it was last seen.
pub(super) struct Console<'a> {
    pub(super) store: &'a StoreSettings,
    pub(super) register: &'a str,
    pub(super) settings: &'a ConsoleSettings,
    pub(super) seen_at: Option<Timestamp>,
    pub(super) last_job: Option<LastJob>,
    pub(super) now: Timestamp,
}

/// A console.
pub(super) fn console(words: &Words, its: Console<'_>) -> Card {
    let Console { store, register, settings, seen_at, last_job, now } = its;
    let clock = Clock::of(Some(store));
    let name = format!("{register} · {}", settings.name);
    let out_until = settings.out_of_order_until.filter(|until| *until > now);
    let card = match (out_until, settings.way()) {
        _ if !settings.show_qr => Card::new(words, name, Tone::Over, "health-console-off"),
        (Some(until), _) => {
            let card = Card::new(words, name, Tone::Wait, "health-console-broken");
            let card = card.fact(words, "health-console-until", clock.moment(words, until));
            card.advice(words, "health-console-broken-advice")
        }
        (None, ConsoleWay::Till) => Card::new(words, name, Tone::Good, "health-console-till"),
        (None, ConsoleWay::Page) => screen(words, name, seen_at, now),
        (None, ConsoleWay::Site) => device(words, name, last_job.as_ref()),
    };
    let card = card.fact(words, "health-kind", words.text(&format!("health-kind-{}", kind_key(settings))));
    let card = match seen_at.filter(|_| settings.way() == ConsoleWay::Page) {
        Some(at) => card.fact(words, "health-seen", clock.moment(words, at)),
        None => card,
    };
    match last_job {
        Some(job) => card.fact(words, "health-last-job", clock.moment(words, job.ordered_at)),
        None => card,
    }
}

fn kind_key(settings: &ConsoleSettings) -> String {
    settings.kind.word().replace('_', "-")
}

fn screen(words: &Words, name: String, seen_at: Option<Timestamp>, now: Timestamp) -> Card {
    match seen_at {
        Some(at) if now.since(at) <= SEEN_WITHIN => Card::new(words, name, Tone::Good, "health-screen-there"),
        Some(_) => {
            Card::new(words, name, Tone::Bad, "health-screen-away").advice(words, "health-screen-away-advice")
        }
        None => Card::new(words, name, Tone::Wait, "health-screen-never")
            .advice(words, "health-screen-never-advice"),
    }
}

fn device(words: &Words, name: String, last_job: Option<&LastJob>) -> Card {
    let outcome = last_job.map(|job| job.outcome);
    let card = match outcome {
        None => return Card::new(words, name, Tone::Over, "health-device-unused"),
        Some(Some(Outcome::Shown | Outcome::Printed)) => {
            return Card::new(words, name, Tone::Good, "health-device-works");
        }
        Some(None | Some(Outcome::Busy)) => {
            return Card::new(words, name, Tone::Wait, "health-device-busy");
        }
        Some(Some(Outcome::NotConfirmed)) => Card::new(words, name, Tone::Wait, "health-device-unsure")
            .advice(words, "health-device-unsure-advice"),
        Some(Some(Outcome::Failed)) => Card::new(words, name, Tone::Bad, "health-device-failed")
            .advice(words, "health-device-failed-advice"),
    };
    let reason = last_job.and_then(|job| job.reason.as_deref());
    Card { detail: reason.map(|reason| reasons::told(words, reason)), ..card }
}

/// A size in the largest unit of which there is at least one, whole.
fn size_text(words: &Words, bytes: u64) -> String {
    let units = [("unit-gib", 30), ("unit-mib", 20), ("unit-kib", 10)];
    let found = units.into_iter().find(|(_, power)| bytes >> power > 0).unwrap_or(("unit-kib", 10));
    words.fill(found.0, &[("number", (bytes >> found.1).to_string())])
}

#[cfg(test)]
mod tests {
    use console::Language;
    use payment::{ConsoleKind, ServerId};

    use super::*;
    use crate::page_tests::samples::{NOW, store_in};

    fn words() -> Words {
        Words::of(Language::English)
    }

    fn condition() -> BankCondition {
        BankCondition {
            server: ServerId::parse("bank").unwrap(),
            is_well: true,
            ill: Vec::new(),
            under_way: 0,
            waiting: 0,
            call_time: Some(Duration::from_millis(180)),
        }
    }

    #[test]
    fn what_is_wrong_says_what_to_do() {
        let db = |free| DatabaseCondition {
            product: "SQLite 3".to_owned(),
            bytes: 5 << 20,
            free_bytes: free,
            instances: vec![],
        };
        let ready = BrokerCondition { is_ready: true, ..BrokerCondition::default() };
        let blocked = BrokerCondition { blocked: Some("low on disk".to_owned()), ..ready.clone() };
        let differs = BrokerCondition { findings: vec!["x".to_owned()], ..ready.clone() };
        let slow = BankCondition { call_time: Some(Duration::from_secs(4)), ..condition() };
        let ill = |part| BankCondition { is_well: false, ill: vec![part], ..slow.clone() };
        let never = BankCondition { call_time: None, ..condition() };
        let of_bank = |condition: &BankCondition| bank(&words(), Banks { condition, settings: None });
        for (name, card, tone) in [
            ("room", database(&words(), &db(Some(2 << 30))), Tone::Good),
            ("no room", database(&words(), &db(Some(5 << 20))), Tone::Bad),
            ("far away", database(&words(), &db(None)), Tone::Good),
            ("ready", broker(&words(), &ready), Tone::Good),
            ("away", broker(&words(), &BrokerCondition::default()), Tone::Bad),
            ("blocked", broker(&words(), &blocked), Tone::Bad),
            ("differs", broker(&words(), &differs), Tone::Wait),
            ("well", of_bank(&condition()), Tone::Good),
            ("slow", of_bank(&slow), Tone::Wait),
            ("ill", of_bank(&ill(BankPart::Orders)), Tone::Bad),
            ("gives nothing back", of_bank(&ill(BankPart::Refunds)), Tone::Bad),
            ("never", of_bank(&never), Tone::Over),
        ] {
            assert_eq!(card.tone, tone, "{name}");
            let needs_advice = matches!(tone, Tone::Bad | Tone::Wait);
            assert_eq!(card.advice.is_some(), needs_advice, "{name}");
        }
    }

    #[test]
    fn a_console_is_judged_by_the_way_that_codes_get_there() {
        let store = store_in("Europe/Moscow");
        let page = ConsoleSettings::new("Screen", ConsoleKind::Kiosk);
        let mut printer = ConsoleSettings::new("Printer", ConsoleKind::Printer);
        printer.address = Some("tcp://10.0.0.9:9100".to_owned());
        let off = ConsoleSettings { show_qr: false, ..page.clone() };
        let later = NOW.plus(Duration::from_mins(5));
        let broken = ConsoleSettings { out_of_order_until: Some(later), ..page.clone() };
        let mended = ConsoleSettings { out_of_order_until: Some(NOW), ..page.clone() };
        let till = ConsoleSettings { through_till: Some(true), ..page.clone() };
        let ago = |seconds| Some(NOW.minus(Duration::from_secs(seconds)));
        let job = |outcome| Some(LastJob { ordered_at: NOW, outcome, reason: Some("no paper".to_owned()) });
        for (settings, seen_at, last_job, tone) in [
            (&page, ago(100), None, Tone::Good),
            (&page, ago(200), None, Tone::Bad),
            (&page, None, None, Tone::Wait),
            (&off, None, None, Tone::Over),
            (&broken, ago(1), None, Tone::Wait),
            (&mended, ago(1), None, Tone::Good),
            (&till, None, None, Tone::Good),
            (&printer, None, None, Tone::Over),
            (&printer, None, job(Some(Outcome::Printed)), Tone::Good),
            (&printer, None, job(Some(Outcome::NotConfirmed)), Tone::Wait),
            (&printer, None, job(Some(Outcome::Failed)), Tone::Bad),
            (&printer, None, job(None), Tone::Wait),
        ] {
            let its = Console { store: &store, register: "Till", settings, seen_at, last_job, now: NOW };
            let card = console(&words(), its);
            assert_eq!(card.tone, tone, "{}", card.word);
            assert!(!card.word.starts_with("health-"), "{}", card.word);
            assert!(
                card.facts
                    .iter()
                    .all(|(name, value)| !name.starts_with("health-") && !value.starts_with("health-"))
            );
        }
    }

    #[test]
    fn sizes_are_told_in_units_that_people_know() {
        for (bytes, text) in
            [(0, "0 KiB"), (2_047, "1 KiB"), (5 << 20, "5 MiB"), (3 << 30, "3 GiB"), (1 << 40, "1024 GiB")]
        {
            assert_eq!(size_text(&words(), bytes), text);
        }
    }
}
