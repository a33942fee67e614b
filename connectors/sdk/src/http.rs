//! The HTTP client that connectors share (feature `http`).
//!
//! It holds the two rules that every bank needs and that are easy to get wrong: what an error says about *what may have
//! happened at the bank* ([`Http::send`]), and that a call is sent at most once: no redirect is followed, nothing is
//! tried again. Retrying is the engine's, which knows what is safe.

mod address;
mod client;
mod tls;

pub use address::BaseUrl;
pub use client::{ANSWER_LIMIT, Answer, Http, PROXY};
pub use reqwest::{Method, RequestBuilder, Url};
pub use tls::{CA_FILE, install_crypto};
