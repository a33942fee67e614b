//! The whole service on real parts: `integrator serve` and `integrator sandbox` as processes, a real RabbitMQ, registers
//! that keep to the contract and some that do not.
//!
//! Run with `cargo xtask test -- -p universal-integrator`, which starts the broker. A test prints its seed if it has one;
//! `INTEGRATOR_TEST_SEED` brings the same choices again.

#[expect(dead_code, unused_imports, reason = "the benchmark uses more of the lab")]
#[path = "../lab/mod.rs"]
mod lab;

use lab::{customers, till};

mod admin_web;
mod bad_input;
mod crashes;
mod documents;
mod examples;
mod faults;
mod guide;
mod http_alone;
mod ill_bank;
mod inspection;
mod late_money;
mod layouts;
mod oracles;
mod outages;
mod outputs;
mod parked;
mod plates;
mod play;
mod postgres;
mod restarts;
mod rights;
mod screens;
mod secrets;
mod stale;
mod terminal;
mod whole_way;
