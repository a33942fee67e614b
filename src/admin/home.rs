//! The first page: what waits for somebody, the stores, and what is still to be set up.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use payment::StoreId;

use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::help::{Step, steps};
use crate::payments::{Waiting, waiting_for};
use crate::state::Admin;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    steps: Vec<Step>,
    /// Refunds that wait for a second person.
    waiting: Vec<Waiting>,
    shops: Vec<Shop>,
    /// There are more.
    has_more: bool,
}

/// A store whose payments the reader sees.
struct Shop {
    id: String,
    name: String,
}

/// More stores than this are found on their own page.
const STORES_AT_MOST: usize = 12;

/// `GET /admin`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let may_set_up = asker.may("POST", "/admin/stores/new", None);
    let steps = if may_set_up { steps(&admin, &asker, &settings).await? } else { Vec::new() };
    // What is all set up needs no list on the first page any more: it stays in the help.
    let steps = if steps.iter().all(|step| step.is_done) { Vec::new() } else { steps };
    let waiting = waiting_for(&admin, &asker, &settings).await?;
    let may_look = |store: &StoreId| asker.may("GET", "/admin/stores/{store}/payments", Some(store));
    let seen = settings.stores.iter().filter(|(store, _)| asker.reach.has(store) && may_look(store));
    let mut shops: Vec<_> =
        seen.map(|(id, its)| Shop { id: id.to_string(), name: its.name.clone() }).collect();
    let has_more = shops.len() > STORES_AT_MOST;
    shops.truncate(STORES_AT_MOST);
    Ok(answer(&HomePage {
        waiting,
        shops,
        has_more,
        name: asker.user.body.name.clone(),
        steps,
        frame: Frame::of(&asker, words.text("nav-home")),
    }))
}
