//! A network that can fail: a TCP proxy between the service and one of its neighbours.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::ports::free_port;

/// What the network does to the connections that go through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Bytes pass as they come.
    Fair,
    /// Connections are reset, new ones too.
    Cut,
    /// Connections stay, and nothing moves in either direction. It all arrives once the weather is fair.
    Stalled,
    /// The far end has forgotten its connections without telling: what is sent to it is lost, for these connections for
    /// ever, as after a power failure or behind a firewall that drops its table.
    HalfOpen,
    /// What is sent arrives, the answers are lost, for these connections for ever.
    AnswersLost,
    /// Every piece is late by this much, in each direction.
    Slow(Duration),
    /// So many bytes pass in a second, in each direction of each connection.
    Narrow(u32),
}

/// The network before one server.
#[derive(Debug)]
pub(crate) struct Network {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    /// Counts the resets: a connection ends when the number rises.
    resets: watch::Sender<u32>,
    _end: DropGuard,
}

impl Network {
    /// A network to the server at this address. The weather is fair.
    pub(crate) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (weather, seen) = watch::channel(Weather::Fair);
        let (resets, counted) = watch::channel(0);
        let end = CancellationToken::new();
        let ended = end.clone();
        tokio::spawn(async move { ended.run_until_cancelled(accept(listener, server, seen, counted)).await });
        Self { address, weather, resets, _end: end.drop_guard() }
    }

    /// A network to the server that a URL names.
    pub(crate) async fn before_url(url: &str) -> Self {
        Self::before(place_of(url).parse().expect("the lab's own servers have numbers for addresses")).await
    }

    /// Where it is entered.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same URL, with the way through this network.
    pub(crate) fn through(&self, url: &str) -> String {
        url.replacen(place_of(url), &self.address.to_string(), 1)
    }

    /// Resets every connection that there is. New ones are as the weather is.
    pub(crate) fn reset(&self) {
        self.resets.send_modify(|resets| *resets += 1);
    }

    /// The weather from now on.
    pub(crate) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

/// The `host:port` of a URL.
fn place_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?']).next().unwrap_or(rest);
    rest.rsplit_once('@').map_or(rest, |(_, place)| place)
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    weather: watch::Receiver<Weather>,
    resets: watch::Receiver<u32>,
) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(join(client, server, weather.clone(), resets.clone()));
    }
}

async fn join(
    mut client: TcpStream,
    server: SocketAddr,
    mut weather: watch::Receiver<Weather>,
    mut resets: watch::Receiver<u32>,
) {
    resets.mark_unchanged();
    let _ = client.set_nodelay(true);
    if *weather.borrow() == Weather::Cut {
        return reset(&client);
    }
    if *weather.borrow() == Weather::HalfOpen {
        return swallow(client).await;
    }
    let Ok(mut far) = TcpStream::connect(server).await else { return reset(&client) };
    let _ = far.set_nodelay(true);
    let seen = (weather.clone(), weather.clone());
    let end = {
        let (from_client, to_client) = client.split();
        let (from_far, to_far) = far.split();
        tokio::select! {
            () = until(&mut weather, Weather::Cut) => End::Cut,
            Ok(()) = resets.changed() => End::Cut,
            () = pass(from_client, to_far, seen.0, Direction::There) => End::Closed,
            () = pass(from_far, to_client, seen.1, Direction::Back) => End::Closed,
        }
    };
    if end == End::Cut {
        reset(&client);
        reset(&far);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Cut,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    There,
    Back,
}

/// Closes with a reset, as a broken path is told.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn swallow(mut client: TcpStream) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(1..) = client.read(&mut buffer).await {}
}

async fn until(weather: &mut watch::Receiver<Weather>, wanted: Weather) {
    if weather.wait_for(|weather| *weather == wanted).await.is_err() {
        // The network is gone with its test, and its connections with it.
        std::future::pending::<()>().await;
    }
}

/// Passes bytes on in one direction, as the weather lets them. Bytes that got lost leave a gap that nothing can follow, so the
/// direction stays lost.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut weather: watch::Receiver<Weather>,
    direction: Direction,
) {
    let mut buffer = vec![0; 16 * 1024];
    let mut is_lost = false;
    loop {
        let read = tokio::select! {
            biased;
            changed = weather.changed() => {
                if changed.is_err() {
                    return;
                }
                is_lost |= loses(*weather.borrow(), direction);
                continue;
            }
            read = from.read(&mut buffer) => read,
        };
        let Ok(count @ 1..) = read else {
            // Nobody tells that the other end closed.
            if is_lost {
                std::future::pending::<()>().await;
            }
            return;
        };
        is_lost |= loses(*weather.borrow(), direction);
        if is_lost {
            continue;
        }
        wait(&mut weather, count).await;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

fn loses(weather: Weather, direction: Direction) -> bool {
    match weather {
        Weather::HalfOpen => true,
        Weather::AnswersLost => direction == Direction::Back,
        Weather::Fair | Weather::Cut | Weather::Stalled | Weather::Slow(_) | Weather::Narrow(_) => false,
    }
}

/// Waits for as long as this weather holds so many bytes up.
async fn wait(weather: &mut watch::Receiver<Weather>, bytes: usize) {
    let now = *weather.borrow();
    match now {
        Weather::Stalled => {
            let _ = weather.wait_for(|weather| *weather != Weather::Stalled).await;
        }
        Weather::Slow(late) => sleep(late).await,
        Weather::Narrow(per_s) => {
            let bytes = u32::try_from(bytes).expect("no longer than the buffer");
            sleep(Duration::from_secs(1) * bytes / per_s).await;
        }
        Weather::Fair | Weather::Cut | Weather::HalfOpen | Weather::AnswersLost => {}
    }
}
