//! The ports of servers, chosen once and then kept: a restarted one must be found where it was.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use crate::failure::{Failure, Outcome};

/// Below 32768, where Linux begins to give ports to outgoing connections: a port that was free stays free while its node
/// is down. The port mapper's usual 4369 is outside, since a broker of the system may own it.
const RANGE: Range<u16> = 20_000..32_000;
/// Has no common factor with the length of the range, so that steps of this size visit every port once.
const STEP: u32 = 7_919;

/// Three ports on 127.0.0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Clients.
    pub(crate) amqp: u16,
    /// Erlang's distribution: the control tool speaks to the node here.
    pub(crate) dist: u16,
    /// The node's own port mapper.
    pub(crate) epmd: u16,
}

impl Ports {
    /// Three ports that are free now and not `reserved` for a node that happens to be down.
    pub(crate) fn choose(reserved: &HashSet<u16>) -> Outcome<Self> {
        let [amqp, dist, epmd] = free(reserved)?;
        Ok(Self { amqp, dist, epmd })
    }

    /// The address for clients, with RabbitMQ's default user, which it lets in from this machine only.
    pub(crate) fn url(self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/%2f", self.amqp)
    }
}

/// So many ports of 127.0.0.1 that are free now and not `reserved`.
pub(crate) fn free<const COUNT: usize>(reserved: &HashSet<u16>) -> Outcome<[u16; COUNT]> {
    let start = RandomState::new().build_hasher().finish();
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok();
    choose_with(start, |port| if reserved.contains(&port) { None } else { bind(port) })
        .ok_or_else(|| Failure::Told(format!("no {COUNT} free ports in {RANGE:?} on 127.0.0.1")))
}

/// Walks the range from a start until `take` has taken so many ports. What it returns is held until the end, so that no
/// port is taken twice.
fn choose_with<T, const COUNT: usize>(
    start: u64,
    mut take: impl FnMut(u16) -> Option<T>,
) -> Option<[u16; COUNT]> {
    let length = u32::from(RANGE.end - RANGE.start);
    let offset = u32::try_from(start % u64::from(length)).expect("less than the length of the range");
    let mut held = Vec::new();
    let taken: Vec<u16> = (0..length)
        .map(|step| (offset + step * STEP) % length)
        .map(|place| RANGE.start + u16::try_from(place).expect("less than the length of the range"))
        .filter(|port| take(*port).map(|hold| held.push(hold)).is_some())
        .take(COUNT)
        .collect();
    taken.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_distinct_and_below_those_of_outgoing_connections() {
        for start in [0, 1, 11_999, 12_000, u64::MAX] {
            let ports: [u16; 3] = choose_with(start, Some).expect("every port is free");
            let distinct = HashSet::from(ports);
            assert_eq!(distinct.len(), 3, "{ports:?}");
            assert!(distinct.iter().all(|port| (20_000..32_000).contains(port)), "{ports:?}");
        }
    }

    #[test]
    fn a_port_that_is_in_use_is_passed_over() {
        let free = [20_007, 25_000, 31_999];
        let ports: [u16; 3] =
            choose_with(5, |port| free.contains(&port).then_some(port)).expect("three are free");
        assert_eq!(HashSet::from(ports), HashSet::from(free));
    }

    #[test]
    fn there_are_no_ports_when_fewer_than_three_are_free() {
        assert_eq!(choose_with::<_, 3>(5, |port| (port < 20_002).then_some(port)), None);
    }

    #[test]
    fn clients_are_sent_to_the_default_virtual_host_on_loopback() {
        let ports = Ports { amqp: 20_001, dist: 20_002, epmd: 20_003 };
        assert_eq!(ports.url(), "amqp://guest:guest@127.0.0.1:20001/%2f");
    }
}
