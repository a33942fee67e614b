//! The form of an authorization server.

use std::collections::BTreeMap;

use connector_sdk::SettingsError;
use engine::settings::{ServerSettings, Usage};
use payment::{PollPlan, ServerId};
use store::Secrets;

use super::module::{connect_for_now, cure, keys, setting_field, told};
use super::moment::Local;
use super::save::{MARK, mark};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::state::Admin;
use crate::words::Words;

/// What was typed, or what is stored.
pub(super) enum Filled<'a> {
    Sent(&'a Sent),
    Stored(&'a ServerSettings),
    Fresh,
}

/// What a server may be used for, as forms name it.
const USAGES: [&str; 3] = ["active", "paused", "refunds_only"];

type Number = (&'static str, Option<&'static str>, fn(&ServerSettings) -> u64, &'static str);

/// The numbers: name, unit, where it is stored, what a new server has.
const NUMBERS: [Number; 7] = [
    ("response_timeout_s", Some("unit-s"), |server| server.response_timeout_s.into(), "60"),
    ("code_life_s", Some("unit-s"), |server| server.code_life_s.into(), "300"),
    ("call_timeout_ms", Some("unit-ms"), |server| server.call_timeout_ms.into(), "10000"),
    ("rate_per_s", None, |server| server.rate_per_s.into(), "20"),
    ("concurrency", None, |server| server.concurrency.into(), "16"),
    ("poll_after_ms", Some("unit-ms"), |server| server.poll.after_ms, "5000"),
    ("poll_floor_ms", Some("unit-ms"), |server| server.poll.floor_ms, "1000"),
];

/// The form; `id` is the server that is there already.
pub(super) fn form(
    admin: &Admin,
    words: &Words,
    local: &Local,
    id: Option<(&ServerId, &ServerSettings)>,
    filled: &Filled<'_>,
) -> Form {
    let first = admin.modules.first().map_or("", |module| module.manifest().id);
    let text = |name: &str| match filled {
        Filled::Sent(sent) => sent.text(name).to_owned(),
        Filled::Stored(server) => stored(words, server, local, name),
        // Where there is one module, it is the right one.
        Filled::Fresh if name == "module" => first.to_owned(),
        Filled::Fresh => fresh(name),
    };
    let action = id.map_or("/admin/servers/new".to_owned(), |(id, _)| format!("/admin/servers/{id}"));
    let mut form = Form::new(action, words.text(if id.is_none() { "server-add" } else { "save" }));
    if id.is_none() {
        form = form.with(Field::new(words, "server_id", Kind::Line, text("server_id")).required());
    }
    let modules = admin.modules.iter().map(|module| module.manifest());
    let modules = modules.map(|manifest| {
        (manifest.id.to_owned(), format!("{} ({})", told(words, manifest.title), manifest.id))
    });
    let money = ["live", "test"].map(|word| (word.to_owned(), words.text(&format!("money-{word}"))));
    form = form
        .with(Field::new(words, "name", Kind::Line, text("name")).required())
        .with(Field::new(words, "module", Kind::One(modules.collect()), text("module")))
        .with(Field::new(words, "money", Kind::One(money.into()), text("money")));
    if id.is_some() {
        form = usage_fields(form, words, local, &text);
    }
    for (name, unit, ..) in NUMBERS {
        form = form.with(Field::new(words, name, Kind::Number(unit), text(name)).required().special());
    }
    let fee = Field::new(words, "fee_bp", Kind::Decimal, text("fee_bp")).in_units(words.text("unit-percent"));
    let steps = Field::new(words, "poll_steps", Kind::Line, text("poll_steps"));
    form = form.with(steps.special()).with(fee.special());
    for key in keys(admin, &text("module")).iter().filter(|key| !key.secret) {
        let help = told(words, key.help).to_owned();
        let field = setting_field(words, "value_", key, Kind::Line, help);
        form = form.with(Field { value: text(&field.name), is_special: key.rare, ..field });
    }
    form.with(Field::hidden(MARK, id.map(|(_, server)| mark(Some(server))).unwrap_or_default()))
}

fn usage_fields(form: Form, words: &Words, local: &Local, text: &dyn Fn(&str) -> String) -> Form {
    let usages =
        USAGES.map(|word| (word.to_owned(), words.text(&format!("usage-{}", word.replace('_', "-")))));
    let moment = |name: &str| {
        let help = words.fill("help-paused", &[("zone", local.name.clone())]);
        Field { help: Some(help), ..Field::new(words, name, Kind::Moment, text(name)) }
    };
    form.with(Field::new(words, "usage", Kind::One(usages.into()), text("usage")))
        .with(moment("paused_from"))
        .with(moment("paused_until"))
}

/// What people want of a server, where it is not everything.
pub(super) fn usage_text(words: &Words, local: &Local, usage: Usage) -> Option<String> {
    let told = |time: payment::Timestamp| local.told(words, time);
    Some(match usage {
        Usage::Active => return None,
        Usage::RefundsOnly => words.text("usage-refunds-only"),
        Usage::Paused { from: None, until: None } => words.text("usage-paused"),
        Usage::Paused { from: Some(from), until: None } => {
            words.fill("usage-paused-from", &[("from", told(from))])
        }
        Usage::Paused { from: None, until: Some(until) } => {
            words.fill("usage-paused-until", &[("until", told(until))])
        }
        Usage::Paused { from: Some(from), until: Some(until) } => {
            words.fill("usage-paused-between", &[("from", told(from)), ("until", told(until))])
        }
    })
}

/// Hundredths of a percent as percents: `70` is `0.7`, in Russian `0,7`.
fn percents(words: &Words, fee_bp: u32) -> String {
    let text = format!("{}.{:02}", fee_bp / 100, fee_bp % 100);
    words.decimal(text.trim_end_matches('0').trim_end_matches('.'))
}

/// Percents as people type them, with a point or a comma; `None`: it is no such number.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let is_right = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_right(whole) || !is_right(part) || part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)
}

fn fresh(name: &str) -> String {
    let number = NUMBERS.iter().find(|(number, ..)| *number == name).map(|(.., fresh)| (*fresh).to_owned());
    number.unwrap_or_else(|| match name {
        "money" => "test".to_owned(),
        "poll_steps" => steps_text(&PollPlan::live()),
        _ => String::new(),
    })
}

fn stored(words: &Words, server: &ServerSettings, local: &Local, name: &str) -> String {
    if let Some((_, _, read, _)) = NUMBERS.iter().find(|(number, ..)| *number == name) {
        return read(server).to_string();
    }
    match name {
        "name" => server.name.clone(),
        "module" => server.module.clone(),
        "money" => if server.test { "test" } else { "live" }.to_owned(),
        "poll_steps" => steps_text(&server.poll),
        "fee_bp" => server.fee_bp.map(|fee| percents(words, fee)).unwrap_or_default(),
        "usage" => match server.usage {
            Usage::Active => "active",
            Usage::Paused { .. } => "paused",
            Usage::RefundsOnly => "refunds_only",
        }
        .to_owned(),
        "paused_from" | "paused_until" => match server.usage {
            Usage::Paused { from, until } => {
                let time = if name == "paused_from" { from } else { until };
                time.map(|time| local.text(time)).unwrap_or_default()
            }
            _ => String::new(),
        },
        _ => name.strip_prefix("value_").and_then(|key| server.values.get(key)).cloned().unwrap_or_default(),
    }
}

/// `30:1000, 120:2000`: until the age of 30 s every second, until two minutes every other.
fn steps_text(plan: &PollPlan) -> String {
    let steps = plan.steps_ms.iter().map(|(age, every)| format!("{}:{every}", age / 1_000));
    steps.collect::<Vec<_>>().join(", ")
}

fn steps(text: &str) -> Option<Vec<(u64, u64)>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (age, every) = part.split_once(':')?;
            let age: u64 = age.trim().parse().ok()?;
            Some((age.checked_mul(1_000)?, every.trim().parse().ok()?))
        })
        .collect()
}

