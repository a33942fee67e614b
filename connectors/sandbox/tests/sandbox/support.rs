//! A simulator on a free port, and a client that speaks to it.

use std::{future::Future, time::Duration};

use connector_sandbox::Options;
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub(crate) const KEY: &str = "sandbox-secret-key";
pub(crate) const MERCHANT: &str = "MA0000000552";

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The logical error's code, or nothing.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A running simulator and its client.
pub(crate) struct Bank {
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    running: tokio::task::JoinHandle<()>,
}

impl Bank {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(tune: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { seed: Some(1), ..Options::default() };
        options.notifications.retry_base = Duration::from_millis(20);
        tune(&mut options);
        let sandbox = connector_sandbox::bind(options).await.unwrap();
        let url = format!("http://{}", sandbox.address());
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            stopped.await.ok();
        };
        let running = tokio::spawn(async move { sandbox.serve(shutdown).await.unwrap() });
        Self { url, client: client(), stop: Some(stop), running }
    }

    /// Ends the simulator as a person would.
    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.running.await.unwrap();
    }

    /// A call of the bank with the merchant's key.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        read(self.call(reqwest::Method::POST, path).json(body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        read(self.call(reqwest::Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        read(self.call(reqwest::Method::DELETE, path)).await
    }

    /// A request to the bank's interface that the caller may still change.
    pub(crate) fn call(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}/raiffeisen/api{path}", self.url)).bearer_auth(KEY)
    }

    /// A call of the simulator itself.
    pub(crate) async fn own(&self, path: &str, body: &Value) -> Answer {
        read(self.client.post(format!("{}{path}", self.url)).json(body)).await
    }

    pub(crate) async fn own_get(&self, path: &str) -> Answer {
        read(self.client.get(format!("{}{path}", self.url))).await
    }

    pub(crate) async fn buyer(&self, deed: &str, payload: &str) -> Answer {
        self.own(&format!("/buyer/{deed}"), &json!({"payload": payload})).await
    }

    pub(crate) async fn fault(&self, fault: &Value) {
        let answer = self.own("/faults", fault).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub(crate) async fn advance(&self, time: Duration) {
        let body = json!({"advance_ms": u64::try_from(time.as_millis()).unwrap()});
        assert_eq!(self.own("/clock", &body).await.status, 200);
    }

    /// One list of the ledger.
    pub(crate) async fn ledger(&self, list: &str) -> Vec<Value> {
        let ledger = self.own_get("/ledger").await.json();
        ledger["banks"]["raiffeisen"][list].as_array().unwrap().clone()
    }

    /// A dynamic code of 314 roubles.
    pub(crate) async fn dynamic(&self, order: &str) -> Code {
        self.register(&json!({
            "qrType": "QRDynamic", "sbpMerchantId": MERCHANT, "order": order, "amount": 314, "currency": "RUB",
        }))
        .await
    }

    pub(crate) async fn fixed(&self, order: &str) -> Code {
        let body = json!({"qrType": "QRStatic", "sbpMerchantId": MERCHANT, "order": order});
        self.register(&body).await
    }

    pub(crate) async fn link(&self) -> Code {
        self.register(&json!({"qrType": "QRVariable", "sbpMerchantId": MERCHANT})).await
    }

    pub(crate) async fn register(&self, body: &Value) -> Code {
        let answer = self.post("/sbp/v2/qrs", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = answer.json();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Code { id: text("qrId"), payload: text("payload"), answer }
    }

    pub(crate) async fn payment_info(&self, code: &Code) -> Value {
        self.get(&format!("/sbp/v1/qr/{}/payment-info", code.id)).await.json()
    }

    pub(crate) async fn payment_status(&self, code: &Code) -> String {
        self.payment_info(code).await["paymentStatus"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn qr_status(&self, code: &Code) -> String {
        let answer = self.get(&format!("/sbp/v2/qrs/{}", code.id)).await.json();
        answer["qrStatus"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn cancel(&self, code: &Code) -> Answer {
        self.delete(&format!("/sbp/v2/qrs/{}", code.id)).await
    }
}

/// A registered code.
pub(crate) struct Code {
    pub(crate) id: String,
    pub(crate) payload: String,
    pub(crate) answer: Value,
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    Answer { status: answer.status().as_u16(), text: answer.text().await.unwrap() }
}

/// Waits for a condition, with a limit, instead of sleeping for a time.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let limit = tokio::time::Duration::from_secs(10);
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(limit, waiting).await.unwrap_or_else(|_| panic!("never came true: {what}"));
}

fn client() -> reqwest::Client {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}
