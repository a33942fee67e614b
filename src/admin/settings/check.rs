//! *Check now*: a call to the bank that moves no money.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use engine::settings::ServerSettings;
use payment::{CallError, OrderRequest, PaymentId, RefusalKind};
use store::Secrets;
use uuid::Uuid;

use super::module::connect;
use super::server_form::Filled;
use super::servers::{draw, found};
use crate::failure::Failure;
use crate::form::Wrong;
use crate::guard::Asker;
use crate::payments::show::refusal_text;
use crate::reasons;
use crate::state::Admin;
use crate::words::Words;

/// What a call to the bank came to.
pub(super) struct Checked {
    pub(super) is_good: bool,
    pub(super) text: String,
}

/// `POST /admin/servers/{server}/check`: asks the bank for an order that it can't know. Its *not found* proves address, network
/// and credentials.
pub(crate) async fn check(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let found = found(&admin, &id).await?;
    let checked = checked(&admin, &asker.words(), &found.server, &found.in_use(admin.now())).await;
    Ok(draw(&admin, &asker, &found, &Filled::Stored(&found.server), &Wrong::default(), Some(checked)))
}

/// Asks the bank with these settings and secrets.
pub(super) async fn checked(
    admin: &Admin,
    words: &Words,
    server: &ServerSettings,
    secrets: &Secrets,
) -> Checked {
    let bad = |text: String| Checked { is_good: false, text };
    // A sentence of ours follows.
    let told = |key: &str, reason: &str| {
        let reason = reasons::told(words, reason.trim_end_matches('.'));
        bad(words.fill(key, &[("reason", reason)]))
    };
    let Some(module) = admin.module(&server.module) else { return bad(words.text("wrong-module")) };
    let connector = match connect(module, server, secrets) {
        Ok(connector) => connector,
        Err(error) => return told("check-settings", &error.to_string()),
    };
    let ability = connector.capabilities().kinds.into_iter().find(|ability| ability.status_by_order);
    let Some(ability) = ability else { return bad(words.text("check-not-offered")) };
    // The first order of a payment that nobody has opened.
    let order = PaymentId::from_uuid(Uuid::now_v7().as_u128()).attempt(1);
    let request = OrderRequest { order, code: None, kind: ability.kind };
    let limit = Duration::from_millis(u64::from(server.call_timeout_ms));
    let began = admin.now();
    let answer = tokio::time::timeout(limit, connector.status(&request)).await;
    let took = admin.now().since(began).as_millis().to_string();
    match answer {
        Err(_) => bad(words.fill("check-late", &[("limit", limit.as_millis().to_string())])),
        Ok(Ok(_)) => Checked { is_good: true, text: words.fill("check-good", &[("took", took)]) },
        Ok(Err(CallError::NotSent(reason))) => told("check-not-reached", &reason),
        Ok(Err(CallError::Unknown(reason))) => told("check-unknown", &reason),
        Ok(Err(CallError::Refused(refusal))) => {
            let key =
                if refusal.kind == RefusalKind::Settings { "check-credentials" } else { "check-refused" };
            told(key, &refusal_text(words, &refusal))
        }
    }
}
