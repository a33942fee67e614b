//! All settings as one file: out, and in again after a look at what would change.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::StoreError;
use secrecy::{ExposeSecret, SecretString};
use store::{ImportError, ImportPlan, Place, SettingsFile};

use super::save::mark;
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

#[derive(Template)]
#[template(path = "transfer.html")]
struct Page {
    frame: Frame,
    form: Form,
    problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "plan.html")]
struct PlanPage {
    frame: Frame,
    edits: Vec<String>,
    form: Form,
}

/// `GET /admin/transfer`.
pub(crate) async fn page(asker: Asker) -> Response {
    draw(&asker, Vec::new())
}

/// `GET /admin/transfer/export`: secrets are sealed in it.
pub(crate) async fn export(State(admin): State<Arc<Admin>>) -> Result<Response, Failure> {
    let text = admin.db.export_settings().await?;
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"settings.toml\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

/// `POST /admin/transfer/plan`: shows what would change, and makes nothing of it.
pub(crate) async fn plan(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let text = SecretString::from(sent.raw("settings_file"));
    let plan = match planned(&admin, &text).await? {
        Ok(plan) => plan,
        Err(problems) => {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&asker, problems)).into_response());
        }
    };
    // The file may hold credentials in clear text: on the page it is sealed, for this user alone.
    let sealed = admin.keyring.seal(&place(&asker), &text).map_err(|error| StoreError(error.to_string()))?;
    let form = Form::new("/admin/transfer/apply", words.text("transfer-apply"))
        .with(Field::hidden("settings_file", sealed))
        .with(Field::hidden("mark", mark_of(&plan)));
    let edits = plan.edits().iter().map(ToString::to_string).collect();
    let frame = Frame::of(&asker, words.text("plan-title"));
    Ok(remember_nothing(answer(&PlanPage { frame, edits, form })))
}

/// `POST /admin/transfer/apply`: what was shown, or nothing.
pub(crate) async fn apply(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let text =
        admin.keyring.open(&place(&asker), sent.text("settings_file")).map_err(|_| Failure::Conflict)?;
    let plan = planned(&admin, &text).await?.map_err(|_| Failure::Conflict)?;
    if mark_of(&plan) != sent.text("mark") {
        return Err(Failure::Conflict);
    }
    admin.db_of(&asker).apply_import(plan).await?;
    Ok(Redirect::to("/admin/transfer?done=saved").into_response())
}

fn place(asker: &Asker) -> Place {
    Place { table: "transfer", column: "settings_file", row: asker.user.id.0.clone() }
}

/// The plan of a file, or what is wrong with the file, a line each.
async fn planned(admin: &Admin, text: &SecretString) -> Result<Result<ImportPlan, Vec<String>>, Failure> {
    let lines = |error: ImportError| match error {
        ImportError::Store(error) => Err(Failure::Store(error)),
        other => Ok(other.to_string().lines().map(str::to_owned).collect()),
    };
    let file = match SettingsFile::parse(text.expose_secret()) {
        Ok(file) => file,
        Err(error) => return Ok(Err(lines(error)?)),
    };
    match admin.db.plan_import(&file, &admin.keyring, &admin.account_keys()).await {
        Ok(plan) => Ok(Ok(plan)),
        Err(error) => Ok(Err(lines(error)?)),
    }
}

/// The mark of what a plan shows. A sealed text is another each time, and not shown.
fn mark_of(plan: &ImportPlan) -> String {
    mark(Some(&plan.edits().iter().map(ToString::to_string).collect::<Vec<_>>()))
}

fn draw(asker: &Asker, problems: Vec<String>) -> Response {
    let words = asker.words();
    let form = Form::new("/admin/transfer/plan", words.text("transfer-plan"))
        .with(Field::new(&words, "settings_file", Kind::Text, "").required());
    let frame = Frame::of(asker, words.text("nav-transfer"));
    remember_nothing(answer(&Page { frame, form, problems }))
}
