//! The HTTP door: the contract with registers, screens of buyers, notifications of banks, health and metrics.
//!
//! It moves bytes. What a screen shows is decided in `console`, what a notification means by the authorization server's
//! module, and only the engine changes payments. Every request is bounded in size, time and number, and every error is a
//! problem document (RFC 9457) or, where a person reads it, a page that says what to do.

mod api;
mod changes;
pub mod documents;
mod door;
mod guard;
mod health;
mod hooks;
mod index;
mod playground;
mod probes;
mod problem;
mod rate;
mod screen;
mod serve;
mod tls;

pub use api::ApiKeys;
pub use axum::Router;
pub use door::{HttpConfig, HttpDoor};
pub use health::{Condition, Health, HealthSource, Part};
pub use hooks::{NotificationReceipt, Notifications};
pub use playground::Playground;
pub use screen::{NewDevice, Pairings, Ratings, Sightings};
pub use serve::{BindError, Bound};
pub use tls::{TlsError, TlsFiles};

#[cfg(test)]
extern crate self as http_door;
#[cfg(test)]
mod documents_tests;
#[cfg(test)]
#[path = "tests/door/fake.rs"]
#[expect(dead_code, reason = "tests on sockets use more of the stand-ins")]
mod fake;
#[cfg(test)]
mod feed_tests;
#[cfg(test)]
mod fuzz;
