//! The calls: an address, a body, one sending, and the answer handed to `map`.

use async_trait::async_trait;
use connector_sdk::http::{Answer, Http, Method, RequestBuilder, Url};
use connector_sdk::{Capabilities, Connector, Notification, NotificationError, PlateRequest};
use payment::{
    AnnulAnswer, CallError, CodeId, CodeKind, IssueRequest, Issued, OrderRequest, OrderState, PaidNotice,
    Plate, RefundAnswer, RefundRequest, StatusAnswer,
};
use secrecy::ExposeSecret;

use crate::capabilities::capabilities;
use crate::config::{Config, RefundPath};
use crate::map::code::Withdrawal;
use crate::map::link::OrderWord;
use crate::map::{code, link, refund, refusal, status};
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

    /// Mints a code for one sale.
    async fn mint(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        let (body, expiry) = code::registration(&self.config, request)?;
        let answer = self.post(&["sbp", "v2", "qrs"], body).await?;
        let end = (request.kind == CodeKind::Dynamic).then_some(expiry.at);
        code::issued(&answer, request.amount, end)
    }

    /// Arms the register's plate.
    async fn arm(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        let plate =
            request.plate.as_ref().ok_or_else(|| refusal::not_offered("a cash link without a plate"))?;
        let (body, expiry) = link::arming(request, plate)?;
        let answer = self.post(&["payment", "v1", "orders"], body).await?;
        link::armed(&answer, request, plate, expiry.at)
    }

    async fn order_word(&self, order: &str) -> Result<OrderWord, CallError> {
        link::order_word(&self.get(&["payment", "v1", "orders", order]).await?)
    }

    /// The order first, its money after it: what was over, with nothing in progress later, is over for certain.
    async fn status_of_activation(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        let order = request.order.to_string();
        let word = self.order_word(&order).await?;
        let money = if self.config.status_by_order {
            let found = self.status_by_order(&order).await?;
            StatusAnswer { order: found.order.or_else(|| Some(order.clone())), ..found }
        } else if let Some(link) = &request.code {
            self.status_by_code(link.as_str()).await?
        } else {
            StatusAnswer { order: None, state: OrderState::Unpaid }
        };
        Ok(link::status(&order, word, money))
    }

    async fn status_by_code(&self, id: &str) -> Result<StatusAnswer, CallError> {
        status::payment_info(&self.get(&["sbp", "v1", "qr", id, "payment-info"]).await?)
    }

    async fn status_by_order(&self, order: &str) -> Result<StatusAnswer, CallError> {
        status::order_transaction(&self.get(&["payments", "v1", "orders", order, "transaction"]).await?)
    }

    async fn disarm(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        let order = request.order.to_string();
        match link::withdrawal(&self.delete(&["payment", "v1", "orders", &order]).await?)? {
            Some(outcome) => Ok(outcome),
            None => Ok(link::withdrawn(self.order_word(&order).await?)),
        }
    }

    async fn look_up_refund(
        &self,
        request: &RefundRequest,
        path: RefundPath,
    ) -> Result<RefundAnswer, CallError> {
        let (order, key) = (request.order.to_string(), request.refund.to_string());
        let answer = match path {
            RefundPath::V1 => self.get(&["sbp", "v1", "refund", &key]).await?,
            RefundPath::V2 => self.get(&order_refund(&order, &key)).await?,
        };
        refund::found(request, &answer)
    }

    /// A static code may hold several payments under one order: only the interface by transaction tells them apart.
    fn refund_path(&self, request: &RefundRequest) -> RefundPath {
        if request.kind == CodeKind::Static { RefundPath::V1 } else { self.config.refund_path }
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
        match request.kind {
            CodeKind::CashLink => self.arm(request).await,
            CodeKind::Dynamic | CodeKind::Static | CodeKind::Buyer => self.mint(request).await,
        }
    }

    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        if request.kind == CodeKind::CashLink {
            return self.status_of_activation(request).await;
        }
        if let Some(id) = &request.code {
            return self.status_by_code(id.as_str()).await;
        }
        if !self.config.status_by_order {
            return Err(refusal::not_offered("a look-up by order"));
        }
        self.status_by_order(&request.order.to_string()).await
    }

    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        match self.status_by_code(code.as_str()).await?.state {
            OrderState::Paid(notice) => Ok(Some(notice)),
            _ => Ok(None),
        }
    }

    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        if request.kind == CodeKind::CashLink {
            return self.disarm(request).await;
        }
        let id = request.code.as_ref().ok_or_else(|| refusal::not_offered("an annulment by order"))?;
        let path = ["sbp", "v2", "qrs", id.as_str()];
        match code::withdrawal(&self.delete(&path).await?)? {
            Withdrawal::Certain(outcome) => Ok(outcome),
            Withdrawal::AskState => code::state(&self.get(&path).await?),
        }
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let answer = match self.refund_path(request) {
            RefundPath::V1 => self.post(&["sbp", "v1", "refund"], refund::by_transaction(request)?).await?,
            RefundPath::V2 => {
                let (order, key) = (request.order.to_string(), request.refund.to_string());
                self.post(&order_refund(&order, &key), refund::by_order(request)?).await?
            }
        };
        refund::sent(request, &answer)
    }

    /// The other interface is asked too before a refund counts as not known: it may have been sent there under earlier
    /// settings, and what is not known is sent again.
    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let path = self.refund_path(request);
        let other = match path {
            RefundPath::V1 => RefundPath::V2,
            RefundPath::V2 => RefundPath::V1,
        };
        match self.look_up_refund(request, path).await? {
            RefundAnswer::NotFound => match self.look_up_refund(request, other).await {
                Err(CallError::Refused(_)) => Ok(RefundAnswer::NotFound), // not known there either, or not offered
                answer => answer,
            },
            answer => Ok(answer),
        }
    }

    async fn make_plate(&self, request: &PlateRequest) -> Result<Plate, CallError> {
        let answer = match &request.draft {
            Some(_) if request.open_as.is_some() => {
                return Err(refusal::not_offered(
                    "a printed plate that stands open: its text goes into the settings",
                ));
            }
            Some(draft) => {
                let path = ["sbp", "v1", "qr-drafts", draft.as_str()];
                self.post(&path, link::binding(&self.config, request)).await?
            }
            None => self.post(&["sbp", "v2", "qrs"], link::registration(&self.config, request)).await?,
        };
        link::plate(&answer)
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
