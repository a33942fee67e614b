//! The client itself: one per authorization server.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use payment::CallError;
use reqwest::{Method, Proxy, RequestBuilder, Response, Url, redirect, retry};

use super::tls::{extra_authorities, install_crypto};
use crate::{ServerSettings, SettingsError, SettingsKey, Told};

/// The most bytes of an answer that are read. A longer one is no answer of a bank.
pub const ANSWER_LIMIT: usize = 64 * 1024;

/// The setting for an HTTP proxy between us and the bank.
pub const PROXY: SettingsKey = SettingsKey {
    name: "proxy",
    secret: false,
    required: false,
    names_account: false,
    rare: true,
    label: Told {
        ru: "Прокси-сервер",
        en: "Proxy server",
        kk: "Прокси-сервер",
        ky: "Прокси-сервер",
        hi: "प्रॉक्सी सर्वर",
    },
    help: Told {
        ru: "Адрес прокси HTTP для выхода в интернет, например http://proxy:3128; обычно пусто",
        en: "The address of the HTTP proxy to the internet, such as http://proxy:3128; usually empty",
        kk: "Интернетке шығатын HTTP прокси мекенжайы, мысалы http://proxy:3128; әдетте бос",
        ky: "Интернетке чыгуучу HTTP прокси дареги, мисалы http://proxy:3128; адатта бош",
        hi: "इंटरनेट तक जाने वाले HTTP प्रॉक्सी का पता, जैसे http://proxy:3128; आम तौर पर खाली",
    },
};

/// The longest wait for a connection, within half of the call's time.
const CONNECT_AT_MOST: Duration = Duration::from_secs(5);

/// Idle connections are given up before a bank's server would (60 s and more are usual): a request that meets a closing
/// connection ends as unknown.
const IDLE_AT_MOST: Duration = Duration::from_secs(30);

/// Idle connections that are kept: 1,000 calls a second that take up to a second each.
const IDLE_CONNECTIONS: usize = 1024;

/// Calls to one bank, each sent at most once.
///
/// HTTP/1.1 on purpose: a connection that dies takes one call with it, not all that share it. The proxy variables of the
/// environment are not read: which way a bank's key takes is decided by the settings alone.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

/// An answer as it came: any status, the whole body.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status, such as 200.
    pub status: u16,
    /// The body, at most [`ANSWER_LIMIT`] bytes.
    pub body: Bytes,
}

/// Without the body: it can hold a buyer's data.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Answer {{ status: {}, body: {} bytes }}", self.status, self.body.len())
    }
}

impl Http {
    /// Builds the client from the call's time-out and the settings [`super::CA_FILE`] and [`PROXY`].
    pub fn build(settings: &ServerSettings) -> Result<Self, SettingsError> {
        if settings.call_timeout.is_zero() {
            let rule = "a call needs more than no time".to_owned();
            return Err(SettingsError::Wrong { key: "call_timeout", rule });
        }
        install_crypto();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("universal-integrator/", env!("CARGO_PKG_VERSION")))
            .timeout(settings.call_timeout)
            .connect_timeout(CONNECT_AT_MOST.min(settings.call_timeout / 2))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .http1_only()
            .no_gzip()
            .referer(false)
            .pool_idle_timeout(IDLE_AT_MOST)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .tls_certs_merge(extra_authorities(settings)?)
            .no_proxy();
        if let Some(address) = settings.value(PROXY.name) {
            let rule = || "it must be an address such as http://proxy:3128".to_owned();
            let proxy =
                Proxy::all(address).map_err(|_| SettingsError::Wrong { key: PROXY.name, rule: rule() })?;
            builder = builder.proxy(proxy);
        }
        let client = builder.build().map_err(|error| SettingsError::Wrong {
            key: super::CA_FILE.name,
            rule: format!("no TLS client can be built: {}", chain(&error)),
        })?;
        Ok(Self { client })
    }

    /// Starts a request; give it to [`Http::send`].
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request once and reads the whole answer.
    ///
    /// [`CallError::NotSent`] only where no byte of the request can have left: a request that can't be built, a name that
    /// is not found, a connection or TLS handshake that fails. Everything else that gives no whole answer (time-out, reset,
    /// a body that ends early or is longer than [`ANSWER_LIMIT`]) is [`CallError::Unknown`]. The texts name causes, never
    /// addresses or bodies.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, CallError> {
        let response = request.send().await.map_err(split)?;
        let status = response.status().as_u16();
        let body = read(response).await?;
        Ok(Answer { status, body })
    }
}

fn split(error: reqwest::Error) -> CallError {
    let not_sent = error.is_builder() || error.is_connect();
    let text = chain(&error.without_url());
    if not_sent { CallError::NotSent(text) } else { CallError::Unknown(text) }
}

async fn read(mut response: Response) -> Result<Bytes, CallError> {
    let mut body = BytesMut::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| CallError::Unknown(chain(&error.without_url())))?
    {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(CallError::Unknown(format!("the answer is longer than {ANSWER_LIMIT} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// An error with its causes, since the outermost alone says nothing ("error sending request").
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
