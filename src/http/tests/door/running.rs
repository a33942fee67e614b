//! A door on a real socket, and a browser's half of the talk.

use std::net::SocketAddr;
use std::time::Duration;

use console::Place;
use console::samples::{self, Sample};
use engine::doors::Screens;
use engine::settings::{ConsoleKind, Settings};
use http_door::{Bound, HttpConfig, HttpDoor};
use reqwest::{Client, RequestBuilder, Response, redirect};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fake::Fakes;

/// The longest that a test waits for anything.
const LIMIT: Duration = Duration::from_secs(20);
/// The key of every console of [`two_registers`].
pub(crate) const KEY: &str = "kiosk-key-of-the-test";
/// SHA-256 of it.
const KEY_SHA256: &str = "07fac42feb7616f3dbb450e2d63a2da43079ab44b9d3c54d0786c98b79e6c81b";

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) fakes: Fakes,
    pub(crate) client: Client,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

pub(crate) fn kiosk() -> Place {
    Place::parse("17", "1", "kiosk").unwrap()
}

pub(crate) fn other_kiosk() -> Place {
    Place::parse("17", "2", "kiosk").unwrap()
}

/// Store 17 with two registers, each with a kiosk.
pub(crate) fn two_registers() -> Settings {
    let console = |place| (place, ConsoleKind::Kiosk, Some(KEY_SHA256));
    samples::settings("Vkusno", "ru", &[console(kiosk()), console(other_kiosk())])
}

impl Running {
    /// A door that wants keys.
    pub(crate) async fn locked() -> Self {
        Self::start(HttpConfig::default(), SocketAddr::from(([127, 0, 0, 1], 0)), Fakes::new(two_registers()))
            .await
    }

    /// A door whose screens open without a key.
    pub(crate) async fn open() -> Self {
        let config = HttpConfig { open_screens: true, ..HttpConfig::default() };
        Self::start(config, SocketAddr::from(([127, 0, 0, 1], 0)), Fakes::new(two_registers())).await
    }

    pub(crate) async fn start(config: HttpConfig, listen: SocketAddr, fakes: Fakes) -> Self {
        let bound = bind(fakes.door(config), listen).await;
        let (address, stop) = (bound.address(), CancellationToken::new());
        let task = tokio::spawn(bound.serve(stop.clone()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(LIMIT).build().unwrap();
        Self { address, fakes, client, stop, task }
    }

    /// Payments at the first kiosk by the door's own clock.
    pub(crate) fn sample(&self) -> Sample {
        Sample::at(kiosk(), self.fakes.screens.now())
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("http://{}{path}", self.address))
    }

    /// The cookie of a device that was paired with a console of [`two_registers`].
    pub(crate) fn cookie_of(place: &Place) -> String {
        let Place { store, register, console } = place;
        format!("screen={store}.{register}.{console}.{}", hex::encode(KEY))
    }

    pub(crate) async fn stream(&self, path: &str) -> Stream {
        let response = self.get(path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Stream { response, rest: String::new() }
    }

    /// Stops the door and returns what was behind it; fails if it does not end.
    pub(crate) async fn stop(self) -> (SocketAddr, Fakes) {
        self.stop.cancel();
        tokio::time::timeout(LIMIT, self.task).await.expect("the door ends").unwrap();
        (self.address, self.fakes)
    }
}

/// A port that was just given up may be held for a moment by the kernel.
async fn bind(door: HttpDoor, listen: SocketAddr) -> Bound {
    for _ in 0..200 {
        if let Ok(bound) = door.clone().bind(listen).await {
            return bound;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{listen} can't be bound")
}

/// A stream of snapshots.
pub(crate) struct Stream {
    response: Response,
    rest: String,
}

impl Stream {
    /// The next snapshot; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.find("\n\n") {
                let event: String = self.rest.drain(..end + 2).collect();
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                assert!(event.contains("event: screen"), "{event}");
                return Some(serde_json::from_str(data.unwrap()).unwrap());
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next snapshot's state.
    pub(crate) async fn state(&mut self) -> String {
        self.next().await.unwrap()["view"]["state"].as_str().unwrap().to_owned()
    }

    /// Passes snapshots over until one is in this state.
    pub(crate) async fn until(&mut self, state: &str) -> Value {
        loop {
            let snapshot = self.next().await.expect("the stream goes on");
            if snapshot["view"]["state"] == state {
                return snapshot;
            }
        }
    }
}
