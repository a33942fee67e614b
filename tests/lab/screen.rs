//! A kiosk's screen: the live stream that its page reads.

use std::net::SocketAddr;

use reqwest::{Client, Response};
use serde_json::Value;

use super::bank::client;
use super::plan::STORE;
use super::wait::within;

/// A connected screen.
#[derive(Debug)]
pub(crate) struct Screen {
    answer: Response,
    bytes: Vec<u8>,
}

impl Screen {
    /// Connects as the kiosk of register 1.
    pub(crate) async fn open(service: SocketAddr) -> Self {
        Self::of(service, "1", "kiosk-1").await
    }

    /// Connects as a console.
    pub(crate) async fn of(service: SocketAddr, register: &str, console: &str) -> Self {
        connector_sdk::http::install_crypto();
        // A stream has no end, so the client has no time-out.
        let client = Client::builder().no_proxy().build().expect("a client without options that can fail");
        let place = format!("store={STORE}&register={register}&console={console}");
        let call = client.get(format!("http://{service}/screen/events?{place}")).send();
        let answer = within("the screen connects", call).await.expect("the service answers");
        assert_eq!(answer.status(), reqwest::StatusCode::OK);
        Self { answer, bytes: Vec::new() }
    }

    /// Somebody asks for the picture of a code with a key that no console has.
    pub(crate) async fn knock(service: SocketAddr, key: &str) {
        let picture = format!("http://{service}/qr/op:{STORE}:1:a.svg?key={key}");
        let answer = client().get(picture).send().await;
        assert_eq!(answer.expect("the service answers").status(), reqwest::StatusCode::UNAUTHORIZED);
    }

    /// The next snapshot's view.
    pub(crate) async fn next(&mut self) -> Value {
        within("the screen is told something", self.read()).await
    }

    /// Waits until the screen says this; returns the view.
    pub(crate) async fn until(&mut self, state: &str) -> Value {
        let waiting = async {
            loop {
                let view = self.read().await;
                if view["state"] == state {
                    return view;
                }
            }
        };
        within(&format!("the screen says {state}"), waiting).await
    }

    async fn read(&mut self) -> Value {
        loop {
            if let Some(event) = self.whole_event() {
                let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                if !data.is_empty() {
                    let snapshot: Value = serde_json::from_str(&data).expect("a snapshot is JSON");
                    return snapshot["view"].clone();
                }
                continue;
            }
            let chunk = self.answer.chunk().await.expect("the stream goes on");
            self.bytes.extend(chunk.expect("the stream has no end"));
        }
    }

    /// Takes an event off what has arrived. A chunk may end in the middle of a character.
    fn whole_event(&mut self) -> Option<String> {
        let length = self.bytes.windows(2).position(|window| window == b"\n\n")? + 2;
        let event = self.bytes.drain(..length).collect();
        Some(String::from_utf8(event).expect("events are text"))
    }
}
