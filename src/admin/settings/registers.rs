//! Registers: tills and kiosks, and how each is connected.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::{EventsBy, OpenPayments, RegisterSettings, Settings};
use payment::{RegisterId, StoreId};
use serde::Serialize;
use store::{PaymentFilter, Records};

use super::console_form::kind_key;
use super::here::{AtRegister, Here, InStore};
use super::save::{Inserted, MARK, add, mark, save};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::bank_name;
use crate::state::Admin;

const EVENTS_BY: [(&str, EventsBy); 3] =
    [("amqp", EventsBy::Amqp), ("http", EventsBy::Http), ("both", EventsBy::Both)];
const OPEN: [(&str, OpenPayments); 2] = [("one", OpenPayments::One), ("many", OpenPayments::Many)];

#[derive(Template)]
#[template(path = "register.html")]
struct Page {
    frame: Frame,
    store: String,
    store_name: String,
    form: Form,
    /// The register that is there; `None`: a new one.
    id: Option<String>,
    consoles: Vec<ConsoleLine>,
    /// Whose they are, and their numbers.
    plates: Vec<(String, String)>,
    moving: Option<Form>,
}

struct ConsoleLine {
    id: String,
    name: String,
    kind: String,
    shows_codes: bool,
}

/// `GET /admin/stores/{store}/registers/new`.
pub(crate) async fn new_page(asker: Asker, here: Here<InStore>) -> Response {
    draw(&asker, &here.settings, (&here.spot.0, None), None, &Wrong::default())
}

