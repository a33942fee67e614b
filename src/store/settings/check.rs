//! Whether settings make sense, beyond the form of each value.

mod consoles;

use engine::settings::{
    LONGEST_PURPOSE_CHARS, PURPOSE_WORDS, PaymentType, RegisterSettings, ServerSettings, Settings,
    StoreSettings, Usage, unknown_purpose_word,
};
use jiff::tz::TimeZone;
use payment::{LateMoney, PollPlan};

use super::problem::Problems;

/// The languages of screens and slips.
const LANGUAGES: [&str; 5] = ["ru", "en", "kk", "ky", "hi"];

const LONGEST_NAME_CHARS: usize = 100;
/// The whole payment.
const LARGEST_FEE_BP: u32 = 10_000;

/// Checks the whole of the settings and names everything that is wrong: key, value and cure.
pub fn check_settings(settings: &Settings) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (store, its) in &settings.stores {
        check_store(&format!("stores.{store}"), its, settings, &mut problems);
    }
    for (server, its) in &settings.servers {
        check_server(&format!("servers.{server}"), its, &mut problems);
    }
    problems.into_result()
}

fn check_store(key: &str, store: &StoreSettings, settings: &Settings, problems: &mut Problems) {
    check_name(key, &store.name, problems);
    if TimeZone::get(&store.zone).is_err() {
        problems.wrong(
            format!("{key}.zone"),
            &store.zone,
            "not a time zone; name one of the IANA database, such as \"Europe/Moscow\" or \"Asia/Almaty\"",
        );
    }
    check_language(key, &store.language, problems);
    // A store that has none yet is being set up: its pays are answered `unknown_payment_type` till then.
    if !store.payment_types.is_empty() && !store.payment_types.contains_key(&store.default_payment_type) {
        problems.wrong(
            format!("{key}.default_payment_type"),
            &store.default_payment_type,
            format!("the store has no such payment type; {}", choice(store.payment_types.keys())),
        );
    }
    check_late_money(key, store.late_money, problems);
    if let Some(above_minor) = store.second_person_above_minor.filter(|above_minor| *above_minor < 0) {
        problems.wrong(
            format!("{key}.second_person_above_minor"),
            above_minor,
            "minor units of the store's currency, at least 0: every refund by people then needs a second person",
        );
    }
    super::check_screens::check_screens(&format!("{key}.screens"), &store.screens, problems);
    for (register, its) in &store.registers {
        check_register(&format!("{key}.registers.{register}"), its, settings, problems);
    }
    consoles::check(key, store, problems);
    for (code, its) in &store.payment_types {
        check_payment_type(&format!("{key}.payment_types.{code}"), its, settings, problems);
    }
}

fn check_register(key: &str, register: &RegisterSettings, settings: &Settings, problems: &mut Problems) {
    check_name(key, &register.name, problems);
    let plates = register.plates.iter().map(|its| ("plates", its));
    for (kind, (server, plate)) in plates.chain(register.open_plates.iter().map(|its| ("open_plates", its))) {
        let key = format!("{key}.{kind}.{server}");
        if !settings.servers.contains_key(server) {
            let choice = choice(settings.servers.keys());
            problems.at(&key, format!("there is no such authorization server; {choice}"));
        }
        if plate.payload.trim().is_empty() {
            problems
                .at(format!("{key}.payload"), "a plate needs the text of its QR code, as the bank gave it");
        }
    }
}

fn check_payment_type(key: &str, tender: &PaymentType, settings: &Settings, problems: &mut Problems) {
    check_name(key, &tender.name, problems);
    let servers = format!("{key}.servers");
    if tender.servers.is_empty() {
        problems.wrong(&servers, &tender.servers, "no authorization server; name at least one of [servers]");
    }
    for (index, server) in tender.servers.iter().enumerate() {
        if !settings.servers.contains_key(server) {
            let choice = choice(settings.servers.keys());
            problems.wrong(&servers, server, format!("there is no such authorization server; {choice}"));
        }
        if tender.servers[..index].contains(server) {
            problems.wrong(&servers, server, "named twice; name each authorization server once");
        }
    }
    if let Some(late_money) = tender.late_money {
        check_late_money(key, late_money, problems);
    }
    if tender.code_life_s == Some(0) {
        problems.wrong(format!("{key}.code_life_s"), 0, "no buyer could scan it; at least 1, in seconds");
    }
    if let Some(purpose) = &tender.purpose {
        check_purpose(format!("{key}.purpose"), purpose, problems);
    }
}

