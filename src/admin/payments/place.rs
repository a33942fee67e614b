//! Where payments are looked for: which store, or which payment by an id of ours.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::Records;

use super::asked::id_in;
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

/// The place of all pages of payments in the navigation.
pub(crate) const PLACE: &str = "/admin/payments";

#[derive(Template)]
#[template(path = "payment_stores.html")]
struct StoresPage {
    frame: Frame,
    stores: Vec<(String, String)>,
    text: String,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Text {
    #[serde(default)]
    text: String,
}

/// `GET /admin/payments`: who sees one store is led to it.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Query(Text { text }): Query<Text>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let mut alarm = None;
    if !text.trim().is_empty() {
        let known = match id_in(text.trim()) {
            Some(id) => admin.db.payment_record(id).await?.map(|record| record.payment),
            None => None,
        };
        // A payment of another store is as unknown as one that is not there.
        match known.filter(|payment| asker.reach.has(&payment.checkout.store)) {
            Some(payment) => return Ok(Redirect::to(&super::one::address(&payment)).into_response()),
            None => alarm = Some(words.text("payment-unknown")),
        }
    }
    let settings = admin.db.settings().await?;
    let stores = settings.stores.into_iter().filter(|(store, _)| asker.reach.has(store));
    let stores: Vec<(String, String)> = stores.map(|(id, store)| (id.to_string(), store.name)).collect();
    if let ([(only, _)], None) = (&*stores, &alarm) {
        return Ok(Redirect::to(&format!("/admin/stores/{only}/payments")).into_response());
    }
    let frame = Frame::of(&asker, words.text("nav-payments")).with_alarm(alarm).at(PLACE);
    Ok(answer(&StoresPage { frame, stores, text }))
}
