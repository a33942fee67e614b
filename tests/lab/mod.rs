//! The lab: real processes, a real broker and a simulated bank, for tests of the whole service.
//!
//! ```text
//!  tills (AmqpRegister) ── RabbitMQ ── integrator serve ── wire (counts calls) ── integrator sandbox ── buyer
//!        one broker for all tests,      a process that       a TCP proxy             a process or a task
//!        names by prefix                 can be killed
//! ```
//!
//! A [`World`] is all of it for one test: its own names at the broker, its own database, ports and bank, so that tests run
//! side by side. Everything is stopped when it is dropped; what a failed test leaves behind (logs, database) is kept, and
//! told.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "seeds, and what a failed test knows")]

mod bank;
mod broker;
mod browser;
mod contract;
pub(crate) mod customers;
mod demo;
mod display;
mod http_till;
mod lone;
mod network;
mod plan;
mod ports;
mod postgres;
mod process;
mod random;
mod screen;
pub(crate) mod scripts;
mod service;
mod terminal;
pub(crate) mod till;
mod wait;
mod wire;
mod world;

pub(crate) use bank::{Bank, MERCHANT, MERCHANT_KEY, MODULE, client};
pub(crate) use broker::Broker;
pub(crate) use browser::Browser;
pub(crate) use demo::Demo;
pub(crate) use display::PushedDisplay;
pub(crate) use http_till::HttpTill;
pub(crate) use lone::{API_KEY, API_KEY_SHA256, Lone};
pub(crate) use network::{Network, Weather};
pub(crate) use plan::{Plan, STORE, Server, Ways};
pub(crate) use postgres::Postgres;
pub(crate) use process::{PROGRAM, Process};
pub(crate) use random::Random;
pub(crate) use screen::Screen;
pub(crate) use service::Service;
pub(crate) use terminal::Terminal;
pub(crate) use wait::{LIMIT, until, within};
pub(crate) use world::{Networks, World};
