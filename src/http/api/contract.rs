//! The contract itself, as documents. Anyone may read it.

use std::sync::LazyLock;

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::documents;
use crate::problem::Problem;

static OPENAPI: LazyLock<Value> = LazyLock::new(documents::openapi);
static ASYNCAPI: LazyLock<Value> = LazyLock::new(documents::asyncapi);
static SCHEMAS: LazyLock<Map<String, Value>> = LazyLock::new(documents::schemas);

pub(crate) async fn openapi() -> Json<&'static Value> {
    Json(&OPENAPI)
}

pub(crate) async fn asyncapi() -> Json<&'static Value> {
    Json(&ASYNCAPI)
}

/// All schemas by their names.
pub(crate) async fn schemas() -> Json<&'static Map<String, Value>> {
    Json(&SCHEMAS)
}

/// One schema, with or without `.json` behind its name.
pub(crate) async fn schema(Path(name): Path<String>) -> Result<Response, Problem> {
    let found = SCHEMAS.get(name.strip_suffix(".json").unwrap_or(&name));
    let unknown = || {
        let detail = "No message has this name; /api/v1/schemas has all of them.";
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    };
    let schema = found.ok_or_else(unknown)?;
    Ok(([(header::CONTENT_TYPE, "application/schema+json")], schema.to_string()).into_response())
}
