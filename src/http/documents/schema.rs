//! Schemas from types, made plain: nothing refers to anything, times say that they are times.

use engine::contract::{EventBody, schema_of};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Fields whose text is an RFC 3339 time in UTC.
const TIMES: [&str; 9] = [
    "occurred_at",
    "expires_at",
    "paid_at",
    "payable_until",
    "claim_until",
    "retry_at",
    "accepted_at",
    "not_after",
    "printed_at",
];

/// The schema of what registers send.
pub(super) fn of_sent<T: JsonSchema>() -> Value {
    tidied(schema_of::<T>())
}

/// The schema of what registers get.
pub(crate) fn of_got<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    tidied(settings.into_generator().into_root_schema_for::<T>().to_value())
}

/// The schemas of an event's fields.
pub(super) fn event_fields() -> Map<String, Value> {
    match of_got::<EventBody>() {
        Value::Object(mut schema) => match schema.remove("properties") {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

/// Takes `null` from what a field may be.
pub(super) fn never_null(field: &mut Value) {
    let Some(field) = field.as_object_mut() else { return };
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = field.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            field.remove("anyOf");
            for (key, value) in only {
                field.entry(key).or_insert(value);
            }
        }
    }
}

/// What follows from the words of the contract that types do not say.
pub(super) fn text_in(words: impl IntoIterator<Item = &'static str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

fn tidied(mut schema: Value) -> Value {
    tidy(&mut schema);
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("title");
    }
    schema
}

/// Descriptions on one line, times as times, widths of integers left out: they are no formats of JSON Schema.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get_mut("properties") {
                for (name, property) in properties.iter_mut() {
                    if let Some(property) = property.as_object_mut()
                        && TIMES.contains(&name.as_str())
                    {
                        property.insert("format".to_owned(), "date-time".into());
                    }
                }
            }
            let is_width = fields
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|format| format.trim_start_matches('u').starts_with("int"));
            if is_width {
                fields.remove("format");
            }
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            fields.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}
