//! What a bank is to the Universal Integrator.
//!
//! A bank is one folder: a [`Module`] that reads its own settings and builds a [`Connector`]. A connector is a thin
//! translator: it has no retry, no sleep, no store, no clock and logs no bodies; the engine owns all of these. Mapping
//! between the bank's wire format and our words is pure and table-tested. A word that a connector does not know means
//! *in progress*, never *failed*. Errors say what may have happened at the bank: [`payment::CallError`].

mod capabilities;
#[cfg(feature = "conformance")]
pub mod conformance;
mod connector;
#[cfg(feature = "http")]
pub mod http;
mod module;
mod notification;
mod plate;
pub mod tidy;

pub use capabilities::{Capabilities, KindAbility};
pub use connector::Connector;
pub use module::{Manifest, Module, ServerSettings, SettingsError, SettingsKey, Told};
pub use notification::{Notification, NotificationError, Signature};
pub use plate::PlateRequest;
