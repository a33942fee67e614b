//! How the service does, what waits for people, and the end of the day.

mod condition;
mod day;
mod events;
mod health;
mod letters;
mod live;
pub(crate) mod ports;
mod tabs;
mod unclaimed;

use axum::routing::{get, post};

use crate::Routes;

/// The routes of the operations.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/operations", get(health::page))
        .get("/admin/operations/letters", get(letters::page))
        .post("/admin/operations/letters/replay", post(letters::replay))
        .get("/admin/operations/events", get(events::page))
        .post("/admin/operations/events/release", post(events::release))
        .get("/admin/operations/unclaimed", get(unclaimed::page))
        .get("/admin/operations/unclaimed/claim", get(unclaimed::claim_page))
        .post("/admin/operations/unclaimed/claim", post(unclaimed::claim))
        .get("/admin/stores/{store}/day", get(day::page))
        .get("/admin/stores/{store}/payments/live", get(live::stream))
}
