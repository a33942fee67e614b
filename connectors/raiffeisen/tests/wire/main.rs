//! The connector over a real socket: what it sends, and what it makes of answers and of silence.

#[cfg(test)]
mod bank;
mod codes;
mod faults;
mod links;
mod refunds;
mod status;
