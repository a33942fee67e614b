//! What a call is answered with: what it is for, and each problem with its codes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::calls::Call;
use crate::documents::codes;
use crate::documents::commands::{COMMANDS, Command};

pub(super) fn of(call: &Call) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, media, schema) in call.answers {
        let response = responses.entry(status.to_string()).or_insert_with(|| done(call, *status));
        response["content"][*media] = json!({ "schema": schema() });
    }
    for (status, codes) in problems(call) {
        responses.insert(status.to_string(), problem(status, &codes));
    }
    responses
}

fn done(call: &Call, status: u16) -> Value {
    let mut done =
        json!({ "description": if status == 201 { "Done: it is new." } else { "Done." }, "content": {} });
    if call.method == "post" {
        done["headers"] = json!({ "Location": {
            "description": "The payment, where the call changed it.", "required": status == 201,
            "schema": { "type": "string" },
        } });
    }
    done
}

/// The codes that answer a call, by their status.
fn problems(call: &Call) -> BTreeMap<u16, Vec<&'static str>> {
    let command = COMMANDS.iter().find(|command| Some(command.verb) == call.verb);
    let of_verb = command.map(Command::codes).unwrap_or_default();
    let of_key: &[&str] =
        if call.needs_key { &["unauthorized", "forbidden", "rate_limited", "unavailable"] } else { &[] };
    let mut codes = [&of_verb[..], call.codes, of_key, &["internal", "timeout"]].concat();
    codes.retain(|code| *code != "too_large" || call.body.is_some());
    codes.sort_unstable();
    codes.dedup();
    let mut problems: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for word in codes {
        let status = codes::find(word).and_then(|code| code.status);
        problems.entry(status.expect("calls are answered with codes that have one")).or_default().push(word);
    }
    if call.body.is_some() {
        problems.insert(415, vec!["invalid"]);
    }
    problems
}

fn problem(status: u16, words: &[&'static str]) -> Value {
    let meaning = |word: &&str| {
        let code = codes::find(word).expect("only known codes are given");
        format!("`{word}`: {}.", code.meaning)
    };
    let description = if status == 415 {
        "`invalid`: the body is no application/json.".to_owned()
    } else {
        words.iter().map(meaning).collect::<Vec<_>>().join(" ")
    };
    let schema = json!({ "allOf": [
        super::reference("problem"),
        { "type": "object", "properties": { "code": { "enum": words } } },
    ] });
    let mut problem = json!({ "description": description, "content": { "application/problem+json": { "schema": schema } } });
    let header = match status {
        401 => Some(("WWW-Authenticate", "string", "Bearer.")),
        429 | 503 => Some(("Retry-After", "integer", "Seconds to wait before the same call is sent again.")),
        _ => None,
    };
    if let Some((name, kind, description)) = header {
        problem["headers"] =
            json!({ name: { "description": description, "required": true, "schema": { "type": kind } } });
    }
    problem
}
