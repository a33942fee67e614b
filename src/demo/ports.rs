//! Ports: the well-known ones if they are free, else others.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Below 32768, where Linux begins to give ports to outgoing connections.
const OTHERS: std::ops::Range<u16> = 10_000..20_000;

/// A port on this machine: the one that is asked for, or the usual one, or any that is free.
pub(super) fn choose(asked: Option<u16>, usual: u16) -> anyhow::Result<SocketAddr> {
    if let Some(port) = asked {
        return Ok(local(port));
    }
    // Two demos that start at once look in different places.
    let offset = u16::try_from(std::process::id() % u32::from(OTHERS.end - OTHERS.start)).unwrap_or(0);
    let others = (OTHERS.start + offset..OTHERS.end).chain(OTHERS.start..OTHERS.start + offset);
    let free = std::iter::once(usual).chain(others).find(|port| TcpListener::bind(local(*port)).is_ok());
    let port = free.ok_or_else(|| anyhow::anyhow!("no free port in {OTHERS:?} on 127.0.0.1"))?;
    Ok(local(port))
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_gives_way_unless_it_was_asked_for() {
        let taken = TcpListener::bind(local(0)).unwrap();
        let usual = taken.local_addr().unwrap().port();
        let other = choose(None, usual).unwrap().port();
        assert!(other != usual && OTHERS.contains(&other), "{other}");
        assert_eq!(choose(Some(usual), 1).unwrap().port(), usual);
    }
}
