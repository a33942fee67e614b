//! Connections: accepted within bounds, given up when slow, let go gracefully.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::Service;
use tracing::{debug, info, warn};

use crate::door::{Door, HttpDoor, routes};
use crate::guard::FORWARDED_PROTO;
use crate::tls::{Tls, TlsError};

/// A client that takes longer to send the head of a request, or stays idle longer, is let go.
const HEAD_WITHIN: Duration = Duration::from_secs(20);
/// At a stop, requests under way get this long.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// After an accept that failed (no file handles left): what holds them needs a moment.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The door can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address can't be listened on.
    #[error(
        "can't listen on {address}: is another program using the port, or may this one not? Set another address"
    )]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate or its key can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A door that has its address.
pub struct Bound {
    address: SocketAddr,
    listener: TcpListener,
    door: HttpDoor,
    tls: Option<Tls>,
}

pub(crate) async fn bind(door: HttpDoor, listen: SocketAddr) -> Result<Bound, BindError> {
    let tls = door.config.tls.clone().map(Tls::load).transpose()?;
    let failed = |source| BindError::Address { address: listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { address, listener, door, tls })
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
        if let Some(tls) = self.tls.clone() {
            connections.spawn(tls.keep_fresh(stop.clone()));
        }
        info!(address = %self.address, tls = self.tls.is_some(), "the HTTP door is open");
        loop {
            // Reaped as they end, so that the set holds only what is open.
            while connections.try_join_next().is_some() {}
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => None,
                next = accept(&self.listener, &slots) => Some(next),
            };
            let Some((socket, peer, slot)) = next else { break };
            // Without it the kernel would hold back the small events of screens. A socket that refuses it works all the same.
            let _ = socket.set_nodelay(true);
            let client = Client { peer, is_by_tls: self.tls.is_some(), _slot: slot };
            let (router, watcher) = (router.clone(), graceful.watcher());
            let (tls, stop) = (self.tls.clone(), stop.clone());
            connections.spawn(async move {
                match tls {
                    None => answer(socket, client, router, watcher).await,
                    Some(tls) => {
                        // At a stop nobody waits for clients that have not even agreed on a key.
                        if let Some(Some(stream)) = stop.run_until_cancelled(tls.agree(socket)).await {
                            answer(stream, client, router, watcher).await;
                        }
                    }
                }
            });
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

/// Who is at the other end of a connection; it has its slot as long as it lasts.
struct Client {
    peer: SocketAddr,
    is_by_tls: bool,
    _slot: OwnedSemaphorePermit,
}

/// Answers the requests of one connection to its end.
async fn answer<S>(stream: S, client: Client, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Client { peer, is_by_tls, _slot } = client;
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        if is_by_tls {
            // Said as a proxy would say it: so cookies and links know it, whoever took the TLS off.
            request.headers_mut().insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
        }
        // A router is always ready.
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        debug!(%error, "a connection ended early");
    }
}
