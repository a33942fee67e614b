//! A bank that answers what a test tells it to, and a connector that is configured for it.

use std::sync::Arc;
use std::time::Duration;

use connector_raiffeisen::MODULE;
use connector_sdk::{Connector, Module, ServerSettings, conformance};
use secrecy::SecretString;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// The code's id in all answers of the reference.
pub(crate) const QR: &str = "AD10051KNSNR64I98CRUJUASC9M72QTA";

/// A connector to the bank at this address.
pub(crate) fn connect(base_url: &str, pairs: &[(&str, &str)]) -> Arc<dyn Connector> {
    let mut settings =
        ServerSettings { call_timeout: Duration::from_millis(300), ..ServerSettings::default() };
    let given = [("base_url", base_url), ("sbp_merchant_id", "MA0000000552")];
    for (key, value) in given.iter().chain(pairs) {
        settings.values.insert((*key).to_owned(), (*value).to_owned());
    }
    settings.secrets.insert("secret_key".to_owned(), SecretString::from("test-secret-key"));
    MODULE.connect(&settings).unwrap()
}

/// A bank under a path of its own, so that a lost base path is noticed.
pub(crate) struct Bank {
    server: MockServer,
}

impl Bank {
    pub(crate) async fn start() -> Self {
        Self { server: MockServer::builder().listener(conformance::listener()).start().await }
    }

    pub(crate) fn connect(&self, pairs: &[(&str, &str)]) -> Arc<dyn Connector> {
        connect(&format!("{}/raiffeisen", self.server.uri()), pairs)
    }

    /// Answers calls of this method and path, and no other.
    pub(crate) async fn answers(&self, verb: &str, at: &str, status: u16, body: &str) {
        let answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
        Mock::given(method(verb))
            .and(path(format!("/raiffeisen{at}")))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    /// Everything that was asked so far.
    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    /// The only request so far.
    pub(crate) async fn only_request(&self) -> Request {
        let mut requests = self.requests().await;
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }
}

/// Checks what every request of ours has, and that nothing else stands in it. A GET or DELETE has no body.
pub(crate) fn check_request(request: &Request, verb: &str, at: &str, body: Option<&str>) {
    assert_eq!(request.method.as_str(), verb);
    assert_eq!(request.url.path(), format!("/raiffeisen{at}"));
    assert_eq!(request.url.query(), None);
    let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("authorization").as_deref(), Some("Bearer test-secret-key"));
    assert_eq!(header("accept").as_deref(), Some("application/json"));
    assert_eq!(header("content-type").as_deref(), body.map(|_| "application/json"));
    assert_eq!(std::str::from_utf8(&request.body).unwrap(), body.unwrap_or_default());
}
