//! A screen paired from a phone: whoever stands before it scans the code that it shows, and says which console it is.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::Settings;
use payment::{ConsoleId, ConsoleWay, RegisterId, StoreId};
use store::Pairing;

use crate::entry::FormPage;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

/// `GET /admin/pair/{name}`: the code that the screen shows.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    Ok(draw(&asker, &settings, &code, None, &Wrong::default()))
}

/// `POST /admin/pair/{name}`: it becomes this console.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(code): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let words = asker.words();
    let mut wrong = Wrong::default();
    let chosen = sent.text("screen");
    let Some((store, register, console)) = place(chosen).filter(|(store, ..)| asker.reach.has(store)) else {
        wrong.field(&words, "screen");
        let page = draw(&asker, &settings, &code, Some(&sent), &wrong);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    match admin.db_of(&asker).pair(&code, (&store, &register, &console), admin.now()).await? {
        Pairing::Paired(_) => {
            let next = format!("/admin/stores/{store}/registers/{register}/consoles/{console}?done=paired");
            return Ok(Redirect::to(&next).into_response());
        }
        Pairing::UnknownConsole => wrong.field(&words, "screen"),
        Pairing::UnknownCode => wrong.at("screen", words.text("wrong-pair-code")),
    }
    let page = draw(&asker, &settings, &code, Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// A console as the form names it.
fn place(text: &str) -> Option<(StoreId, RegisterId, ConsoleId)> {
    let mut parts = text.split('/');
    let store = StoreId::parse(parts.next()?).ok()?;
    let register = RegisterId::parse(parts.next()?).ok()?;
    let console = ConsoleId::parse(parts.next()?).ok()?;
    parts.next().is_none().then_some((store, register, console))
}

/// The consoles that the asker may pair, under their stores, those without a screen first.
fn consoles(asker: &Asker, settings: &Settings) -> Vec<(String, Vec<(String, String)>)> {
    let mut stores = Vec::new();
    for (store, shop) in settings.stores.iter().filter(|(store, _)| asker.reach.has(store)) {
        let mut found = Vec::new();
        for (register, its) in &shop.registers {
            let pages = its.consoles.iter().filter(|(_, console)| console.way() == ConsoleWay::Page);
            for (id, console) in pages {
                let name = format!("{} · {}", its.name, console.name);
                found.push((console.screen_key_sha256.is_some(), format!("{store}/{register}/{id}"), name));
            }
        }
        found.sort_by_key(|(is_paired, ..)| *is_paired);
        let found: Vec<_> = found.into_iter().map(|(_, value, name)| (value, name)).collect();
        stores.extend((!found.is_empty()).then(|| (shop.name.clone(), found)));
    }
    stores
}

fn draw(asker: &Asker, settings: &Settings, code: &str, sent: Option<&Sent>, wrong: &Wrong) -> Response {
    let words = asker.words();
    let chosen = sent.map_or("", |sent| sent.text("screen"));
    let kind = Kind::Grouped(consoles(asker, settings));
    // A code has letters and digits alone: nothing else gets into the address.
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let mut form = Form::new(format!("/admin/pair/{code}"), words.text("pair-button"))
        .with(Field::new(&words, "screen", kind, chosen));
    form.tell(wrong);
    let text = Some(words.fill("pair-scanned", &[("code", code)]));
    answer(&FormPage { frame: Frame::of(asker, words.text("pair-title")), text, form })
}
