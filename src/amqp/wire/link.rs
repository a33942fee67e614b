//! One connection, watched, and cut off when it hangs.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use lapin::protocol::{AMQPErrorKind, AMQPHardError};
use lapin::tcp::{AsyncTcpStream, OwnedTLSConfig};
use lapin::types::LongString;
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties, Error, ErrorKind, Event};
use tokio::time::{interval, timeout};

use crate::health::LinkState;

/// How often a connection is looked at, should the library not tell of its end.
const TICK: Duration = Duration::from_secs(1);
/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A connection that is up. Dropping it closes its socket.
pub(crate) struct Link {
    connection: Connection,
    _cut: Cut,
}

/// Why a connection ended.
#[derive(Debug)]
pub(crate) enum Loss {
    /// The library could not read what the broker sent: somewhere in a queue waits a message that breaks connections.
    Unreadable(String),
    /// Anything else.
    Gone(String),
}

impl Link {
    /// Connects, within the limit. The library's own recovery stays off: whoever holds the link starts anew instead.
    pub(crate) async fn open(uri: AMQPUri, name: &str, limit: Duration) -> Result<Self, String> {
        let cut = Cut::default();
        let properties =
            ConnectionProperties::default().with_connection_name(LongString::from(name.to_owned()));
        let socket = cut.0.clone();
        let connecting = Connection::connector(
            uri,
            lapin::runtime::default_runtime().map_err(|error| error.to_string())?,
            async move |uri: AMQPUri, runtime| {
                let host = uri.authority.host.as_str();
                let found = tokio::net::lookup_host((host, uri.authority.port)).await?;
                let found: Vec<SocketAddr> = found.collect();
                let stream = AsyncTcpStream::connect(&runtime, found).await?;
                if let AsyncTcpStream::Plain(plain) = &stream {
                    socket.hold(plain.get_ref())?;
                }
                Ok(match uri.scheme {
                    AMQPScheme::AMQP => stream,
                    AMQPScheme::AMQPS => stream.into_tls(host, OwnedTLSConfig::default().as_ref()).await?,
                })
            },
            properties,
        );
        match timeout(limit, connecting).await {
            Ok(Ok(connection)) => Ok(Self { connection, _cut: cut }),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
        }
    }

    /// A new channel.
    pub(crate) async fn channel(&self) -> lapin::Result<Channel> {
        self.connection.create_channel().await
    }

    /// Notes alarms, and returns when the connection is gone. Only one may watch: watchers would share the events.
    pub(crate) async fn watch(&self, state: &LinkState) -> Loss {
        let mut events = pin!(self.connection.events_listener());
        let mut tick = interval(TICK);
        let mut last_error = None;
        loop {
            let event = tokio::select! {
                biased;
                event = events.next() => event,
                _ = tick.tick() => Some(Event::Connected),
            };
            match event {
                Some(Event::ConnectionBlocked(reason)) => {
                    if state.block(Some(reason.clone())) {
                        tracing::warn!("RabbitMQ takes no messages for now: {reason}. Events wait");
                    }
                }
                Some(Event::ConnectionUnblocked) => {
                    if state.block(None) {
                        tracing::info!("RabbitMQ takes messages again");
                    }
                }
                Some(Event::Error(error)) => last_error = Some(error),
                Some(_) => {}
                None => return Loss::of(last_error),
            }
            if !self.connection.status().connected() {
                return Loss::of(last_error);
            }
        }
    }

    /// Says goodbye, not for long.
    pub(crate) async fn close(self) {
        // If the broker does not answer, dropping the link cuts the socket.
        let _ = timeout(GOODBYE, self.connection.close(200, "stopping".into())).await;
    }
}

/// What the broker answers within the limit.
pub(crate) async fn answered<T>(
    limit: Duration,
    call: impl Future<Output = lapin::Result<T>>,
) -> lapin::Result<T> {
    timeout(limit, call).await.unwrap_or_else(|_| {
        let text = format!("RabbitMQ did not answer within {} ms", limit.as_millis());
        Err(io::Error::new(io::ErrorKind::TimedOut, text).into())
    })
}

/// Whether a call ended because the broker did not answer it in time.
pub(crate) fn is_silence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::IOError(error) if error.kind() == io::ErrorKind::TimedOut)
}

/// Whether the broker refused a call by closing its channel, the connection being well.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error.is_amqp_soft_error()
}

impl Loss {
    fn of(error: Option<Error>) -> Self {
        let Some(error) = error else { return Self::Gone("the connection is down".into()) };
        let text = error.to_string();
        match error.kind() {
            ErrorKind::ParsingError(_) => Self::Unreadable(text),
            ErrorKind::ProtocolError(error)
                if *error.kind() == AMQPErrorKind::Hard(AMQPHardError::FRAMEERROR) =>
            {
                Self::Unreadable(text)
            }
            _ => Self::Gone(text),
        }
    }
}

/// Shuts the socket down when it is dropped.
///
/// The library has a thread for each connection, which waits for the socket and for nothing else. Where the broker's machine
/// is frozen or gone, neither a dropped handshake nor a dropped connection would ever end it.
#[derive(Default)]
struct Cut(Arc<Socket>);

/// The socket's second handle, once there is one. The library keeps this for as long as its thread lives.
#[derive(Default)]
struct Socket(Mutex<Held>);

#[derive(Default)]
enum Held {
    #[default]
    Nothing,
    Twin(TcpStream),
    Cut,
}

impl Socket {
    /// Fails when the connection is not wanted any more.
    fn hold(&self, socket: &impl AsFd) -> io::Result<()> {
        let twin = TcpStream::from(socket.as_fd().try_clone_to_owned()?);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*held, Held::Cut) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        *held = Held::Twin(twin);
        Ok(())
    }
}

impl Drop for Cut {
    fn drop(&mut self) {
        let mut held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Held::Twin(socket) = std::mem::replace(&mut *held, Held::Cut) {
            // It may be closed already, which is as good.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}
