//! Every store behaves alike: each rule of the port is one function, run on each of them. What only one kind of store
//! can do or suffer has a file of its own.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]

mod audit;
mod behaviour;
mod crash;
mod model;
#[path = "../../../../tests/lab/network.rs"]
#[expect(dead_code, reason = "the whole-service tests know more weathers")]
mod network;
mod people;
#[path = "../../../../tests/lab/ports.rs"]
mod ports;
mod postgres;
mod sample;
mod screens;
mod settings;
mod settings_file;
mod sqlite;
mod subject;
mod suite;
