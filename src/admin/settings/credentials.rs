//! Credentials of an authorization server: written, never shown; and those that take their place at a time.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use connector_sdk::{SettingsError, SettingsKey};
use engine::settings::ServerSettings;
use payment::Timestamp;
use secrecy::SecretString;
use store::{SecretEdit, Secrets, Stage};

use super::check::checked;
use super::module::{connect, cure, keys, setting_field, told};
use super::save::{mark, save_with_secrets};
use super::server_form::Filled;
use super::servers::{Found, found, refused};
use crate::failure::Failure;
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::guard::Asker;
use crate::state::Admin;
use crate::words::Words;

/// What the page has of the next credentials.
pub(super) struct NextPart {
    pub(super) form: Form,
    /// When they are used from, or since when; `None`: there are none.
    pub(super) waiting: Option<String>,
    pub(super) has_changed: bool,
}

fn secret_keys(admin: &Admin, server: &ServerSettings) -> Vec<&'static SettingsKey> {
    keys(admin, &server.module).iter().filter(|key| key.secret).collect()
}

/// The form of the credentials that are used.
pub(super) fn secrets_form(admin: &Admin, words: &Words, found: &Found) -> Form {
    let mut form = Form::new(format!("/admin/servers/{}/secrets", found.id), words.text("secrets-save"));
    for key in secret_keys(admin, &found.server) {
        let is_kept = found.credentials.present.contains_key(key.name);
        let help = if is_kept { words.text("secret-kept") } else { words.text("secret-missing") };
        let help = format!("{}. {help}", told(words, key.help));
        form = form.with(secret_field(words, "secret_", key, is_kept, help));
    }
    form
}

fn secret_field(words: &Words, prefix: &str, key: &SettingsKey, is_kept: bool, help: String) -> Field {
    // What is left empty stays as it is.
    Field { is_required: false, ..setting_field(words, prefix, key, Kind::Secret(is_kept), help) }
}

/// The form of the next credentials; `None`: there are none to give yet, or the module has none.
pub(super) fn next_part(
    admin: &Admin,
    words: &Words,
    found: &Found,
    filled: &Filled<'_>,
) -> Option<NextPart> {
    let secrets = secret_keys(admin, &found.server);
    if secrets.is_empty() || found.credentials.present.is_empty() {
        return None;
    }
    let mut form = Form::new(format!("/admin/servers/{}/next", found.id), words.text("next-save"));
    for key in secrets {
        let is_kept = found.credentials.next.contains_key(key.name);
        form = form.with(secret_field(words, "next_", key, is_kept, told(words, key.help).to_owned()));
    }
    let at = found.server.next_credentials_at;
    let typed = match filled {
        Filled::Sent(sent) if sent.is_on("next_at") => sent.text("next_at").to_owned(),
        _ => at.map(|at| found.local.text(at)).unwrap_or_default(),
    };
    let field = Field::new(words, "next_at", Kind::Moment, typed).required();
    let help = words.fill("help-next-at", &[("zone", found.local.name.clone())]);
    let field = Field { help: Some(help), ..field };
    let waiting = at.map(|at| found.local.told(words, at));
    Some(NextPart { form: form.with(field), waiting, has_changed: found.has_changed(admin.now()) })
}

/// The secrets that were typed, by their keys.
fn typed(admin: &Admin, found: &Found, prefix: &str, sent: &Sent) -> Secrets {
    let given = secret_keys(admin, &found.server).into_iter().filter_map(|key| {
        let text = sent.text(&format!("{prefix}{}", key.name));
        (!text.is_empty()).then(|| (key.name.to_owned(), SecretString::from(text)))
    });
    given.collect()
}

/// What the module says against secrets, at the fields of a form.
fn objections(
    admin: &Admin,
    words: &Words,
    found: &Found,
    secrets: &Secrets,
    prefix: &str,
) -> Result<Wrong, Failure> {
    let mut wrong = Wrong::default();
    let module = admin.module(&found.server.module).ok_or(Failure::Missing)?;
    if let Err(SettingsError::Wrong { key, rule }) = connect(module, &found.server, secrets) {
        wrong.at(&format!("{prefix}{key}"), cure(words, module.manifest().keys, key, &rule));
    }
    Ok(wrong)
}

