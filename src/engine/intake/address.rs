//! Who sends, and where copies may go.

use payment::{RegisterId, StoreId};

use crate::doors::Incoming;
use crate::ports::Destination;

/// The sender; `None` if its names can't exist.
pub(crate) fn read(incoming: &Incoming) -> Option<Destination> {
    let store = StoreId::parse(&incoming.store).ok()?;
    let register = RegisterId::parse(&incoming.register).ok()?;
    Some(Destination { store, register })
}

/// Whether copies for this sender may go to the queue: only to queues of its own store's registers.
pub(crate) fn is_own_queue(prefix: &str, queue: &str, from: &Destination) -> bool {
    let rest = queue.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(".till."));
    let Some(rest) = rest else { return false };
    let Some(register) = rest.strip_prefix(from.store.as_str()).and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    RegisterId::parse(register).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_go_only_to_queues_of_the_same_store() {
        let from =
            Destination { store: StoreId::parse("17").unwrap(), register: RegisterId::parse("3").unwrap() };
        for (queue, own) in [
            ("checkout.till.17.3", true),
            ("checkouttill.17.3", false),
            ("other.checkout.till.17.3", false),
            ("checkout.till.17.4", true),
            ("checkout.till.18.3", false),
            ("checkout.till.170.3", false),
            ("checkout.till.17", false),
            ("checkout.till.17.3.x", false),
            ("checkout.q.pay", false),
            ("amq.rabbitmq.reply-to.x", false),
            ("", false),
        ] {
            assert_eq!(is_own_queue("checkout", queue, &from), own, "{queue}");
        }
        assert!(is_own_queue("a.b", "a.b.till.17.3", &from), "by the prefix that is set");
        assert!(!is_own_queue("a.b", "checkout.till.17.3", &from));
    }
}
