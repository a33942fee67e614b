#![doc = include_str!("../README.md")]

mod amount;
mod banks;
mod book;
mod buyer;
mod clock;
mod control;
mod desk;
mod error;
mod faults;
mod notify;
mod options;
pub mod raiffeisen;
mod random;
mod sbp;
mod server;
mod snapshot;
mod socket;
mod world;

pub use self::{
    error::Error,
    options::{AfterDecline, BusyLink, Notifications, Options},
    server::{Sandbox, bind, router},
};