/// `POST /admin/stores/{store}/registers/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let store = &here.spot.0;
    let mut wrong = Wrong::default();
    let id = RegisterId::parse(sent.text("register_id"));
    if id.is_err() {
        wrong.field(&words, "register_id");
    }
    let register = read(&asker, &sent, None).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(id), Ok(register)) = (id, register) {
        let key = format!("stores.{store}.registers.{id}");
        let saved = add(&admin, &asker, key, "register_id", |settings| {
            let its = settings.stores.get_mut(store).ok_or(Failure::Missing)?;
            if its.registers.contains_key(&id) {
                return Ok(Inserted::Taken);
            }
            its.registers.insert(id.clone(), register.clone());
            Ok(Inserted::New)
        });
        match saved.await? {
            Ok(_) => {
                let next = format!("/admin/stores/{store}/registers/{id}?done=saved");
                return Ok(Redirect::to(&next).into_response());
            }
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let page = draw(&asker, &here.settings, (store, None), Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The mark of a register's own fields.
fn mark_of(register: &RegisterSettings) -> String {
    #[derive(Serialize)]
    struct Own<'a>(&'a str, EventsBy, OpenPayments);
    mark(Some(&Own(&register.name, register.events_by, register.open_payments)))
}

fn drawn(asker: &Asker, here: &Here<AtRegister>, sent: Option<&Sent>, wrong: &Wrong) -> Response {
    draw(asker, &here.settings, (&here.spot.store, Some(&here.spot.register)), sent, wrong)
}

/// `GET /admin/stores/{store}/registers/{register}`.
pub(crate) async fn page(asker: Asker, here: Here<AtRegister>) -> Response {
    drawn(&asker, &here, None, &Wrong::default())
}

/// `POST /admin/stores/{store}/registers/{register}`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let wrong = match read(&asker, &sent, Some(here.register())) {
        Err(wrong) => wrong,
        Ok(wanted) => {
            let saved = save(&admin, &asker, here.spot.key(), sent.text(MARK), |settings| {
                let kept = here.spot.of(settings)?;
                let before = mark_of(kept);
                kept.name.clone_from(&wanted.name);
                (kept.events_by, kept.open_payments) = (wanted.events_by, wanted.open_payments);
                Ok(before)
            });
            match saved.await? {
                Ok(_) => {
                    let next = format!("/admin/stores/{}?done=saved", here.spot.store);
                    return Ok(Redirect::to(&next).into_response());
                }
                Err(wrong) => wrong,
            }
        }
    };
    let page = drawn(&asker, &here, Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Whether the register has a payment that is open: what it was told of goes to the place that it has now.
pub(super) async fn has_open(admin: &Admin, at: &AtRegister) -> Result<bool, Failure> {
    let filter = PaymentFilter {
        store: Some(at.store.clone()),
        register: Some(at.register.clone()),
        open_only: true,
        limit: 1,
        ..PaymentFilter::default()
    };
    Ok(!admin.db.find_payments(&filter).await?.is_empty())
}

/// `POST /admin/stores/{store}/registers/{register}/remove`: refused while a payment is open. What it was paid stays.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
) -> Result<Response, Failure> {
    if has_open(&admin, &here.spot).await? {
        let mut wrong = Wrong::default();
        wrong.at("open", asker.words().text("wrong-register-open"));
        return Ok((StatusCode::CONFLICT, drawn(&asker, &here, None, &wrong)).into_response());
    }
    let at = &here.spot;
    let expected = mark_of(here.register());
    let saved = save(&admin, &asker, at.key(), &expected, |settings| {
        let before = mark_of(at.of(settings)?);
        settings.stores.get_mut(&at.store).map(|store| store.registers.remove(&at.register));
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("/admin/stores/{}?done=removed", at.store)).into_response())
}

/// `POST /admin/stores/{store}/registers/{register}/move`: to another store, with its consoles and plates. Refused while a payment
/// is open; its history stays where it was made.
pub(crate) async fn send_move(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let at = &here.spot;
    let to = StoreId::parse(sent.text("to_store")).ok();
    let to = to.filter(|to| *to != at.store && here.settings.stores.contains_key(to));
    let mut wrong = Wrong::default();
    match &to {
        None => wrong.field(&words, "to_store"),
        Some(to) if here.settings.stores[to].registers.contains_key(&at.register) => {
            wrong.at("to_store", words.text("wrong-to-store-taken"));
        }
        Some(_) if has_open(&admin, at).await? => wrong.at("to_store", words.text("wrong-register-open")),
        Some(_) => {}
    }
    if let Some(to) = to.filter(|_| wrong.is_empty()) {
        let key = format!("stores.{to}.registers.{}", at.register);
        let expected = mark_of(here.register());
        let saved = save(&admin, &asker, key, &expected, |settings| {
            let before = mark_of(at.of(settings)?);
            let store = settings.stores.get_mut(&at.store).ok_or(Failure::Missing)?;
            let register = store.registers.remove(&at.register).ok_or(Failure::Missing)?;
            let store = settings.stores.get_mut(&to).ok_or(Failure::Missing)?;
            if store.registers.insert(at.register.clone(), register).is_some() {
                return Err(Failure::Conflict);
            }
            Ok(before)
        });
        match saved.await? {
            Ok(_) => {
                let next = format!("/admin/stores/{to}/registers/{}?done=moved", at.register);
                return Ok(Redirect::to(&next).into_response());
            }
            Err(found) => wrong.at(
                "to_store",
                found.0.into_iter().map(|(_, message)| message).collect::<Vec<_>>().join(" "),
            ),
        }
    }
    let page = drawn(&asker, &here, None, &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn read(asker: &Asker, sent: &Sent, kept: Option<&RegisterSettings>) -> Result<RegisterSettings, Wrong> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let events_by = EVENTS_BY.iter().find(|(word, _)| *word == sent.text("events_by")).map(|(_, by)| *by);
    let open = OPEN.iter().find(|(word, _)| *word == sent.text("open_payments")).map(|(_, open)| *open);
    if events_by.is_none() {
        wrong.field(&words, "events_by");
    }
    if open.is_none() {
        wrong.field(&words, "open_payments");
    }
    let (Some(events_by), Some(open_payments)) = (events_by, open) else { return Err(wrong) };
    let kept = kept.cloned();
    Ok(RegisterSettings {
        name: sent.text("name").to_owned(),
        events_by,
        open_payments,
        consoles: kept.as_ref().map(|kept| kept.consoles.clone()).unwrap_or_default(),
        plates: kept.as_ref().map(|kept| kept.plates.clone()).unwrap_or_default(),
        open_plates: kept.map(|kept| kept.open_plates).unwrap_or_default(),
    })
}

fn draw(
    asker: &Asker,
    settings: &Settings,
    (store, id): (&StoreId, Option<&RegisterId>),
    sent: Option<&Sent>,
    wrong: &Wrong,
) -> Response {
    let words = asker.words();
    let shown = &settings.stores[store];
    let register = id.and_then(|id| shown.registers.get(id));
    let text = |name: &str| match (sent, register) {
        (Some(sent), _) => sent.text(name).to_owned(),
        (None, Some(register)) => stored(register, name).to_owned(),
        (None, None) => match name {
            "events_by" => "amqp",
            "open_payments" => "one",
            _ => "",
        }
        .to_owned(),
    };
    let base = format!("/admin/stores/{store}/registers");
    let action = id.map_or(format!("{base}/new"), |id| format!("{base}/{id}"));
    let mut form = Form::new(action, words.text("save"));
    if id.is_none() {
        form = form.with(Field::new(&words, "register_id", Kind::Line, text("register_id")).required());
    }
    let by = EVENTS_BY.map(|(word, _)| (word.to_owned(), words.text(&format!("events-by-{word}"))));
    let open = OPEN.map(|(word, _)| (word.to_owned(), words.text(&format!("open-{word}"))));
    form = form
        .with(Field::new(&words, "name", Kind::Line, text("name")).required())
        .with(Field::new(&words, "events_by", Kind::One(by.into()), text("events_by")))
        .with(Field::new(&words, "open_payments", Kind::One(open.into()), text("open_payments")))
        .with(Field::hidden(MARK, register.map(mark_of).unwrap_or_default()));
    let mut moving = id.and_then(|id| move_form(asker, settings, (store, id)));
    let homeless = form.tell(wrong);
    let in_moving = moving.as_mut().map_or_else(|| homeless.clone(), |form| form.tell(wrong));
    let alarm = homeless.into_iter().find(|message| in_moving.contains(message));
    let title = register.map_or_else(|| words.text("register-new-title"), |register| register.name.clone());
    let consoles = register.into_iter().flat_map(|register| &register.consoles);
    let plates =
        register.into_iter().flat_map(|register| register.plates.iter().chain(&register.open_plates));
    answer(&Page {
        consoles: consoles
            .map(|(id, console)| ConsoleLine {
                id: id.to_string(),
                name: console.name.clone(),
                kind: words.text(&kind_key(console.kind)),
                shows_codes: console.show_qr,
            })
            .collect(),
        plates: plates.map(|(server, plate)| (bank_name(settings, server), plate.link.to_string())).collect(),
        frame: Frame::of(asker, title).with_alarm(alarm),
        store: store.to_string(),
        store_name: shown.name.clone(),
        id: id.map(ToString::to_string),
        form,
        moving,
    })
}

/// The form that moves a register to another store; `None`: there is no other, or the asker may not.
fn move_form(asker: &Asker, settings: &Settings, (store, id): (&StoreId, &RegisterId)) -> Option<Form> {
    let words = asker.words();
    let may = asker.may("POST", "/admin/stores/{store}/registers/{register}/move", Some(store));
    let others = settings.stores.iter().filter(|(other, _)| may && *other != store);
    let others: Vec<_> = others.map(|(id, its)| (id.to_string(), format!("{} ({id})", its.name))).collect();
    if others.is_empty() {
        return None;
    }
    let action = format!("/admin/stores/{store}/registers/{id}/move");
    let form = Form::new(action, words.text("register-move"));
    Some(form.with(Field::new(&words, "to_store", Kind::One(others), "")))
}

fn stored<'a>(register: &'a RegisterSettings, name: &str) -> &'a str {
    match name {
        "name" => &register.name,
        "events_by" => {
            EVENTS_BY.iter().find(|(_, by)| *by == register.events_by).map_or("", |(word, _)| word)
        }
        "open_payments" => {
            OPEN.iter().find(|(_, open)| *open == register.open_payments).map_or("", |(word, _)| word)
        }
        _ => "",
    }
}
