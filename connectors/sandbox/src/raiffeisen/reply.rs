//! From what a call came to, to the HTTP answer.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    framework,
    refusal::{Class, Refusal},
    settings::ErrorHabit,
};

/// Which generation of the interface a path belongs to; their HTTP habits differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `/sbp/v1`: logical errors come with 200.
    V1,
    /// Everything newer: logical errors come with 4xx.
    V2,
}

/// A good answer.
#[derive(Debug)]
pub(super) enum Reply {
    Empty,
    Json(Vec<u8>),
    Svg(String),
}

impl Reply {
    pub(super) fn json(body: &impl Serialize) -> Self {
        Self::Json(serde_json::to_vec(body).expect("answers have text keys and JSON numbers only"))
    }
}

/// A bad one.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The bank understood and refuses.
    Refused(Refusal),
    /// No key, or not one of ours.
    WrongKey,
    /// The body is not JSON.
    Unreadable,
    /// The body doesn't say that it is JSON.
    WrongMedia,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[derive(Serialize)]
struct RefusalBody<'a> {
    code: &'a str,
    message: &'a str,
}

pub(super) fn respond(
    habit: ErrorHabit,
    version: Version,
    path: &str,
    outcome: Result<Reply, Trouble>,
) -> Response {
    match outcome {
        Ok(Reply::Empty) => StatusCode::OK.into_response(),
        Ok(Reply::Json(body)) => json(StatusCode::OK, body),
        Ok(Reply::Svg(picture)) => ([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response(),
        Err(Trouble::Refused(refusal)) => refused(habit, version, &refusal),
        Err(Trouble::WrongKey) => framework::error(StatusCode::UNAUTHORIZED, "Unauthorized", path),
        Err(Trouble::Unreadable) => (StatusCode::BAD_REQUEST, "Error execution request").into_response(),
        Err(Trouble::WrongMedia) => {
            framework::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content type not supported", path)
        }
    }
}

fn refused(habit: ErrorHabit, version: Version, refusal: &Refusal) -> Response {
    let failing = match refusal.class {
        Class::Bad => StatusCode::BAD_REQUEST,
        Class::Missing => StatusCode::NOT_FOUND,
    };
    let status = match (habit, version) {
        (ErrorHabit::AlwaysOk, _) | (ErrorHabit::ByVersion, Version::V1) => StatusCode::OK,
        (ErrorHabit::AlwaysFailing, _) | (ErrorHabit::ByVersion, Version::V2) => failing,
    };
    let Reply::Json(body) = Reply::json(&RefusalBody { code: refusal.code, message: &refusal.message })
    else {
        unreachable!("`Reply::json` makes JSON")
    };
    json(status, body)
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json;charset=UTF-8")], body).into_response()
}