/// What the form says that the server is used for. A form that does not ask leaves it as it is.
fn read_usage(
    words: &Words,
    local: &Local,
    sent: &Sent,
    kept: Option<&ServerSettings>,
    wrong: &mut Wrong,
) -> Usage {
    if !sent.is_on("usage") {
        return kept.map(|kept| kept.usage).unwrap_or_default();
    }
    let mut time = |name: &str| {
        let read = local.read(sent.text(name));
        if read.is_err() {
            wrong.field(words, name);
        }
        read.ok().flatten()
    };
    match sent.text("usage") {
        "active" => Usage::Active,
        "refunds_only" => Usage::RefundsOnly,
        "paused" => Usage::Paused { from: time("paused_from"), until: time("paused_until") },
        _ => {
            wrong.field(words, "usage");
            Usage::Active
        }
    }
}

/// Reads the form. The module's own rules are asked with what is typed, and with a stand-in for credentials that come later.
pub(super) fn read(
    admin: &Admin,
    words: &Words,
    local: &Local,
    sent: &Sent,
    kept: Option<&ServerSettings>,
    secrets: &Secrets,
) -> Result<ServerSettings, Wrong> {
    let mut wrong = Wrong::default();
    if admin.module(sent.text("module")).is_none() {
        wrong.field(words, "module");
    }
    if !matches!(sent.text("money"), "live" | "test") {
        wrong.field(words, "money");
    }
    let usage = read_usage(words, local, sent, kept, &mut wrong);
    let fee_bp = Some(sent.text("fee_bp")).filter(|text| !text.is_empty()).map(hundredths);
    if fee_bp == Some(None) {
        wrong.field(words, "fee_bp");
    }
    let steps_ms = steps(sent.text("poll_steps"));
    if steps_ms.is_none() {
        wrong.field(words, "poll_steps");
    }
    let mut number = |name: &str| {
        let read = sent.text(name).parse::<u32>().ok();
        if read.is_none() {
            wrong.at(name, words.text("wrong-number"));
        }
        read.unwrap_or(1)
    };
    let server = ServerSettings {
        name: sent.text("name").to_owned(),
        module: sent.text("module").to_owned(),
        response_timeout_s: number("response_timeout_s"),
        call_timeout_ms: number("call_timeout_ms"),
        code_life_s: number("code_life_s"),
        test: sent.text("money") == "test",
        poll: PollPlan {
            after_ms: number("poll_after_ms").into(),
            floor_ms: number("poll_floor_ms").into(),
            steps_ms: steps_ms.unwrap_or_default(),
        },
        rate_per_s: number("rate_per_s"),
        concurrency: number("concurrency"),
        values: values(admin, sent),
        usage,
        fee_bp: fee_bp.flatten(),
        next_credentials_at: kept.and_then(|kept| kept.next_credentials_at),
    };
    object(admin, words, &server, kept, secrets, &mut wrong);
    if wrong.is_empty() { Ok(server) } else { Err(wrong) }
}

