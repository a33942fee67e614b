//! RabbitMQ's management interface: a store's tills get their user, their rights and their queues.

use std::time::Duration;

use admin::{Connected, Management, Queue};
use anyhow::Context;
use async_trait::async_trait;
use payment::{RegisterId, StoreId};
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::config::ManagementPlace;

/// How long one call may take.
const WITHIN: Duration = Duration::from_secs(10);
/// So many of the oldest dead letters are looked at.
const DEAD_LOOKED_AT: u32 = 200;

/// The interface of one broker.
pub struct HttpManagement {
    client: reqwest::Client,
    place: ManagementPlace,
    virtual_host: String,
    prefix: String,
}

impl HttpManagement {
    /// A way to the interface at `place`, for the objects of one virtual host whose names begin with `prefix`.
    pub fn new(place: ManagementPlace, virtual_host: String, prefix: String) -> anyhow::Result<Self> {
        connector_sdk::http::install_crypto();
        let client = reqwest::Client::builder().timeout(WITHIN).redirect(reqwest::redirect::Policy::none());
        let client = client.build().context("the broker's management interface can't be used")?;
        Ok(Self { client, place, virtual_host, prefix })
    }

    /// Calls a resource; `None`: there is none.
    async fn call(
        &self,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<Option<Value>, String> {
        let ManagementPlace { address, user, password } = &self.place;
        let name = format!("{method} /api/{}", path.join("/"));
        let request = self.client.request(method, resource(address, path));
        let request = request.basic_auth(user, Some(password.expose_secret()));
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.map_err(|error| {
            let what = if error.is_timeout() { "does not answer" } else { "can't be reached" };
            format!("the management interface at {address} {what}: check amqp.management and the plugin rabbitmq_management")
        })?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::UNAUTHORIZED => {
                Err("it does not take the user and password of amqp.management: a user with the tag administrator is needed".to_owned())
            }
            status if status.is_success() => Ok(Some(answer.json().await.unwrap_or(Value::Null))),
            status => {
                let told: Value = answer.json().await.unwrap_or(Value::Null);
                let reason = told["reason"].as_str().or(told["error"].as_str()).unwrap_or_default();
                Err(format!("{name} is answered {status} {reason}"))
            }
        }
    }

    /// A call that must find what it is about.
    async fn must(&self, method: Method, path: &[&str], body: Value) -> Result<(), String> {
        let name = format!("{method} /api/{}", path.join("/"));
        let done = self.call(method, path, Some(body)).await?;
        done.map(drop).ok_or_else(|| {
            format!(
                "{name} is answered 404: start the service with this broker first, it makes the exchanges"
            )
        })
    }

    fn queue(&self, store: &StoreId, register: &RegisterId) -> String {
        format!("{}.till.{store}.{register}", self.prefix)
    }

    /// What a register would declare by itself: durable, without arguments, bound to its events.
    async fn make_queue(&self, store: &StoreId, register: &RegisterId) -> Result<(), String> {
        let (host, queue) = (self.virtual_host.as_str(), self.queue(store, register));
        let exchange = format!("{}.event", self.prefix);
        let body = json!({ "durable": true, "auto_delete": false, "arguments": {} });
        self.must(Method::PUT, &["queues", host, &queue], body).await?;
        let key = format!("v1.{store}.{register}.#");
        let body = json!({ "routing_key": key, "arguments": {} });
        self.must(Method::POST, &["bindings", host, "e", &exchange, "q", &queue], body).await
    }

    /// The rights of a store's tills, as `deploy/rabbitmq/set-up.sh` gives them.
    async fn give_rights(&self, store: &StoreId, user: &str) -> Result<(), String> {
        let (host, prefix) = (self.virtual_host.as_str(), &self.prefix);
        let names = prefix.replace('.', "\\.");
        let body = json!({
            "configure": format!("^{names}\\.till\\.{store}\\."),
            "write": format!("^{names}\\.(command|till\\.{store}\\..*)$"),
            "read": format!("^{names}\\.(event|till\\.{store}\\..*)$"),
        });
        self.must(Method::PUT, &["permissions", host, user], body).await?;
        let own = format!("^v1\\.{store}\\.");
        for (exchange, write, read) in [("command", own.as_str(), ""), ("event", "", own.as_str())] {
            let exchange = format!("{prefix}.{exchange}");
            let body = json!({ "exchange": exchange, "write": write, "read": read });
            self.must(Method::PUT, &["topic-permissions", host, user], body).await?;
        }
        Ok(())
    }
}

/// The address of a resource. A virtual host may be called `/`.
fn resource(base: &Url, path: &[&str]) -> Url {
    let mut address = base.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().push("api").extend(path);
    }
    address
}

#[async_trait]
impl Management for HttpManagement {
    async fn connect(
        &self,
        store: &StoreId,
        register: &RegisterId,
        wants_password: bool,
    ) -> Result<Connected, String> {
        let user = format!("store-{store}");
        // The password is made last: what fails before it leaves none that nobody has seen.
        self.make_queue(store, register).await?;
        let is_there = self.call(Method::GET, &["users", &user], None).await?.is_some();
        if is_there && !wants_password {
            self.give_rights(store, &user).await?;
            return Ok(Connected { user, password: None });
        }
        let password = store::fresh_key().map_err(|error| error.to_string())?;
        set_password(self, &user, &password).await?;
        self.give_rights(store, &user).await?;
        Ok(Connected { user, password: Some(password) })
    }

    async fn queue_of(&self, store: &StoreId, register: &RegisterId) -> Result<Option<Queue>, String> {
        let queue = self.queue(store, register);
        let found = self.call(Method::GET, &["queues", &self.virtual_host, &queue], None).await?;
        let count = |queue: &Value, name: &str| queue[name].as_u64().unwrap_or(0);
        Ok(found.map(|queue| Queue {
            messages: count(&queue, "messages"),
            consumers: count(&queue, "consumers"),
        }))
    }

    /// They are put back where they were.
    async fn dead_of(&self, store: &StoreId, register: &RegisterId) -> Result<u64, String> {
        let queue = format!("{}.dead", self.prefix);
        let body = json!({ "count": DEAD_LOOKED_AT, "ackmode": "ack_requeue_true", "encoding": "auto", "truncate": 1 });
        let path = ["queues", self.virtual_host.as_str(), &queue, "get"];
        let letters = self.call(Method::POST, &path, Some(body)).await?.unwrap_or_default();
        let sender = format!("v1.{store}.{register}.");
        let letters = letters.as_array().into_iter().flatten();
        let is_its =
            |letter: &&Value| letter["routing_key"].as_str().is_some_and(|key| key.starts_with(&sender));
        Ok(letters.filter(is_its).count() as u64)
    }
}

async fn set_password(
    management: &HttpManagement,
    user: &str,
    password: &SecretString,
) -> Result<(), String> {
    let body = json!({ "password": password.expose_secret(), "tags": "" });
    management.must(Method::PUT, &["users", user], body).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_host_called_slash_is_one_part_of_an_address() {
        for (base, wanted) in [
            ("http://rabbit:15672", "http://rabbit:15672/api/queues/%2F/checkout.till.17.1"),
            ("http://proxy/rabbit/", "http://proxy/rabbit/api/queues/%2F/checkout.till.17.1"),
        ] {
            let address = resource(&Url::parse(base).unwrap(), &["queues", "/", "checkout.till.17.1"]);
            assert_eq!(address.as_str(), wanted);
        }
    }
}
