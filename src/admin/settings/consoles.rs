//! Consoles: where buyers see codes.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::ConsoleKind;
use payment::{ConsoleId, ConsoleWay};
use store::Pairing;

use super::console_form::{at_fields, form, read};
use super::here::{AtConsole, AtRegister, Here};
use super::save::{Inserted, MARK, add, mark, save};
use super::trial::{Outcome, device};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::ports::Preview;
use crate::state::Admin;

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
    seen: Seen,
    can_try: bool,
    tried: Option<Outcome>,
}

/// What a page has of the preview.
enum Seen {
    Picture,
    Screen,
    Lines([String; 2]),
    Nothing,
}

impl Seen {
    fn is_any(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// `GET …/consoles/new`.
pub(crate) async fn new_page(asker: Asker, here: Here<AtRegister>) -> Response {
    draw_new(&asker, &here, None, &Wrong::default())
}

/// `POST …/consoles/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let at = &here.spot;
    let mut wrong = Wrong::default();
    let id = ConsoleId::parse(sent.text("console_id"));
    if id.is_err() {
        wrong.field(&words, "console_id");
    }
    let console = read(&words, &sent, None).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(id), Ok(console)) = (id, console) {
        let key = format!("{}.consoles.{id}", at.key());
        let saved = add(&admin, &asker, key, "console_id", |settings| {
            let its = at.of(settings)?;
            if its.consoles.contains_key(&id) {
                return Ok(Inserted::Taken);
            }
            its.consoles.insert(id.clone(), console.clone());
            Ok(Inserted::New)
        });
        match saved.await? {
            Ok(_) => {
                let next = format!("{}/consoles/{id}?done=saved", at.address());
                return Ok(Redirect::to(&next).into_response());
            }
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let page = draw_new(&asker, &here, Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET …/consoles/{console}`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker, here: Here<AtConsole>) -> Response {
    drawn_with(&admin, &asker, &here, None, &Wrong::default(), None)
}

/// The page again, with what is wrong.
fn refused(
    admin: &Admin,
    asker: &Asker,
    here: &Here<AtConsole>,
    sent: Option<&Sent>,
    wrong: &Wrong,
) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, drawn_with(admin, asker, here, sent, wrong, None)).into_response()
}

/// `POST …/consoles/{console}`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtConsole>,
    sent: Sent,
) -> Result<Response, Failure> {
    let AtConsole { at, console } = &here.spot;
    let wrong = match read(&asker.words(), &sent, Some(here.console())) {
        Err(wrong) => wrong,
        Ok(wanted) => {
            let saved = save(&admin, &asker, here.spot.key(), sent.text(MARK), |settings| {
                let kept = at.of(settings)?.consoles.get_mut(console).ok_or(Failure::Missing)?;
                let before = mark(Some(kept));
                *kept = wanted.clone();
                Ok(before)
            });
            match saved.await? {
                Ok(_) => return Ok(Redirect::to(&format!("{}?done=saved", at.address())).into_response()),
                Err(wrong) => wrong,
            }
        }
    };
    Ok(refused(&admin, &asker, &here, Some(&sent), &wrong))
}

/// `POST …/consoles/{console}/pair`: the device that shows this code becomes the console.
pub(crate) async fn pair(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtConsole>,
    sent: Sent,
) -> Result<Response, Failure> {
    let AtConsole { at, console } = &here.spot;
    let place = (&at.store, &at.register, console);
    match admin.db_of(&asker).pair(sent.text("pair_code"), place, admin.now()).await? {
        Pairing::Paired(_) => {
            Ok(Redirect::to(&format!("{}?done=paired", here.spot.address())).into_response())
        }
        Pairing::UnknownConsole => Err(Failure::Missing),
        Pairing::UnknownCode => {
            let mut wrong = Wrong::default();
            wrong.field(&asker.words(), "pair_code");
            Ok(refused(&admin, &asker, &here, Some(&sent), &wrong))
        }
    }
}

/// `POST …/consoles/{console}/remove`.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtConsole>,
) -> Result<Response, Failure> {
    let AtConsole { at, console } = &here.spot;
    let expected = mark(Some(here.console()));
    let saved = save(&admin, &asker, at.key(), &expected, |settings| {
        let its = at.of(settings)?;
        let before = mark(its.consoles.get(console));
        its.consoles.remove(console);
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("{}?done=removed", at.address())).into_response())
}

fn draw_new(asker: &Asker, here: &Here<AtRegister>, sent: Option<&Sent>, wrong: &Wrong) -> Response {
    let words = asker.words();
    let base = here.spot.address();
    let mut form = form(&words, format!("{base}/consoles/new"), None, sent);
    let alarm = form.tell(&at_fields(wrong)).into_iter().next();
    answer(&Page {
        frame: Frame::of(asker, words.text("console-new-title")).with_alarm(alarm),
        back: base,
        back_name: here.register().name.clone(),
        form,
        there: None,
    })
}

pub(super) fn drawn_with(
    admin: &Admin,
    asker: &Asker,
    here: &Here<AtConsole>,
    sent: Option<&Sent>,
    wrong: &Wrong,
    tried: Option<Outcome>,
) -> Response {
    let words = asker.words();
    let (base, console) = (here.spot.address(), here.console());
    let code = sent.map_or("", |sent| sent.text("pair_code")).to_owned();
    // A code alone was typed into the other form: this one stays as it is stored.
    let own = sent.filter(|sent| !sent.is_on("pair_code"));
    let mut form = form(&words, base.clone(), Some(console), own);
    let homeless = form.tell(&at_fields(wrong));
    let pair = (console.way() == ConsoleWay::Page).then(|| {
        let pair = Form::new(format!("{base}/pair"), words.text("pair-button"));
        let mut pair = pair.with(Field::new(&words, "pair_code", Kind::Line, code).required());
        pair.tell(wrong);
        pair
    });
    let alarm = homeless.into_iter().next().filter(|_| !wrong.is_at("pair_code"));
    let there = There {
        pair,
        is_paired: console.screen_key_sha256.is_some(),
        seen: seen(admin, here),
        can_try: console.way() == ConsoleWay::Site,
        tried,
        base,
    };
    answer(&Page {
        frame: Frame::of(asker, console.name.clone()).with_alarm(alarm),
        back: here.spot.at.address(),
        back_name: here.register().name.clone(),
        form,
        there: Some(there),
    })
}

/// How the page shows what the console would show. Pictures and screens are pages of their own.
fn seen(admin: &Admin, here: &Here<AtConsole>) -> Seen {
    match (here.console().kind, here.console().way()) {
        (ConsoleKind::Printer, _) | (ConsoleKind::Kiosk | ConsoleKind::Display, ConsoleWay::Site) => {
            Seen::Picture
        }
        (ConsoleKind::Kiosk | ConsoleKind::Display, ConsoleWay::Page) => Seen::Screen,
        (ConsoleKind::LineDisplay, _) => match admin.trials.preview(device(here)) {
            Ok(Preview::Lines(lines)) => Seen::Lines(lines),
            _ => Seen::Nothing,
        },
        _ => Seen::Nothing,
    }
}
