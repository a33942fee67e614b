//! Parameters of paths and queries, from the types that read them.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::api::{EventsQuery, PictureQuery};
use crate::documents::schema::{never_null, of_sent};

pub(super) fn address() -> Vec<Value> {
    let description = "Our id, or op:<store>:<register>:<operation>, also before the pay has arrived.";
    vec![path_parameter("payment", description, "op:17:3:17-3-000123-1")]
}

pub(super) fn path_parameter(name: &str, description: &str, example: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true, "description": description,
        "schema": { "type": "string", "minLength": 1 }, "example": example,
    })
}

pub(super) fn events_parameters() -> Vec<Value> {
    let last = json!({
        "name": "Last-Event-ID", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "The id of the last event that was seen. Before `after`, if both are given.", "example": "1042",
    });
    [query_of::<EventsQuery>(), vec![last]].concat()
}

pub(super) fn picture_parameters() -> Vec<Value> {
    let picture = path_parameter(
        "picture",
        "<payment>.svg, <payment>.png or <payment>.bmp.",
        "op:17:3:17-3-000123-1.png",
    );
    [vec![picture], query_of::<PictureQuery>()].concat()
}

/// The parameters of a query.
pub(super) fn query_of<T: JsonSchema>() -> Vec<Value> {
    let schema = of_sent::<T>();
    let required =
        |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let parameter = |(name, field): (&String, &Value)| {
        let mut field = field.clone();
        never_null(&mut field);
        let description = field.as_object_mut().and_then(|field| field.remove("description"));
        json!({
            "name": name, "in": "query", "required": required(name), "description": description, "schema": field,
            "example": example(name),
        })
    };
    schema["properties"].as_object().into_iter().flatten().map(parameter).collect()
}

fn example(parameter: &str) -> Value {
    match parameter {
        "store" => json!("17"),
        "register" => json!("3"),
        "receipt" => json!("000123"),
        "bank_transaction" => json!("120059"),
        "amount" => json!(19800),
        "currency" => json!("RUB"),
        "from" => json!("2026-11-20"),
        "to" => json!("2026-11-21"),
        "payer" => json!("12-34"),
        "before" => json!("019aa5c00000700080000000000a1000"),
        "shift" => json!("42"),
        "wait" => json!("25s"),
        "after" => json!(3),
        "module" => json!(8),
        "quiet" => json!(4),
        "key" => json!("the-key-of-the-console"),
        _ => Value::Null,
    }
}
