//! One's own affairs: language, password, second factor, sessions.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use console::{CodePicture, Language};
use engine::ports::StoreError;
use secrecy::{ExposeSecret, SecretString};
use store::{AuditEntry, People, PeopleEdit, Place, SecondFactor, User};

use crate::browser::name_of;
use crate::entry::{FormPage, remember_nothing, used_code};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::show::Clock;
use crate::secret::{hash_of_password, hash_of_recovery, is_password, recovery_codes, weakness};
use crate::state::Admin;
use crate::totp;

/// Old passwords of one user that may be tried in a quarter of an hour.
const OLD_PASSWORDS: u64 = 5;
/// Codes of a new seed that may be tried in a quarter of an hour.
const NEW_CODES: u64 = 10;

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    frame: Frame,
    name: String,
    language: Form,
    has_second_factor: bool,
    recovery_left: usize,
    sessions: Vec<SessionLine>,
}

/// A session as a line of a list.
pub(crate) struct SessionLine {
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) from: String,
    pub(crate) browser: String,
    pub(crate) begun: String,
    pub(crate) seen: String,
    pub(crate) is_this: bool,
}

/// Where a user's seed is sealed for.
pub(crate) fn place_of_seed(user: &User) -> Place {
    Place { table: "users", column: "second_factor", row: user.id.0.clone() }
}

/// The opened seed of a user; `None`: they have no second factor.
pub(crate) fn seed_of(admin: &Admin, user: &User) -> Result<Option<SecretString>, StoreError> {
    let Some(factor) = &user.body.second_factor else { return Ok(None) };
    let opened = admin.keyring.open(&place_of_seed(user), &factor.sealed_seed);
    opened.map(Some).map_err(|error| StoreError(format!("the second factor of {}: {error}", user.login)))
}

/// `GET /admin/me`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    draw(&admin, &asker, &Wrong::default()).await
}

async fn draw(admin: &Admin, asker: &Asker, wrong: &Wrong) -> Result<Response, Failure> {
    let words = asker.words();
    let sessions = admin.db.sessions(admin.now()).await?;
    let clock = Clock::of_chain(&admin.db.settings().await?);
    let mine = sessions.iter().filter(|session| session.user == asker.user.id && session.body.is_whole);
    let sessions = mine
        .map(|session| SessionLine {
            id: session.token_sha256[..16].to_owned(),
            login: asker.user.login.clone(),
            from: session.body.from.clone(),
            browser: name_of(&session.body.browser),
            begun: clock.zoned(&words, session.body.begun_at),
            seen: clock.zoned(&words, session.seen_at),
            is_this: session.token_sha256 == asker.session.token_sha256,
        })
        .collect();
    let mut language = Form::new("/admin/me/language", words.text("save")).with(Field::new(
        &words,
        "my_language",
        Kind::One(words.languages().collect()),
        words.language().code(),
    ));
    language.tell(wrong);
    let factor = asker.user.body.second_factor.as_ref();
    Ok(answer(&MePage {
        frame: Frame::of(asker, words.text("me-title")),
        name: asker.user.body.name.clone(),
        language,
        has_second_factor: factor.is_some(),
        recovery_left: factor.map_or(0, |factor| factor.recovery_sha256.len()),
        sessions,
    }))
}

/// `POST /admin/me/language`.
pub(crate) async fn send_language(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let Some(language) = Language::parse(sent.text("my_language")) else {
        let mut wrong = Wrong::default();
        wrong.at("my_language", asker.words().text("wrong-language"));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&admin, &asker, &wrong).await?).into_response());
    };
    let mut user = asker.user.clone();
    user.body.language = Some(language.code().to_owned());
    admin.db.change_people(vec![PeopleEdit::ChangeUser(Box::new(user))], vec![]).await?;
    Ok(Redirect::to("/admin/me?done=saved").into_response())
}

/// `GET /admin/me/password`.
pub(crate) async fn password_page(asker: Asker) -> Response {
    draw_password(&asker, &Wrong::default())
}

/// `POST /admin/me/password`: ends all other sessions.
pub(crate) async fn send_password(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let (old, new) = (SecretString::from(sent.raw("password_old")), SecretString::from(sent.raw("password")));
    let mut wrong = Wrong::default();
    let key = format!("password:{}", asker.user.id);
    if admin.count_try(&key).await? > OLD_PASSWORDS {
        wrong.at("password_old", words.text("too-many-tries"));
    } else if !is_password(&old, asker.user.body.password_hash.as_deref()).await {
        wrong.field(&words, "password_old");
    } else if let Some(key) = weakness(&new, &asker.user.login) {
        wrong.at("password", words.text(key));
    } else if old.expose_secret() == new.expose_secret() {
        wrong.at("password", words.text("wrong-password-same"));
    } else if sent.raw("password") != sent.raw("password_again") {
        wrong.field(&words, "password_again");
    }
    if !wrong.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw_password(&asker, &wrong)).into_response());
    }
    let mut user = asker.user.clone();
    let hash = hash_of_password(&new).await;
    user.body.password_hash =
        Some(hash.ok_or_else(|| StoreError("a password could not be hashed".to_owned()))?);
    user.body.must_change_password = false;
    let entry = entry(&admin, &asker, "user.password", &user);
    let others = PeopleEdit::EndSessionsOf(user.id.clone(), Some(asker.session.token_sha256.clone()));
    let edits = vec![PeopleEdit::ChangeUser(Box::new(user)), others, PeopleEdit::ForgetTries(key)];
    admin.db.change_people(edits, vec![entry]).await?;
    Ok(Redirect::to("/admin/me?done=password").into_response())
}

