//! A register that knows nothing but HTTP.

use std::net::SocketAddr;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use super::bank::client;
use super::lone::{API_KEY, Lone};
use super::plan::STORE;
use super::wait::{LIMIT, within};

/// A register of the lab's shop.
pub(crate) struct HttpTill {
    client: Client,
    base: String,
    register: String,
    key: String,
}

/// An event as the stream gave it.
pub(crate) struct StreamEvent {
    /// The cursor.
    pub(crate) id: String,
    /// The event's name.
    pub(crate) name: String,
    /// The event.
    pub(crate) body: Value,
}

/// A stream of events that is being read.
pub(crate) struct EventStream {
    response: Response,
    rest: String,
}

/// A JSON answer with its status.
type Answer = (u16, Value);

impl HttpTill {
    pub(crate) fn new(lone: &Lone, register: &str) -> Self {
        Self::at(lone.service.http(), register)
    }

    /// A register that finds its service there.
    pub(crate) fn at(service: SocketAddr, register: &str) -> Self {
        Self::with_key(service, register, API_KEY)
    }

    /// A register whose software has another key than the lab's.
    pub(crate) fn with_key(service: SocketAddr, register: &str, key: &str) -> Self {
        let base = format!("http://{service}");
        Self { client: client(), base, register: register.to_owned(), key: key.to_owned() }
    }

    /// Asks for a payment.
    pub(crate) async fn pay(&self, operation: &str, minor: i64) -> Answer {
        self.pay_with(operation, minor, &json!({})).await
    }

    /// Asks for a payment with more about it.
    pub(crate) async fn pay_with(&self, operation: &str, minor: i64, more: &Value) -> Answer {
        let mut body = more.clone();
        body["store"] = json!(STORE);
        body["register"] = json!(self.register);
        body["operation"] = json!(operation);
        body["amount"] = json!({ "value": minor, "currency": "RUB" });
        self.answer(self.post("/api/v1/payments").json(&body)).await
    }

    /// Looks at a payment by its id or `op:…`; `query` as `?wait=25s&after=3`.
    pub(crate) async fn get(&self, payment: &str, query: &str) -> Answer {
        self.answer(self.client.get(self.url(&format!("/api/v1/payments/{payment}{query}")))).await
    }

    /// Waits by held calls until a payment has this status.
    pub(crate) async fn until_status(&self, payment: &str, wanted: &str) -> Value {
        let waiting = async {
            let mut after = 0;
            loop {
                let (status, state) = self.get(payment, &format!("?wait=10s&after={after}")).await;
                assert_eq!(status, 200, "{state}");
                if state["status"] == wanted {
                    return state;
                }
                after = state["sequence"].as_u64().expect("a number");
            }
        };
        within(wanted, waiting).await
    }

    pub(crate) async fn cancel(&self, payment: &str) -> Answer {
        self.answer(self.post(&format!("/api/v1/payments/{payment}/cancel"))).await
    }

    pub(crate) async fn check(&self, payment: &str) -> Answer {
        self.answer(self.post(&format!("/api/v1/payments/{payment}/check"))).await
    }

    pub(crate) async fn refund(&self, payment: &str, operation: &str, minor: i64) -> Answer {
        let body = json!({ "operation": operation, "amount": { "value": minor, "currency": "RUB" } });
        self.answer(self.post(&format!("/api/v1/payments/{payment}/refunds")).json(&body)).await
    }

    /// The code's picture and its status.
    pub(crate) async fn picture(&self, payment: &str, kind: &str) -> (u16, usize) {
        let call = self.client.get(self.url(&format!("/qr/{payment}.{kind}"))).bearer_auth(&self.key);
        let answer = call.send().await.expect("the service answers");
        (answer.status().as_u16(), answer.bytes().await.expect("a whole answer").len())
    }

    /// The stream of events: from the first one, or behind the last that was seen.
    pub(crate) async fn events(&self, last: Option<&str>) -> EventStream {
        let path = format!("/api/v1/events?store={STORE}&register={}", self.register);
        let mut call = self.client.get(self.url(&path)).bearer_auth(&self.key).timeout(LIMIT);
        if let Some(last) = last {
            call = call.header("last-event-id", last);
        }
        let response = call.send().await.expect("the service answers");
        assert_eq!(response.status(), 200);
        EventStream { response, rest: String::new() }
    }

    /// The stream from its beginning has every event of the only payment that the register ever had, once, in order.
    pub(crate) async fn expect_no_gap(&self, state: &Value) {
        let told: Vec<&Value> = state["events"].as_array().expect("events").iter().collect();
        let mut stream = self.events(None).await;
        let mut ids = Vec::new();
        for event in told {
            let streamed = stream.next().await;
            assert_eq!(&streamed.body, event);
            ids.push(streamed.id.parse::<i64>().expect("a number"));
        }
        assert!(ids.is_sorted_by(|earlier, later| earlier < later), "{ids:?}");
    }

    async fn answer(&self, call: RequestBuilder) -> Answer {
        let answer = call.bearer_auth(&self.key).timeout(LIMIT).send().await.expect("the service answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("a JSON answer"))
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl EventStream {
    /// The next event.
    pub(crate) async fn next(&mut self) -> StreamEvent {
        loop {
            while let Some(end) = self.rest.find("\n\n") {
                let text: String = self.rest.drain(..end + 2).collect();
                let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(id), Some(name), Some(data)) = (field("id: "), field("event: "), field("data: "))
                {
                    let body = data.parse().expect("an event is JSON");
                    return StreamEvent { id: id.to_owned(), name: name.to_owned(), body };
                }
            }
            let chunk = within("the stream goes on", self.response.chunk()).await;
            let chunk = chunk.expect("the stream goes on").expect("the stream goes on");
            self.rest.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// Passes events over until one has this name.
    pub(crate) async fn until(&mut self, name: &str) -> StreamEvent {
        let waiting = async {
            loop {
                let event = self.next().await;
                if event.name == name {
                    return event;
                }
            }
        };
        within(name, waiting).await
    }
}
