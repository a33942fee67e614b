//! Help in place: how all is set up, what a code means and what the cashier can do, and the first real payment.

mod codes;
mod go_live;
mod guide;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};

use crate::Routes;
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

pub(crate) use guide::{Step, steps};

/// The place of all pages of help in the navigation.
const PLACE: &str = "/admin/help";

/// The routes of the help.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/help", get(page))
        .get("/admin/help/codes", get(codes::page))
        .get("/admin/stores/{store}/go-live", get(go_live::page))
        .post("/admin/stores/{store}/go-live", post(go_live::send))
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    steps: Vec<Step>,
    is_done: bool,
    /// The stores whose first real payment the asker may make: id and name.
    live: Vec<(String, String)>,
}

/// `GET /admin/help`.
async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let steps = steps(&admin, &asker, &settings).await?;
    let may = |store: &&payment::StoreId| asker.may("POST", "/admin/stores/{store}/go-live", Some(store));
    let live = settings.stores.keys().filter(may).filter(|store| asker.reach.has(store));
    Ok(answer(&HelpPage {
        live: live.map(|store| (store.to_string(), settings.stores[store].name.clone())).collect(),
        is_done: steps.iter().all(|step| step.is_done),
        frame: Frame::of(&asker, asker.words().text("nav-help")).at(PLACE),
        steps,
    }))
}
