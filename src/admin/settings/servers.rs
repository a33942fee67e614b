//! Authorization servers: the configured ways to banks, their credentials, and a call that shows whether it works.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use connector_sdk::{Connector, Module, SettingsError};
use engine::ports::StoreError;
use engine::settings::{ServerSettings, Settings};
use payment::{AttemptId, CallError, OrderRequest, RefusalKind, ServerId};
use secrecy::SecretString;
use uuid::Uuid;

use super::save::{Inserted, MARK, add, mark, save};
use super::server_form::{Filled, form, read};
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;
use crate::words::Words;

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
    types: usize,
}

/// `GET /admin/servers`.
pub(crate) async fn list(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let lines = settings.servers.iter().map(|(id, server)| ServerLine {
        id: id.to_string(),
        name: server.name.clone(),
        module: admin
            .module(&server.module)
            .map_or(server.module.as_str(), |module| module.manifest().title)
            .to_owned(),
        is_test: server.test,
        types: users_of(&settings, id).len(),
    });
    Ok(answer(&ServersPage {
        servers: lines.collect(),
        may_see: asker.may("GET", "/admin/servers/{server}", None),
        may_add: asker.may("POST", "/admin/servers/new", None),
        frame: Frame::of(&asker, asker.words().text("nav-servers")),
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

#[derive(Template)]
#[template(path = "server.html")]
struct ServerPage {
    frame: Frame,
    form: Form,
    /// Its parts besides the settings; `None`: a new one.
    there: Option<There>,
}

struct There {
    id: String,
    secrets: Form,
    has_secrets: bool,
    may_change: bool,
    checked: Option<Checked>,
    offers: Vec<String>,
}

/// What a call to the bank came to.
struct Checked {
    is_good: bool,
    text: String,
}

/// `GET /admin/servers/new`.
pub(crate) async fn new_page(State(admin): State<Arc<Admin>>, asker: Asker) -> Response {
    draw_new(&admin, &asker, &Filled::Fresh, &Wrong::default())
}

/// `POST /admin/servers/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let id = ServerId::parse(sent.text("server_id"));
    if id.is_err() {
        wrong.field(&words, "server_id");
    }
    let server = read(&admin, &words, &sent, None, &BTreeMap::new()).map_err(|found| wrong.0.extend(found.0));
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
    let page = draw_new(&admin, &asker, &Filled::Sent(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn draw_new(admin: &Admin, asker: &Asker, filled: &Filled<'_>, wrong: &Wrong) -> Response {
    let words = asker.words();
    let mut form = form(admin, &words, None, filled);
    let alarm = form.tell(wrong).into_iter().next();
    let frame = Frame::of(asker, words.text("server-new-title")).with_alarm(alarm);
    answer(&ServerPage { frame, form, there: None })
}

/// A server that is there, with the names of the credentials that are kept.
struct Found {
    id: ServerId,
    server: ServerSettings,
    secrets: BTreeMap<String, SecretString>,
}

async fn found(admin: &Admin, id: &str) -> Result<Found, Failure> {
    let id = ServerId::parse(id).map_err(|_| Failure::Missing)?;
    let settings = admin.db.settings().await?;
    let server = settings.servers.get(&id).cloned().ok_or(Failure::Missing)?;
    let secrets = admin.db.secrets(&id, &admin.keyring).await;
    let secrets = secrets.map_err(|error| StoreError(error.to_string()))?;
    Ok(Found { id, server, secrets })
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
    let wrong = match read(&admin, &words, &sent, Some(&found.server), &found.secrets) {
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
    let page = draw(&admin, &asker, &found, &Filled::Sent(&sent), &wrong, None);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/servers/{server}/secrets`: what is left empty stays as it is.
pub(crate) async fn send_secrets(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let module = admin.module(&found.server.module).ok_or(Failure::Missing)?;
    let mut secrets = found.secrets.clone();
    let mut given = Vec::new();
    for key in module.manifest().keys.iter().filter(|key| key.secret) {
        let text = sent.text(&format!("secret_{}", key.name));
        if !text.is_empty() {
            secrets.insert(key.name.to_owned(), SecretString::from(text));
            given.push((key.name, SecretString::from(text)));
        }
    }
    let mut wrong = Wrong::default();
    if given.is_empty() {
        wrong.at("secrets", words.text("wrong-secrets"));
    }
    if let Err(SettingsError::Wrong { key, rule }) = connect(module, &found.server, &secrets) {
        wrong.at(&format!("secret_{key}"), rule);
    }
    if wrong.is_empty() {
        let db = admin.db_of(&asker);
        for (name, secret) in given {
            db.set_secret(&found.id, name, &secret, &admin.keyring).await?;
        }
        return Ok(Redirect::to(&format!("/admin/servers/{}?done=secrets", found.id)).into_response());
    }
    let page = draw(&admin, &asker, &found, &Filled::Stored(&found.server), &wrong, None);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/servers/{server}/check`: asks the bank for an order that it can't know. Its *not found* proves address, network
/// and credentials, and moves no money.
pub(crate) async fn check(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let checked = checked(&admin, &words, &found).await;
    Ok(draw(&admin, &asker, &found, &Filled::Stored(&found.server), &Wrong::default(), Some(checked)))
}

async fn checked(admin: &Admin, words: &Words, found: &Found) -> Checked {
    let bad = |text: String| Checked { is_good: false, text };
    let Some(module) = admin.module(&found.server.module) else { return bad(words.text("wrong-module")) };
    let connector = match connect(module, &found.server, &found.secrets) {
        Ok(connector) => connector,
        Err(error) => return bad(words.fill("check-settings", &[("reason", error.to_string())])),
    };
    let ability = connector.capabilities().kinds.into_iter().find(|ability| ability.status_by_order);
    let order = Uuid::now_v7().simple().to_string().parse::<AttemptId>().ok();
    let (Some(ability), Some(order)) = (ability, order) else { return bad(words.text("check-not-offered")) };
    let request = OrderRequest { order, code: None, kind: ability.kind };
    let limit = Duration::from_millis(u64::from(found.server.call_timeout_ms));
    let began = admin.now();
    let answer = tokio::time::timeout(limit, connector.status(&request)).await;
    let took = admin.now().since(began).as_millis().to_string();
    match answer {
        Err(_) => bad(words.fill("check-late", &[("limit", limit.as_millis().to_string())])),
        Ok(Ok(_)) => Checked { is_good: true, text: words.fill("check-good", &[("took", took)]) },
        Ok(Err(CallError::NotSent(reason))) => bad(words.fill("check-not-reached", &[("reason", reason)])),
        Ok(Err(CallError::Unknown(reason))) => bad(words.fill("check-unknown", &[("reason", reason)])),
        Ok(Err(CallError::Refused(refusal))) => {
            let key =
                if refusal.kind == RefusalKind::Settings { "check-credentials" } else { "check-refused" };
            bad(words.fill(key, &[("reason", format!("{} {}", refusal.bank_code, refusal.message))]))
        }
    }
}

/// Builds the connector; makes no call.
pub(super) fn connect(
    module: &dyn Module,
    server: &ServerSettings,
    secrets: &BTreeMap<String, SecretString>,
) -> Result<Arc<dyn Connector>, SettingsError> {
    module.connect(&connector_sdk::ServerSettings {
        values: server.values.clone(),
        secrets: secrets.clone(),
        call_timeout: Duration::from_millis(u64::from(server.call_timeout_ms)),
    })
}

fn draw(
    admin: &Admin,
    asker: &Asker,
    found: &Found,
    filled: &Filled<'_>,
    wrong: &Wrong,
    checked: Option<Checked>,
) -> Response {
    let words = asker.words();
    let mut form = form(admin, &words, Some((&found.id, &found.server)), filled);
    let mut secrets = secrets_form(admin, &words, found);
    let homeless = form.tell(wrong);
    // A message is homeless only if no form of the page has its field.
    let in_secrets = secrets.tell(wrong);
    let alarm = homeless.into_iter().find(|message| in_secrets.contains(message));
    let module = admin.module(&found.server.module);
    let offers = module.and_then(|module| connect(module, &found.server, &found.secrets).ok());
    let offers = offers.map(|connector| connector.capabilities().kinds).unwrap_or_default();
    let there = There {
        id: found.id.to_string(),
        has_secrets: !secrets.fields.is_empty(),
        secrets,
        may_change: asker.may("POST", "/admin/servers/{server}", None),
        checked,
        offers: offers.iter().map(|ability| words.text(super::kind_key(ability.kind))).collect(),
    };
    let frame = Frame::of(asker, found.server.name.clone()).with_alarm(alarm);
    remember_nothing(answer(&ServerPage { frame, form, there: Some(there) }))
}

/// Credentials are written, never shown.
fn secrets_form(admin: &Admin, words: &Words, found: &Found) -> Form {
    let mut form = Form::new(format!("/admin/servers/{}/secrets", found.id), words.text("secrets-save"));
    let keys = admin.module(&found.server.module).map_or(&[][..], |module| module.manifest().keys);
    for key in keys.iter().filter(|key| key.secret) {
        let is_kept = found.secrets.contains_key(key.name);
        let help = if is_kept { words.text("secret-kept") } else { words.text("secret-missing") };
        let field = Field::hidden(&format!("secret_{}", key.name), "");
        let field = Field { kind: Kind::Secret(is_kept), ..field };
        form = form.with(field.called(key.name, Some(format!("{}. {help}", key.help))));
    }
    form
}

/// `POST /admin/servers/{server}/remove`: refused while a payment type leads to it, or a plate is of it.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let settings = admin.db.settings().await?;
    let users = users_of(&settings, &found.id);
    if !users.is_empty() {
        let mut wrong = Wrong::default();
        wrong.at("used", words.fill("wrong-server-used", &[("types", users.join(", "))]));
        let page = draw(&admin, &asker, &found, &Filled::Stored(&found.server), &wrong, None);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    // A payment that went this way may have to be refunded through it.
    if admin.db.has_payments_of(&found.id).await? {
        let mut wrong = Wrong::default();
        wrong.at("used", words.text("wrong-server-payments"));
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
