//! The calls: an address, a body, one sending, and the answer handed to `map`.

use async_trait::async_trait;
use connector_sdk::http::{Answer, Http, Method, RequestBuilder, Url};
use connector_sdk::{Capabilities, Connector, Notification, NotificationError};
use payment::{
    AnnulAnswer, CallError, IssueRequest, Issued, OrderRequest, RefundAnswer, RefundRequest, StatusAnswer,
};
use secrecy::ExposeSecret;

use crate::capabilities::capabilities;
use crate::config::{Config, RefundPath};
use crate::map::code::Withdrawal;
use crate::map::{code, refund, refusal, status};
use crate::notification;

/// One authorization server at this bank.
pub(crate) struct Caller {
    config: Config,
    http: Http,
}

impl Caller {
    pub(crate) fn new(config: Config, http: Http) -> Self {
        Self { config, http }
    }

    async fn get(&self, path: &[&str]) -> Result<Answer, CallError> {
        self.send(self.http.request(Method::GET, self.address(path))).await
    }

    async fn delete(&self, path: &[&str]) -> Result<Answer, CallError> {
        self.send(self.http.request(Method::DELETE, self.address(path))).await
    }

    async fn post(&self, path: &[&str], body: Vec<u8>) -> Result<Answer, CallError> {
        let request = self.http.request(Method::POST, self.address(path));
        self.send(request.header("content-type", "application/json").body(body)).await
    }

    /// Registration would do without the key; it does no harm there (reference: Raiffeisen §1).
    async fn send(&self, request: RequestBuilder) -> Result<Answer, CallError> {
        let key = self.config.secret_key.expose_secret();
        self.http.send(request.bearer_auth(key).header("accept", "application/json")).await
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut segments = vec!["api"];
        segments.extend(path);
        self.config.base.join(&segments)
    }
}

#[async_trait]
impl Connector for Caller {
    fn capabilities(&self) -> Capabilities {
        capabilities(&self.config)
    }

    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        let (body, expiry) = code::registration(&self.config, request)?;
        let answer = self.post(&["sbp", "v2", "qrs"], body).await?;
        code::issued(&answer, request.amount, expiry.at)
    }

    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        if let Some(id) = &request.code {
            let answer = self.get(&["sbp", "v1", "qr", id.as_str(), "payment-info"]).await?;
            return status::payment_info(&answer);
        }
        if !self.config.status_by_order {
            return Err(refusal::not_offered("a look-up by order"));
        }
        let answer =
            self.get(&["payments", "v1", "orders", &request.order.to_string(), "transaction"]).await?;
        status::order_transaction(&answer)
    }

    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        let id = request.code.as_ref().ok_or_else(|| refusal::not_offered("an annulment by order"))?;
        let path = ["sbp", "v2", "qrs", id.as_str()];
        match code::withdrawal(&self.delete(&path).await?)? {
            Withdrawal::Certain(outcome) => Ok(outcome),
            Withdrawal::AskState => code::state(&self.get(&path).await?),
        }
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let answer = match self.config.refund_path {
            RefundPath::V1 => self.post(&["sbp", "v1", "refund"], refund::by_transaction(request)?).await?,
            RefundPath::V2 => {
                let (order, key) = (request.order.to_string(), request.refund.to_string());
                self.post(&order_refund(&order, &key), refund::by_order(request)?).await?
            }
        };
        refund::sent(request, &answer)
    }

    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let (order, key) = (request.order.to_string(), request.refund.to_string());
        let answer = match self.config.refund_path {
            RefundPath::V1 => self.get(&["sbp", "v1", "refund", &key]).await?,
            RefundPath::V2 => self.get(&order_refund(&order, &key)).await?,
        };
        refund::found(request, &answer)
    }

    fn read_notification(
        &self,
        header: &dyn for<'a> Fn(&'a str) -> Option<String>,
        body: &[u8],
    ) -> Result<Notification, NotificationError> {
        notification::read(&self.config.secret_key, header(notification::SIGNATURE_HEADER).as_deref(), body)
    }
}

fn order_refund<'a>(order: &'a str, key: &'a str) -> [&'a str; 6] {
    ["payments", "v2", "orders", order, "refunds", key]
}
