//! People: users with their roles, and everybody's sessions.

mod accounts;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::StoreError;
use engine::settings::Settings;
use secrecy::{ExposeSecret, SecretString};
use store::{ChangePeopleError, Grant, People, PeopleEdit, Role, User, UserId};

use crate::browser::name_of;
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::me::SessionLine;
use crate::payments::show::Clock;
use crate::rights::may_manage;
use crate::state::Admin;
use crate::words::Words;

pub use accounts::{NewUser, UserError, add_user, reset_user};
use accounts::{are_sound, entry};
pub(crate) use accounts::{fresh_id, is_login, is_name};

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    frame: Frame,
    users: Vec<UserLine>,
    may_change: bool,
}

struct UserLine {
    id: String,
    login: String,
    name: String,
    roles: Vec<String>,
    is_blocked: bool,
    has_second_factor: bool,
}

/// `GET /admin/users`.
pub(crate) async fn list(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let lines = admin.db.users().await?.into_iter().map(|user| UserLine {
        roles: user.body.grants.iter().map(|grant| grant_text(&words, grant, &settings)).collect(),
        id: user.id.0,
        login: user.login,
        name: user.body.name,
        is_blocked: user.body.is_blocked,
        has_second_factor: user.body.second_factor.is_some(),
    });
    Ok(answer(&UsersPage {
        users: lines.collect(),
        may_change: asker.may("POST", "/admin/users/new", None),
        frame: Frame::of(&asker, words.text("nav-users")),
    }))
}

fn grant_text(words: &Words, grant: &Grant, settings: &Settings) -> String {
    let role = words.text(&format!("role-{}", grant.role.word().replace('_', "-")));
    match &grant.store {
        None if grant.role.is_of_the_chain() => role,
        None => format!("{role} · {}", words.text("role-everywhere")),
        Some(store) => {
            let name = settings.stores.get(store).map_or(store.as_str(), |its| its.name.as_str());
            format!("{role} · {name}")
        }
    }
}

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage {
    frame: Frame,
    form: Form,
    /// Where the buttons of a user who is there send to; `None`: a new user.
    id: Option<String>,
}

#[derive(Template)]
#[template(path = "temporary.html")]
struct TemporaryPage {
    frame: Frame,
    login: String,
    password: String,
}

/// `GET /admin/users/new`.
pub(crate) async fn new_page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    Ok(draw_new(&asker, &settings, &Sent::default(), &Wrong::default()))
}

/// `POST /admin/users/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let (grants, mut wrong) = grants_of(&words, &asker, &sent, &settings);
    let new = NewUser { login: sent.text("login").to_owned(), name: sent.text("name").to_owned(), grants };
    if !is_login(&new.login) {
        wrong.field(&words, "login");
    }
    if !is_name(&new.name) {
        wrong.field(&words, "name");
    }
    if wrong.is_empty() {
        let login = new.login.clone();
        match add_user(&admin.db, new, admin.author(&asker)).await {
            Ok(password) => return Ok(draw_temporary(&asker, login, &password)),
            Err(UserError::Change(ChangePeopleError::LoginTaken)) => {
                wrong.at("login", words.text("wrong-login-taken"));
            }
            Err(error) => return Err(StoreError(error.to_string()).into()),
        }
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw_new(&asker, &settings, &sent, &wrong)).into_response())
}

/// `GET /admin/users/{user}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = managed(&admin, &asker, id).await?;
    let settings = admin.db.settings().await?;
    Ok(draw(&asker, &settings, &user, None, &Wrong::default()))
}

/// `POST /admin/users/{user}`: name, roles, blocked or not. Whose roles change signs in anew.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let user = managed(&admin, &asker, id).await?;
    let settings = admin.db.settings().await?;
    let (grants, mut wrong) = grants_of(&words, &asker, &sent, &settings);
    if !is_name(sent.text("name")) {
        wrong.field(&words, "name");
    }
    let mut changed = user.clone();
    changed.version = sent.text("version").parse().map_err(|_| Failure::Conflict)?;
    changed.body.name = sent.text("name").to_owned();
    changed.body.grants = grants;
    changed.body.is_blocked = sent.is_on("is_blocked");
    if wrong.is_empty() && is_last_owner(&admin, &user, Some(&changed)).await? {
        wrong.at("roles", words.text("wrong-last-owner"));
    }
    if !wrong.is_empty() {
        let page = draw(&asker, &settings, &user, Some(&sent), &wrong);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let entry = entry(admin.author(&asker), "user.change", Some(&user), Some(&changed));
    let mut edits = vec![PeopleEdit::ChangeUser(Box::new(changed.clone()))];
    let loses = user.body.grants != changed.body.grants || changed.body.is_blocked;
    if loses && user.id != asker.user.id {
        edits.push(PeopleEdit::EndSessionsOf(user.id, None));
    }
    admin.db.change_people(edits, vec![entry]).await?;
    Ok(Redirect::to("/admin/users?done=saved").into_response())
}

