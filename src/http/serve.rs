//! Connections: accepted within bounds, given up when slow, let go gracefully.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Service;
use tracing::{debug, info, warn};

use crate::door::{Door, HttpDoor, routes};

/// A client that takes longer to send the head of a request, or stays idle longer, is let go.
const HEAD_WITHIN: Duration = Duration::from_secs(20);
/// At a stop, requests under way get this long.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// After an accept that failed (no file handles left): what holds them needs a moment.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The address can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error(
    "can't listen on {address}: is another program using the port, or may this one not? Set another address"
)]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// A door that has its address.
pub struct Bound {
    address: SocketAddr,
    listener: TcpListener,
    door: HttpDoor,
}

pub(crate) async fn bind(door: HttpDoor, listen: SocketAddr) -> Result<Bound, BindError> {
    let failed = |source| BindError { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { address, listener, door })
}

impl Bound {
    /// The address, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop`; then ends streams at once, lets requests finish for a few seconds, and returns.
    pub async fn serve(self, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.door.config.connections.max(1)));
        let router = routes(&Arc::new(Door::new(self.door, stop.clone())));
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        info!(address = %self.address, "the HTTP door is open");
        loop {
            // Reaped as they end, so that the set holds only what is open.
            while connections.try_join_next().is_some() {}
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => None,
                next = accept(&self.listener, &slots) => Some(next),
            };
            let Some((socket, peer, slot)) = next else { break };
            connections.spawn(answer(socket, peer, slot, router.clone(), &graceful));
        }
        drop(self.listener);
        if tokio::time::timeout(STOP_WITHIN, graceful.shutdown()).await.is_err() {
            warn!(connections = connections.len(), "requests did not finish in time and are dropped");
        }
        connections.shutdown().await;
        info!(address = %self.address, "the HTTP door is closed");
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the slots are never closed");
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => return (socket, peer, slot),
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            }
        }
    }
}

/// The task of one connection.
fn answer(
    socket: TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
    router: Router,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Without it the kernel would hold back the small events of screens. A socket that refuses it works all the same.
    let _ = socket.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        // A router is always ready.
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(socket), service);
    let connection = graceful.watch(connection);
    async move {
        if let Err(error) = connection.await {
            debug!(%error, "a connection ended early");
        }
        drop(slot);
    }
}
