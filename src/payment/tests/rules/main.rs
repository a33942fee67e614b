//! The money rules (design.md §4) and the promises (§5), rule by rule. Every step of every story is also checked against
//! the laws of `common/law.rs`.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

#[path = "../common/mod.rs"]
mod common;

mod cancel;
mod credits;
mod expiry;
mod failover;
mod fiscal;
mod inspecting;
mod journal;
mod kinds;
mod late_money;
mod links;
mod not_known;
mod open_plates;
mod opening;
mod orphans;
mod outputs;
mod refund_limits;
mod refunds;
mod refunds_by_people;
mod review;
mod settling;
mod superseding;
mod taken_money;
mod wake;