fn draw_password(asker: &Asker, wrong: &Wrong) -> Response {
    let frame = Frame::of(asker, asker.words().text("password-title"));
    let words = &frame.words;
    let secret = |name| Field::new(words, name, Kind::Secret(false), "").required();
    let new = secret("password").remembered("new-password");
    let new = Field { label: words.text("field-password-new"), ..new };
    let mut form = Form::new("/admin/me/password", words.text("save"))
        .with(secret("password_old").remembered("current-password"))
        .with(new)
        .with(secret("password_again").remembered("new-password"));
    form.tell(wrong);
    let text = asker.user.body.must_change_password.then(|| words.text("password-must"));
    remember_nothing(answer(&FormPage { frame, text, form }))
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    frame: Frame,
    is_needed: bool,
    picture: String,
    seed: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    frame: Frame,
    codes: Vec<String>,
}

/// `GET /admin/me/second-factor`: a fresh seed to scan.
pub(crate) async fn second_factor_page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
) -> Result<Response, Failure> {
    let seed = totp::fresh_seed()
        .map_err(|error| StoreError(format!("the system gives no random bytes: {error}")))?;
    draw_second_factor(&admin, &asker, &seed, &Wrong::default())
}

/// `POST /admin/me/second-factor`: a code proves that the seed was scanned. Who has a second factor proves that one first.
pub(crate) async fn send_second_factor(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let sealed = sent.text("seed");
    // Nobody else can make a text that opens here: it is the seed of this user's own page.
    let Ok(seed) = admin.keyring.open(&place_of_seed(&asker.user), sealed) else {
        return Err(Failure::Conflict);
    };
    let now = admin.now();
    let key = format!("new code:{}", asker.user.id);
    let mut wrong = Wrong::default();
    let mut step = None;
    if admin.count_try(&key).await? > NEW_CODES {
        wrong.at("code", words.text("too-many-tries"));
    } else {
        let has_none = asker.user.body.second_factor.is_none();
        if !has_none && used_code(&admin, &asker.user, sent.text("code_old"))?.is_none() {
            wrong.at("code_old", words.text("wrong-code"));
        }
        step = totp::step_of(&seed, sent.text("code"), now, 0);
        if step.is_none() {
            wrong.at("code", words.text("wrong-code"));
        }
    }
    let (Some(step), true) = (step, wrong.is_empty()) else {
        let page = draw_second_factor(&admin, &asker, &seed, &wrong)?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let codes = recovery_codes().ok_or_else(|| StoreError("the system gives no random bytes".to_owned()))?;
    let mut user = asker.user.clone();
    user.body.second_factor = Some(SecondFactor {
        sealed_seed: sealed.to_owned(),
        last_step: step,
        recovery_sha256: codes.iter().map(|code| hash_of_recovery(code.expose_secret())).collect(),
    });
    let entry = entry(&admin, &asker, "user.second_factor", &user);
    let others = PeopleEdit::EndSessionsOf(user.id.clone(), Some(asker.session.token_sha256.clone()));
    let edits = vec![PeopleEdit::ChangeUser(Box::new(user)), others, PeopleEdit::ForgetTries(key)];
    admin.db.change_people(edits, vec![entry]).await?;
    let codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
    let frame = Frame::of(&asker, words.text("recovery-title"));
    Ok(remember_nothing(answer(&RecoveryPage { frame, codes })))
}

fn draw_second_factor(
    admin: &Admin,
    asker: &Asker,
    seed: &SecretString,
    wrong: &Wrong,
) -> Result<Response, Failure> {
    let words = asker.words();
    let sealed = admin.keyring.seal(&place_of_seed(&asker.user), seed);
    let sealed = sealed.map_err(|error| StoreError(error.to_string()))?;
    let mut form = Form::new("/admin/me/second-factor", words.text("second-factor-button"));
    if asker.user.body.second_factor.is_some() {
        form = form.with(Field::new(&words, "code_old", Kind::Line, "").required());
    }
    let code = Field::new(&words, "code", Kind::Line, "").required().remembered("one-time-code");
    form = form.with(code.called(words.text("field-code"), None)).with(Field::hidden("seed", sealed));
    form.tell(wrong);
    let picture = CodePicture::draw(&totp::address(seed, &asker.user.login));
    let seed = seed.expose_secret().as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>();
    Ok(remember_nothing(answer(&SecondFactorPage {
        is_needed: asker.user.needs_second_factor() && asker.user.body.second_factor.is_none(),
        picture: picture.map(|picture| picture.svg).unwrap_or_default(),
        seed: seed.join(" "),
        form,
        frame: Frame::of(asker, words.text("second-factor-title")),
    })))
}

/// `POST /admin/me/sessions/end`: one of one's own.
pub(crate) async fn end_session(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let id = sent.text("session").to_owned();
    let sessions = admin.db.sessions(admin.now()).await?;
    let mine = sessions.into_iter().find(|session| {
        session.user == asker.user.id && id.len() == 16 && session.token_sha256.starts_with(&id)
    });
    let session = mine.ok_or(Failure::Missing)?;
    let entry = entry(&admin, &asker, "session.end", &asker.user);
    admin.db.change_people(vec![PeopleEdit::EndSession(session.token_sha256)], vec![entry]).await?;
    Ok(Redirect::to("/admin/me?done=session-ended").into_response())
}

fn entry(admin: &Admin, asker: &Asker, action: &str, after: &User) -> AuditEntry {
    AuditEntry {
        author: admin.author(asker),
        action: action.to_owned(),
        about: asker.user.login.clone(),
        store: None,
        before: Some(asker.user.told()),
        after: Some(after.told()),
    }
}
