//! Reading fields, of bodies and of queries alike. An error names the field to mend and says what is wanted there in the
//! words of the contract: they come from the published schema of the type that reads.

use payment::RejectCode;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

/// Why a request is rejected before any payment is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stable word.
    pub code: RejectCode,
    /// The field to mend, if one is to blame.
    pub field: Option<String>,
    /// The reason, for people.
    pub reason: String,
}

/// A reason is a sentence for people; what senders put into it is cut off behind this.
pub(super) const REASON_AT_MOST_CHARS: usize = 300;
/// A field's name is cut off behind this: senders may invent any.
const FIELD_AT_MOST_CHARS: usize = 80;

impl Fault {
    pub(crate) fn new(code: RejectCode, field: &str, reason: impl Into<String>) -> Self {
        Self::of_field(code, Some(field.to_owned()), reason)
    }

    pub(crate) fn of_field(code: RejectCode, field: Option<String>, reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        let field = field.map(|field| field.chars().take(FIELD_AT_MOST_CHARS).collect());
        Self { code, field, reason: reason.chars().take(REASON_AT_MOST_CHARS).collect() }
    }

    /// The request breaks the contract in a field.
    pub fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::new(RejectCode::Invalid, field, reason)
    }
}

/// Reads fields, naming the first one that breaks the contract. Fields that the type does not know are ignored.
///
/// U+0000 is in no text of the contract: PostgreSQL stores none, and a command that can't be stored would come back for ever.
pub fn read_fields<T: DeserializeOwned + JsonSchema>(fields: &Map<String, Value>) -> Result<T, Fault> {
    if let Some(field) = nul_in::<T>(fields) {
        return Err(Fault::invalid(&field, format!("{field} is wrong: it holds the character U+0000")));
    }
    serde_path_to_error::deserialize(Value::Object(fields.clone())).map_err(|error| {
        // Only a missing field is told by serde in words; the path leads to the object that it is missing from.
        let words = error.inner().to_string();
        let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let field = field_of(error.path(), missing);
        let wanted = wanted_at(schema_of::<T>(), error.path(), missing);
        // What was sent does not belong into logs and dead letters.
        let fault = if missing.is_some() { "is missing: it" } else { "is wrong: it" };
        Fault::invalid(&field, format!("{field} {fault} must be {wanted}"))
    })
}

/// The path of a known field that holds U+0000.
fn nul_in<T: JsonSchema>(fields: &Map<String, Value>) -> Option<String> {
    let found: Vec<(&String, String)> =
        fields.iter().filter_map(|(name, value)| Some((name, nul_below(name.clone(), value)?))).collect();
    if found.is_empty() {
        return None;
    }
    let known = schema_of::<T>()["properties"].take();
    found.into_iter().find(|(name, _)| known.get(name).is_some()).map(|(_, path)| path)
}

fn nul_below(path: String, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(path),
        Value::Array(values) => {
            let mut values = values.iter().enumerate();
            values.find_map(|(index, value)| nul_below(format!("{path}[{index}]"), value))
        }
        Value::Object(fields) => {
            fields.iter().find_map(|(name, value)| nul_below(format!("{path}.{name}"), value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The schema of what a type reads: nothing in it refers to anything.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn field_of(path: &Path, missing: Option<&str>) -> String {
    match (path.to_string().as_str(), missing) {
        (".", Some(name)) => name.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
        (".", None) => "body".to_owned(),
        (path, None) => path.to_owned(),
    }
}

/// What the schema wants at the end of a path.
fn wanted_at(mut schema: Value, path: &Path, missing: Option<&str>) -> String {
    for segment in path {
        schema = match segment {
            Segment::Map { key } => schema["properties"][key.as_str()].take(),
            Segment::Seq { .. } => schema["items"].take(),
            _ => return "as published".to_owned(),
        };
    }
    if let Some(name) = missing {
        schema = schema["properties"][name].take();
    }
    wanted(&schema)
}

fn wanted(schema: &Value) -> String {
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => format!("text{}", bounds(schema, "minLength", "maxLength", " characters")),
        Some("integer") => format!("a whole number{}", bounds(schema, "minimum", "maximum", "")),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => format!("a list, and each in it {}", wanted(&schema["items"])),
        Some("object") => {
            let names = schema["properties"].as_object().into_iter().flat_map(Map::keys);
            format!("an object with {}", names.map(String::as_str).collect::<Vec<_>>().join(", "))
        }
        _ => "as published".to_owned(),
    }
}

fn bounds(schema: &Value, least: &str, most: &str, unit: &str) -> String {
    match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => String::new(),
        (least, Value::Null) => format!(" of at least {least}{unit}"),
        (Value::Null, most) => format!(" of at most {most}{unit}"),
        (least, most) if least == most => format!(" of {least}{unit}"),
        (least, most) => format!(" of {least} to {most}{unit}"),
    }
}
