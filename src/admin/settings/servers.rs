//! Authorization servers: the configured ways to banks.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::StoreError;
use engine::settings::{ServerSettings, Settings};
use payment::{ServerId, Timestamp};
use store::{Credentials, Secrets};

use super::check::Checked;
use super::credentials::{NextPart, next_part, secrets_form};
use super::module::{abilities, offers, told};
use super::moment::Local;
use super::save::{Inserted, MARK, add, mark, save};
use super::server_form::{Filled, form, read, usage_text};
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

#[derive(Template)]
#[template(path = "servers.html")]
struct ServersPage {
    frame: Frame,
    servers: Vec<ServerLine>,
    may_see: bool,
    may_add: bool,
}

struct ServerLine {
    id: String,
    name: String,
    module: String,
    is_test: bool,
    /// Why it gives no new codes now, if people want none.
    barred: Option<String>,
    types: usize,
}

/// `GET /admin/servers`.
pub(crate) async fn list(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let lines = settings.servers.iter().map(|(id, server)| ServerLine {
        id: id.to_string(),
        name: server.name.clone(),
        module: admin
            .module(&server.module)
            .map_or(server.module.as_str(), |module| told(&words, module.manifest().title))
            .to_owned(),
        is_test: server.test,
        barred: usage_text(&words, &Local::of(&settings, Some(id)), server.usage),
        types: users_of(&settings, id).len(),
    });
    Ok(answer(&ServersPage {
        servers: lines.collect(),
        may_see: asker.may("GET", "/admin/servers/{server}", None),
        may_add: asker.may("POST", "/admin/servers/new", None),
        frame: Frame::of(&asker, words.text("nav-servers")),
    }))
}

/// The payment types that lead to a server: store and code.
fn users_of(settings: &Settings, server: &ServerId) -> Vec<String> {
    let stores = settings.stores.iter();
    stores
        .flat_map(|(store, its)| its.payment_types.iter().map(move |(code, its)| (store, code, its)))
        .filter(|(_, _, its)| its.servers.contains(server))
        .map(|(store, code, _)| format!("{store}/{code}"))
        .collect()
}

/// The registers that have a plate of a server.
fn plates_of(settings: &Settings, server: &ServerId) -> Vec<String> {
    let registers =
        settings.stores.iter().flat_map(|(store, its)| its.registers.iter().map(move |its| (store, its)));
    registers
        .filter(|(_, (_, its))| its.plates.contains_key(server) || its.open_plates.contains_key(server))
        .map(|(store, (register, _))| format!("{store}/{register}"))
        .collect()
}

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage {
    frame: Frame,
    form: Form,
    needs: Vec<&'static str>,
    /// Its parts besides the settings; `None`: a new one.
    there: Option<There>,
}

struct There {
    id: String,
    secrets: Form,
    has_secrets: bool,
    next: Option<NextPart>,
    may_change: bool,
    checked: Option<Checked>,
    barred: Option<String>,
    offers: Vec<String>,
    lacks: Vec<(String, String)>,
}

/// `GET /admin/servers/new`.
pub(crate) async fn new_page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    Ok(draw_new(&admin, &asker, &settings, &Filled::Fresh, &Wrong::default()))
}

