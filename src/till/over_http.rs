//! The talk over HTTP (contract.md §4): commands as calls, events as a stream that goes on where it was broken off.

mod call;
mod stream;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use payment::{RegisterId, StoreId};
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::command::SendError;
use super::options::TillError;
use super::transport::{Heard, Talk, Transport};
use call::Call;
use stream::Stream;

/// A call that takes longer is broken: it goes out again.
const CALL_WITHIN: Duration = Duration::from_secs(20);
/// How long connecting is tried at first.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// Between a failure and the next try.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Where the service is, and which of its registers this is.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Such as `https://pay.example.com`; a slash at the end does not matter.
    pub address: String,
    /// The store's key.
    pub api_key: SecretString,
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
}

/// A register that talks over HTTP.
#[derive(Debug)]
struct HttpRegister {
    client: Client,
    options: HttpOptions,
    ear: mpsc::UnboundedSender<Heard>,
    is_connected: AtomicBool,
    /// What was asked about: after a break of the stream its state is read anew.
    asked: Mutex<BTreeSet<String>>,
    stop: CancellationToken,
}

/// Why there is no stream.
enum Closed {
    /// It may open later.
    ForNow(String),
    /// Trying again would not help.
    ForGood(String),
}

impl Talk {
    /// Connects a register to its stream of events, from now on.
    pub async fn over_http(options: HttpOptions) -> Result<Self, TillError> {
        connector_sdk::http::install_crypto();
        let told = |reason: String| TillError::NotConnected { within_s: CONNECT_WITHIN.as_secs(), reason };
        let client = Client::builder().connect_timeout(CALL_WITHIN).build();
        let client = client.map_err(|error| told(error.to_string()))?;
        let (ear, heard) = mpsc::unbounded_channel();
        let register = Arc::new(HttpRegister {
            client,
            options,
            ear: ear.clone(),
            is_connected: AtomicBool::new(false),
            asked: Mutex::default(),
            stop: CancellationToken::new(),
        });
        let mut stream = Stream::default();
        let last = Mutex::new("no answer".to_owned());
        let opening = async {
            loop {
                match register.open(&stream).await {
                    Ok(answer) => return Ok(answer),
                    Err(Closed::ForGood(reason)) => return Err(TillError::Refused(reason)),
                    Err(Closed::ForNow(reason)) => {
                        *last.lock().unwrap_or_else(PoisonError::into_inner) = reason;
                    }
                }
                sleep(AGAIN_AFTER).await;
            }
        };
        let answer = match timeout(CONNECT_WITHIN, opening).await {
            Ok(opened) => opened?,
            Err(_) => return Err(told(last.into_inner().unwrap_or_else(PoisonError::into_inner))),
        };
        let listener = Arc::clone(&register);
        tokio::spawn(async move {
            let stop = listener.stop.clone();
            stop.run_until_cancelled(listener.listen(&mut stream, answer)).await;
        });
        Ok(Self::over(register, (ear, heard)))
    }
}

impl HttpRegister {
    /// Opens the stream behind the last event that was heard, or from now on.
    async fn open(&self, stream: &Stream) -> Result<Response, Closed> {
        let HttpOptions { store, register, .. } = &self.options;
        let mut path = format!("/api/v1/events?store={store}&register={register}");
        if stream.cursor.is_none() {
            path.push_str("&after=latest");
        }
        let mut call = self.client.get(self.url(&path)).bearer_auth(self.options.api_key.expose_secret());
        if let Some(cursor) = &stream.cursor {
            call = call.header("last-event-id", cursor);
        }
        let answer = timeout(CALL_WITHIN, call.send()).await;
        let answer = answer.map_err(|_| Closed::ForNow("no answer".to_owned()))?;
        let answer = answer.map_err(|error| Closed::ForNow(without_address(error)))?;
        if answer.status() == StatusCode::OK {
            self.is_connected.store(true, Ordering::Relaxed);
            return Ok(answer);
        }
        let status = answer.status();
        let problem: Value = answer.json().await.unwrap_or_default();
        let reason = format!("HTTP {status}: {}", problem["detail"].as_str().unwrap_or("no reason given"));
        let is_final = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        Err(if is_final { Closed::ForGood(reason) } else { Closed::ForNow(reason) })
    }

