//! Dead letters: what registers sent and nobody could read or answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use payment::{StoreId, Timestamp};
use serde_json::json;
use store::{AuditEntry, People};

use super::ports::{Letter, Wanted};
use super::tabs::{PLACE, tabs};
use crate::failure::{Failure, page as answer};
use crate::form::Sent;
use crate::frame::{Frame, Place};
use crate::guard::Asker;
use crate::payments::show::Clock;
use crate::reasons;
use crate::rights::Reach;
use crate::state::Admin;
use crate::words::Words;

const ADDRESS: &str = "/admin/operations/letters";
/// So many of the oldest are shown.
const SHOWN_AT_MOST: usize = 200;
/// So many of the oldest are looked at when letters are sent again.
const LOOKED_AT_MOST: usize = 10_000;
/// So much of a body is shown.
const BODY_AT_MOST_BYTES: usize = 4 * 1024;

#[derive(Template)]
#[template(path = "letters.html")]
struct LettersPage {
    frame: Frame,
    tabs: Vec<Place>,
    lines: Vec<Line>,
    /// There are more than are shown.
    is_cut: bool,
    may_replay: bool,
    has_broker: bool,
    /// Why they can't be looked at, in the words of the program.
    trouble: Option<String>,
}

struct Line {
    id: String,
    key: String,
    reason: String,
    at: String,
    body: String,
    can_replay: bool,
    is_pay: bool,
}

/// `GET /admin/operations/letters`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    draw(&admin, &asker, None).await
}

async fn draw(admin: &Admin, asker: &Asker, alarm: Option<String>) -> Result<Response, Failure> {
    let words = asker.words();
    let clock = Clock::of_chain(&admin.db.settings().await?);
    let (letters, trouble) = match &admin.operations.letters {
        None => (Vec::new(), None),
        Some(letters) => match letters.list(SHOWN_AT_MOST + 1).await {
            Ok(found) => (found, None),
            Err(trouble) => (Vec::new(), Some(reasons::told(&words, &trouble))),
        },
    };
    let is_cut = letters.len() > SHOWN_AT_MOST;
    let mine = letters.into_iter().take(SHOWN_AT_MOST).filter(|letter| is_mine(&asker.reach, letter));
    Ok(answer(&LettersPage {
        lines: mine.map(|letter| line(&words, &clock, letter)).collect(),
        is_cut,
        may_replay: asker.may("POST", "/admin/operations/letters/replay", None),
        has_broker: admin.operations.letters.is_some(),
        trouble,
        tabs: tabs(asker),
        frame: Frame::of(asker, words.text("nav-letters")).with_alarm(alarm).at(PLACE),
    }))
}

/// What can't be told to be of a store is for those who see all of them.
fn is_mine(reach: &Reach, letter: &Letter) -> bool {
    match (reach, key_of(letter)) {
        (Reach::Everywhere, _) => true,
        (Reach::Stores(_), Some((store, _))) => reach.has(&store),
        (Reach::Stores(_), None) => false,
    }
}

/// Store and verb of a routing key `v1.<store>.<register>.<verb>`.
fn key_of(letter: &Letter) -> Option<(StoreId, &str)> {
    let parts: Vec<&str> = letter.routing_key.split('.').collect();
    let [_, store, register, verb] = *parts else { return None };
    payment::RegisterId::parse(register).ok()?;
    Some((StoreId::parse(store).ok()?, verb))
}

fn line(words: &Words, clock: &Clock, letter: Letter) -> Line {
    let verb = key_of(&letter).map(|(_, verb)| verb.to_owned());
    let shown = &letter.body[..letter.body.len().min(BODY_AT_MOST_BYTES)];
    Line {
        can_replay: verb.is_some() && !letter.is_cut,
        is_pay: verb.as_deref() == Some("pay"),
        at: letter
            .dead_at
            .map(|at| Timestamp::parse(&at).map_or(at, |read| clock.zoned(words, read)))
            .unwrap_or_default(),
        body: String::from_utf8_lossy(shown).into_owned(),
        id: letter.id,
        key: letter.routing_key,
        reason: reasons::told(words, &letter.reason),
    }
}

/// `POST /admin/operations/letters/replay`.
pub(crate) async fn replay(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let Some(letters) = &admin.operations.letters else { return Err(Failure::Missing) };
    let chosen: BTreeSet<String> = sent.all("letter").iter().cloned().collect();
    let wanted = if sent.text("which") == "all" { Wanted::All } else { Wanted::These(chosen) };
    if wanted == Wanted::These(BTreeSet::new()) {
        let page = draw(&admin, &asker, Some(words.text("wrong-nothing-chosen"))).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    // Told before it is done: whatever becomes of it, it is known who wanted it.
    let what = match &wanted {
        Wanted::All => json!({ "letters": "all" }),
        Wanted::These(ids) => json!({ "letters": ids }),
    };
    let told = AuditEntry {
        author: admin.author(&asker),
        action: "letters.replay".to_owned(),
        about: "letters".to_owned(),
        store: None,
        before: None,
        after: Some(what),
    };
    admin.db.change_people(vec![], vec![told]).await?;
    match letters.replay(LOOKED_AT_MOST, wanted).await {
        Ok(0) => {
            let page = draw(&admin, &asker, Some(words.text("letters-gone"))).await;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Ok(_) => Ok(Redirect::to(&format!("{ADDRESS}?done=letters-sent")).into_response()),
        Err(trouble) => {
            let alarm = words.fill("letters-stopped", &[("reason", reasons::told(&words, &trouble))]);
            let page = draw(&admin, &asker, Some(alarm)).await;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
    }
}
