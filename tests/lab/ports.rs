//! Free ports.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};

/// Below 32768, where Linux begins to give ports to outgoing connections: what is down for a moment must be found where it
/// was. Apart from the range of private brokers.
const RANGE: std::ops::Range<u16> = 10_000..20_000;

/// A port on 127.0.0.1 that is free now. Looked for from a random place, so that tests beside this one look elsewhere.
pub(crate) fn free_port() -> u16 {
    let length = RANGE.end - RANGE.start;
    let random = RandomState::new().build_hasher().finish() % u64::from(length);
    let offset = u16::try_from(random).expect("less than the length of the range");
    let mut ports = (0..length).map(|step| RANGE.start + (offset + step) % length);
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.find(is_free).unwrap_or_else(|| panic!("no free port in {RANGE:?} on 127.0.0.1"))
}
