#![doc = include_str!("../README.md")]

mod call;
mod capabilities;
mod config;
#[cfg(test)]
mod fuzz;
mod manifest;
mod map;
mod module;
mod notification;
mod signature;
mod wire;

pub use module::{MODULE, Raiffeisen};