/// The module's own plain settings.
fn values(admin: &Admin, sent: &Sent) -> BTreeMap<String, String> {
    let plain = keys(admin, sent.text("module")).iter().filter(|key| !key.secret);
    let given = plain.map(|key| (key.name.to_owned(), sent.text(&format!("value_{}", key.name)).to_owned()));
    given.filter(|(_, value)| !value.is_empty()).collect()
}

/// Notes what the module says against settings.
fn object(
    admin: &Admin,
    words: &Words,
    server: &ServerSettings,
    kept: Option<&ServerSettings>,
    secrets: &Secrets,
    wrong: &mut Wrong,
) {
    let Some(module) = admin.module(&server.module) else { return };
    let keys = module.manifest().keys;
    let is_plain = |name: &str| keys.iter().any(|key| key.name == name && !key.secret);
    // Another module than before is chosen first, then its own settings are asked.
    let is_other = kept.is_some_and(|kept| kept.module != server.module);
    match connect_for_now(module, server, secrets) {
        Err(SettingsError::Missing { key }) if !is_other => {
            wrong.at(&format!("value_{key}"), words.text("wrong-missing"));
        }
        Err(SettingsError::Wrong { key, rule }) if is_plain(key) => {
            wrong.at(&format!("value_{key}"), cure(words, keys, key, &rule));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use console::Language;

    use super::*;

    #[test]
    fn a_fee_is_read_as_it_is_written() {
        for (text, fee) in [("0.7", 70), ("0,7", 70), ("1", 100), ("0.40", 40), ("12.05", 1_205), ("0", 0)] {
            assert_eq!(hundredths(text), Some(fee), "{text}");
        }
        for wrong in ["", "x", "0.705", "-1", "1.", ".5", "1e3", "99999999999"] {
            assert_eq!(hundredths(wrong), None, "{wrong}");
        }
        let (russian, english) = (Words::of(Language::Russian), Words::of(Language::English));
        for (fee, in_russian, in_english) in
            [(70, "0,7", "0.7"), (100, "1", "1"), (1_205, "12,05", "12.05"), (0, "0", "0")]
        {
            assert_eq!(percents(&russian, fee), in_russian);
            assert_eq!(percents(&english, fee), in_english);
            assert_eq!(hundredths(in_russian), Some(fee));
        }
    }

    #[test]
    fn poll_steps_are_read_as_they_are_written() {
        let plan = PollPlan::live();
        assert_eq!(steps_text(&plan), "30:1000, 120:2000");
        assert_eq!(steps(&steps_text(&plan)), Some(plan.steps_ms));
        assert_eq!(steps(""), Some(vec![]));
        for wrong in ["30", "30:", "a:b", "30:1000; 120:2000", "-1:5"] {
            assert_eq!(steps(wrong), None, "{wrong}");
        }
    }
}
