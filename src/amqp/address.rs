//! The broker's address. It carries a password, so it prints without one.

use std::fmt;

use lapin::uri::AMQPUri;
use secrecy::{ExposeSecret, SecretString};

use crate::config::ConfigError;

/// What a lost peer costs: it is noticed after twice this, in seconds. Firewalls of shops forget quiet connections too.
const HEARTBEAT_S: u16 = 10;
/// RabbitMQ's own default. The library makes its buffers for the size that it is given here; when it learns the size from the
/// broker it grows them by writing zeros, which costs 8 MB of memory for each connection from the start.
const FRAME_MAX: u32 = 128 * 1024;

/// A broker's address that was read.
#[derive(Clone)]
pub(crate) struct Address(AMQPUri);

impl Address {
    /// Reads an address. The errors never repeat it.
    pub(crate) fn parse(secret: &SecretString) -> Result<Self, ConfigError> {
        let text = secret.expose_secret();
        let refuse = |cure: &str| Err(ConfigError { key: "uri", cure: cure.into() });
        let Ok(mut uri) = text.parse::<AMQPUri>() else {
            return refuse(
                "write amqp://user:password@host:port/vhost or amqps://…, with / in the vhost as %2f",
            );
        };
        if text.contains('[') {
            // The library would take localhost instead, silently.
            return refuse("write a host name in place of an IPv6 address");
        }
        if uri.vhost.is_empty() {
            return refuse(
                "a / at the end means the virtual host without a name: write /%2f for the default one",
            );
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        uri.query.frame_max.get_or_insert(FRAME_MAX);
        Ok(Self(uri))
    }

    /// Where it is, without user and password: such as `amqp://broker:5672`; and the virtual host.
    pub(crate) fn place(&self) -> (String, String) {
        let AMQPUri { scheme, authority, vhost, .. } = &self.0;
        (format!("{scheme}://{}:{}", authority.host, authority.port), vhost.clone())
    }

    /// For the library, with the password.
    pub(crate) fn uri(&self) -> AMQPUri {
        self.0.clone()
    }
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AMQPUri { scheme, authority, vhost, .. } = &self.0;
        let (user, host, port) = (&authority.userinfo.username, &authority.host, authority.port);
        let vhost = vhost.replace('/', "%2f");
        write!(formatter, "{scheme}://{user}:***@{host}:{port}/{vhost}")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_prints_without_its_password() {
        let address = Address::parse(&"amqps://till:s%40cret@broker.local/%2f?heartbeat=7".into()).unwrap();
        assert_eq!(format!("{address} {address:?}").matches("***").count(), 2);
        assert_eq!(address.to_string(), "amqps://till:***@broker.local:5671/%2f");
        assert_eq!(address.uri().authority.userinfo.password, "s@cret");
        assert_eq!(address.uri().query.heartbeat, Some(7));
    }

    #[test]
    fn an_address_without_heartbeat_and_frame_size_gets_them() {
        let address = Address::parse(&"amqp://broker".into()).unwrap();
        assert_eq!(address.uri().query.heartbeat, Some(HEARTBEAT_S));
        assert_eq!(address.uri().query.frame_max, Some(FRAME_MAX));
        assert_eq!(address.uri().vhost, "/");
    }

    #[test]
    fn addresses_that_would_mean_something_else_are_refused_without_being_repeated() {
        for text in
            ["", "broker", "http://u:secret@h", "amqp://u:secret@h/", "amqp://u:secret@[::1]:5672/%2f"]
        {
            let error = Address::parse(&text.into()).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
