//! A buyers' display that takes pushes: an HTTP server that remembers what it was told to show.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::ports::free_port;
use super::wait::until;
use super::wire::first_call;

/// A display at an address of its own.
#[derive(Debug)]
pub(crate) struct PushedDisplay {
    address: SocketAddr,
    told: Arc<Mutex<Vec<Value>>>,
    _end: DropGuard,
}

impl PushedDisplay {
    /// Switches it on.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (told, end) = (Arc::default(), CancellationToken::new());
        let (kept, ended) = (Arc::clone(&told), end.clone());
        let serving = async move {
            while let Ok((service, _)) = listener.accept().await {
                tokio::spawn(take(service, Arc::clone(&kept)));
            }
        };
        tokio::spawn(async move { ended.run_until_cancelled(serving).await });
        Self { address, told, _end: end.drop_guard() }
    }

    /// The address for the settings.
    pub(crate) fn address(&self) -> String {
        format!("http://{}/show", self.address)
    }

    /// All that it was told, in order.
    pub(crate) fn told(&self) -> Vec<Value> {
        self.told.lock().expect("nobody panics with it").clone()
    }

    /// Waits until it shows this state; returns all of it.
    pub(crate) async fn until(&self, state: &str) -> Value {
        let shows = async || self.told().last().filter(|last| last["state"] == state).cloned();
        until(&format!("the display shows {state}"), shows).await
    }
}

async fn take(mut service: TcpStream, told: Arc<Mutex<Vec<Value>>>) {
    let (mut pending, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    while let Ok(count @ 1..) = service.read(&mut buffer).await {
        pending.extend_from_slice(&buffer[..count]);
        while let Some((call, length)) = first_call(&pending) {
            told.lock().expect("nobody panics with it").push(call.body);
            pending.drain(..length);
            if service.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                return;
            }
        }
    }
}
