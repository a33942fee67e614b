//! What is told when a page can't be shown or a change can't be made.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use engine::ports::StoreError;
use store::{ChangePeopleError, ChangeSettingsError};

use crate::assets::edition;
use crate::words::Words;

/// The media type of pages.
const HTML: &str = "text/html; charset=utf-8";

/// Why a handler gives up.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such thing.
    Missing,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// They may not.
    Denied,
    /// The database can't be used.
    Store(StoreError),
}

impl Failure {
    /// What it is told as: the status, and the key of its words.
    fn told_as(&self) -> Untold {
        let (status, about) = match self {
            Self::Missing => (StatusCode::NOT_FOUND, "missing"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict"),
            Self::Denied => (StatusCode::FORBIDDEN, "denied"),
            Self::Store(error) => {
                tracing::warn!(%error, "the database can't be used by the admin pages");
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
        };
        Untold { status, about }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.told_as().into_response()
    }
}

/// A failure whose page is drawn by [`tell`], where it is known who reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Untold {
    pub(crate) status: StatusCode,
    pub(crate) about: &'static str,
}

impl IntoResponse for Untold {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Draws the page of a failure that is in an answer, in the reader's language. What the framework refuses by itself, such as an
/// address whose question can't be read, is told on a page as well.
pub(crate) fn tell(response: Response, words: &Words) -> Response {
    if let Some(Untold { status, about }) = response.extensions().get().copied() {
        return plain_page(status, words, about);
    }
    let status = response.status();
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == HTML);
    if status.is_client_error() && !is_page { plain_page(status, words, "unreadable") } else { response }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ChangePeopleError> for Failure {
    fn from(error: ChangePeopleError) -> Self {
        match error {
            ChangePeopleError::Conflict | ChangePeopleError::LoginTaken => Self::Conflict,
            ChangePeopleError::Store(error) => Self::Store(error),
        }
    }
}

impl From<ChangeSettingsError> for Failure {
    fn from(error: ChangeSettingsError) -> Self {
        match error {
            ChangeSettingsError::Conflict => Self::Conflict,
            ChangeSettingsError::Store(error) => Self::Store(error),
        }
    }
}

#[derive(Template)]
#[template(path = "plain.html")]
struct Plain<'a> {
    words: &'a Words,
    edition: &'static str,
    title: String,
    text: String,
}

/// A page that says one thing: `<about>-title` and `<about>-text` of the catalogues.
pub(crate) fn plain_page(status: StatusCode, words: &Words, about: &str) -> Response {
    let title = words.text(&format!("{about}-title"));
    let text = words.text(&format!("{about}-text"));
    (status, page(&Plain { words, edition: edition(), title, text })).into_response()
}

/// A page as an answer.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page can't be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