/// `POST /admin/servers/{server}/secrets`: what is left empty stays as it is. All of them or none.
pub(crate) async fn send_secrets(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let given = typed(&admin, &found, "secret_", &sent);
    let all: Secrets = found.credentials.present.clone().into_iter().chain(given.clone()).collect();
    let mut wrong = objections(&admin, &words, &found, &all, "secret_")?;
    if given.is_empty() {
        wrong.at("secrets", words.text("wrong-secrets"));
    }
    if wrong.is_empty() {
        // Of credentials that have changed already, the new ones are in use too.
        let is_used_too =
            |name: &String| found.has_changed(admin.now()) && found.credentials.next.contains_key(name);
        let edits = given.into_iter().flat_map(|(name, secret)| {
            let next = is_used_too(&name).then(|| edit(&found, &name, Stage::Next, Some(secret.clone())));
            [Some(SecretEdit::present(&found.id, &name, secret)), next].into_iter().flatten()
        });
        match keep(&admin, &asker, &found, &edits.collect::<Vec<_>>(), found.server.next_credentials_at)
            .await?
        {
            Ok(()) => {
                return Ok(Redirect::to(&format!("/admin/servers/{}?done=secrets", found.id)).into_response());
            }
            Err(found) => wrong = found,
        }
    }
    Ok(refused(&admin, &asker, &found, &Filled::Stored(&found.server), &wrong))
}

/// `POST /admin/servers/{server}/next`: kept only if the bank takes them.
pub(crate) async fn send_next(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let found = found(&admin, &id).await?;
    let given = typed(&admin, &found, "next_", &sent);
    let next: Secrets = found.credentials.next.clone().into_iter().chain(given.clone()).collect();
    let all: Secrets = found.credentials.present.clone().into_iter().chain(next.clone()).collect();
    let mut wrong = objections(&admin, &words, &found, &all, "next_")?;
    if next.is_empty() {
        wrong.at("next", words.text("wrong-secrets"));
    }
    let at = found.local.read(sent.text("next_at")).ok().flatten().filter(|at| *at > admin.now());
    if at.is_none() {
        wrong.field(&words, "next_at");
    }
    if wrong.is_empty() {
        let checked = checked(&admin, &words, &found.server, &all).await;
        if !checked.is_good {
            wrong.at("next", format!("{} {}", words.text("next-refused"), checked.text));
        }
    }
    if wrong.is_empty() {
        let edits: Vec<_> =
            given.into_iter().map(|(name, secret)| edit(&found, &name, Stage::Next, Some(secret))).collect();
        match keep(&admin, &asker, &found, &edits, at).await? {
            Ok(()) => {
                return Ok(Redirect::to(&format!("/admin/servers/{}?done=next", found.id)).into_response());
            }
            Err(found) => wrong = found,
        }
    }
    Ok(refused(&admin, &asker, &found, &Filled::Sent(&sent), &wrong))
}

/// `POST /admin/servers/{server}/next/forget`: the present credentials stay, or are used again.
pub(crate) async fn forget_next(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let found = found(&admin, &id).await?;
    let edits: Vec<_> =
        found.credentials.next.keys().map(|name| edit(&found, name, Stage::Next, None)).collect();
    keep(&admin, &asker, &found, &edits, None).await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("/admin/servers/{}?done=saved", found.id)).into_response())
}

fn edit(found: &Found, name: &str, stage: Stage, value: Option<SecretString>) -> SecretEdit {
    SecretEdit { server: found.id.clone(), name: name.to_owned(), stage, value }
}

/// Stores secrets and the time of the next ones in one transaction, if the server is still as it was seen.
async fn keep(
    admin: &Admin,
    asker: &Asker,
    found: &Found,
    edits: &[SecretEdit],
    at: Option<Timestamp>,
) -> Result<Result<(), Wrong>, Failure> {
    let (key, expected) = (format!("servers.{}", found.id), mark(Some(&found.server)));
    let saved = save_with_secrets(admin, asker, key, &expected, edits, |settings| {
        let kept = settings.servers.get_mut(&found.id).ok_or(Failure::Missing)?;
        let before = mark(Some(kept));
        kept.next_credentials_at = at;
        Ok(before)
    });
    Ok(saved.await?.map(drop))
}
