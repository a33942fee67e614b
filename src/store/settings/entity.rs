//! The things that settings are made of, each with a key and a body of its own.

use std::fmt;

use payment::{ConsoleId, PaymentTypeCode, RegisterId, ServerId, StoreId};
use serde_json::Value;

/// One thing of the settings. The order is the one in which they may be written: what others hang on comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// A shop, without its registers and payment types.
    Store(StoreId),
    /// A till or kiosk, without its consoles.
    Register(StoreId, RegisterId),
    /// An output for buyers.
    Console(StoreId, RegisterId, ConsoleId),
    /// A tender.
    PaymentType(StoreId, PaymentTypeCode),
    /// A configured way to a bank, without its secrets.
    Server(ServerId),
    /// One credential of an authorization server, by its name. Its body is the sealed text.
    Secret(ServerId, String),
    /// A key for the HTTP interface, by its id.
    ApiKey(String),
}

/// The path of the thing in the settings file, such as `stores.17.registers.1`.
impl fmt::Display for Entity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(store) => write!(formatter, "stores.{store}"),
            Self::Register(store, register) => write!(formatter, "stores.{store}.registers.{register}"),
            Self::Console(store, register, console) => {
                write!(formatter, "stores.{store}.registers.{register}.consoles.{console}")
            }
            Self::PaymentType(store, code) => write!(formatter, "stores.{store}.payment_types.{code}"),
            Self::Server(server) => write!(formatter, "servers.{server}"),
            Self::Secret(server, name) => write!(formatter, "servers.{server}.secrets.{name}"),
            Self::ApiKey(id) => write!(formatter, "api_keys.{id}"),
        }
    }
}

impl Entity {
    /// Whether its body is kept from people.
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(..))
    }
}

/// Whether a field of a thing is the hash of a key: people are told whether it is another, never which.
pub fn is_hash(field: &str) -> bool {
    field.ends_with("sha256")
}

/// One change of one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What changes.
    pub entity: Entity,
    /// Its body before; `None`: it is new.
    pub before: Option<Value>,
    /// Its body after; `None`: it goes, and what hangs on it goes with it.
    pub after: Option<Value>,
}

/// For people: `+ stores.17.registers.4`, `- …`, or `~ stores.17: language "ru" → "en"`. Never a secret's value or a key's hash.
impl fmt::Display for Edit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, before, after } = self;
        match (before, after) {
            (None, _) => write!(formatter, "+ {entity}"),
            (_, None) => write!(formatter, "- {entity}"),
            (Some(_), Some(_)) if entity.is_secret() => write!(formatter, "~ {entity}: another value"),
            (Some(before), Some(after)) => {
                write!(formatter, "~ {entity}: {}", differences(before, after).join(", "))
            }
        }
    }
}

/// The fields that differ, in the order of their names.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return vec![format!("{before} → {after}")];
    };
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed
        .map(|name| {
            if is_hash(name) {
                return format!("{name} is another");
            }
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            format!("{name} {} → {}", text(before.get(name)), text(after.get(name)))
        })
        .collect()
}