/// `POST /admin/servers/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let local = Local::of(&settings, None);
    let mut wrong = Wrong::default();
    let id = ServerId::parse(sent.text("server_id"));
    if id.is_err() {
        wrong.field(&words, "server_id");
    }
    let server = read(&admin, &words, &local, &sent, None, &Secrets::new());
    let server = server.map_err(|found| wrong.0.extend(found.0));
    if let (Ok(id), Ok(server)) = (id, server) {
        let saved = add(&admin, &asker, format!("servers.{id}"), "server_id", |settings| {
            if settings.servers.contains_key(&id) {
                return Ok(Inserted::Taken);
            }
            settings.servers.insert(id.clone(), server.clone());
            Ok(Inserted::New)
        });
        match saved.await? {
            Ok(_) => {
                return Ok(Redirect::to(&format!("/admin/servers/{id}?done=server-added")).into_response());
            }
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let page = draw_new(&admin, &asker, &settings, &Filled::Sent(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn draw_new(
    admin: &Admin,
    asker: &Asker,
    settings: &Settings,
    filled: &Filled<'_>,
    wrong: &Wrong,
) -> Response {
    let words = asker.words();
    let mut form = form(admin, &words, &Local::of(settings, None), None, filled);
    let alarm = form.tell(wrong).into_iter().next();
    let frame = Frame::of(asker, words.text("server-new-title")).with_alarm(alarm);
    let chosen = form.fields.iter().find(|field| field.name == "module").map(|field| field.value.clone());
    let needs = needs_of(admin, asker, &chosen.unwrap_or_default());
    answer(&ServerPage { frame, form, needs, there: None })
}

/// What people must get from the bank; of a module that is not chosen yet, of the first one.
fn needs_of(admin: &Admin, asker: &Asker, module: &str) -> Vec<&'static str> {
    let module = admin.module(module).or_else(|| admin.modules.first().copied());
    let needs = module.map_or(&[][..], |module| module.manifest().needs);
    needs.iter().map(|need| told(&asker.words(), *need)).collect()
}

/// A server that is there, with its credentials.
pub(super) struct Found {
    pub(super) id: ServerId,
    pub(super) server: ServerSettings,
    pub(super) credentials: Credentials,
    pub(super) local: Local,
}

impl Found {
    /// Whether the next credentials have taken the place of the others.
    pub(super) fn has_changed(&self, now: Timestamp) -> bool {
        self.server.next_credentials_at.is_some_and(|at| at <= now)
    }

    /// The secrets that are used now.
    pub(super) fn in_use(&self, now: Timestamp) -> Secrets {
        if self.has_changed(now) { self.credentials.following() } else { self.credentials.present.clone() }
    }
}

pub(super) async fn found(admin: &Admin, id: &str) -> Result<Found, Failure> {
    let id = ServerId::parse(id).map_err(|_| Failure::Missing)?;
    let settings = admin.db.settings().await?;
    let server = settings.servers.get(&id).cloned().ok_or(Failure::Missing)?;
    let credentials = admin.db.credentials(&id, &admin.keyring).await;
    let credentials = credentials.map_err(|error| StoreError(error.to_string()))?;
    let local = Local::of(&settings, Some(&id));
    Ok(Found { id, server, credentials, local })
}

/// `GET /admin/servers/{server}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let found = found(&admin, &id).await?;
    Ok(draw(&admin, &asker, &found, &Filled::Stored(&found.server), &Wrong::default(), None))
}

/// `POST /admin/servers/{server}`: everything but the credentials.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let read = read(&admin, &words, &found.local, &sent, Some(&found.server), &found.credentials.present);
    let wrong = match read {
        Err(wrong) => wrong,
        Ok(server) => {
            let id = found.id.clone();
            let saved = save(&admin, &asker, format!("servers.{id}"), sent.text(MARK), |settings| {
                let kept = settings.servers.get_mut(&id).ok_or(Failure::Missing)?;
                let before = mark(Some(kept));
                *kept = server.clone();
                Ok(before)
            });
            match saved.await? {
                Ok(_) => return Ok(Redirect::to(&format!("/admin/servers/{id}?done=saved")).into_response()),
                Err(wrong) => wrong,
            }
        }
    };
    Ok(refused(&admin, &asker, &found, &Filled::Sent(&sent), &wrong))
}

/// The page again, with what is wrong.
pub(super) fn refused(
    admin: &Admin,
    asker: &Asker,
    found: &Found,
    filled: &Filled<'_>,
    wrong: &Wrong,
) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, draw(admin, asker, found, filled, wrong, None)).into_response()
}

pub(super) fn draw(
    admin: &Admin,
    asker: &Asker,
    found: &Found,
    filled: &Filled<'_>,
    wrong: &Wrong,
    checked: Option<Checked>,
) -> Response {
    let words = asker.words();
    // What was typed into the form of the next credentials is nothing of this one.
    let of_settings = match filled {
        Filled::Sent(sent) if !sent.is_on("module") => &Filled::Stored(&found.server),
        filled => filled,
    };
    let mut form = form(admin, &words, &found.local, Some((&found.id, &found.server)), of_settings);
    let mut secrets = secrets_form(admin, &words, found);
    let mut next = next_part(admin, &words, found, filled);
    // A message is homeless only if no form of the page has its field.
    let homeless = form.tell(wrong);
    let in_secrets = secrets.tell(wrong);
    let in_next = next.as_mut().map_or_else(|| in_secrets.clone(), |next| next.form.tell(wrong));
    let is_homeless = |message: &String| in_secrets.contains(message) && in_next.contains(message);
    let alarm = homeless.into_iter().find(is_homeless);
    let (offers, lacks) =
        abilities(admin, &found.server).map(|able| offers(&words, &able)).unwrap_or_default();
    let there = There {
        id: found.id.to_string(),
        has_secrets: !secrets.fields.is_empty(),
        secrets,
        next,
        may_change: asker.may("POST", "/admin/servers/{server}", None),
        checked,
        barred: usage_text(&words, &found.local, found.server.usage),
        offers,
        lacks,
    };
    let frame = Frame::of(asker, found.server.name.clone()).with_alarm(alarm);
    let needs = needs_of(admin, asker, &found.server.module);
    remember_nothing(answer(&ServerPage { frame, form, needs, there: Some(there) }))
}

/// `POST /admin/servers/{server}/remove`: refused while something needs it.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let settings = admin.db.settings().await?;
    let (users, plates) = (users_of(&settings, &found.id), plates_of(&settings, &found.id));
    let why = if !users.is_empty() {
        Some(words.fill("wrong-server-used", &[("types", users.join(", "))]))
    } else if !plates.is_empty() {
        Some(words.fill("wrong-server-plates", &[("registers", plates.join(", "))]))
    } else if admin.db.has_payments_of(&found.id).await? {
        // A payment that went this way may have to be refunded through it.
        Some(words.text("wrong-server-payments"))
    } else {
        None
    };
    if let Some(why) = why {
        let mut wrong = Wrong::default();
        wrong.at("used", why);
        let page = draw(&admin, &asker, &found, &Filled::Stored(&found.server), &wrong, None);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let (id, expected) = (found.id, mark(Some(&found.server)));
    let saved = save(&admin, &asker, format!("servers.{id}"), &expected, |settings| {
        let before = mark(settings.servers.get(&id));
        settings.servers.remove(&id);
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to("/admin/servers?done=removed").into_response())
}
