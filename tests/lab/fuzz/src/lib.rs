#![doc = include_str!("../README.md")]

mod bytes;
mod corpus;
mod dice;
mod judge;
mod mutate;
mod shrink;
mod target;
mod tree;

pub use mutate::Tongue;
pub use target::Target;

/// Counts what is held, in every test program that has targets.
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
