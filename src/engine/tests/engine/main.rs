//! The engine at work, in a world of paused time: an own bank, broker and database around the real loops.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]

#[path = "../kit/mod.rs"]
mod kit;

mod answers;
mod asked;
mod bad_input;
mod banks;
mod cancel;
mod changes;
mod cost;
mod crash;
mod desk;
mod epochs;
mod events;
mod found;
mod fuzz;
mod ill_banks;
mod inspection;
mod instances;
mod limits;
mod many;
mod notices;
mod one_open;
mod open_plates;
mod outage;
mod outputs;
mod paid;
mod parked;
mod plates;
mod published;
mod queries;
mod refunds;
mod repeats;
mod settings;
mod shown;
mod stop;
mod sweep;
mod taken_money;
mod usage;
