//! The Universal Integrator: in-store QR payments between tills and banks. See ARCHITECTURE.md for the map.

mod audit;
mod banks;
pub mod cli;
mod clock;
pub mod config;
mod database;
pub mod demo;
mod ids;
pub mod management;
mod outputs;
mod registry;
mod service;
mod telemetry;
pub mod till;

pub use service::Service;