/// `POST /admin/users/{user}/reset`.
pub(crate) async fn reset(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = managed(&admin, &asker, id).await?;
    let password = reset_user(&admin.db, &user.login, admin.author(&asker)).await;
    match password {
        Ok(password) => Ok(draw_temporary(&asker, user.login, &password)),
        Err(UserError::Change(error)) => Err(error.into()),
        Err(error) => Err(StoreError(error.to_string()).into()),
    }
}

/// `POST /admin/users/{user}/remove`.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = managed(&admin, &asker, id).await?;
    // Nobody who is left could undo either.
    let why = if user.id == asker.user.id {
        Some("wrong-remove-self")
    } else {
        is_last_owner(&admin, &user, None).await?.then_some("wrong-last-owner")
    };
    if let Some(why) = why {
        let mut wrong = Wrong::default();
        wrong.at("remove", asker.words().text(why));
        let page = draw(&asker, &admin.db.settings().await?, &user, None, &wrong);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let entry = entry(admin.author(&asker), "user.remove", Some(&user), None);
    admin.db.change_people(vec![PeopleEdit::RemoveUser(user.id, user.version)], vec![entry]).await?;
    Ok(Redirect::to("/admin/users?done=removed").into_response())
}

/// A user whom the asker may change.
async fn managed(admin: &Admin, asker: &Asker, id: String) -> Result<User, Failure> {
    let user = admin.db.user(&UserId(id)).await?.ok_or(Failure::Missing)?;
    if may_manage(&asker.user, &user) { Ok(user) } else { Err(Failure::Denied) }
}

/// Whether nobody would be left who can do everything.
async fn is_last_owner(admin: &Admin, user: &User, changed: Option<&User>) -> Result<bool, StoreError> {
    let rules = |user: &User| user.has_role(Role::Owner) && !user.body.is_blocked;
    if !rules(user) || changed.is_some_and(rules) {
        return Ok(false);
    }
    Ok(!admin.db.users().await?.iter().any(|other| other.id != user.id && rules(other)))
}

/// The field for somebody's name.
pub(crate) fn person_name(words: &Words, name: &str) -> Field {
    let help = Some(words.text("help-person-name"));
    Field::new(words, "name", Kind::Line, name).required().called(words.text("field-person-name"), help)
}

/// The roles that were chosen.
fn grants_of(words: &Words, asker: &Asker, sent: &Sent, settings: &Settings) -> (Vec<Grant>, Wrong) {
    let mut wrong = Wrong::default();
    let grant = |text: &String| {
        let grant: Grant = text.parse().ok()?;
        let is_there = grant.store.as_ref().is_none_or(|store| settings.stores.contains_key(store));
        let may_give = grant.role != Role::Owner || asker.user.has_role(Role::Owner);
        (is_there && may_give).then_some(grant)
    };
    let grants: Option<Vec<Grant>> = sent.all("roles").iter().map(grant).collect();
    match grants {
        Some(grants) if are_sound(&grants) => (grants, wrong),
        _ => {
            wrong.field(words, "roles");
            (Vec::new(), wrong)
        }
    }
}

/// Every role that the asker may give.
fn role_choices(words: &Words, asker: &Asker, settings: &Settings, chosen: &dyn Fn(&str) -> bool) -> Kind {
    let mut choices = Vec::new();
    for role in Role::ALL {
        if role == Role::Owner && !asker.user.has_role(Role::Owner) {
            continue;
        }
        let stores = settings.stores.keys().map(|store| Some(store.clone()));
        let stores = stores.filter(|_| !role.is_of_the_chain());
        for store in std::iter::once(None).chain(stores) {
            let grant = Grant { role, store };
            let value = grant.to_string();
            let is_chosen = chosen(&value);
            choices.push((value, grant_text(words, &grant, settings), is_chosen));
        }
    }
    Kind::Some(choices)
}

