//! What the business wants, as pages: every form is checked by the same rules as a settings file.

mod check;
mod connect;
mod console_form;
mod consoles;
mod credentials;
pub(crate) mod here;
mod keys;
mod module;
mod moment;
mod pair;
mod payment_types;
mod plates;
mod poster;
mod registers;
mod save;
mod screens;
mod server_form;
mod servers;
mod store_form;
mod store_plates;
mod stores;
mod transfer;
mod trial;

use axum::routing::{get, post};
use payment::CodeKind;

use crate::Routes;

/// The key of the words for a kind of code.
fn kind_key(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Dynamic => "kind-dynamic",
        CodeKind::Static => "kind-static",
        CodeKind::CashLink => "kind-cash-link",
        CodeKind::Buyer => "kind-buyer",
    }
}

/// The routes of the settings.
pub(crate) fn routes(routes: Routes) -> Routes {
    of_registers(of_things(of_chain(routes)))
}

fn of_chain(routes: Routes) -> Routes {
    routes
        .get("/admin/servers", get(servers::list))
        .get("/admin/servers/new", get(servers::new_page))
        .post("/admin/servers/new", post(servers::send_new))
        .get("/admin/servers/{server}", get(servers::page))
        .post("/admin/servers/{server}", post(servers::send))
        .post("/admin/servers/{server}/check", post(check::check))
        .post("/admin/servers/{server}/secrets", post(credentials::send_secrets))
        .post("/admin/servers/{server}/next", post(credentials::send_next))
        .post("/admin/servers/{server}/next/forget", post(credentials::forget_next))
        .post("/admin/servers/{server}/remove", post(servers::remove))
        .get("/admin/pair/{name}", get(pair::page))
        .post("/admin/pair/{name}", post(pair::send))
        .get("/admin/transfer", get(transfer::page))
        .get("/admin/transfer/export", get(transfer::export))
        .post("/admin/transfer/plan", post(transfer::plan))
        .post("/admin/transfer/apply", post(transfer::apply))
        .get("/admin/stores", get(stores::list))
        .get("/admin/stores/new", get(stores::new_page))
        .post("/admin/stores/new", post(stores::send_new))
        .get("/admin/stores/{store}", get(stores::page))
        .get("/admin/stores/{store}/settings", get(stores::settings_page))
        .post("/admin/stores/{store}/settings", post(stores::send_settings))
        .post("/admin/stores/{store}/remove", post(stores::remove))
}

/// What hangs on a register.
fn of_registers(routes: Routes) -> Routes {
    routes
        .get("/admin/stores/{store}/registers/{register}/plates", get(plates::page))
        .post("/admin/stores/{store}/registers/{register}/plates", post(plates::bind))
        .post("/admin/stores/{store}/registers/{register}/plates/check", post(plates::check))
        .post("/admin/stores/{store}/registers/{register}/plates/release", post(plates::release))
        .get("/admin/stores/{store}/registers/{register}/plates/{server}/{name}", get(poster::poster))
        .get("/admin/stores/{store}/registers/{register}/consoles/{console}/preview", get(trial::preview))
        .post("/admin/stores/{store}/registers/{register}/consoles/{console}/try", post(trial::send))
}

/// What hangs on a store.
fn of_things(routes: Routes) -> Routes {
    routes
        .get("/admin/stores/{store}/payment-types/new", get(payment_types::new_page))
        .post("/admin/stores/{store}/payment-types/new", post(payment_types::send_new))
        .get("/admin/stores/{store}/payment-types/{code}", get(payment_types::page))
        .post("/admin/stores/{store}/payment-types/{code}", post(payment_types::send))
        .post("/admin/stores/{store}/payment-types/{code}/remove", post(payment_types::remove))
        .get("/admin/stores/{store}/registers/new", get(registers::new_page))
        .post("/admin/stores/{store}/registers/new", post(registers::send_new))
        .get("/admin/stores/{store}/registers/{register}", get(registers::page))
        .post("/admin/stores/{store}/registers/{register}", post(registers::send))
        .post("/admin/stores/{store}/registers/{register}/remove", post(registers::remove))
        .get("/admin/stores/{store}/registers/{register}/connect", get(connect::page))
        .post("/admin/stores/{store}/registers/{register}/connect", post(connect::send))
        .post("/admin/stores/{store}/registers/{register}/move", post(registers::send_move))
        .get("/admin/stores/{store}/registers/{register}/consoles/new", get(consoles::new_page))
        .post("/admin/stores/{store}/registers/{register}/consoles/new", post(consoles::send_new))
        .get("/admin/stores/{store}/registers/{register}/consoles/{console}", get(consoles::page))
        .post("/admin/stores/{store}/registers/{register}/consoles/{console}", post(consoles::send))
        .post("/admin/stores/{store}/registers/{register}/consoles/{console}/pair", post(consoles::pair))
        .post("/admin/stores/{store}/registers/{register}/consoles/{console}/remove", post(consoles::remove))
        .get("/admin/stores/{store}/plates", get(store_plates::page))
        .get("/admin/stores/{store}/screens", get(screens::page))
        .post("/admin/stores/{store}/screens", post(screens::send))
        .post("/admin/stores/{store}/screens/slides", post(screens::add))
        .post("/admin/stores/{store}/screens/slides/change", post(screens::change))
        .get("/admin/stores/{store}/keys", get(keys::page))
        .post("/admin/stores/{store}/keys", post(keys::send))
        .post("/admin/stores/{store}/keys/remove", post(keys::remove))
}
