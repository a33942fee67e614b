//! What a store's idle screens show: slides in their order, how long each stays, sounds, the question for a rating.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::settings::{MOST_SLIDES, ScreenSettings, Settings, Slide, media_type_of};
use payment::StoreId;

use super::here::{Here, InStore};
use super::save::{MARK, mark, save};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, SentWithFile, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

/// What browsers offer to choose.
const PICTURES: &str = "image/png,image/jpeg,image/webp";

#[derive(Template)]
#[template(path = "screens.html")]
struct Page {
    frame: Frame,
    back: String,
    back_name: String,
    base: String,
    mark: String,
    slides: Vec<Line>,
    add: Option<Form>,
    form: Form,
}

struct Line {
    index: usize,
    title: String,
    text: String,
    /// As an address that a page may show.
    picture: Option<String>,
    is_first: bool,
    is_last: bool,
}

fn screens_of<'a>(settings: &'a mut Settings, store: &StoreId) -> Result<&'a mut ScreenSettings, Failure> {
    settings.stores.get_mut(store).map(|store| &mut store.screens).ok_or(Failure::Missing)
}

fn base(store: &StoreId) -> String {
    format!("/admin/stores/{store}/screens")
}

fn saved_page(store: &StoreId) -> Response {
    Redirect::to(&format!("{}?done=saved", base(store))).into_response()
}

/// `GET /admin/stores/{store}/screens`.
pub(crate) async fn page(asker: Asker, here: Here<InStore>) -> Response {
    draw(&asker, &here, None, &Wrong::default())
}

/// `POST /admin/stores/{store}/screens`: all but the slides.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let store = &here.spot.0;
    let mut wrong = Wrong::default();
    let slide_s = Some(sent.text("slide_s")).filter(|text| !text.is_empty()).map(str::parse::<u32>);
    if matches!(slide_s, Some(Err(_))) {
        wrong.field(&asker.words(), "slide_s");
    }
    if wrong.is_empty() {
        let key = format!("stores.{store}.screens");
        let saved = save(&admin, &asker, key, sent.text(MARK), |settings| {
            let screens = screens_of(settings, store)?;
            let before = mark(Some(screens));
            screens.slide_s = slide_s.clone().and_then(Result::ok);
            screens.ask_rating = sent.is_on("ask_rating");
            screens.sound = sent.is_on("sound");
            Ok(before)
        });
        match saved.await? {
            Ok(_) => return Ok(saved_page(store)),
            Err(found) => wrong = found,
        }
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&asker, &here, Some(&sent), &wrong)).into_response())
}

/// `POST /admin/stores/{store}/screens/slides`: one more slide.
pub(crate) async fn add(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    SentWithFile { sent, file }: SentWithFile,
) -> Result<Response, Failure> {
    let store = &here.spot.0;
    let slides = &here.store().screens.slides;
    let slide = Slide {
        title: sent.text("title").to_owned(),
        text: sent.text("text").to_owned(),
        picture: file.map(|bytes| STANDARD.encode(bytes)),
    };
    let key = format!("stores.{store}.screens.slides[{}]", slides.len());
    let mut wrong = Wrong::default();
    if slides.len() >= MOST_SLIDES {
        wrong.at("slides", asker.words().text("slides-many"));
    } else {
        let saved = save(&admin, &asker, key, sent.text(MARK), |settings| {
            let screens = screens_of(settings, store)?;
            let before = mark(Some(screens));
            screens.slides.push(slide.clone());
            Ok(before)
        });
        match saved.await? {
            Ok(_) => return Ok(saved_page(store)),
            Err(found) => wrong = found,
        }
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&asker, &here, Some(&sent), &wrong)).into_response())
}

/// `POST /admin/stores/{store}/screens/slides/change`: a slide goes up or down, or away.
pub(crate) async fn change(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let store = &here.spot.0;
    let count = here.store().screens.slides.len();
    let index: usize = sent.text("index").parse().map_err(|_| Failure::Missing)?;
    let to = match sent.text("move") {
        "up" => index.checked_sub(1),
        "down" => Some(index + 1).filter(|to| *to < count),
        "remove" => Some(index),
        _ => None,
    };
    let Some(to) = to.filter(|_| index < count) else { return Err(Failure::Missing) };
    let saved = save(&admin, &asker, format!("stores.{store}.screens"), sent.text(MARK), |settings| {
        let screens = screens_of(settings, store)?;
        let before = mark(Some(screens));
        if index < screens.slides.len() && to < screens.slides.len() {
            if to == index {
                screens.slides.remove(index);
            } else {
                screens.slides.swap(index, to);
            }
        }
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(saved_page(store))
}

fn draw(asker: &Asker, here: &Here<InStore>, sent: Option<&Sent>, wrong: &Wrong) -> Response {
    let words = asker.words();
    let (store, screens) = (&here.spot.0, &here.store().screens);
    let base = base(store);
    let mark = mark(Some(screens));
    let text = |name: &str| sent.map_or("", |sent| sent.text(name)).to_owned();
    let is_on = |name: &str, stored: bool| match sent.filter(|sent| sent.is_on("slide_s")) {
        Some(sent) => sent.is_on(name),
        None => stored,
    };
    let switch = |name: &str, stored: bool| {
        Field::new(&words, name, Kind::Switch, if is_on(name, stored) { "on" } else { "" })
    };
    let seconds = match sent.filter(|sent| sent.is_on("slide_s")) {
        Some(sent) => sent.text("slide_s").to_owned(),
        None => screens.slide_s.map(|seconds| seconds.to_string()).unwrap_or_default(),
    };
    let mut form = Form::new(base.clone(), words.text("save"))
        .with(Field::new(&words, "slide_s", Kind::Number(Some("unit-s")), seconds))
        .with(switch("ask_rating", screens.ask_rating))
        .with(switch("sound", screens.sound))
        .with(Field::hidden(MARK, mark.clone()));
    let mut add = (screens.slides.len() < MOST_SLIDES).then(|| {
        Form::new(format!("{base}/slides"), words.text("slide-add"))
            .with(Field::new(&words, "title", Kind::Line, text("title")).required())
            .with(Field::new(&words, "text", Kind::Line, text("text")))
            .with(Field::new(&words, "picture", Kind::File(PICTURES), ""))
            .with(Field::hidden(MARK, mark.clone()))
    });
    let homeless = form.tell(wrong);
    let in_add = add.as_mut().map_or_else(|| homeless.clone(), |form| form.tell(wrong));
    let alarm = homeless.into_iter().find(|message| in_add.contains(message));
    let lines = screens.slides.iter().enumerate().map(|(index, slide)| Line {
        index,
        title: slide.title.clone(),
        text: slide.text.clone(),
        picture: slide.picture.as_deref().and_then(address_of),
        is_first: index == 0,
        is_last: index + 1 == screens.slides.len(),
    });
    answer(&Page {
        frame: Frame::of(asker, words.text("screens-title")).with_alarm(alarm),
        back: format!("/admin/stores/{store}"),
        back_name: here.store().name.clone(),
        slides: lines.collect(),
        base,
        mark,
        add,
        form,
    })
}

fn address_of(picture: &str) -> Option<String> {
    let media = STANDARD.decode(picture).ok().and_then(|bytes| media_type_of(&bytes))?;
    Some(format!("data:{media};base64,{picture}"))
}
