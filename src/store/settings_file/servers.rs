//! Authorization servers, their secrets, and keys for the HTTP interface in the file.

use engine::settings::{ServerSettings, Usage};
use payment::{PollPlan, ServerId, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::SecretText;
use super::fields::Fields;
use super::stores::read_time;
use super::walk::Walk;
use super::write::{put, put_some};
use crate::settings::ApiKey;

impl Walk {
    /// The secrets of one server. No problem shows a value.
    pub(super) fn secrets(&mut self, server: &ServerId, secrets: Value) {
        let key = format!("servers.{server}.secrets");
        let Value::Table(secrets) = secrets else {
            self.problems.at(&key, format!("not a table; write [{key}]"));
            return;
        };
        for (name, value) in secrets {
            match secret_text(value) {
                Ok(text) => drop(self.file.secrets.insert((server.clone(), name), text)),
                Err(cure) => self.problems.at(format!("{key}.{name}"), cure),
            }
        }
    }
}

fn secret_text(value: Value) -> Result<SecretText, &'static str> {
    match value {
        Value::String(clear) if clear.is_empty() => {
            Err("it is empty; leave the line out to keep the present one")
        }
        Value::String(clear) => Ok(SecretText::Clear(SecretString::from(clear))),
        Value::Table(mut table) => match (table.remove("sealed"), table.is_empty()) {
            (Some(Value::String(sealed)), true) => Ok(SecretText::Sealed(sealed)),
            _ => Err("a secret is a text in quotes, or { sealed = \"v1:…\" } as an export writes it"),
        },
        _ => Err("a secret is a text: put it in quotes"),
    }
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<ServerSettings> {
    let name = fields.required("name");
    let module = fields.required("module");
    let test = fields.required("test");
    let response_timeout_s = fields.required("response_timeout_s");
    let call_timeout_ms = fields.required("call_timeout_ms");
    let code_life_s = fields.required("code_life_s");
    let rate_per_s = fields.required("rate_per_s");
    let concurrency = fields.required("concurrency");
    let live = PollPlan::live();
    let poll = PollPlan {
        steps_ms: fields.optional("poll_steps_ms").unwrap_or(live.steps_ms),
        after_ms: fields.optional("poll_after_ms").unwrap_or(live.after_ms),
        floor_ms: fields.optional("poll_floor_ms").unwrap_or(live.floor_ms),
    };
    let values = fields.optional("values").unwrap_or_default();
    let usage = read_usage(fields);
    let fee_bp = fields.optional("fee_bp");
    let next_credentials_at = read_time(fields, "next_credentials_at");
    Some(ServerSettings {
        name: name?,
        module: module?,
        response_timeout_s: response_timeout_s?,
        call_timeout_ms: call_timeout_ms?,
        code_life_s: code_life_s?,
        test: test?,
        poll,
        rate_per_s: rate_per_s?,
        concurrency: concurrency?,
        values,
        usage: usage.unwrap_or_default(),
        fee_bp,
        next_credentials_at,
    })
}

/// What a server is used for: a word, and the times of a pause beside it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UsageWord {
    Active,
    Paused,
    RefundsOnly,
}

fn read_usage(fields: &mut Fields<'_>) -> Option<Usage> {
    let word: Option<UsageWord> = fields.optional("usage");
    let (from, until) = (read_time(fields, "paused_from"), read_time(fields, "paused_until"));
    match word {
        Some(UsageWord::Paused) => Some(Usage::Paused { from, until }),
        _ if from.or(until).is_some() => {
            let name = if from.is_some() { "paused_from" } else { "paused_until" };
            fields.wrong(name, "it belongs to usage = \"paused\"; leave it out");
            None
        }
        Some(UsageWord::Active) => Some(Usage::Active),
        Some(UsageWord::RefundsOnly) => Some(Usage::RefundsOnly),
        None => None,
    }
}

fn write_usage(table: &mut Table, usage: Usage) {
    match usage {
        Usage::Active => {}
        Usage::RefundsOnly => put(table, "usage", UsageWord::RefundsOnly),
        Usage::Paused { from, until } => {
            put(table, "usage", UsageWord::Paused);
            put_some(table, "paused_from", from.map(|time| time.to_string()));
            put_some(table, "paused_until", until.map(|time| time.to_string()));
        }
    }
}

pub(super) fn write(server: &ServerSettings) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", &server.name);
    put(&mut table, "module", &server.module);
    put(&mut table, "test", server.test);
    put(&mut table, "response_timeout_s", server.response_timeout_s);
    put(&mut table, "call_timeout_ms", server.call_timeout_ms);
    put(&mut table, "code_life_s", server.code_life_s);
    put(&mut table, "rate_per_s", server.rate_per_s);
    put(&mut table, "concurrency", server.concurrency);
    put(&mut table, "poll_steps_ms", &server.poll.steps_ms);
    put(&mut table, "poll_after_ms", server.poll.after_ms);
    put(&mut table, "poll_floor_ms", server.poll.floor_ms);
    if !server.values.is_empty() {
        put(&mut table, "values", &server.values);
    }
    write_usage(&mut table, server.usage);
    put_some(&mut table, "fee_bp", server.fee_bp);
    put_some(&mut table, "next_credentials_at", server.next_credentials_at.map(|time| time.to_string()));
    table
}

pub(super) fn read_api_key(fields: &mut Fields<'_>) -> Option<ApiKey> {
    let store = fields.required("store");
    let name = fields.required("name");
    let sha256 = fields.required("sha256");
    let created_at: Option<String> = fields.optional("created_at");
    let created_at = created_at.map(|text| Timestamp::parse(&text));
    if matches!(created_at, Some(Err(_))) {
        fields.wrong("created_at", "not a time such as \"2026-11-21T10:15:00Z\"; it may be left out");
    }
    Some(ApiKey { store: store?, name: name?, sha256: sha256?, created_at: created_at.and_then(Result::ok) })
}

pub(super) fn write_api_key(key: &ApiKey) -> Table {
    let mut table = Table::new();
    put(&mut table, "store", &key.store);
    put(&mut table, "name", &key.name);
    put(&mut table, "sha256", &key.sha256);
    put_some(&mut table, "created_at", key.created_at.map(|time| time.to_string()));
    table
}
