//! Bodies of calls: the commands of the contract, as the engine's intake reads them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use engine::BODY_AT_MOST_BYTES;
use engine::contract::{is_empty, read_object};
use engine::doors::Incoming;
use payment::{OperationId, RegisterId, StoreId};
use serde_json::{Map, Value};

use super::drain::{Unread, read};
use crate::problem::Problem;

/// A body that was read.
pub(crate) struct CommandBody {
    bytes: Bytes,
    /// Its fields; an empty body has none.
    pub(crate) fields: Map<String, Value>,
    content_type: Option<String>,
}

impl CommandBody {
    /// Reads a body of bounded length. Without one there are no fields.
    pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let bytes = read(body, BODY_AT_MOST_BYTES).await.map_err(|unread| match unread {
            Unread::TooLong => {
                let detail = format!("A body is at most {BODY_AT_MOST_BYTES} bytes long.");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
                    .in_field(Some("body".to_owned()))
            }
            Unread::Broken => Problem::invalid("body", "the body broke off"),
        })?;
        let is_empty = is_empty(&bytes);
        let fields = if is_empty { Map::new() } else { read_object(&bytes)? };
        let content_type = if is_empty { None } else { content_type(headers) };
        Ok(Self { bytes, fields, content_type })
    }

    /// Reads a body that must be there.
    pub(crate) async fn required(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        let body = Self::read(headers, body).await?;
        if body.fields.is_empty() {
            read_object(&body.bytes)?;
        }
        Ok(body)
    }

    /// A field that is text, if it is there.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::invalid(name, format!("{name} is wrong: it must be text"))),
        }
    }

    /// The register that a field names.
    pub(crate) fn register(&self) -> Result<Option<RegisterId>, Problem> {
        self.text("register")?.map(register_named).transpose()
    }

    /// Sets a field, whatever was sent in it.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.fields.insert(name.to_owned(), Value::String(value.to_owned()));
    }

    /// Sets the operation that the path names; a body that names another one is wrong.
    pub(crate) fn set_operation(&mut self, operation: &OperationId) -> Result<(), Problem> {
        if self.text("operation")?.is_some_and(|sent| sent != operation.as_str()) {
            let detail = "The operation in the body is not the one in the path; leave it out.";
            return Err(Problem::invalid("operation", detail));
        }
        self.set("operation", operation.as_str());
        Ok(())
    }

    /// The command as it came, to the byte.
    pub(crate) fn into_sent(self, verb: &str, store: &StoreId, register: &RegisterId) -> Incoming {
        let Self { bytes, content_type, .. } = self;
        Incoming { content_type, ..command(verb, store, register, bytes.to_vec()) }
    }

    /// The command with the fields as they are now.
    pub(crate) fn into_command(self, verb: &str, store: &StoreId, register: &RegisterId) -> Incoming {
        let Self { fields, content_type, .. } = self;
        Incoming { content_type, ..of_fields(verb, store, register, fields) }
    }
}

/// A command with these fields.
pub(crate) fn of_fields(
    verb: &str,
    store: &StoreId,
    register: &RegisterId,
    fields: Map<String, Value>,
) -> Incoming {
    command(verb, store, register, Value::Object(fields).to_string().into_bytes())
}

/// The register that a text names, if there can be one.
pub(crate) fn register_named(text: &str) -> Result<RegisterId, Problem> {
    RegisterId::parse(text).map_err(|error| Problem::invalid("register", error.to_string()))
}

fn command(verb: &str, store: &StoreId, register: &RegisterId, body: Vec<u8>) -> Incoming {
    Incoming {
        version: "v1".to_owned(),
        store: store.to_string(),
        register: register.to_string(),
        verb: verb.to_owned(),
        body,
        ..Incoming::default()
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(header::CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned())
}
