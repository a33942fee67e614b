//! What the business wants, as pages: every form is checked by the same rules as a settings file.

mod save;
mod store_form;
mod stores;

use axum::routing::{get, post};

use crate::Routes;

/// The routes of the settings.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/stores", get(stores::list))
        .get("/admin/stores/new", get(stores::new_page))
        .post("/admin/stores/new", post(stores::send_new))
        .get("/admin/stores/{store}", get(stores::page))
        .get("/admin/stores/{store}/settings", get(stores::settings_page))
        .post("/admin/stores/{store}/settings", post(stores::send_settings))
        .post("/admin/stores/{store}/remove", post(stores::remove))
}
