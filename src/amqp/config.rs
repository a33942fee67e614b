//! What the process must know to use a broker.

use std::time::Duration;

use secrecy::SecretString;

use crate::address::Address;

/// Where the broker is and how it is used. Made by [`Config::new`], checked by [`Config::validate`].
#[derive(Debug, Clone)]
pub struct Config {
    /// `amqp://` or `amqps://` with user, password, host, port and virtual host. Without `heartbeat` in its query it is 10 s.
    pub uri: SecretString,
    /// What all exchanges and queues begin with: 1–100 of `A–Z a–z 0–9 _ - .`.
    pub prefix: String,
    /// What the broker's own pages call our connections; ` consume` or ` publish` is added.
    pub connection_name: String,
    /// Whether exchanges, queues and bindings are made when they are missing. Otherwise they are only looked for, which
    /// needs no *configure* permission; bindings can't be seen then.
    pub declare: bool,
    /// How often that is done again.
    pub verify_every: Duration,
    /// The verbs of `q.control`. Commands with any other verb than these, `pay` and `refund` are unrouted.
    pub control_verbs: Vec<String>,
    /// How long a pay may wait in `q.pay` before it is stale (contract.md §2).
    pub pay_ttl: Duration,
    /// How often the broker delivers a message whose delivery ends with a lost connection before it buries it.
    pub delivery_limit: u32,
    /// How many messages are in hand at once.
    pub prefetch: Prefetch,
    /// How long a publishing waits for the broker's word.
    pub publish_timeout: Duration,
    /// How many events are on their way at once; more wait, within their time-out.
    pub max_in_flight: u16,
    /// How long the broker may take to answer any other call, and a connection to come up.
    pub answer_timeout: Duration,
    /// How long a message is held that the engine can't handle now, before it is renewed. Less than the broker's
    /// `consumer_timeout` (30 minutes unless set).
    pub hold_limit: Duration,
    /// How long a stop waits for the messages in hand.
    pub drain_timeout: Duration,
}

/// How many messages of each queue are in hand at once, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefetch {
    /// Of `q.pay`.
    pub pay: u16,
    /// Of `q.control`.
    pub control: u16,
    /// Of `q.refund`.
    pub refund: u16,
    /// Of the unrouted.
    pub unrouted: u16,
    /// Of the expired.
    pub expired: u16,
}

/// A setting that cannot work: which, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {cure}")]
pub struct ConfigError {
    /// The field of [`Config`].
    pub key: &'static str,
    /// What is wrong and what would be right. Never the address itself, which may carry a password.
    pub cure: String,
}

impl Config {
    /// Where registers find the broker, without user and password, such as `amqp://broker:5672`; and the virtual host.
    pub fn place(&self) -> Result<(String, String), ConfigError> {
        Ok(Address::parse(&self.uri)?.place())
    }

    /// The defaults, for this broker.
    pub fn new(uri: SecretString) -> Self {
        Self {
            uri,
            prefix: "checkout".into(),
            connection_name: "universal-integrator".into(),
            declare: true,
            verify_every: Duration::from_secs(30),
            control_verbs: ["cancel", "get", "check", "claim", "find", "fiscalized", "totals", "types"]
                .map(String::from)
                .into(),
            pay_ttl: Duration::from_mins(1),
            delivery_limit: 50,
            prefetch: Prefetch { pay: 128, control: 64, refund: 16, unrouted: 8, expired: 32 },
            publish_timeout: Duration::from_secs(10),
            max_in_flight: 1000,
            answer_timeout: Duration::from_secs(10),
            hold_limit: Duration::from_mins(20),
            drain_timeout: Duration::from_secs(10),
        }
    }

    /// Says what cannot work, if anything.
    pub fn validate(&self) -> Result<(), ConfigError> {
        Address::parse(&self.uri)?;
        require(is_name(&self.prefix, 100), "prefix", || {
            format!("{:?} is not 1 to 100 of A-Z a-z 0-9 _ - .", self.prefix)
        })?;
        require((1..=100).contains(&self.connection_name.len()), "connection_name", || {
            "give it 1 to 100 bytes".into()
        })?;
        for verb in &self.control_verbs {
            require(is_verb(verb) && verb != "pay" && verb != "refund", "control_verbs", || {
                format!(
                    "{verb:?} is not a verb of q.control (a-z and _; pay and refund have queues of their own)"
                )
            })?;
        }
        // The broker takes the TTL in milliseconds, below 2^32.
        let ttl = Duration::from_millis(1)..=Duration::from_millis(u32::MAX.into());
        require(ttl.contains(&self.pay_ttl), "pay_ttl", || "1 ms to 49 days".into())?;
        require(self.delivery_limit > 0, "delivery_limit", || {
            "0 buries a message that was delivered once and not acknowledged: use 10 or more".into()
        })?;
        let Prefetch { pay, control, refund, unrouted, expired } = self.prefetch;
        require(
            [pay, control, refund, unrouted, expired].iter().all(|&count| count > 0),
            "prefetch",
            || "0 means without limit: use 1 or more for each queue".into(),
        )?;
        require(self.max_in_flight > 0, "max_in_flight", || "use 1 or more".into())?;
        require(self.hold_limit >= self.pay_ttl, "hold_limit", || {
            "a pay that is held that long must be stale: use pay_ttl or more".into()
        })?;
        for (key, duration) in [
            ("verify_every", self.verify_every),
            ("publish_timeout", self.publish_timeout),
            ("answer_timeout", self.answer_timeout),
        ] {
            require(duration >= Duration::from_millis(10), key, || "use 10 ms or more".into())?;
        }
        Ok(())
    }
}

fn require(holds: bool, key: &'static str, cure: impl FnOnce() -> String) -> Result<(), ConfigError> {
    if holds { Ok(()) } else { Err(ConfigError { key, cure: cure() }) }
}

fn is_name(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn is_verb(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut Config), blamed: Option<&str>) {
        let mut config = Config::new("amqp://till:secret@broker/%2f".into());
        change(&mut config);
        assert_eq!(config.validate().err().map(|error| error.key), blamed);
    }

    #[test]
    fn each_setting_that_cannot_work_is_named() {
        check(|_| {}, None);
        check(|c| c.uri = "http://broker".into(), Some("uri"));
        check(|c| c.prefix = String::new(), Some("prefix"));
        check(|c| c.prefix = "a b".into(), Some("prefix"));
        check(|c| c.connection_name = String::new(), Some("connection_name"));
        check(|c| c.verify_every = Duration::ZERO, Some("verify_every"));
        check(|c| c.control_verbs.push("#".into()), Some("control_verbs"));
        check(|c| c.control_verbs.push("pay".into()), Some("control_verbs"));
        check(|c| c.pay_ttl = Duration::ZERO, Some("pay_ttl"));
        check(|c| c.delivery_limit = 0, Some("delivery_limit"));
        check(|c| c.prefetch.refund = 0, Some("prefetch"));
        check(|c| c.max_in_flight = 0, Some("max_in_flight"));
        check(|c| c.hold_limit = Duration::from_secs(59), Some("hold_limit"));
        check(|c| c.publish_timeout = Duration::ZERO, Some("publish_timeout"));
        check(|c| c.answer_timeout = Duration::ZERO, Some("answer_timeout"));
    }

    #[test]
    fn the_password_is_in_no_debug_output() {
        let config = Config::new("amqp://till:secret@broker/%2f".into());
        assert!(!format!("{config:?}").contains("secret"));
    }
}
