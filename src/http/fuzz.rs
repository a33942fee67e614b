//! Requests that nobody would send. An input is a request as on the wire: `POST /path?query`, headers line by line, an empty
//! line, the body. `notifications` and `screens` are reached the same way: it is one router.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use console::samples::{Sample, settings};
use console::{Place, ScreenState};
use engine::doors::Screens;
use engine::settings::ConsoleKind;
use fuzz::{Target, Tongue};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::HttpConfig;
use crate::door::{Door, routes};
use crate::fake::Fakes;

/// A stream never ends; what it says first is enough.
const READ_FOR: Duration = Duration::from_secs(3);
/// The longest answer is the contract itself.
const ANSWER_AT_MOST_BYTES: usize = 1024 * 1024;

#[test]
fn requests() {
    Target::new("requests", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/requests"))
        .tongue(Tongue::Lines)
        .inputs(1_000)
        .run(|input| {
            let Some(request) = request(input) else { return };
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
            runtime.expect("a runtime of one thread can be made").block_on(answer_of(request));
        });
}

fn request(input: &[u8]) -> Option<Request<Body>> {
    let end = input.windows(2).position(|two| two == b"\n\n").unwrap_or(input.len());
    let (head, body) = (&input[..end], input.get(end + 2..).unwrap_or_default());
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (method, uri) = first.split_once(' ')?;
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
    *request.uri_mut() = uri.parse::<Uri>().ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
    }
    Some(request)
}

async fn answer_of(request: Request<Body>) {
    let kiosk = Place::parse("17", "1", "kiosk").expect("a place");
    let fakes = Fakes::new(settings("Vkusno", "ru", &[(kiosk.clone(), ConsoleKind::Kiosk, None)]));
    let sample = Sample::at(kiosk, fakes.screens.now());
    fakes.screens.put(sample.in_state(ScreenState::Code).into_iter().collect());
    let config = HttpConfig { open_screens: true, ..HttpConfig::default() };
    let door = Arc::new(Door::new(fakes.door(config), CancellationToken::new()));
    let (uri, is_api) = (request.uri().clone(), request.uri().path().starts_with("/api/v1/"));
    let Ok(response) = routes(&door).oneshot(request).await;
    let status = response.status();
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{uri}");
    let kind = response.headers().get("content-type").cloned();
    let body = tokio::time::timeout(READ_FOR, to_bytes(response.into_body(), ANSWER_AT_MOST_BYTES)).await;
    if is_api && status.as_u16() >= 400 {
        assert_eq!(kind.as_ref().map(HeaderValue::as_bytes), Some(&b"application/problem+json"[..]), "{uri}");
        let body = body.expect("a problem comes at once").expect("and whole");
        check_problem(&serde_json::from_slice(&body).expect("a problem is JSON"), status);
    }
}

/// A problem says by a stable word what is wrong, and where.
fn check_problem(problem: &Value, status: StatusCode) {
    let text = |field: &str| problem[field].as_str().unwrap_or_default();
    assert_eq!(problem["status"], status.as_u16(), "{problem}");
    assert!(!text("code").is_empty() && !text("detail").is_empty(), "{problem}");
    assert!(text("detail").chars().count() <= 1_000, "{problem}");
    assert!(text("code") != "invalid" || !text("field").is_empty(), "no field is named: {problem}");
}
