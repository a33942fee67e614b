//! What is sent is what is published: events of the engine against the schemas of `docs/contract`, in both directions. The
//! published schemas allow more fields, for registers that are older than the service; here nothing may be sent that they
//! do not name.

use std::sync::LazyLock;

use serde_json::Value;

static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../docs/contract/schemas.json")).expect("the file is JSON")
});
static ASYNCAPI: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../docs/contract/asyncapi.json")).expect("the file is JSON")
});

/// All events and their fields, as `payment.paid credit`, those within lists as `payment.state credits.payer`.
pub(crate) fn promised() -> Vec<String> {
    let schemas = SCHEMAS.as_object().expect("schemas by name");
    let events = schemas.iter().filter_map(|(name, schema)| Some((name.strip_prefix("event.")?, schema)));
    let mut all = Vec::new();
    for (event, schema) in events {
        fields_of(schema, "", &mut |field| all.push(format!("{event} {field}")));
    }
    all
}

fn fields_of(schema: &Value, above: &str, each: &mut impl FnMut(&str)) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{above}{name}");
        each(&path);
        let below = if field["items"].is_object() { &field["items"] } else { field };
        fields_of(below, &format!("{path}."), each);
    }
}

/// The fields that an event was sent with, named as [`promised`] names them. A null says nothing.
pub(crate) fn sent(event: &Value) -> Vec<String> {
    let name = event["event"].as_str().expect("events have names").to_owned();
    let mut all = Vec::new();
    fields_in(event, "", &mut |field| all.push(format!("{name} {field}")));
    all
}

fn fields_in(value: &Value, above: &str, each: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(_, field)| !field.is_null()) {
                let path = format!("{above}{name}");
                each(&path);
                fields_in(field, &format!("{path}."), each);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| fields_in(value, above, each)),
        _ => {}
    }
}

/// Fails unless an event is as published.
pub(crate) fn check(event: &Value) {
    let name = event["event"].as_str().unwrap_or_default();
    let schema = &SCHEMAS[format!("event.{name}")];
    assert!(schema.is_object(), "there is no schema of {name}");
    if let Err(wrong) = conforms(schema, event, "") {
        panic!("{wrong}, by the schema of {name}: {event}");
    }
    if name == "request.rejected" {
        let operation = format!("command_{}", event["command"].as_str().expect("a verb"));
        let known = ASYNCAPI["operations"][&operation]["x-rejections"].as_array();
        let is_known =
            known.is_none_or(|codes| codes.contains(&event["code"]) || event["code"] == "unknown_verb");
        assert!(is_known, "{operation} is not published to be rejected with {}", event["code"]);
    }
}

fn conforms(schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    if let Some(choices) = schema["anyOf"].as_array() {
        let tries: Vec<_> = choices.iter().map(|choice| conforms(choice, value, path)).collect();
        let first_wrong = tries.iter().find_map(|tried| tried.clone().err());
        return if tries.iter().any(Result::is_ok) { Ok(()) } else { first_wrong.map_or(Ok(()), Err) };
    }
    let of_list = |name: &str| schema[name].as_array().is_none_or(|known| known.contains(value));
    if !of_list("enum") || !of_list("x-codes") || schema.get("const").is_some_and(|only| only != value) {
        return Err(format!("{path} may not be {value}"));
    }
    let is_kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|kind| is(value, kind)),
        Value::Null => true,
        kind => is(value, kind),
    };
    if !is_kind {
        return Err(format!("{path} is no {}", schema["type"]));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        conforms(&schema["items"], item, &format!("{path}[{index}]"))?;
    }
    let (Some(fields), Some(properties)) = (value.as_object(), schema["properties"].as_object()) else {
        return Ok(());
    };
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(required) {
            return Err(format!("{path}.{required} is promised and not sent"));
        }
    }
    fields.iter().try_for_each(|(name, field)| {
        let published = properties.get(name).ok_or(format!("{path}.{name} is sent and not published"))?;
        conforms(published, field, &format!("{path}.{name}"))
    })
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
