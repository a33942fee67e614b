//! Answers that no bank's document describes, but that every client meets one day.

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::kind::Kind;
use crate::socket::Cut;

/// A proxy's own page, in no way the bank's.
const PROXY_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n\
    <body><center><h1>502 Bad Gateway</h1></center><hr><center>proxy</center></body></html>\n";

/// Begins like an answer, ends in the middle of a character.
const GARBAGE: &[u8] = b"{\"code\":\"SUCC\xD0\x00\xFF\xFE\"paymentStatus\":";

/// The answer of a fault that replaces the bank's own.
pub(super) fn answer(kind: Kind, cut: Option<Cut>) -> Response {
    match kind {
        Kind::Http429 => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], "Too Many Requests").into_response()
        }
        Kind::Garbage => ([(header::CONTENT_TYPE, "application/json")], GARBAGE).into_response(),
        Kind::Html => {
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], PROXY_PAGE).into_response()
        }
        Kind::Reset => reset(cut),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response(),
    }
}

/// What a proxy says when it has waited long enough for the bank.
pub(super) fn gateway_timeout() -> Response {
    (StatusCode::GATEWAY_TIMEOUT, [(header::CONTENT_TYPE, "text/html")], "<h1>504 Gateway Time-out</h1>")
        .into_response()
}

/// Cuts the connection. Without one (a router used in process) the body breaks instead.
fn reset(cut: Option<Cut>) -> Response {
    if let Some(cut) = cut {
        cut.cut();
    }
    let broken = futures_util::stream::once(async {
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Body::from_stream(broken).into_response()
}
