#![doc = include_str!("README.md")]

mod amounts;
mod assets;
mod audit;
mod browser;
mod changes;
mod entry;
mod failure;
mod form;
mod frame;
mod guard;
mod help;
mod home;
mod me;
mod operations;
mod payments;
mod ports;
mod reasons;
mod rights;
mod secret;
mod session;
mod settings;
mod setup;
mod state;
mod totp;
mod users;
mod words;

pub use operations::ports::{BrokerCondition, Letter, Letters, Operations, Wanted, Watch};
pub use ports::{Connected, Device, Management, Preview, Queue, Trials, Tried};
pub use rights::pages;
pub use secret::{hash_of_password, temporary_password};
pub use setup::{NewSetupLink, SetupError, new_setup_link};
pub use state::{Admin, BrokerPlace};
pub use totp::code_now;
pub use users::{NewUser, UserError, add_user, reset_user};

#[cfg(test)]
mod page_tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};

/// The largest body: a settings file with pictures of slides.
const LARGEST_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Every page and call below `/admin`.
///
/// # Panics
///
/// If a route has no row in the table of rights: a mistake of the program that its first start shows.
pub fn router(admin: Arc<Admin>) -> Router {
    routes()
        .router
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .route_layer(from_fn_with_state(Arc::clone(&admin), guard::guard))
        .route_layer(guard::same_site_only())
        .route_layer(from_fn(guard::in_their_language))
        .with_state(admin)
}

fn routes() -> Routes {
    let routes = Routes::default()
        .get("/admin/assets/{name}", get(assets::asset))
        .get("/admin/setup/{token}", get(setup::page))
        .post("/admin/setup/{token}", post(setup::send))
        .get("/admin/sign-in", get(entry::page))
        .post("/admin/sign-in", post(entry::send))
        .get("/admin/sign-in/code", get(entry::code_page))
        .post("/admin/sign-in/code", post(entry::send_code))
        .post("/admin/sign-out", post(entry::sign_out))
        .get("/admin", get(home::page))
        .get("/admin/me", get(me::page))
        .post("/admin/me/language", post(me::send_language))
        .get("/admin/me/password", get(me::password_page))
        .post("/admin/me/password", post(me::send_password))
        .get("/admin/me/second-factor", get(me::second_factor_page))
        .post("/admin/me/second-factor", post(me::send_second_factor))
        .post("/admin/me/sessions/end", post(me::end_session))
        .get("/admin/users", get(users::list))
        .get("/admin/users/new", get(users::new_page))
        .post("/admin/users/new", post(users::send_new))
        .get("/admin/users/{user}", get(users::page))
        .post("/admin/users/{user}", post(users::send))
        .post("/admin/users/{user}/reset", post(users::reset))
        .post("/admin/users/{user}/remove", post(users::remove))
        .get("/admin/sessions", get(users::sessions))
        .post("/admin/sessions/end", post(users::end_sessions))
        .get("/admin/audit", get(audit::page));
    let routes = payments::routes(routes);
    let routes = operations::routes(routes);
    let routes = help::routes(routes);
    settings::routes(routes)
}

/// Routes that are put together, each against its row in the table of rights.
#[derive(Default)]
struct Routes {
    router: Router<Arc<Admin>>,
    #[cfg(test)]
    mounted: Vec<(&'static str, &'static str)>,
}

impl Routes {
    fn get(self, path: &'static str, handler: MethodRouter<Arc<Admin>>) -> Self {
        self.add("GET", path, handler)
    }

    fn post(self, path: &'static str, handler: MethodRouter<Arc<Admin>>) -> Self {
        self.add("POST", path, handler)
    }

    fn add(mut self, method: &'static str, path: &'static str, handler: MethodRouter<Arc<Admin>>) -> Self {
        assert!(rights::row_of(method, path).is_some(), "{method} {path} has no row in the table of rights");
        self.router = self.router.route(path, handler);
        #[cfg(test)]
        self.mounted.push((method, path));
        self
    }
}
