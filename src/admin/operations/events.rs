//! Events that are not delivered: for which registers, since when, why, and another try.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::{Destination, EventRow};
use engine::settings::Settings;
use payment::{RegisterId, StoreId};
use serde::Deserialize;
use serde_json::json;
use store::{AuditEntry, People, WaitingEvents};

use super::tabs::{PLACE, tabs};
use crate::failure::{Failure, page as answer};
use crate::form::Sent;
use crate::frame::{Frame, Place};
use crate::guard::Asker;
use crate::payments::show::{Clock, register_name, store_name};
use crate::state::Admin;
use crate::words::Words;

const ADDRESS: &str = "/admin/operations/events";
/// So many events of one register are shown.
const SHOWN_AT_MOST: usize = 100;

#[derive(Template)]
#[template(path = "waiting.html")]
struct EventsPage {
    frame: Frame,
    tabs: Vec<Place>,
    lines: Vec<Line>,
    may_release: bool,
    /// The events of the register that was asked for.
    events: Vec<EventLine>,
    /// That register's name.
    of: Option<String>,
}

struct Line {
    /// `<store>/<register>`, for the form.
    id: String,
    store: String,
    register: String,
    events: u64,
    since: String,
    why: String,
    tone: &'static str,
    address: String,
}

struct EventLine {
    at: String,
    name: String,
    operation: String,
    address: String,
}

/// The register whose events are to be seen.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    store: String,
    register: String,
}

/// `GET /admin/operations/events`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Query(wanted): Query<Asked>,
) -> Result<Response, Failure> {
    let register = read(&wanted.store, &wanted.register).filter(|register| asker.reach.has(&register.store));
    draw(&admin, &asker, register, None).await
}

fn read(store: &str, register: &str) -> Option<Destination> {
    Some(Destination { store: StoreId::parse(store).ok()?, register: RegisterId::parse(register).ok()? })
}

async fn draw(
    admin: &Admin,
    asker: &Asker,
    register: Option<Destination>,
    alarm: Option<String>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let waiting = admin.db.waiting_events().await?;
    let is_broker_well = admin.operations.watch.broker().is_some_and(|broker| broker.is_ready);
    let mine = waiting.iter().filter(|waiting| asker.reach.has(&waiting.register.store));
    let lines = mine.map(|waiting| line(&words, &settings, is_broker_well, waiting)).collect();
    let events = match &register {
        None => Vec::new(),
        Some(register) => {
            let clock = Clock::of(settings.stores.get(&register.store));
            let found = admin.db.events_waiting_for(register, SHOWN_AT_MOST).await?;
            found.into_iter().map(|event| event_line(&words, &clock, event)).collect()
        }
    };
    Ok(answer(&EventsPage {
        lines,
        may_release: asker.may("POST", "/admin/operations/events/release", None),
        of: register.map(|register| named(&settings, &register).1),
        events,
        tabs: tabs(asker),
        frame: Frame::of(asker, words.text("nav-waiting")).with_alarm(alarm).at(PLACE),
    }))
}

/// The names of a store and of its register, or their ids.
fn named(settings: &Settings, of: &Destination) -> (String, String) {
    let store = settings.stores.get(&of.store);
    (store_name(&of.store, store), register_name(&of.register, store))
}

fn line(words: &Words, settings: &Settings, is_broker_well: bool, waiting: &WaitingEvents) -> Line {
    let WaitingEvents { register: of, is_parked, events, oldest } = waiting;
    let (store, register) = named(settings, of);
    let why = match (is_parked, is_broker_well) {
        (true, _) => "waiting-no-queue",
        (false, true) => "waiting-on-its-way",
        (false, false) => "waiting-no-broker",
    };
    Line {
        id: format!("{}/{}", of.store, of.register),
        store,
        register,
        events: *events,
        since: Clock::of(settings.stores.get(&of.store)).moment(words, *oldest),
        why: words.text(why),
        tone: if *is_parked || !is_broker_well { "bad" } else { "" },
        address: format!("{ADDRESS}?store={}&register={}#events", of.store, of.register),
    }
}

fn event_line(words: &Words, clock: &Clock, event: EventRow) -> EventLine {
    EventLine {
        at: clock.moment(words, event.at),
        name: event.name,
        operation: event.operation.to_string(),
        address: format!("/admin/stores/{}/payments/{}", event.destination.store, event.payment),
    }
}

/// `POST /admin/operations/events/release`: events of a payment keep their order, so all of a register's are tried.
pub(crate) async fn release(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let waiting = admin.db.waiting_events().await?;
    let is_all = sent.text("which") == "all";
    let is_chosen =
        |of: &Destination| sent.all("register").contains(&format!("{}/{}", of.store, of.register));
    let mut registers: Vec<Destination> = waiting.into_iter().map(|waiting| waiting.register).collect();
    registers.retain(|of| is_all || is_chosen(of));
    registers.dedup();
    if registers.is_empty() {
        let page = draw(&admin, &asker, None, Some(words.text("wrong-nothing-chosen"))).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let names: Vec<String> = registers.iter().map(|of| format!("{}/{}", of.store, of.register)).collect();
    let told = AuditEntry {
        author: admin.author(&asker),
        action: "events.release".to_owned(),
        about: "events".to_owned(),
        store: None,
        before: None,
        after: Some(json!({ "registers": names })),
    };
    admin.db.change_people(vec![], vec![told]).await?;
    for register in &registers {
        admin.desk.release(register);
    }
    Ok(Redirect::to(&format!("{ADDRESS}?done=events-tried")).into_response())
}