    /// Hears events for ever, over as many connections as it takes.
    async fn listen(&self, stream: &mut Stream, mut answer: Response) {
        loop {
            while let Some(events) = stream.next(&mut answer).await {
                for event in events {
                    // Nobody listens any more: the talk is over.
                    let _ = self.ear.send(Heard::Event(Arc::new(event)));
                }
            }
            self.is_connected.store(false, Ordering::Relaxed);
            answer = loop {
                sleep(AGAIN_AFTER).await;
                if let Ok(answer) = self.open(stream).await {
                    break answer;
                }
            };
            self.read_anew().await;
        }
    }

    /// The states of all that was asked about: the stream may have begun behind their last events.
    async fn read_anew(&self) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for operation in asked {
            let call = Call::of("get", &json!({ "operation": operation }), &self.options);
            if let Some(call) = call
                && let Some(Ok(state)) = self.try_once(&call).await
            {
                let _ = self.ear.send(Heard::Event(Arc::new(state)));
            }
        }
    }

    /// One try; `None`: nothing is known of it, so it may go out again.
    async fn try_once(&self, call: &Call) -> Option<Result<Value, Value>> {
        let key = self.options.api_key.expose_secret();
        let request = self.client.request(call.method.clone(), self.url(&call.path)).bearer_auth(key);
        let request = match &call.body {
            Some(body) => request.json(body),
            None => request.query(&call.query),
        };
        let answer = timeout(CALL_WITHIN, request.send()).await.ok()?.ok()?;
        let status = answer.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return None;
        }
        let content: Value = timeout(CALL_WITHIN, answer.json()).await.ok()?.ok()?;
        Some(if status.is_success() { Ok(content) } else { Err(content) })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.options.address.trim_end_matches('/'))
    }
}

#[async_trait]
impl Transport for HttpRegister {
    async fn send(&self, verb: &str, body: &Value) -> Result<String, SendError> {
        let call = Call::of(verb, body, &self.options)
            .ok_or_else(|| SendError::Refused(format!("there is no call of HTTP for this {verb}")))?;
        if let Some(operation) = body["operation"].as_str().filter(|_| verb != "refund") {
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(operation.to_owned());
        }
        let answer = loop {
            if let Some(answer) = self.try_once(&call).await {
                break answer;
            }
            self.is_connected.store(false, Ordering::Relaxed);
            sleep(AGAIN_AFTER).await;
        };
        self.is_connected.store(true, Ordering::Relaxed);
        let id = Uuid::now_v7().simple().to_string();
        // The id is heard before its answer, so that the answer is known as one.
        let _ = self.ear.send(Heard::Sent(id.clone()));
        let _ = self.ear.send(Heard::Event(Arc::new(event_of(answer, verb, body, &id))));
        Ok(id)
    }

    fn is_connected(&self) -> bool {
        self.is_connected.load(Ordering::Relaxed)
    }

    async fn close(&self) {
        self.stop.cancel();
    }
}

/// The answer as the event that AMQP would bring.
fn event_of(answer: Result<Value, Value>, verb: &str, body: &Value, id: &str) -> Value {
    match answer {
        Ok(mut content) => {
            if let Some(fields) = content.as_object_mut() {
                fields.insert("in_reply_to".to_owned(), id.into());
            }
            content
        }
        Err(problem) => json!({
            "event": "request.rejected", "command": verb, "in_reply_to": id,
            "operation": body["operation"], "code": problem["code"], "reason": problem["detail"],
            "field": problem["field"], "payment": null, "sequence": null,
        }),
    }
}

/// The cause alone: the address may be long, and is known.
fn without_address(error: reqwest::Error) -> String {
    let error = error.without_url();
    std::error::Error::source(&error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
