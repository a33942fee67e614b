//! Consoles: where buyers see codes.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::{ConsoleKind, ConsoleSettings, Settings};
use payment::{ConsoleId, ConsoleWay, RegisterId, StoreId};
use store::Pairing;

use super::registers::{found as register_found, register_of};
use super::save::{Inserted, MARK, add, mark, save};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

const KINDS: [ConsoleKind; 5] = [
    ConsoleKind::Kiosk,
    ConsoleKind::Display,
    ConsoleKind::LineDisplay,
    ConsoleKind::Printer,
    ConsoleKind::Register,
];

#[derive(Template)]
#[template(path = "console.html")]
struct Page {
    frame: Frame,
    back: String,
    back_name: String,
    form: Form,
    there: Option<There>,
}

/// What there is to do with a console that is there.
struct There {
    base: String,
    /// A page of ours is opened there: pairing.
    pair: Option<Form>,
    is_paired: bool,
}

/// Where a console is: store, register, and its id.
type Place = (StoreId, RegisterId, ConsoleId);

fn found(settings: &Settings, store: &str, register: &str, console: &str) -> Result<Place, Failure> {
    let (store, register) = register_found(settings, store, register)?;
    let console = ConsoleId::parse(console).map_err(|_| Failure::Missing)?;
    let is_there = settings.stores[&store].registers[&register].consoles.contains_key(&console);
    if is_there { Ok((store, register, console)) } else { Err(Failure::Missing) }
}

fn base((store, register): (&StoreId, &RegisterId)) -> String {
    format!("/admin/stores/{store}/registers/{register}")
}

/// `GET …/consoles/new`.
pub(crate) async fn new_page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register) = register_found(&settings, &store, &register)?;
    Ok(draw(&asker, &settings, (&store, &register), None, None, &Wrong::default()))
}

/// `POST …/consoles/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let (store, register) = register_found(&settings, &store, &register)?;
    let mut wrong = Wrong::default();
    let id = ConsoleId::parse(sent.text("console_id"));
    if id.is_err() {
        wrong.field(&words, "console_id");
    }
    let console = read(&asker, &sent, None).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(id), Ok(console)) = (id, console) {
        let key = format!("stores.{store}.registers.{register}.consoles.{id}");
        let saved = add(&admin, &asker, key, "console_id", |settings| {
            let its = register_of(settings, &store, &register)?;
            if its.consoles.contains_key(&id) {
                return Ok(Inserted::Taken);
            }
            its.consoles.insert(id.clone(), console.clone());
            Ok(Inserted::New)
        });
        match saved.await? {
            Ok(_) => {
                let next = format!("{}/consoles/{id}?done=saved", base((&store, &register)));
                return Ok(Redirect::to(&next).into_response());
            }
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let page = draw(&asker, &settings, (&store, &register), None, Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET …/consoles/{console}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register, console)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register, console) = found(&settings, &store, &register, &console)?;
    Ok(draw(&asker, &settings, (&store, &register), Some(&console), None, &Wrong::default()))
}

/// `POST …/consoles/{console}`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register, console)): Path<(String, String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register, console) = found(&settings, &store, &register, &console)?;
    let kept = &settings.stores[&store].registers[&register].consoles[&console];
    let wrong = match read(&asker, &sent, Some(kept)) {
        Err(wrong) => wrong,
        Ok(wanted) => {
            let key = format!("stores.{store}.registers.{register}.consoles.{console}");
            let saved = save(&admin, &asker, key, sent.text(MARK), |settings| {
                let its = register_of(settings, &store, &register)?;
                let kept = its.consoles.get_mut(&console).ok_or(Failure::Missing)?;
                let before = mark(Some(kept));
                *kept = wanted.clone();
                Ok(before)
            });
            match saved.await? {
                Ok(_) => {
                    let next = format!("{}?done=saved", base((&store, &register)));
                    return Ok(Redirect::to(&next).into_response());
                }
                Err(wrong) => wrong,
            }
        }
    };
    let page = draw(&asker, &settings, (&store, &register), Some(&console), Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST …/consoles/{console}/pair`: the device that shows this code becomes the console.
pub(crate) async fn pair(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register, console)): Path<(String, String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let (store, register, console) = found(&settings, &store, &register, &console)?;
    let place = (&store, &register, &console);
    match admin.db_of(&asker).pair(sent.text("pair_code"), place, admin.now()).await? {
        Pairing::Paired(_) => {
            let next = format!("{}/consoles/{console}?done=paired", base((&store, &register)));
            Ok(Redirect::to(&next).into_response())
        }
        Pairing::UnknownConsole => Err(Failure::Missing),
        Pairing::UnknownCode => {
            let mut wrong = Wrong::default();
            wrong.field(&words, "pair_code");
            let page = draw(&asker, &settings, (&store, &register), Some(&console), None, &wrong);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST …/consoles/{console}/remove`.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register, console)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register, console) = found(&settings, &store, &register, &console)?;
    let expected = mark(settings.stores[&store].registers[&register].consoles.get(&console));
    let key = format!("stores.{store}.registers.{register}");
    let saved = save(&admin, &asker, key, &expected, |settings| {
        let its = register_of(settings, &store, &register)?;
        let before = mark(its.consoles.get(&console));
        its.consoles.remove(&console);
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("{}?done=removed", base((&store, &register)))).into_response())
}

