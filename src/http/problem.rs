//! Errors as programs read them: problem documents (RFC 9457).

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::contract::Fault;
use schemars::JsonSchema;
use serde::Serialize;

use crate::documents;

/// The code of a call without a key that is known.
pub(crate) const UNAUTHORIZED: &str = "unauthorized";

/// A problem document. `code` is a stable word, as in the contract; `detail` is for people.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Document>);

#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Document {
    /// `about:blank`: the code says more.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable word, as in the contract.
    code: Cow<'static, str>,
    /// The same for people.
    detail: String,
    /// The field to mend.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The operation that it speaks of, if it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
}

/// The schema of problem documents.
pub(crate) fn schema() -> serde_json::Value {
    crate::documents::of_got::<Document>()
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Document {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code: code.into(),
            detail: detail.into(),
            field: None,
            operation: None,
        }))
    }

    /// The request breaks the contract in a field.
    pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", detail).in_field(Some(field.to_owned()))
    }

    /// The field to mend.
    pub(crate) fn in_field(mut self, field: Option<String>) -> Self {
        self.0.field = field;
        self
    }

    /// The operation that it speaks of.
    pub(crate) fn of_operation(mut self, operation: Option<String>) -> Self {
        self.0.operation = operation;
        self
    }

    /// The field and the reason.
    #[cfg(test)]
    pub(crate) fn named(&self) -> (String, String) {
        (self.0.field.clone().unwrap_or_default(), self.0.detail.clone())
    }

    /// The header that tells a program how to go on.
    fn hint(&self, status: StatusCode) -> Option<(HeaderName, &'static str)> {
        match status {
            StatusCode::UNAUTHORIZED if self.0.code == UNAUTHORIZED => {
                Some((header::WWW_AUTHENTICATE, "Bearer"))
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Some((header::RETRY_AFTER, "1"))
            }
            _ => None,
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let word = fault.code.word();
        Self::new(documents::status_of(word), word, fault.reason).in_field(fault.field)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = HeaderValue::from_static("application/problem+json");
        let hint = self.hint(status);
        let mut response = (status, [(header::CONTENT_TYPE, kind)], Json(self.0)).into_response();
        if let Some((name, value)) = hint {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
