//! Faults on order: what a test or a person asks to go wrong, and how it then does.

pub(crate) mod api;
mod guard;
mod kind;
mod request;
mod spoil;
mod table;

pub(crate) use self::{
    guard::{Twist, guarded},
    kind::{Call, Kind},
    table::{Fault, Faults},
};
