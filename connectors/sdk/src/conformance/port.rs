//! Ports for tests.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the range that systems give to outgoing connections, so that a test's port is never another test's client.
const PORTS: (u32, u32) = (20_000, 32_000);

/// Listens on a free port of this machine.
pub fn listener() -> TcpListener {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let (first, end) = PORTS;
    for _ in first..end {
        let offset = std::process::id().wrapping_mul(61).wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
        let port = first + offset % (end - first);
        let port = u16::try_from(port).expect("the range is below 65536");
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener;
        }
    }
    panic!("no port from {first} to {end} is free");
}

/// An address where nobody listens.
pub fn closed_address() -> SocketAddr {
    listener().local_addr().expect("a bound socket has an address")
}
