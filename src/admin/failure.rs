//! What is told when a page can't be shown or a change can't be made.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use engine::ports::StoreError;
use store::{ChangePeopleError, ChangeSettingsError};

use crate::assets::edition;
use crate::words::Words;

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
    /// The page that tells it.
    pub(crate) fn page(&self, words: &Words) -> Response {
        match self {
            Self::Missing => plain_page(StatusCode::NOT_FOUND, words, "missing"),
            Self::Conflict => plain_page(StatusCode::CONFLICT, words, "conflict"),
            Self::Denied => plain_page(StatusCode::FORBIDDEN, words, "denied"),
            Self::Store(error) => {
                tracing::warn!(%error, "the database can't be used by the admin pages");
                plain_page(StatusCode::SERVICE_UNAVAILABLE, words, "unavailable")
            }
        }
    }
}

/// Without a reader at hand it is said in the usual language.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.page(&Words::of(console::Language::default()))
    }
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
