//! One command a file: its arguments, its help, what it does.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod faults;
pub(crate) mod fuzz;
pub(crate) mod mutants;
pub(crate) mod planted_bugs;
pub(crate) mod postgres;
pub(crate) mod rabbitmq;
pub(crate) mod simulate;
pub(crate) mod test;
pub(crate) mod tools;