/// Reads the form; what it does not have stays.
fn read(asker: &Asker, sent: &Sent, kept: Option<&ConsoleSettings>) -> Result<ConsoleSettings, Wrong> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let kind = KINDS.into_iter().find(|kind| kind.word() == sent.text("console_kind"));
    let Some(kind) = kind else {
        wrong.field(&words, "console_kind");
        return Err(wrong);
    };
    let mut console = kept.cloned().unwrap_or_else(|| ConsoleSettings::new("", kind));
    let given = |name: &str| Some(sent.text(name).to_owned()).filter(|text| !text.is_empty());
    console.kind = kind;
    sent.text("name").clone_into(&mut console.name);
    console.show_qr = sent.is_on("show_qr");
    console.language = given("console_language");
    console.address = given("address");
    console.site = given("site");
    console.profile = given("profile");
    console.through_till = match sent.text("through_till") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    Ok(console)
}

fn draw(
    asker: &Asker,
    settings: &Settings,
    place: (&StoreId, &RegisterId),
    id: Option<&ConsoleId>,
    sent: Option<&Sent>,
    wrong: &Wrong,
) -> Response {
    let words = asker.words();
    let register = &settings.stores[place.0].registers[place.1];
    let console = id.and_then(|id| register.consoles.get(id));
    let text = |name: &str| match (sent, console) {
        (Some(sent), _) => sent.text(name).to_owned(),
        (None, Some(console)) => stored(console, name),
        (None, None) => if matches!(name, "console_kind" | "console_id") { "kiosk" } else { "" }.to_owned(),
    };
    let shows = match (sent, console) {
        (Some(sent), _) => sent.is_on("show_qr"),
        (None, Some(console)) => console.show_qr,
        (None, None) => true,
    };
    let base = base(place);
    let action = id.map_or(format!("{base}/consoles/new"), |id| format!("{base}/consoles/{id}"));
    let kinds = KINDS.map(|kind| {
        (kind.word().to_owned(), words.text(&format!("console-{}", kind.word().replace('_', "-"))))
    });
    let languages = std::iter::once((String::new(), words.text("language-store"))).chain(words.languages());
    let ways = ["", "yes", "no"].map(|word| {
        let key =
            if word.is_empty() { "through-till-auto".to_owned() } else { format!("through-till-{word}") };
        (word.to_owned(), words.text(&key))
    });
    let mut form = Form::new(action, words.text("save"));
    if id.is_none() {
        form = form.with(Field::new(&words, "console_id", Kind::Line, text("console_id")).required());
    }
    form = form
        .with(Field::new(&words, "name", Kind::Line, text("name")).required())
        .with(Field::new(&words, "console_kind", Kind::One(kinds.into()), text("console_kind")))
        .with(Field::new(&words, "show_qr", Kind::Switch, if shows { "on" } else { "" }))
        .with(Field::new(
            &words,
            "console_language",
            Kind::One(languages.collect()),
            text("console_language"),
        ))
        .with(Field::new(&words, "through_till", Kind::One(ways.into()), text("through_till")))
        .with(Field::new(&words, "address", Kind::Line, text("address")))
        .with(Field::new(&words, "site", Kind::Line, text("site")))
        .with(Field::new(&words, "profile", Kind::Line, text("profile")))
        .with(Field::hidden(MARK, mark(console)));
    let homeless = form.tell(wrong);
    let there = id.zip(console).map(|(id, console)| {
        let is_page = console.way() == ConsoleWay::Page;
        let pair = is_page.then(|| {
            let pair = Form::new(format!("{base}/consoles/{id}/pair"), words.text("pair-button"));
            let mut pair = pair.with(Field::new(&words, "pair_code", Kind::Line, "").required());
            pair.tell(wrong);
            pair
        });
        There { base: format!("{base}/consoles/{id}"), pair, is_paired: console.screen_key_sha256.is_some() }
    });
    let alarm = homeless.into_iter().next().filter(|_| !wrong.is_at("pair_code"));
    let title = console.map_or_else(|| words.text("console-new-title"), |console| console.name.clone());
    answer(&Page {
        frame: Frame::of(asker, title).with_alarm(alarm),
        back: base,
        back_name: register.name.clone(),
        form,
        there,
    })
}

fn stored(console: &ConsoleSettings, name: &str) -> String {
    let kept = |text: &Option<String>| text.clone().unwrap_or_default();
    match name {
        "name" => console.name.clone(),
        "console_kind" => console.kind.word().to_owned(),
        "console_language" => kept(&console.language),
        "address" => kept(&console.address),
        "site" => kept(&console.site),
        "profile" => kept(&console.profile),
        "through_till" => console.through_till.map_or("", |is| if is { "yes" } else { "no" }).to_owned(),
        _ => String::new(),
    }
}
