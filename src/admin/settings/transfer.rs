//! All settings as one file: out, and in again after a look at what would change.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::StoreError;
use secrecy::{ExposeSecret, SecretString};
use store::{Edit, ImportError, ImportPlan, Place, SettingsFile};

use super::save::mark;
use crate::changes::changes;
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::reasons;
use crate::state::Admin;
use crate::words::Words;

#[derive(Template)]
#[template(path = "transfer.html")]
struct Page {
    frame: Frame,
    form: Form,
    problems: Vec<Problem>,
}

/// What is wrong with a file.
struct Problem {
    /// The place in it; empty: the file as a whole.
    place: String,
    told: String,
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
    let plan = match planned(&admin, &words, &text).await? {
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
    let edits = plan.edits().iter().map(|edit| line(&words, edit)).collect();
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
    let plan = planned(&admin, &asker.words(), &text).await?.map_err(|_| Failure::Conflict)?;
    if mark_of(&plan) != sent.text("mark") {
        return Err(Failure::Conflict);
    }
    admin.db_of(&asker).apply_import(plan).await?;
    Ok(Redirect::to("/admin/transfer?done=saved").into_response())
}

fn place(asker: &Asker) -> Place {
    Place { table: "transfer", column: "settings_file", row: asker.user.id.0.clone() }
}

/// The plan of a file, or what is wrong with the file.
async fn planned(
    admin: &Admin,
    words: &Words,
    text: &SecretString,
) -> Result<Result<ImportPlan, Vec<Problem>>, Failure> {
    let file = match SettingsFile::parse(text.expose_secret()) {
        Ok(file) => file,
        Err(error) => return Ok(Err(problems(words, error)?)),
    };
    match admin.db.plan_import(&file, &admin.keyring, &admin.account_keys()).await {
        Ok(plan) => Ok(Ok(plan)),
        Err(error) => Ok(Err(problems(words, error)?)),
    }
}

fn problems(words: &Words, error: ImportError) -> Result<Vec<Problem>, Failure> {
    let told = |problem: store::Problem| Problem {
        told: reasons::told(words, &problem.cure).replace('`', ""),
        place: problem.value.map_or(problem.key.clone(), |value| format!("{} = {value}", problem.key)),
    };
    match error {
        ImportError::Store(error) => Err(Failure::Store(error)),
        ImportError::Problems(found) => Ok(found.0.into_iter().map(told).collect()),
        error @ ImportError::Toml(_) => {
            Ok(vec![Problem { place: String::new(), told: reasons::told(words, &error.to_string()) }])
        }
    }
}

/// A change as people read it; of a secret only that it is another.
fn line(words: &Words, edit: &Edit) -> String {
    let Edit { entity, before, after } = edit;
    if before.is_none() || after.is_none() {
        return edit.to_string();
    }
    let fields = changes(words, before.as_ref(), after.as_ref());
    let told = if fields.is_empty() { words.text("change-secret") } else { fields.join(", ") };
    format!("~ {entity}: {told}")
}

/// The mark of what a plan shows. A sealed text is another each time, and not shown.
fn mark_of(plan: &ImportPlan) -> String {
    mark(Some(&plan.edits().iter().map(ToString::to_string).collect::<Vec<_>>()))
}

fn draw(asker: &Asker, problems: Vec<Problem>) -> Response {
    let words = asker.words();
    let form = Form::new("/admin/transfer/plan", words.text("transfer-plan"))
        .with(Field::new(&words, "settings_file", Kind::Text, "").required());
    let frame = Frame::of(asker, words.text("nav-transfer"));
    remember_nothing(answer(&Page { frame, form, problems }))
}
