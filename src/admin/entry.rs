//! Signing in and out: a password, then a code where one is set up.
//!
//! Tries are counted before they are looked at, so that a hundred at once are no way around the count; and they are counted by
//! address, by login, and by both: so neither many logins from one address nor one login from many addresses is guessed, and
//! who guesses at a login does not keep its owner out at once.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use engine::ports::StoreError;
use secrecy::SecretString;
use serde::Deserialize;
use store::{AuditEntry, Author, People, PeopleEdit, Session, User};

use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Caller;
use crate::me::seed_of;
use crate::secret::{hash_of_recovery, is_password};
use crate::session;
use crate::state::Admin;
use crate::totp;
use crate::words::Words;

/// Of one login from one address.
const OF_BOTH: u64 = 5;
/// From one address.
const OF_ADDRESS: u64 = 30;
/// Of one login from anywhere.
const OF_LOGIN: u64 = 50;
/// Of codes of one user.
const OF_CODES: u64 = 5;
/// A longer login was never given.
const LONGEST_LOGIN: usize = 64;

/// A page with a form and nothing else.
#[derive(Template)]
#[template(path = "form.html")]
pub(crate) struct FormPage {
    pub(crate) frame: Frame,
    pub(crate) text: Option<String>,
    pub(crate) form: Form,
}

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

/// A page of ours, never another site.
fn safe_next(next: &str) -> &str {
    let is_ours = next.starts_with("/admin")
        && next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte))
        && !next.contains("//")
        && !next.contains("..");
    if is_ours { next } else { "/admin" }
}

/// `GET /admin/sign-in`.
pub(crate) async fn page(caller: Caller, Query(next): Query<Next>) -> Response {
    draw(&caller, "", &next.next, None)
}

/// `POST /admin/sign-in`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    caller: Caller,
    jar: CookieJar,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = Words::of(caller.language);
    let login: String = sent.text("login").to_lowercase();
    let next = sent.text("next").to_owned();
    if login.is_empty() || login.len() > LONGEST_LOGIN {
        return Ok(refused(&caller, &login, &next, words.text("wrong-sign-in")));
    }
    let keys = [
        (format!("login:{login} from:{}", caller.from), OF_BOTH),
        (format!("from:{}", caller.from), OF_ADDRESS),
        (format!("login:{login}"), OF_LOGIN),
    ];
    let user = admin.db.user_by_login(&login).await?;
    for (key, most) in &keys {
        if is_too_often(&admin, key, *most, &caller, &login).await? {
            return Ok(too_often(&caller, &login, &next));
        }
    }
    let password = SecretString::from(sent.raw("password"));
    let hash = user.as_ref().and_then(|user| user.body.password_hash.as_deref());
    let is_right = is_password(&password, hash).await;
    let user = user.filter(|user| is_right && !user.body.is_blocked);
    let Some(user) = user else {
        return Ok(refused(&caller, &login, &next, words.text("wrong-sign-in")));
    };
    // The address keeps its count: one known password is no licence to guess others.
    let forget = [&keys[0].0, &keys[2].0].map(|key| PeopleEdit::ForgetTries(key.clone()));
    let is_whole = user.body.second_factor.is_none();
    let next = if is_whole { safe_next(&next) } else { "/admin/sign-in/code" };
    begin(&admin, &caller, jar, &user, None, is_whole, forget.to_vec(), next).await
}

/// `GET /admin/sign-in/code`.
pub(crate) async fn code_page(caller: Caller) -> Response {
    draw_code(&caller, None)
}

/// `POST /admin/sign-in/code`: a code of the app, or a recovery code.
pub(crate) async fn send_code(
    State(admin): State<Arc<Admin>>,
    asker: HalfWay,
    caller: Caller,
    jar: CookieJar,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = Words::of(caller.language);
    let HalfWay { user, session } = asker;
    let key = format!("code:{}", user.id);
    if is_too_often(&admin, &key, OF_CODES, &caller, &user.login).await? {
        let text = words.text("too-many-tries");
        return Ok((StatusCode::TOO_MANY_REQUESTS, draw_code(&caller, Some(text))).into_response());
    }
    let Some(changed) = used_code(&admin, &user, sent.text("code"))? else {
        let text = words.text("wrong-code");
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw_code(&caller, Some(text))).into_response());
    };
    let edits = vec![PeopleEdit::ForgetTries(key), PeopleEdit::ChangeUser(Box::new(changed))];
    begin(&admin, &caller, jar, &user, Some(&session), true, edits, "/admin").await
}

/// Somebody who has given a password, out of the guard's hands.
pub(crate) struct HalfWay {
    user: User,
    session: Session,
}

impl axum::extract::FromRequestParts<Arc<Admin>> for HalfWay {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _admin: &Arc<Admin>,
    ) -> Result<Self, Failure> {
        let asker = parts.extensions.get::<crate::guard::Asker>().ok_or(Failure::Denied)?;
        Ok(Self { user: asker.user.clone(), session: asker.session.clone() })
    }
}

