//! The first run: a one-time link by which the first owner is made.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use engine::ports::StoreError;
use payment::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use store::{
    AuditEntry, Author, ChangePeopleError, Grant, People, PeopleEdit, Role, User, UserBody, UserId,
    fresh_key, hash_of_key,
};

use crate::entry::{FormPage, remember_nothing};
use crate::failure::{Failure, page as answer, plain_page};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Caller;
use crate::secret::{hash_of_password, weakness};
use crate::session;
use crate::state::Admin;
use crate::users::{fresh_id, is_login, person_name};
use crate::words::Words;

/// How long a link is good for.
const LASTS: Duration = Duration::from_hours(24);

/// A link that was just made.
#[derive(Debug)]
pub struct NewSetupLink {
    /// The path to open, with the token.
    pub path: SecretString,
    /// Until when.
    pub ends_at: Timestamp,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// It is only for the first owner.
    #[error("there is an owner already: sign in, or give one a new password with `integrator users reset`")]
    OwnerThere,
    /// The database could not be used.
    #[error(transparent)]
    People(#[from] ChangePeopleError),
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the link for the first owner. An older one is good for nothing any more.
pub async fn new_setup_link(people: &dyn People, author: Author) -> Result<NewSetupLink, SetupError> {
    if has_owner(people).await? {
        return Err(SetupError::OwnerThere);
    }
    let token = fresh_key()?;
    let ends_at = author.at.plus(LASTS);
    let entry = AuditEntry {
        author,
        action: "setup.link".to_owned(),
        about: "the first owner".to_owned(),
        store: None,
        before: None,
        after: None,
    };
    people.change_people(vec![PeopleEdit::PutSetupLink(hash_of_key(&token), ends_at)], vec![entry]).await?;
    Ok(NewSetupLink { path: SecretString::from(format!("/admin/setup/{}", token.expose_secret())), ends_at })
}

async fn has_owner(people: &dyn People) -> Result<bool, StoreError> {
    Ok(people.users().await?.iter().any(|user| user.has_role(Role::Owner)))
}

/// `GET /admin/setup/{token}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    Path(token): Path<String>,
    caller: Caller,
) -> Result<Response, Failure> {
    if !is_good(&admin, &token).await? {
        return Ok(over(&caller));
    }
    Ok(draw(&caller, &token, &Sent::default(), &Wrong::default()))
}

/// `POST /admin/setup/{token}`: makes the owner and signs them in.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    Path(token): Path<String>,
    caller: Caller,
    jar: CookieJar,
    sent: Sent,
) -> Result<Response, Failure> {
    if !is_good(&admin, &token).await? {
        return Ok(over(&caller));
    }
    let words = Words::of(caller.language);
    let wrong = check(&words, &sent);
    if !wrong.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&caller, &token, &sent, &wrong)).into_response());
    }
    let now = admin.now();
    let password = SecretString::from(sent.raw("password"));
    let Some(hash) = hash_of_password(&password).await else {
        return Err(StoreError("a password could not be hashed".to_owned()).into());
    };
    let owner = owner(&sent, hash, now)?;
    let (session_token, begin) = session::begin(&owner, &caller, true, now)?;
    let entry = AuditEntry {
        author: Author { who: owner.login.clone(), from: caller.from.clone(), at: now },
        action: "user.add".to_owned(),
        about: owner.login.clone(),
        store: None,
        before: None,
        after: Some(owner.told()),
    };
    let edits = vec![
        PeopleEdit::TakeSetupLink(hash_of_key(&SecretString::from(token)), now),
        PeopleEdit::AddUser(Box::new(owner)),
        begin,
    ];
    match admin.db.change_people(edits, vec![entry]).await {
        Err(ChangePeopleError::Conflict | ChangePeopleError::LoginTaken) => Ok(over(&caller)),
        done => {
            done?;
            let jar = jar.add(session::cookie(&session_token, caller.is_by_tls));
            Ok((jar, Redirect::to("/admin/me/second-factor")).into_response())
        }
    }
}

async fn is_good(admin: &Admin, token: &str) -> Result<bool, StoreError> {
    let hash = hash_of_key(&SecretString::from(token));
    Ok(admin.db.setup_link(&hash, admin.now()).await?.is_some() && !has_owner(&admin.db).await?)
}

fn over(caller: &Caller) -> Response {
    plain_page(StatusCode::NOT_FOUND, &Words::of(caller.language), "setup-over")
}

fn check(words: &Words, sent: &Sent) -> Wrong {
    let mut wrong = Wrong::default();
    if !is_login(sent.text("login")) {
        wrong.field(words, "login");
    }
    if !crate::users::is_name(sent.text("name")) {
        wrong.field(words, "name");
    }
    let password = SecretString::from(sent.raw("password"));
    if let Some(key) = weakness(&password, sent.text("login")) {
        wrong.at("password", words.text(key));
    } else if sent.raw("password") != sent.raw("password_again") {
        wrong.field(words, "password_again");
    }
    wrong
}

fn owner(sent: &Sent, hash: String, now: Timestamp) -> Result<User, StoreError> {
    let body = UserBody {
        name: sent.text("name").to_owned(),
        password_hash: Some(hash),
        grants: vec![Grant { role: Role::Owner, store: None }],
        second_factor: None,
        must_change_password: false,
        is_blocked: false,
        language: None,
        added_at: now,
    };
    Ok(User { id: UserId(fresh_id()?), login: sent.text("login").to_owned(), version: 1, body })
}

fn draw(caller: &Caller, token: &str, sent: &Sent, wrong: &Wrong) -> Response {
    let frame = Frame::outside(caller, "setup-title");
    let words = &frame.words;
    let mut form = Form::new(format!("/admin/setup/{token}"), words.text("setup-button"))
        .with(person_name(words, sent.text("name")).remembered("name"))
        .with(Field::new(words, "login", Kind::Line, sent.text("login")).required().remembered("username"))
        .with(Field::new(words, "password", Kind::Secret(false), "").required().remembered("new-password"))
        .with(
            Field::new(words, "password_again", Kind::Secret(false), "")
                .required()
                .remembered("new-password"),
        );
    let homeless = form.tell(wrong);
    let text = words.text("setup-text");
    let alarm = homeless.into_iter().next();
    remember_nothing(answer(&FormPage { frame: frame.with_alarm(alarm), text: Some(text), form }))
}
