//! Displays that take pushes: a POST of what they show, as JSON or as a picture.

use std::time::Duration;

use anyhow::Context;
use console::{CodeImage, Language, amount_text, live_payload};
use engine::ports::{Face, JobEnd};
use engine::settings::PUSHED_PICTURE;
use payment::Outcome;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

/// The side of pictures for displays that don't say their size, in pixels.
pub(super) const USUAL_SIDE: u32 = 240;
/// Light modules around a code (ISO/IEC 18004).
pub(super) const QUIET: u32 = 4;

/// Sends faces to displays.
pub(super) struct Push {
    client: reqwest::Client,
}

impl Push {
    pub(super) fn new() -> anyhow::Result<Self> {
        connector_sdk::http::install_crypto();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self { client: client.context("displays can't be reached over HTTP")? })
    }

    pub(super) async fn show(&self, face: &Face<'_>, language: Language, within: Duration) -> JobEnd {
        let body = match body_of(face, language) {
            Ok(body) => body,
            Err(reason) => return JobEnd { outcome: Outcome::Failed, reason: Some(reason) },
        };
        match self.send(face, body, within).await {
            Ok(()) => JobEnd { outcome: Outcome::Shown, reason: None },
            Err(Unsent::Refused(reason)) => JobEnd { outcome: Outcome::Failed, reason: Some(reason) },
            Err(Unsent::Unknown(reason)) => JobEnd { outcome: Outcome::NotConfirmed, reason: Some(reason) },
        }
    }

    pub(super) async fn clear(&self, face: &Face<'_>, within: Duration) -> Result<(), String> {
        let idle =
            Body { kind: "application/json", bytes: json!({ "state": "idle" }).to_string().into_bytes() };
        self.send(face, idle, within)
            .await
            .map_err(|(Unsent::Refused(reason) | Unsent::Unknown(reason))| reason)
    }

    async fn send(&self, face: &Face<'_>, body: Body, within: Duration) -> Result<(), Unsent> {
        let address = face.console.address.as_deref().unwrap_or_default();
        let post = self.client.post(address).timeout(within).header(CONTENT_TYPE, body.kind).body(body.bytes);
        match post.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Unsent::Refused(format!("the display answered {}", answer.status()))),
            Err(error) if error.is_connect() || error.is_builder() => {
                Err(Unsent::Refused("the display can't be reached".to_owned()))
            }
            Err(_) => Err(Unsent::Unknown("the display did not answer in time".to_owned())),
        }
    }
}

struct Body {
    kind: &'static str,
    bytes: Vec<u8>,
}

/// Why a display does not show what it was sent, or may not.
enum Unsent {
    Refused(String),
    Unknown(String),
}

fn body_of(face: &Face<'_>, language: Language) -> Result<Body, String> {
    let payload = live_payload(face.payment, face.now).ok_or("the code is over")?;
    let side = face.console.size.map_or(USUAL_SIDE, |size| size.width.min(size.height));
    let words = language.words();
    let notice = face.payment.is_test().then(|| words.text("test-banner"));
    let image = CodeImage::fitting(payload, side, QUIET, notice.as_deref());
    let image = image.filter(|image| image.reads_back(payload));
    if face.console.profile.as_deref() == Some(PUSHED_PICTURE) {
        let picture = image.and_then(|image| image.png(payload).ok());
        let bytes = picture.ok_or_else(|| format!("the code does not fit into {side} pixels"))?;
        return Ok(Body { kind: "image/png", bytes });
    }
    let svg = image.and_then(|image| image.svg(payload).ok());
    let checkout = &face.payment.checkout;
    let expires_at = face.payment.shown_attempt().map(|attempt| attempt.expires_at.to_string());
    let body = json!({
        "state": "code", "payment": face.payment.id.to_string(), "payload": payload, "svg": svg,
        "shop": face.store.name, "amount": amount_text(checkout.amount, &words), "language": language.code(),
        "expires_at": expires_at, "test": face.payment.is_test(),
        "notice": notice,
    });
    Ok(Body { kind: "application/json", bytes: body.to_string().into_bytes() })
}
