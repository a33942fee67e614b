//! The form of an authorization server.

use std::collections::BTreeMap;

use connector_sdk::{SettingsError, SettingsKey};
use engine::settings::ServerSettings;
use payment::{PollPlan, ServerId};
use secrecy::SecretString;

use super::save::{MARK, mark};
use super::servers::connect;
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::state::Admin;
use crate::words::Words;

/// What was typed, or what is stored.
pub(super) enum Filled<'a> {
    Sent(&'a Sent),
    Stored(&'a ServerSettings),
    Fresh,
}

/// Stands for a credential that is not there yet while the rest of the settings is checked.
const PLACEHOLDER: &str = "not-given-yet";

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
    id: Option<(&ServerId, &ServerSettings)>,
    filled: &Filled<'_>,
) -> Form {
    let text = |name: &str| match filled {
        Filled::Sent(sent) => sent.text(name).to_owned(),
        Filled::Stored(server) => stored(server, name),
        Filled::Fresh => fresh(name),
    };
    let action = id.map_or("/admin/servers/new".to_owned(), |(id, _)| format!("/admin/servers/{id}"));
    let mut form = Form::new(action, words.text(if id.is_none() { "server-add" } else { "save" }));
    if id.is_none() {
        form = form.with(Field::new(words, "server_id", Kind::Line, text("server_id")).required());
    }
    let modules = admin.modules.iter().map(|module| module.manifest());
    let modules =
        modules.map(|manifest| (manifest.id.to_owned(), format!("{} ({})", manifest.title, manifest.id)));
    let money = ["live", "test"].map(|word| (word.to_owned(), words.text(&format!("money-{word}"))));
    form = form
        .with(Field::new(words, "name", Kind::Line, text("name")).required())
        .with(Field::new(words, "module", Kind::One(modules.collect()), text("module")))
        .with(Field::new(words, "money", Kind::One(money.into()), text("money")));
    for (name, unit, ..) in NUMBERS {
        form = form.with(Field::new(words, name, Kind::Number(unit), text(name)).required());
    }
    form = form.with(Field::new(words, "poll_steps", Kind::Line, text("poll_steps")));
    let chosen = text("module");
    for key in keys(admin, &chosen).iter().filter(|key| !key.secret) {
        let name = format!("value_{}", key.name);
        let field =
            Field { kind: Kind::Line, is_required: key.required, ..Field::hidden(&name, text(&name)) };
        form = form.with(field.called(key.name, Some(key.help.to_owned())));
    }
    form.with(Field::hidden(MARK, id.map(|(_, server)| mark(Some(server))).unwrap_or_default()))
}

fn keys(admin: &Admin, module: &str) -> &'static [SettingsKey] {
    // A new form shows the keys of the first module: where there is one, that is the right one.
    let module = admin.module(module).or_else(|| admin.modules.first().copied());
    module.map_or(&[], |module| module.manifest().keys)
}

fn fresh(name: &str) -> String {
    let number = NUMBERS.iter().find(|(number, ..)| *number == name).map(|(.., fresh)| (*fresh).to_owned());
    number.unwrap_or_else(|| match name {
        "money" => "test".to_owned(),
        "poll_steps" => steps_text(&PollPlan::live()),
        _ => String::new(),
    })
}

fn stored(server: &ServerSettings, name: &str) -> String {
    if let Some((_, _, read, _)) = NUMBERS.iter().find(|(number, ..)| *number == name) {
        return read(server).to_string();
    }
    match name {
        "name" => server.name.clone(),
        "module" => server.module.clone(),
        "money" => if server.test { "test" } else { "live" }.to_owned(),
        "poll_steps" => steps_text(&server.poll),
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

/// Reads the form. The module's own rules are asked with what is typed, and with a stand-in for credentials that come later.
pub(super) fn read(
    admin: &Admin,
    words: &Words,
    sent: &Sent,
    kept: Option<&ServerSettings>,
    secrets: &BTreeMap<String, SecretString>,
) -> Result<ServerSettings, Wrong> {
    let mut wrong = Wrong::default();
    let module = admin.module(sent.text("module"));
    if module.is_none() {
        wrong.field(words, "module");
    }
    if !matches!(sent.text("money"), "live" | "test") {
        wrong.field(words, "money");
    }
    let mut number = |name: &str| {
        let read = sent.text(name).parse::<u32>().ok();
        if read.is_none() {
            wrong.at(name, words.text("wrong-number"));
        }
        read.unwrap_or(1)
    };
    let response_timeout_s = number("response_timeout_s");
    let call_timeout_ms = number("call_timeout_ms");
    let code_life_s = number("code_life_s");
    let (rate_per_s, concurrency) = (number("rate_per_s"), number("concurrency"));
    let (after_ms, floor_ms) = (number("poll_after_ms").into(), number("poll_floor_ms").into());
    let steps_ms = steps(sent.text("poll_steps"));
    if steps_ms.is_none() {
        wrong.field(words, "poll_steps");
    }
    let keys = module.map_or(&[][..], |module| module.manifest().keys);
    let mut values = BTreeMap::new();
    for key in keys.iter().filter(|key| !key.secret) {
        let value = sent.text(&format!("value_{}", key.name));
        if !value.is_empty() {
            values.insert(key.name.to_owned(), value.to_owned());
        }
    }
    let server = ServerSettings {
        name: sent.text("name").to_owned(),
        module: sent.text("module").to_owned(),
        response_timeout_s,
        call_timeout_ms,
        code_life_s,
        test: sent.text("money") == "test",
        poll: PollPlan { steps_ms: steps_ms.unwrap_or_default(), after_ms, floor_ms },
        rate_per_s,
        concurrency,
        values,
    };
    if let Some(module) = module {
        let mut secrets = secrets.clone();
        for key in keys.iter().filter(|key| key.secret) {
            secrets.entry(key.name.to_owned()).or_insert_with(|| SecretString::from(PLACEHOLDER));
        }
        // Another module than before is chosen first, then its own settings are asked.
        let is_other = kept.is_some_and(|kept| kept.module != server.module);
        match connect(module, &server, &secrets) {
            Err(SettingsError::Missing { key }) if !is_other => {
                wrong.at(&format!("value_{key}"), words.text("wrong-missing"));
            }
            Err(SettingsError::Wrong { key, rule })
                if keys.iter().any(|known| known.name == key && !known.secret) =>
            {
                wrong.at(&format!("value_{key}"), rule);
            }
            _ => {}
        }
    }
    if wrong.is_empty() { Ok(server) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
