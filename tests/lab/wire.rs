//! The wire between service and bank: a TCP proxy that passes all bytes on and writes down every call.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::ports::free_port;

/// A proxy before one bank.
#[derive(Debug)]
pub(crate) struct Wire {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
    _end: DropGuard,
}

/// One request as it went to the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Such as `POST`.
    pub(crate) method: String,
    /// Such as `/raiffeisen/api/sbp/v2/qrs`.
    pub(crate) path: String,
    /// The body; `null` where it is none.
    pub(crate) body: Value,
}

impl Wire {
    /// A proxy before the bank at this address.
    pub(crate) async fn before(bank: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (calls, end) = (Arc::default(), CancellationToken::new());
        let (kept, ended) = (Arc::clone(&calls), end.clone());
        tokio::spawn(async move { ended.run_until_cancelled(accept(listener, bank, kept)).await });
        Self { address, calls, _end: end.drop_guard() }
    }

    /// Where the service finds the bank.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// All calls so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("nobody panics with it").clone()
    }
}

async fn accept(listener: TcpListener, bank: SocketAddr, calls: Arc<Mutex<Vec<Call>>>) {
    while let Ok((service, _)) = listener.accept().await {
        tokio::spawn(pass(service, bank, Arc::clone(&calls)));
    }
}

async fn pass(service: TcpStream, bank: SocketAddr, calls: Arc<Mutex<Vec<Call>>>) {
    let Ok(bank) = TcpStream::connect(bank).await else { return };
    let _ = (service.set_nodelay(true), bank.set_nodelay(true));
    let (from_service, mut to_service) = service.into_split();
    let (mut from_bank, to_bank) = bank.into_split();
    tokio::select! {
        () = read_calls(from_service, to_bank, &calls) => {}
        _ = tokio::io::copy(&mut from_bank, &mut to_service) => {}
    }
}

/// Passes bytes on as they come. A call counts once it is whole, which is before the bank can have read it.
async fn read_calls(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    calls: &Mutex<Vec<Call>>,
) {
    let (mut pending, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        pending.extend_from_slice(&buffer[..count]);
        while let Some((call, length)) = first_call(&pending) {
            calls.lock().expect("nobody panics with it").push(call);
            pending.drain(..length);
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// The first whole request of HTTP/1.1 and its length.
pub(super) fn first_call(bytes: &[u8]) -> Option<(Call, usize)> {
    let head_length = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..head_length]).ok()?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let body_length = lines.find_map(content_length).unwrap_or(0);
    let length = head_length + body_length;
    let body = bytes.get(head_length..length)?;
    Some((Call { method, path, body: serde_json::from_slice(body).unwrap_or(Value::Null) }, length))
}

fn content_length(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    if name.eq_ignore_ascii_case("content-length") { value.trim().parse().ok() } else { None }
}