fn draw_new(asker: &Asker, settings: &Settings, sent: &Sent, wrong: &Wrong) -> Response {
    let words = asker.words();
    let chosen = |value: &str| sent.all("roles").iter().any(|sent| sent == value);
    let mut form = Form::new("/admin/users/new", words.text("user-add"))
        .with(Field::new(&words, "login", Kind::Line, sent.text("login")).required())
        .with(person_name(&words, sent.text("name")))
        .with(Field::new(&words, "roles", role_choices(&words, asker, settings, &chosen), ""));
    let alarm = form.tell(wrong).into_iter().next();
    let frame = Frame::of(asker, words.text("user-new-title")).with_alarm(alarm);
    answer(&UserPage { frame, form, id: None })
}

fn draw(asker: &Asker, settings: &Settings, user: &User, sent: Option<&Sent>, wrong: &Wrong) -> Response {
    let words = asker.words();
    let has = |value: &str| {
        user.body.grants.iter().any(|grant| {
            let word = grant.role.word();
            grant.store.as_ref().map_or(word.to_owned(), |store| format!("{word}:{store}")) == value
        })
    };
    let chosen = |value: &str| match sent {
        Some(sent) => sent.all("roles").iter().any(|sent| sent == value),
        None => has(value),
    };
    let name = sent.map_or(user.body.name.as_str(), |sent| sent.text("name"));
    let version = sent.map_or(user.version.to_string(), |sent| sent.text("version").to_owned());
    let is_blocked = sent.map_or(user.body.is_blocked, |sent| sent.is_on("is_blocked"));
    let mut form = Form::new(format!("/admin/users/{}", user.id), words.text("save"))
        .with(person_name(&words, name))
        .with(Field::new(&words, "roles", role_choices(&words, asker, settings, &chosen), ""))
        .with(Field::new(&words, "is_blocked", Kind::Switch, if is_blocked { "on" } else { "" }))
        .with(Field::hidden("version", version));
    let alarm = form.tell(wrong).into_iter().next();
    let frame = Frame::of(asker, user.login.clone()).with_alarm(alarm);
    answer(&UserPage { frame, form, id: Some(user.id.0.clone()) })
}

fn draw_temporary(asker: &Asker, login: String, password: &SecretString) -> Response {
    let frame = Frame::of(asker, asker.words().text("temporary-title"));
    remember_nothing(answer(&TemporaryPage { frame, login, password: password.expose_secret().to_owned() }))
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: Frame,
    sessions: Vec<SessionLine>,
    may_end: bool,
}

/// `GET /admin/sessions`: who is signed in.
pub(crate) async fn sessions(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let users = admin.db.users().await?;
    let login = |id: &UserId| users.iter().find(|user| user.id == *id).map(|user| user.login.clone());
    let sessions = admin.db.sessions(admin.now()).await?;
    let (words, clock) = (asker.words(), Clock::of_chain(&admin.db.settings().await?));
    let lines = sessions.into_iter().filter(|session| session.body.is_whole).map(|session| SessionLine {
        login: login(&session.user).unwrap_or_default(),
        id: session.user.0,
        is_this: session.token_sha256 == asker.session.token_sha256,
        from: session.body.from,
        browser: name_of(&session.body.browser),
        begun: clock.zoned(&words, session.body.begun_at),
        seen: clock.zoned(&words, session.seen_at),
    });
    Ok(answer(&SessionsPage {
        sessions: lines.collect(),
        may_end: asker.may("POST", "/admin/sessions/end", None),
        frame: Frame::of(&asker, asker.words().text("sessions-title")),
    }))
}

/// `POST /admin/sessions/end`: all of one user.
pub(crate) async fn end_sessions(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let user = managed(&admin, &asker, sent.text("user").to_owned()).await?;
    let entry = entry(admin.author(&asker), "session.end", Some(&user), Some(&user));
    let except = (user.id == asker.user.id).then(|| asker.session.token_sha256.clone());
    admin.db.change_people(vec![PeopleEdit::EndSessionsOf(user.id, except)], vec![entry]).await?;
    Ok(Redirect::to("/admin/sessions?done=session-ended").into_response())
}
