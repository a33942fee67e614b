//! Stores: the list, one store with all that hangs on it, its settings.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::StoreSettings;
use payment::StoreId;

use super::here::{Here, InStore};
use super::save::{Inserted, MARK, add, save};
use super::store_form::{Filled, form, mark_of, read};
use crate::failure::{Failure, page as answer};
use crate::form::{Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

#[derive(Template)]
#[template(path = "stores.html")]
struct StoresPage {
    frame: Frame,
    stores: Vec<StoreLine>,
    may_add: bool,
}

struct StoreLine {
    id: String,
    name: String,
    zone: String,
    registers: usize,
}

/// `GET /admin/stores`: those that the asker may see.
pub(crate) async fn list(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let stores = settings.stores.into_iter().filter(|(store, _)| asker.reach.has(store));
    let stores = stores.map(|(id, store)| StoreLine {
        id: id.to_string(),
        name: store.name,
        zone: store.zone,
        registers: store.registers.len(),
    });
    Ok(answer(&StoresPage {
        stores: stores.collect(),
        may_add: asker.may("POST", "/admin/stores/new", None),
        frame: Frame::of(&asker, asker.words().text("nav-stores")),
    }))
}

#[derive(Template)]
#[template(path = "store_form.html")]
struct StoreFormPage {
    frame: Frame,
    form: Form,
    /// The store that can be removed.
    removable: Option<String>,
}

/// `GET /admin/stores/new`.
pub(crate) async fn new_page(asker: Asker) -> Response {
    draw_form(&asker, None, &Filled::Fresh, &Wrong::default())
}

/// `POST /admin/stores/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let id = StoreId::parse(sent.text("store_id"));
    if id.is_err() {
        wrong.field(&words, "store_id");
    }
    let store = read(&words, &sent, None).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(id), Ok(store)) = (id, store) {
        let saved = add(&admin, &asker, format!("stores.{id}"), "store_id", |settings| {
            if settings.stores.contains_key(&id) {
                return Ok(Inserted::Taken);
            }
            settings.stores.insert(id.clone(), store.clone());
            Ok(Inserted::New)
        });
        match saved.await? {
            Ok(_) => return Ok(Redirect::to(&format!("/admin/stores/{id}?done=saved")).into_response()),
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let page = draw_form(&asker, None, &Filled::Sent(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /admin/stores/{store}/settings`.
pub(crate) async fn settings_page(asker: Asker, here: Here<InStore>) -> Response {
    let (id, store) = (&here.spot.0, here.store());
    draw_form(&asker, Some((id, store)), &Filled::Stored(store), &Wrong::default())
}

/// `POST /admin/stores/{store}/settings`.
pub(crate) async fn send_settings(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let (id, shown) = (&here.spot.0, here.store());
    let wrong = match read(&words, &sent, Some(shown)) {
        Err(wrong) => wrong,
        Ok(wanted) => {
            let saved = save(&admin, &asker, format!("stores.{id}"), sent.text(MARK), |settings| {
                let store = settings.stores.get_mut(id).ok_or(Failure::Missing)?;
                let before = mark_of(store);
                let (registers, payment_types) = (store.registers.clone(), store.payment_types.clone());
                *store = StoreSettings { registers, payment_types, ..wanted.clone() };
                Ok(before)
            });
            match saved.await? {
                Ok(_) => return Ok(Redirect::to(&format!("/admin/stores/{id}?done=saved")).into_response()),
                Err(wrong) => wrong,
            }
        }
    };
    let page = draw_form(&asker, Some((id, shown)), &Filled::Sent(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn draw_form(
    asker: &Asker,
    id: Option<(&StoreId, &StoreSettings)>,
    filled: &Filled<'_>,
    wrong: &Wrong,
) -> Response {
    let words = asker.words();
    let mut form = form(&words, id, filled);
    let alarm = form.tell(wrong).into_iter().next();
    let title = id.map_or_else(|| words.text("store-new-title"), |(_, store)| store.name.clone());
    let frame = Frame::of(asker, title).with_alarm(alarm);
    let may_remove = asker.may("POST", "/admin/stores/{store}/remove", id.map(|(id, _)| id));
    let removable = id.filter(|_| may_remove).map(|(id, _)| id.to_string());
    answer(&StoreFormPage { frame, form, removable })
}

#[derive(Template)]
#[template(path = "store.html")]
struct StorePage {
    frame: Frame,
    id: String,
    zone: String,
    broker: Option<String>,
    registers: Vec<Line>,
    payment_types: Vec<Line>,
    may_change: bool,
}

/// A thing of a store as a line of a list.
struct Line {
    id: String,
    name: String,
    note: String,
}

/// `GET /admin/stores/{store}`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker, here: Here<InStore>) -> Response {
    let words = asker.words();
    let (id, store) = (&here.spot.0, here.store());
    let registers = store.registers.iter().map(|(register, its)| Line {
        id: register.to_string(),
        name: its.name.clone(),
        note: its.consoles.values().map(|console| console.name.as_str()).collect::<Vec<_>>().join(", "),
    });
    let name_of =
        |server| here.settings.servers.get(server).map_or_else(|| "?".to_owned(), |its| its.name.clone());
    let payment_types = store.payment_types.iter().map(|(code, its)| {
        let servers: Vec<String> = its.servers.iter().map(name_of).collect();
        let is_default = *code == store.default_payment_type;
        let usual = if is_default { format!(" · {}", words.text("type-default")) } else { String::new() };
        Line {
            id: code.to_string(), name: its.name.clone(), note: format!("{}{usual}", servers.join(" → "))
        }
    });
    answer(&StorePage {
        registers: registers.collect(),
        payment_types: payment_types.collect(),
        zone: store.zone.clone(),
        broker: admin.broker.as_ref().map(|broker| broker.address.clone()),
        may_change: asker.may("POST", "/admin/stores/{store}/settings", Some(id)),
        frame: Frame::of(&asker, store.name.clone()),
        id: id.to_string(),
    })
}

/// `POST /admin/stores/{store}/remove`: only one with no register left, so that nothing goes unseen.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
) -> Result<Response, Failure> {
    let (id, shown) = (&here.spot.0, here.store());
    if !shown.registers.is_empty() {
        let mut wrong = Wrong::default();
        wrong.at("registers", asker.words().text("wrong-has-registers"));
        let page = draw_form(&asker, Some((id, shown)), &Filled::Stored(shown), &wrong);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let expected = mark_of(shown);
    let saved = save(&admin, &asker, format!("stores.{id}"), &expected, |settings| {
        let store = settings.stores.get(id).ok_or(Failure::Missing)?;
        if !store.registers.is_empty() {
            return Err(Failure::Conflict);
        }
        let before = mark_of(store);
        settings.stores.remove(id);
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to("/admin/stores?done=removed").into_response())
}
