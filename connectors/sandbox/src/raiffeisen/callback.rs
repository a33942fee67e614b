//! `POST /settings/v1/callback`: where this merchant wants its notifications.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;

use super::{
    bank::Raiffeisen,
    caller::Caller,
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
    wire,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Callback {
    callback_url: Option<String>,
}

pub(super) async fn set(State(bank): State<Arc<Raiffeisen>>, caller: Caller, body: Bytes) -> Response {
    bank.respond(Version::V2, &caller, bank.take_callback(&caller, &body))
}

impl Raiffeisen {
    fn take_callback(&self, caller: &Caller, body: &[u8]) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        let request: Callback = wire::read(caller, body)?;
        let url = request.callback_url.filter(|url| !url.is_empty()).ok_or_else(Refusal::field_missing)?;
        let is_http = reqwest::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_http {
            return Err(Refusal::parameters().into());
        }
        self.desk.open(|book, _| book.set_callback(&merchant.sbp_merchant_id, &url));
        Ok(Reply::json(&json!({"callbackUrl": url})))
    }
}
