//! Health, metrics, the index, errors and headers.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;

use http_door::{Condition, HttpConfig};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::fake::Fakes;
use crate::running::{Running, two_registers};

#[tokio::test]
async fn readiness_tells_a_store_that_is_away_from_a_broker_that_is() {
    let door = Running::locked().await;
    for (store, broker, status, word) in [
        (Condition::Works, Condition::Works, 200, "ready"),
        (Condition::Works, Condition::Away, 200, "degraded"),
        (Condition::Away, Condition::Works, 503, "unready"),
    ] {
        door.fakes.health.set(store, broker);
        let answer = door.get("/readyz").send().await.unwrap();
        assert_eq!(answer.status(), status, "{word}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["status"], word);
        assert_eq!(body["parts"]["broker"]["required"], false);
    }
    let alive: Value = door.get("/healthz").send().await.unwrap().json().await.unwrap();
    assert_eq!(alive["status"], "alive");
    door.stop().await;
}

#[tokio::test]
async fn metrics_are_text_for_prometheus_where_they_are_on() {
    let door = Running::locked().await;
    assert_eq!(door.get("/metrics").send().await.unwrap().status(), 404);
    door.stop().await;

    let fakes = Fakes::new(two_registers());
    let mut parts = fakes.door(HttpConfig::default());
    let recorder = PrometheusBuilder::new().build_recorder();
    parts.metrics = Some(recorder.handle());
    metrics::set_global_recorder(recorder).unwrap();
    let bound = parts.bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let (address, stop) = (bound.address(), CancellationToken::new());
    let task = tokio::spawn(bound.serve(stop.clone()));
    let client = reqwest::Client::builder().build().unwrap();
    client.get(format!("http://{address}/healthz")).send().await.unwrap();
    let answer = client.get(format!("http://{address}/metrics")).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let text = answer.text().await.unwrap();
    assert!(text.contains("http_requests_total{route=\"/healthz\",status=\"200\"}"), "{text}");
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn the_index_links_what_is_there() {
    let door = Running::open().await;
    let page =
        door.get("/").header("accept-language", "en-GB,en;q=0.9").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Universal Integrator"));
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.contains(&"/screen") && links.contains(&"/readyz"), "{links:?}");
    for link in links.into_iter().filter(|link| *link != "/metrics") {
        assert_eq!(door.get(link).send().await.unwrap().status(), 200, "{link}");
    }
    door.stop().await;
}

#[tokio::test]
async fn errors_are_problem_documents() {
    let door = Running::locked().await;
    let post = |path: &str| door.post(path);
    for (request, status, code) in [
        (door.get("/nothing"), 404, "not_found"),
        (door.get("/api/v2/payments"), 404, "not_found"),
        (post("/healthz"), 405, "method_not_allowed"),
        (door.get("/screen/events"), 403, "forbidden"),
        (post("/hooks/nobody"), 404, "unknown_server"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(
            (problem["status"].as_u64(), problem["code"].as_str()),
            (Some(u64::from(status)), Some(code))
        );
        assert!(problem["title"].is_string() && problem["detail"].is_string());
    }
    door.stop().await;
}

#[tokio::test]
async fn a_panic_is_one_requests_problem_only() {
    let door = Running::open().await;
    door.fakes.screens.panics.store(true, Ordering::Relaxed);
    let answer = door.get("/screen?store=17&register=1&console=kiosk").send().await.unwrap();
    assert_eq!(answer.status(), 500);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "internal");
    assert!(!problem.to_string().contains("as the test asked"), "the log has it, the answer not");
    door.fakes.screens.panics.store(false, Ordering::Relaxed);
    assert_eq!(door.get("/screen?store=17&register=1&console=kiosk").send().await.unwrap().status(), 200);
    door.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let door = Running::open().await;
    for path in [
        "/",
        "/screen",
        "/screen?store=17&register=1&console=kiosk",
        "/nothing",
        "/screen/events?store=17&register=1&console=kiosk",
    ] {
        let answer = door.get(path).send().await.unwrap();
        let headers = answer.headers();
        assert!(headers["content-security-policy"].to_str().unwrap().contains("script-src 'self'"), "{path}");
        assert!(!headers["content-security-policy"].to_str().unwrap().contains("unsafe"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert!(headers["cache-control"].to_str().unwrap().starts_with("no-"), "{path}");
    }
    door.stop().await;
}
