//! The names of exchanges and queues.

use lapin::types::ShortString;

/// All names of one prefix. An exchange and a queue of one kind share a name.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) prefix: String,
    pub(crate) command: ShortString,
    pub(crate) event: ShortString,
    pub(crate) unrouted: ShortString,
    pub(crate) expired: ShortString,
    pub(crate) dead: ShortString,
    pub(crate) pay: ShortString,
    pub(crate) control: ShortString,
    pub(crate) refund: ShortString,
}

impl Names {
    /// The prefix is short: a validated one has 100 bytes at most.
    pub(crate) fn new(prefix: &str) -> Self {
        let name = |rest: &str| ShortString::from(format!("{prefix}.{rest}"));
        Self {
            prefix: prefix.to_owned(),
            command: name("command"),
            event: name("event"),
            unrouted: name("unrouted"),
            expired: name("expired"),
            dead: name("dead"),
            pay: name("q.pay"),
            control: name("q.control"),
            refund: name("q.refund"),
        }
    }
}
