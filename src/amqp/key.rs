//! Routing keys (contract.md §1).

use engine::ports::OutgoingEvent;
use lapin::types::ShortString;

/// The words of `v1.<store>.<register>.<verb>`. Nothing is believed yet: the engine checks each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommandKey<'a> {
    pub(crate) version: &'a str,
    pub(crate) store: &'a str,
    pub(crate) register: &'a str,
    pub(crate) verb: &'a str,
}

impl<'a> CommandKey<'a> {
    /// `None` when there are not four words. Dots beyond the third belong to the verb: no queue of ours gets such a
    /// command, but as an unrouted one it can still be answered.
    pub(crate) fn read(key: &'a str) -> Option<Self> {
        let mut words = key.splitn(4, '.');
        let mut word = || words.next().filter(|word| !word.is_empty());
        Some(Self { version: word()?, store: word()?, register: word()?, verb: word()? })
    }
}

/// `v1.<store>.<register>.<event>`; `None` when it is too long for AMQP.
pub(crate) fn of_event(event: &OutgoingEvent) -> Option<ShortString> {
    ShortString::try_new(format!("v1.{}.{}.{}", event.store, event.register, event.name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, expected: Option<[&str; 4]>) {
        let expected =
            expected.map(|[version, store, register, verb]| CommandKey { version, store, register, verb });
        assert_eq!(CommandKey::read(key), expected, "{key:?}");
    }

    #[test]
    fn command_keys_have_four_words() {
        check("v1.17.3.pay", Some(["v1", "17", "3", "pay"]));
        check("v2.17.3.cancel", Some(["v2", "17", "3", "cancel"]));
        check("v1.17.3.pay.now", Some(["v1", "17", "3", "pay.now"]));
        check("v1.a b.ж.x", Some(["v1", "a b", "ж", "x"]));
        for key in ["", "v1", "v1.17.3", "v1.17.3.", "v1..3.pay", ".17.3.pay", "...", "pay"] {
            check(key, None);
        }
    }
}
