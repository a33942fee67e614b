//! Payments of a store: the journal, one payment with all that happened to it, and what people may do with it.

mod asked;
mod buyer;
mod deeds;
mod items;
mod journal;
mod offers;
mod one;
mod place;
mod review;
mod second;
pub(crate) mod show;
mod timeline;

use axum::routing::{get, post};

pub(crate) use deeds::{code_field, confirm, fresh_operation};
pub(crate) use one::{address, bank_name};
pub(crate) use place::PLACE;

use crate::Routes;

pub(crate) use second::{Waiting, waiting_for};
pub(crate) use show::amount as amount_text;

/// The routes of the operations.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/payments", get(place::page))
        .get("/admin/stores/{store}/payments", get(journal::page))
        .get("/admin/stores/{store}/payments/{payment}", get(one::page))
        .post("/admin/stores/{store}/payments/{payment}/check", post(deeds::check))
        .post("/admin/stores/{store}/payments/{payment}/cancel", post(deeds::cancel))
        .get("/admin/stores/{store}/payments/{payment}/refund", get(deeds::refund_page))
        .post("/admin/stores/{store}/payments/{payment}/refund", post(deeds::refund))
        .get("/admin/stores/{store}/payments/{payment}/items", get(items::page))
        .post("/admin/stores/{store}/payments/{payment}/resend", post(deeds::resend))
        .get("/admin/stores/{store}/payments/{payment}/review", get(review::page))
        .post("/admin/stores/{store}/payments/{payment}/review", post(review::send))
        .get("/admin/refund-requests", get(second::list))
        .get("/admin/stores/{store}/refund-requests/{operation}", get(second::page))
        .post("/admin/stores/{store}/refund-requests/{operation}/agree", post(second::agree))
        .post("/admin/stores/{store}/refund-requests/{operation}/drop", post(second::drop_it))
}
