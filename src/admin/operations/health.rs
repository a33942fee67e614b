//! How the service does: what is wrong says what to do. The page keeps itself fresh where scripts run.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::settings::Settings;
use payment::{ConsoleId, ConsoleWay, RegisterId, StoreId, Timestamp};
use store::{DatabaseCondition, LastJob};

use super::condition::{Banks, Card, Console, bank, broker, console, database, service};
use super::tabs::{PLACE, tabs};
use crate::failure::{Failure, page as answer};
use crate::frame::{Frame, Place};
use crate::guard::Asker;
use crate::payments::show::Clock;
use crate::state::Admin;

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    frame: Frame,
    tabs: Vec<Place>,
    /// The worst first: what somebody should do.
    troubles: usize,
    sections: Vec<Section>,
}

struct Section {
    name: String,
    cards: Vec<Card>,
}

type ConsoleKey = (StoreId, RegisterId, ConsoleId);

/// `GET /admin/operations`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let words = asker.words();
    let now = admin.now();
    let settings = admin.db.settings().await?;
    let condition = admin.db.condition().await?;
    let watch = &admin.operations.watch;
    let mut parts =
        vec![service(&words, &Clock::of_chain(&settings), &watch.version(), &instances(&condition), now)];
    parts.push(database(&words, &condition));
    parts.extend(watch.broker().map(|its| broker(&words, &its)));
    let mut sections = vec![Section { name: words.text("health-parts"), cards: parts }];
    let conditions = watch.banks();
    let banks = conditions.iter().map(|its| {
        let set = settings.servers.get(&its.server);
        bank(&words, Banks { condition: its, settings: set })
    });
    sections.push(Section { name: words.text("health-banks"), cards: banks.collect() });
    sections.extend(consoles(&admin, &asker, &settings, now).await?);
    sections.retain(|section| !section.cards.is_empty());
    let troubles = sections.iter().flat_map(|section| &section.cards).filter(|card| card.is_bad());
    Ok(answer(&HealthPage {
        troubles: troubles.count(),
        sections,
        tabs: tabs(&asker),
        frame: Frame::of(&asker, words.text("health-title")).at(PLACE),
    }))
}

fn instances(condition: &DatabaseCondition) -> Vec<(u64, Timestamp)> {
    condition.instances.iter().map(|its| (its.epoch, its.started_at)).collect()
}

/// A section for each store that the reader sees and that has consoles.
async fn consoles(
    admin: &Admin,
    asker: &Asker,
    settings: &Settings,
    now: Timestamp,
) -> Result<Vec<Section>, Failure> {
    let words = asker.words();
    let seen: BTreeMap<ConsoleKey, Timestamp> = admin
        .db
        .sightings()
        .await?
        .into_iter()
        .map(|its| ((its.store, its.register, its.console), its.seen_at))
        .collect();
    let mut sections = Vec::new();
    for (store, its) in settings.stores.iter().filter(|(store, _)| asker.reach.has(store)) {
        let mut cards = Vec::new();
        for (register, at) in &its.registers {
            for (id, set) in &at.consoles {
                let last_job = match set.way() {
                    ConsoleWay::Site => admin.db.last_job(store, register, id).await?,
                    ConsoleWay::Page | ConsoleWay::Till => None::<LastJob>,
                };
                let seen_at = seen.get(&(store.clone(), register.clone(), id.clone())).copied();
                let its = Console { store: its, register: &at.name, settings: set, seen_at, last_job, now };
                cards.push(console(&words, its));
            }
        }
        sections.push(Section { name: words.fill("health-consoles", &[("store", its.name.clone())]), cards });
    }
    Ok(sections)
}