/// The user with a code used up; `None`: it is not one of theirs.
pub(crate) fn used_code(admin: &Admin, user: &User, code: &str) -> Result<Option<User>, StoreError> {
    let mut user = user.clone();
    let Some(seed) = seed_of(admin, &user)? else { return Ok(None) };
    let Some(factor) = &mut user.body.second_factor else { return Ok(None) };
    let digits: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    if let Some(step) = totp::step_of(&seed, &digits, admin.now(), factor.last_step) {
        factor.last_step = step;
        return Ok(Some(user));
    }
    let hash = hash_of_recovery(code);
    let before = factor.recovery_sha256.len();
    factor.recovery_sha256.retain(|kept| *kept != hash);
    Ok((factor.recovery_sha256.len() < before).then_some(user))
}

/// Counts a try; `true`: it is one too many. The first one too many is told in the audit.
async fn is_too_often(
    admin: &Admin,
    key: &str,
    most: u64,
    caller: &Caller,
    login: &str,
) -> Result<bool, Failure> {
    let tries = admin.count_try(key).await?;
    if tries == most + 1 {
        tracing::warn!(from = caller.from, "too many tries to sign in: more are refused for a while");
        let entry = entry(caller, login, "sign_in.refused", admin.now());
        admin.db.change_people(vec![], vec![entry]).await?;
    }
    Ok(tries > most)
}

fn entry(caller: &Caller, login: &str, action: &str, at: payment::Timestamp) -> AuditEntry {
    AuditEntry {
        author: Author { who: login.to_owned(), from: caller.from.clone(), at },
        action: action.to_owned(),
        about: login.to_owned(),
        store: None,
        before: None,
        after: None,
    }
}

/// Begins a session under a new token, in place of the one before it.
#[expect(clippy::too_many_arguments, reason = "all of it is one commit")]
async fn begin(
    admin: &Admin,
    caller: &Caller,
    jar: CookieJar,
    user: &User,
    before: Option<&Session>,
    is_whole: bool,
    mut edits: Vec<PeopleEdit>,
    next: &str,
) -> Result<Response, Failure> {
    let now = admin.now();
    let (token, begun) = session::begin(user, caller, is_whole, now)?;
    edits.extend(before.map(|session| PeopleEdit::EndSession(session.token_sha256.clone())));
    edits.push(PeopleEdit::ForgetSessions(now));
    edits.push(begun);
    let entries = if is_whole { vec![entry(caller, &user.login, "sign_in", now)] } else { vec![] };
    admin.db.change_people(edits, entries).await?;
    let jar = jar.add(session::cookie(&token, caller.is_by_tls));
    Ok((jar, Redirect::to(next)).into_response())
}

/// `POST /admin/sign-out`.
pub(crate) async fn sign_out(
    State(admin): State<Arc<Admin>>,
    asker: crate::guard::Asker,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let entry = entry(&asker.caller, &asker.user.login, "sign_out", admin.now());
    let edits = vec![PeopleEdit::EndSession(asker.session.token_sha256)];
    admin.db.change_people(edits, vec![entry]).await?;
    Ok((jar.remove(session::no_cookie()), Redirect::to("/admin/sign-in?done=signed-out")).into_response())
}

fn refused(caller: &Caller, login: &str, next: &str, text: String) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, draw(caller, login, next, Some(text))).into_response()
}

fn too_often(caller: &Caller, login: &str, next: &str) -> Response {
    let text = Words::of(caller.language).text("too-many-tries");
    (StatusCode::TOO_MANY_REQUESTS, draw(caller, login, next, Some(text))).into_response()
}

fn draw(caller: &Caller, login: &str, next: &str, alarm: Option<String>) -> Response {
    let frame = Frame::outside(caller, "sign-in-title").with_alarm(alarm);
    let words = &frame.words;
    let form = Form::new("/admin/sign-in", words.text("sign-in-button"))
        .with(
            Field::new(words, "login", Kind::Line, login)
                .required()
                .remembered("username")
                .called(words.text("field-login"), None),
        )
        .with(
            Field::new(words, "password", Kind::Secret(false), "")
                .required()
                .remembered("current-password")
                .called(words.text("field-password"), None),
        )
        .with(Field::hidden("next", safe_next(next)));
    remember_nothing(answer(&FormPage { text: None, form, frame }))
}

fn draw_code(caller: &Caller, alarm: Option<String>) -> Response {
    let frame = Frame::outside(caller, "code-title");
    let words = &frame.words;
    let mut form = Form::new("/admin/sign-in/code", words.text("sign-in-button"))
        .with(Field::new(words, "code", Kind::Line, "").required().remembered("one-time-code"));
    let mut wrong = Wrong::default();
    if let Some(alarm) = alarm {
        wrong.at("code", alarm);
    }
    form.tell(&wrong);
    let text = Some(words.text("code-text"));
    remember_nothing(answer(&FormPage { frame, text, form }))
}

/// No browser keeps a page that secrets were typed into.
pub(crate) fn remember_nothing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_goes_to_pages_of_ours_only() {
        for (next, goes) in [
            ("/admin/users", "/admin/users"),
            ("/admin", "/admin"),
            ("", "/admin"),
            ("//evil.example", "/admin"),
            ("/admin//evil.example", "/admin"),
            ("/admin/../screen", "/admin"),
            ("https://evil.example/admin", "/admin"),
            ("/admin\\evil", "/admin"),
            ("/admin/\r\nSet-Cookie: x=y", "/admin"),
        ] {
            assert_eq!(safe_next(next), goes, "{next:?}");
        }
    }
}
