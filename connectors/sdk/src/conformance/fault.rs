//! A bank that fails on the wire.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use payment::{AnnulAnswer, CallError, CodeKind, OrderState, RefundAnswer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{closed_address, issue_request, listener, order_request, refund_request};
use crate::Connector;

/// How the bank fails once a connection is there.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Reads the request and closes.
    Close,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and is silent until the caller gives up.
    Silence,
    /// Sends these bytes and closes.
    Says(&'static str),
    /// Sends a status and a body, whole.
    Answers(&'static str, &'static str),
    /// Sends an answer of a mebibyte.
    Floods,
}

const FAULTS: &[Fault] = &[
    Fault::Close,
    Fault::Reset,
    Fault::Silence,
    Fault::Floods,
    Fault::Says("HTTP/1.1 200 OK\r\ncontent-le"),
    Fault::Says("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"co"),
    Fault::Says("\u{16}\u{3}\u{1}\u{2}"),
    Fault::Answers("500 Internal Server Error", ""),
    Fault::Answers("502 Bad Gateway", "<html><body>Bad Gateway</body></html>"),
    Fault::Answers("503 Service Unavailable", "{}"),
    Fault::Answers("504 Gateway Timeout", "null"),
    Fault::Answers("200 OK", "<html><body>Sign in to the network</body></html>"),
    Fault::Answers("200 OK", "{}"),
    Fault::Answers("200 OK", "[]"),
    Fault::Answers("200 OK", "null"),
    Fault::Answers("200 OK", "{\"code\":"),
    Fault::Answers("302 Found\r\nlocation: /elsewhere", ""),
];

/// Runs every call of a connector against every fault. `connect` builds it for a base address; a call time-out of about
/// 300 ms keeps the run short. Panics at the first call that claims to know what it can't.
pub async fn wire_faults(kind: CodeKind, connect: impl Fn(&str) -> Arc<dyn Connector>) {
    let nobody = connect(&format!("http://{}", closed_address()));
    for (call, outcome) in calls(&*nobody, kind).await {
        assert!(matches!(outcome, Err(CallError::NotSent(_))), "{call}, nobody listens: {outcome:?}");
    }
    for fault in FAULTS {
        let bank = FaultyBank::start(*fault);
        let connector = connect(&format!("http://{}", bank.address));
        let outcomes = calls(&*connector, kind).await;
        assert_eq!(bank.requests(), outcomes.len(), "{fault:?}: each call is sent once");
        for (call, outcome) in outcomes {
            assert!(matches!(outcome, Err(CallError::Unknown(_))), "{call}, {fault:?}: {outcome:?}");
        }
    }
}

/// Makes every call once. An answer that claims nothing ("in progress") is as good as *unknown*.
async fn calls(connector: &dyn Connector, kind: CodeKind) -> [(&'static str, Result<String, CallError>); 5] {
    let order = order_request(kind, Some("AD10051KNSNR64I98CRUJUASC9M72QTA"));
    let refund = refund_request(kind);
    let waits = |text: &str| Err(CallError::Unknown(text.to_owned()));
    let issued = connector.issue(&issue_request(kind)).await;
    let status = match connector.status(&order).await {
        Ok(answer) if answer.state == OrderState::InProgress => waits("in progress"),
        other => other.map(|answer| format!("{answer:?}")),
    };
    let annulled = match connector.annul(&order).await {
        Ok(AnnulAnswer::NotNow) => waits("not now"),
        other => other.map(|answer| format!("{answer:?}")),
    };
    let sent = connector.refund(&refund).await;
    let found = match connector.refund_status(&refund).await {
        Ok(RefundAnswer::Pending) => waits("pending"),
        other => other.map(|answer| format!("{answer:?}")),
    };
    [
        ("issue", issued.map(|code| format!("{code:?}"))),
        ("status", status),
        ("annul", annulled),
        ("refund", sent.map(|answer| format!("{answer:?}"))),
        ("refund_status", found),
    ]
}

struct FaultyBank {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl FaultyBank {
    fn start(fault: Fault) -> Self {
        let listener = listener();
        let address = listener.local_addr().expect("a bound socket has an address");
        listener.set_nonblocking(true).expect("a new socket can be made so");
        let listener = TcpListener::from_std(listener).expect("the test runs on a tokio runtime");
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = requests.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(fail(stream, fault));
            }
        });
        Self { address, requests, serving }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for FaultyBank {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Every answer closes its connection, so a connection is a request. The caller may hang up at any time: no error counts.
async fn fail(mut stream: TcpStream, fault: Fault) {
    read_request(&mut stream).await;
    let wire = match fault {
        Fault::Close => return,
        Fault::Reset => {
            let _ = stream.set_zero_linger();
            return;
        }
        Fault::Silence => {
            let _ = stream.read(&mut [0; 1]).await;
            return;
        }
        Fault::Says(bytes) => bytes.to_owned(),
        Fault::Answers(status, body) => whole(status, body),
        Fault::Floods => whole("200 OK", &" ".repeat(1024 * 1024)),
    };
    let _ = stream.write_all(wire.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn whole(status: &str, body: &str) -> String {
    let mut wire = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    let _ = write!(wire, "content-length: {}\r\n\r\n{body}", body.len());
    wire
}

/// Reads a request with its body, so that closing does not become a reset.
async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut chunk).await {
            Ok(length) if length > 0 => request.extend_from_slice(&chunk[..length]),
            _ => return,
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let body = length.and_then(|length| length.trim().parse::<usize>().ok()).unwrap_or(0);
    let head_bytes = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0) + 4;
    request.len() >= head_bytes + body
}
