//! The words of the simulated bank's fault scripts.

/// Calls that a fault can meet.
pub(crate) const CALLS: [&str; 4] = ["create", "status", "cancel", "refund"];

/// Faults that every call can meet, before the bank has acted.
pub(crate) const ON_EVERY_CALL: [&str; 8] = [
    "timeout_after_accept",
    "timeout_before_accept",
    "http_500",
    "http_429",
    "reset",
    "slow",
    "garbage",
    "html",
];

/// Those that can also come after the bank has acted. A gateway that counts calls turns them away before.
pub(crate) const ALSO_AFTERWARDS: [&str; 4] = ["http_500", "reset", "garbage", "html"];