fn check_purpose(key: String, purpose: &str, problems: &mut Problems) {
    if purpose.chars().count() > LONGEST_PURPOSE_CHARS || purpose.chars().any(char::is_control) {
        let cure = format!("banks take it only as one line; at most {LONGEST_PURPOSE_CHARS} characters");
        problems.wrong(key, purpose, cure);
    } else if unknown_purpose_word(purpose).is_some() {
        let cure = format!("in braces stands one of {}", PURPOSE_WORDS.join(", "));
        problems.wrong(key, purpose, cure);
    }
}

fn check_server(key: &str, server: &ServerSettings, problems: &mut Problems) {
    check_name(key, &server.name, problems);
    if !is_module(&server.module) {
        problems.wrong(
            format!("{key}.module"),
            &server.module,
            "not a module's code name: 1 to 40 of a-z 0-9 _ -, a letter first, such as \"raiffeisen\"",
        );
    }
    for (field, value, unit) in [
        ("response_timeout_s", server.response_timeout_s, "seconds"),
        ("call_timeout_ms", server.call_timeout_ms, "milliseconds"),
        ("code_life_s", server.code_life_s, "seconds"),
        ("rate_per_s", server.rate_per_s, "calls per second"),
        ("concurrency", server.concurrency, "calls at once"),
    ] {
        if value == 0 {
            problems.wrong(
                format!("{key}.{field}"),
                value,
                format!("nothing would work; at least 1, in {unit}"),
            );
        }
    }
    if server.response_timeout_s > 0
        && u64::from(server.call_timeout_ms) > u64::from(server.response_timeout_s) * 1000
    {
        problems.wrong(
            format!("{key}.call_timeout_ms"),
            server.call_timeout_ms,
            "one call may take longer than the till is kept waiting; make it shorter than response_timeout_s",
        );
    }
    check_poll(&format!("{key}.poll"), &server.poll, problems);
    if let Usage::Paused { from: Some(from), until: Some(until) } = server.usage
        && from >= until
    {
        problems.wrong(
            format!("{key}.paused_until"),
            until,
            "the pause ends before it begins; give a later time",
        );
    }
    if let Some(fee) = server.fee_bp.filter(|fee| *fee > LARGEST_FEE_BP) {
        let cure = format!("in hundredths of a percent, at most {LARGEST_FEE_BP}");
        problems.wrong(format!("{key}.fee_bp"), fee, cure);
    }
}

fn check_poll(key: &str, poll: &PollPlan, problems: &mut Problems) {
    if poll.after_ms == 0 || poll.steps_ms.iter().any(|(_, every)| *every == 0) {
        problems.at(key, "a pause of zero would flood the bank; give every pause at least 1 ms");
    }
    if !poll.steps_ms.is_sorted_by(|(earlier, _), (later, _)| earlier < later) {
        problems.at(key, "the ages of the steps must rise");
    }
}

fn check_late_money(key: &str, late_money: LateMoney, problems: &mut Problems) {
    if let LateMoney::Offer { claim_within } = late_money
        && claim_within.is_zero()
    {
        problems.at(
            format!("{key}.late_money"),
            "no time to claim it; give claim_within_s at least 1, or refund it with late_money = \"refund\"",
        );
    }
}

fn check_name(key: &str, name: &str, problems: &mut Problems) {
    let length = name.chars().count();
    if name.trim().is_empty() || length > LONGEST_NAME_CHARS || name.chars().any(char::is_control) {
        let cure = format!("people need a name: 1 to {LONGEST_NAME_CHARS} characters on one line");
        problems.wrong(format!("{key}.name"), name, cure);
    }
}

fn check_language(key: &str, language: &str, problems: &mut Problems) {
    if !LANGUAGES.contains(&language) {
        let known = LANGUAGES.join(", ");
        problems.wrong(format!("{key}.language"), language, format!("unknown language; known are {known}"));
    }
}

/// A connector's code name: what stands in events as the bank, in addresses and in folder names.
fn is_module(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

/// Whether a text is a SHA-256 in lower-case hex.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// What could have been named instead.
fn choice<T: std::fmt::Display>(known: impl Iterator<Item = T>) -> String {
    let known: Vec<String> = known.map(|name| name.to_string()).collect();
    if known.is_empty() {
        "none is configured yet".to_owned()
    } else {
        format!("name one of {}", known.join(", "))
    }
}
