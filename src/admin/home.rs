//! The first page: what there is, and what is still to be set up.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    steps: Vec<Step>,
    is_done: bool,
}

/// A step of the set-up: done, next, or later.
struct Step {
    name: String,
    text: String,
    address: String,
    is_done: bool,
}

/// `GET /admin`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let store = settings.stores.iter().find(|(store, _)| asker.reach.has(store));
    let registers = || store.into_iter().flat_map(|(_, its)| its.registers.values());
    let done = [
        ("servers", "/admin/servers".to_owned(), !settings.servers.is_empty()),
        ("store", "/admin/stores".to_owned(), store.is_some()),
        ("register", "/admin/stores".to_owned(), registers().next().is_some()),
        ("console", "/admin/stores".to_owned(), registers().any(|register| !register.consoles.is_empty())),
    ];
    let is_done = done.iter().all(|(.., is_done)| *is_done);
    let may_set_up = asker.may("POST", "/admin/stores/new", None);
    let steps = done.into_iter().filter(|_| may_set_up).map(|(key, address, is_done)| Step {
        name: words.text(&format!("step-{key}")),
        text: words.text(&format!("step-{key}-text")),
        address,
        is_done,
    });
    Ok(answer(&HomePage {
        name: asker.user.body.name.clone(),
        steps: steps.collect(),
        is_done,
        frame: Frame::of(&asker, words.text("nav-home")),
    }))
}
