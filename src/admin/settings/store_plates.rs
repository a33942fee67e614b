//! All plates of a store: which register has which, and which of them a sale holds now.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use payment::Plate;
use store::HeldLink;

use super::here::{Here, InStore};
use super::plates::{Sort, sort_key};
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

#[derive(Template)]
#[template(path = "store_plates.html")]
struct Page {
    frame: Frame,
    store: String,
    store_name: String,
    registers: Vec<AtRegister>,
    /// How many plates there are.
    count: usize,
}

/// A register with its plates; also one that has none, so that they are seen.
struct AtRegister {
    id: String,
    name: String,
    plates: Vec<Line>,
}

struct Line {
    sort: &'static str,
    sort_name: String,
    server: String,
    server_name: String,
    link: String,
    /// The payment that has it now, if a sale does.
    holder: Option<String>,
}

/// `GET /admin/stores/{store}/plates`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let held = admin.db.links_held().await?;
    let line = |sort: Sort, (server, plate): (&payment::ServerId, &Plate)| Line {
        sort: sort.word(),
        sort_name: words.text(sort_key(sort)),
        server_name: here
            .settings
            .servers
            .get(server)
            .map_or_else(|| server.to_string(), |its| its.name.clone()),
        server: server.to_string(),
        link: plate.link.to_string(),
        holder: HeldLink::holder(&held, server, plate).map(|payment| payment.to_string()),
    };
    let registers = here.store().registers.iter().map(|(id, its)| AtRegister {
        id: id.to_string(),
        name: its.name.clone(),
        plates: [Sort::CashLink, Sort::Open]
            .into_iter()
            .flat_map(|sort| sort.of(its).iter().map(move |plate| (sort, plate)))
            .map(|(sort, plate)| line(sort, plate))
            .collect(),
    });
    let registers: Vec<AtRegister> = registers.collect();
    Ok(answer(&Page {
        count: registers.iter().map(|register| register.plates.len()).sum(),
        registers,
        store: here.spot.0.to_string(),
        store_name: here.store().name.clone(),
        frame: Frame::of(&asker, words.text("plates-title")),
    }))
}
