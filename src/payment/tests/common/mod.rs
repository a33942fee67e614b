//! A small language to tell stories of payments in, and the laws that hold after every step of every story.

#![allow(dead_code, reason = "each test binary speaks a part of the language")]

pub(crate) mod law;
pub(crate) mod shop;
pub(crate) mod story;
pub(crate) mod text;
