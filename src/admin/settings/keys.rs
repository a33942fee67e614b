//! Keys of the HTTP interface: each is shown once.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::ExposeSecret;

use super::here::{Here, InStore};
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::show::Clock;
use crate::state::Admin;
use crate::users::is_name;

#[derive(Template)]
#[template(path = "keys.html")]
struct Page {
    frame: Frame,
    store: String,
    store_name: String,
    keys: Vec<Line>,
    form: Form,
    /// The key that was just made.
    fresh: Option<String>,
}

struct Line {
    id: String,
    name: String,
    made: String,
}

/// `GET /admin/stores/{store}/keys`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
) -> Result<Response, Failure> {
    draw(&admin, &asker, &here, None, ("", &Wrong::default())).await
}

/// `POST /admin/stores/{store}/keys`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let name = sent.text("key_name");
    if !is_name(name) {
        let mut wrong = Wrong::default();
        wrong.field(&asker.words(), "key_name");
        let page = draw(&admin, &asker, &here, None, (name, &wrong)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let made = admin.db_of(&asker).add_api_key(&here.spot.0, name, admin.now()).await?;
    let key = made.key.expose_secret().to_owned();
    draw(&admin, &asker, &here, Some(key), ("", &Wrong::default())).await
}

/// `POST /admin/stores/{store}/keys/remove`: who calls with it is refused at once.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let store = &here.spot.0;
    let id = sent.text("key").to_owned();
    let keys = admin.db.api_keys().await?;
    // A key of another store is none of this page's.
    if !keys.iter().any(|(kept, key)| *kept == id && key.store == *store) {
        return Err(Failure::Missing);
    }
    admin.db_of(&asker).remove_api_key(&id).await?;
    Ok(Redirect::to(&format!("/admin/stores/{store}/keys?done=removed")).into_response())
}

async fn draw(
    admin: &Admin,
    asker: &Asker,
    here: &Here<InStore>,
    fresh: Option<String>,
    (typed, wrong): (&str, &Wrong),
) -> Result<Response, Failure> {
    let words = asker.words();
    let store = &here.spot.0;
    let keys = admin.db.api_keys().await?;
    let clock = Clock::of(Some(here.store()));
    let lines = keys.into_iter().filter(|(_, key)| key.store == *store).map(|(id, key)| Line {
        id,
        name: key.name,
        made: key.created_at.map(|at| clock.moment(&words, at)).unwrap_or_default(),
    });
    let mut form = Form::new(format!("/admin/stores/{store}/keys"), words.text("key-make"))
        .with(Field::new(&words, "key_name", Kind::Line, typed).required());
    form.tell(wrong);
    Ok(remember_nothing(answer(&Page {
        frame: Frame::of(asker, words.text("keys-title")),
        store: store.to_string(),
        store_name: here.store().name.clone(),
        keys: lines.collect(),
        form,
        fresh,
    })))
}
