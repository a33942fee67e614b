//! A console tried out: what it would show, and a sample at the device itself.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::consoles::drawn_with;
use super::here::{AtConsole, Here};
use super::registers::has_open;
use crate::assets::edition;
use crate::failure::{Failure, page as answer, plain_page};
use crate::form::Wrong;
use crate::guard::Asker;
use crate::ports::{Device, Preview, Tried};
use crate::reasons;
use crate::state::Admin;

/// What came of a trial, for the page.
pub(super) struct Outcome {
    pub(super) is_good: bool,
    pub(super) text: String,
}

pub(super) fn device(here: &Here<AtConsole>) -> Device<'_> {
    let AtConsole { at, console } = &here.spot;
    Device {
        store: (&at.store, here.store()),
        register: (&at.register, here.register()),
        console: (console, here.console()),
    }
}

#[derive(Template)]
#[template(path = "stage.html")]
struct StagePage {
    language: &'static str,
    edition: &'static str,
    title: String,
    stage: String,
}

/// `GET …/consoles/{console}/preview`: a sample sale as the console would show it.
pub(crate) async fn preview(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtConsole>,
) -> Response {
    match admin.trials.preview(device(&here)) {
        Ok(Preview::Picture(png)) => {
            let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")];
            (headers, png).into_response()
        }
        Ok(Preview::Stage(stage)) => answer(&StagePage {
            language: asker.words().language().code(),
            edition: edition(),
            title: here.console().name.clone(),
            stage,
        }),
        Ok(Preview::Lines(_)) | Err(_) => plain_page(StatusCode::NOT_FOUND, &asker.words(), "missing"),
    }
}

/// `POST …/consoles/{console}/try`: a sample sale of test money at the device. On a display only while no buyer may be looking.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtConsole>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let at = &here.spot.at;
    let can_be_cleared = here.console().kind.can_be_cleared();
    if can_be_cleared && has_open(&admin, at).await? {
        let busy = Outcome { is_good: false, text: words.text("trial-busy") };
        let page = drawn_with(&admin, &asker, &here, None, &Wrong::default(), Some(busy));
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let tried = admin.trials.try_out(device(&here)).await;
    if can_be_cleared && !matches!(tried, Tried::Elsewhere(_)) {
        admin.trials.stand().await;
        // A code that came meanwhile is on it instead: that is not ours to take away.
        if !has_open(&admin, at).await? {
            admin.trials.clear(device(&here)).await;
        }
    }
    let outcome = match tried {
        Tried::Done => Outcome { is_good: true, text: words.text("trial-done") },
        Tried::NotConfirmed(reason) => Outcome {
            is_good: true,
            text: words.fill("trial-not-confirmed", &[("reason", reasons::told(&words, &reason))]),
        },
        Tried::Failed(reason) => Outcome {
            is_good: false,
            text: words.fill("trial-failed", &[("reason", reasons::told(&words, &reason))]),
        },
        Tried::Elsewhere(site) => {
            Outcome { is_good: false, text: words.fill("trial-elsewhere", &[("site", site)]) }
        }
    };
    Ok(drawn_with(&admin, &asker, &here, None, &Wrong::default(), Some(outcome)))
}
