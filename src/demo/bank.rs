//! The simulated bank from outside: as a buyer, as the merchant's owner, and as its auditor.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use super::books::Ledger;
use super::shop::{BANK, MERCHANT_KEY};

/// The simulator answers at once; what takes longer is broken.
const LIMIT: Duration = Duration::from_secs(10);

/// Calls to the simulator's own pages.
#[derive(Debug, Clone)]
pub(super) struct SimulatedBank {
    client: Client,
    /// Without a slash at the end.
    address: String,
}

impl SimulatedBank {
    /// For the simulator at this address.
    pub(super) fn at(address: String) -> anyhow::Result<Self> {
        connector_sdk::http::install_crypto();
        let client = Client::builder().timeout(LIMIT).no_proxy().build()?;
        Ok(Self { client, address })
    }

    /// Where it is.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Where the bank's own interface begins: `base_url` of the authorization server.
    pub(super) fn interface(&self) -> String {
        format!("{}/{BANK}", self.address)
    }

    /// The merchant tells the bank where to send notifications, by the bank's own call.
    pub(super) async fn notify_at(&self, url: &str) -> anyhow::Result<()> {
        let address = format!("{}/api/settings/v1/callback", self.interface());
        let call = self.client.post(address).bearer_auth(MERCHANT_KEY).json(&json!({ "callbackUrl": url }));
        send(call).await.context("setting the address of notifications").map(drop)
    }

    /// The merchant binds a printed plate, by the bank's own call. Again does no harm.
    pub(super) async fn bind(&self, plate: &str) -> anyhow::Result<()> {
        let address = format!("{}/api/sbp/v1/qr-drafts/{plate}", self.interface());
        let call =
            self.client.post(address).bearer_auth(MERCHANT_KEY).json(&json!({ "qrDescription": "Касса 2" }));
        send(call).await.context("binding the plate").map(drop)
    }

    /// A buyer scans a code and pays it.
    pub(super) async fn pay(&self, payload: &str) -> anyhow::Result<()> {
        self.as_buyer("pay", payload).await
    }

    /// A buyer scans a code and has not confirmed the payment yet.
    pub(super) async fn scan(&self, payload: &str) -> anyhow::Result<()> {
        self.as_buyer("scan", payload).await
    }

    async fn as_buyer(&self, deed: &str, payload: &str) -> anyhow::Result<()> {
        let call = self.client.post(format!("{}/buyer/{deed}", self.address));
        send(call.json(&json!({ "payload": payload })))
            .await
            .with_context(|| format!("the buyer's {deed}"))
            .map(drop)
    }

    /// The next annulment of a code that somebody is paying is confirmed, and the money comes all the same.
    pub(super) async fn let_money_come_late(&self, after: Duration) -> anyhow::Result<()> {
        let delay_ms = u64::try_from(after.as_millis())?;
        let fault = json!({ "bank": BANK, "call": "cancel", "fault": "late_success", "delay_ms": delay_ms });
        let call = self.client.post(format!("{}/faults", self.address)).json(&fault);
        send(call).await.context("asking the simulator for a fault").map(drop)
    }

    /// What the bank knows.
    pub(super) async fn ledger(&self) -> anyhow::Result<Ledger> {
        let answer = send(self.client.get(format!("{}/ledger", self.address))).await?;
        Ok(Ledger::read(&answer.bytes().await?)?)
    }

    /// What the service says of itself.
    pub(super) async fn is_whole(&self, service: &str) -> bool {
        let Ok(answer) = send(self.client.get(format!("{service}/readyz"))).await else { return false };
        let state: Option<Value> = answer.json().await.ok();
        state.is_some_and(|state| state["status"] == "ready")
    }
}

/// Sends; an answer of refusal is an error with the words of the simulator.
async fn send(call: RequestBuilder) -> anyhow::Result<Response> {
    let answer = call.send().await?;
    let status = answer.status();
    if !status.is_success() {
        bail!("HTTP {status}: {}", answer.text().await.unwrap_or_default());
    }
    Ok(answer)
}
