//! The simulated bank from outside: as a buyer, as the merchant's owner, as its auditor, as bad luck.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connector_sandbox::Options;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use universal_integrator::demo::books::Ledger;

use super::ports::free_port;
use super::process::Process;
use super::wait::until;

/// The bank's module.
pub(crate) const MODULE: &str = "raiffeisen";
/// The merchant that the simulator knows …
pub(crate) const MERCHANT: &str = "MA0000000552";
/// … and its key there, which opens nothing else.
pub(crate) const MERCHANT_KEY: &str = "sandbox-secret-key";

/// The simulator answers at once; what takes longer is broken.
const CALL_LIMIT: Duration = Duration::from_secs(20);

/// A running simulator. A clone is another handle.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    client: Client,
    address: SocketAddr,
    /// It ends with its last handle.
    _running: Arc<Running>,
}

#[derive(Debug)]
enum Running {
    /// A process of its own, so that the service can be killed alone.
    Process(#[expect(dead_code, reason = "held until the bank is dropped")] Box<Process>),
    /// It is not ours to end.
    Elsewhere,
    /// A task of the test, where many banks are needed.
    Task(#[expect(dead_code, reason = "held until the bank is dropped")] DropGuard),
}

impl Bank {
    /// `integrator sandbox` as a process.
    pub(crate) async fn process(folder: &Path) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let process = Process::start(folder, &["sandbox", "--listen", &address.to_string()], "sandbox.log");
        let bank =
            Self { client: client(), address, _running: Arc::new(Running::Process(Box::new(process))) };
        until("the bank is up", async || bank.client.get(bank.url("/clock")).send().await.ok().map(drop))
            .await;
        bank
    }

    /// A simulator inside of the test.
    pub(crate) async fn task() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let sandbox = connector_sandbox::bind(Options { listen, ..Options::default() }).await;
        let sandbox = sandbox.expect("a free port");
        let (address, stop) = (sandbox.address(), CancellationToken::new());
        tokio::spawn(sandbox.serve(stop.clone().cancelled_owned()));
        Self { client: client(), address, _running: Arc::new(Running::Task(stop.drop_guard())) }
    }

    /// One that somebody else runs.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self { client: client(), address, _running: Arc::new(Running::Elsewhere) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Notifications go there from now on.
    pub(crate) async fn notify_at(&self, url: &str) {
        let call = self.client.post(self.url(&format!("/{MODULE}/api/settings/v1/callback")));
        done(call.bearer_auth(MERCHANT_KEY).json(&json!({ "callbackUrl": url }))).await;
    }

    /// A buyer pays a code.
    pub(crate) async fn pay(&self, payload: &str) {
        done(self.as_buyer("pay", &json!({ "payload": payload }))).await;
    }

    /// A buyer types an amount at a code that names none, and pays.
    pub(crate) async fn pay_sum(&self, payload: &str, minor: i64) {
        done(self.as_buyer("pay", &json!({ "payload": payload, "amount": minor }))).await;
    }

    /// A buyer tries to pay; `false`: the code can't be paid any more.
    pub(crate) async fn try_to_pay(&self, payload: &str) -> bool {
        self.attempt(payload, Duration::ZERO).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same with money that arrives later: until then the bank does not know of it. The error tells that the bank did not
    /// answer as a bank does, which is for the caller to judge.
    pub(crate) async fn attempt(&self, payload: &str, delay: Duration) -> Result<bool, String> {
        let delay_ms = u64::try_from(delay.as_millis()).expect("a short delay");
        let body = json!({ "payload": payload, "delay_ms": delay_ms });
        let answer = self.as_buyer("pay", &body).send().await;
        let answer = answer.map_err(|error| format!("the bank did not answer its buyer: {error:?}"))?;
        match answer.status() {
            StatusCode::OK => Ok(true),
            StatusCode::CONFLICT => Ok(false),
            status => Err(format!("the buyer's pay: {status} {}", answer.text().await.unwrap_or_default())),
        }
    }

    /// A buyer begins to pay.
    pub(crate) async fn scan(&self, payload: &str) {
        done(self.as_buyer("scan", &json!({ "payload": payload }))).await;
    }

    /// The buyer's bank refuses.
    pub(crate) async fn decline(&self, payload: &str) {
        done(self.as_buyer("decline", &json!({ "payload": payload }))).await;
    }

    fn as_buyer(&self, deed: &str, body: &Value) -> RequestBuilder {
        self.client.post(self.url(&format!("/buyer/{deed}"))).json(body)
    }

    /// Something is to go wrong.
    pub(crate) async fn fault(&self, fault: &Value) {
        done(self.client.post(self.url("/faults")).json(fault)).await;
    }

    /// Nothing goes wrong any more.
    pub(crate) async fn mend(&self) {
        done(self.client.delete(self.url("/faults"))).await;
    }

    /// What the bank holds to be true.
    pub(crate) async fn ledger(&self) -> Ledger {
        let answer = done(self.client.get(self.url("/ledger"))).await;
        Ledger::read(&answer.bytes().await.expect("a whole answer")).expect("the ledger can be read")
    }
}

/// A client that never goes by a proxy of the machine.
pub(crate) fn client() -> Client {
    connector_sdk::http::install_crypto();
    Client::builder().timeout(CALL_LIMIT).no_proxy().build().expect("a client without options that can fail")
}

async fn done(call: RequestBuilder) -> Response {
    let answer = call.send().await.expect("the bank answers");
    let status = answer.status();
    if status.is_success() {
        return answer;
    }
    panic!("the bank refused: {status} {}", answer.text().await.unwrap_or_default())
}
