//! A network between the service and the broker that can fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amqp::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Broker;

/// Passes bytes on, unless told otherwise.
pub(crate) struct Proxy {
    port: u16,
    network: Arc<Network>,
    _end: DropGuard,
}

struct Network {
    broker: String,
    /// Counts the cuts: a connection ends when the number rises.
    cuts: watch::Sender<u32>,
    is_frozen: watch::Sender<bool>,
    refuses: AtomicBool,
}

impl Proxy {
    /// A network to this broker.
    pub(crate) async fn before(broker: &Broker) -> Self {
        let listener = listen().await;
        let port = listener.local_addr().unwrap().port();
        let (_, rest) = broker.uri().split_once('@').expect("the address has a user");
        let (address, _) = rest.split_once('/').expect("the address has a virtual host");
        let network = Arc::new(Network {
            broker: address.into(),
            cuts: watch::Sender::new(0),
            is_frozen: watch::Sender::new(false),
            refuses: AtomicBool::new(false),
        });
        let end = CancellationToken::new();
        let serve = serve(listener, network.clone());
        let ended = end.clone();
        tokio::spawn(async move { ended.run_until_cancelled(serve).await });
        Self { port, network, _end: end.drop_guard() }
    }

    /// The configuration, with the way through this network.
    pub(crate) fn through(&self, config: Config) -> Config {
        let uri = format!("amqp://guest:guest@127.0.0.1:{}/%2f?heartbeat=2", self.port);
        Config { uri: uri.into(), ..config }
    }

    /// Ends all connections.
    pub(crate) fn cut(&self) {
        self.network.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Whether connections end as soon as they begin.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.network.refuses.store(refuses, Ordering::Relaxed);
    }

    /// Whether nothing moves, though connections stay up.
    pub(crate) fn freeze(&self, is_frozen: bool) {
        self.network.is_frozen.send_replace(is_frozen);
    }
}

/// Below the range from which the system gives out ports: a client that reconnects to a loopback port in that range can
/// meet itself.
async fn listen() -> TcpListener {
    let start = 21_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    for port in start..32_000 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return listener;
        }
    }
    panic!("no free port");
}

async fn serve(listener: TcpListener, network: Arc<Network>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        if !network.refuses.load(Ordering::Relaxed) {
            tokio::spawn(join(client, network.clone()));
        }
    }
}

async fn join(client: TcpStream, network: Arc<Network>) {
    let mut cuts = network.cuts.subscribe();
    cuts.mark_unchanged();
    let Ok(broker) = TcpStream::connect(&network.broker).await else { return };
    let (client_in, client_out) = client.into_split();
    let (broker_in, broker_out) = broker.into_split();
    tokio::select! {
        _ = cuts.changed() => {}
        () = pass(client_in, broker_out, &network) => {}
        () = pass(broker_in, client_out, &network) => {}
    }
}

async fn pass(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, network: &Network) {
    let mut frozen = network.is_frozen.subscribe();
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let _ = frozen.wait_for(|is_frozen| !is_frozen).await;
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
