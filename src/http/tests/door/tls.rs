//! TLS on a real socket, with certificates that are made for the test.

use std::net::SocketAddr;
use std::path::Path;

use http_door::{HttpConfig, TlsFiles};
use reqwest::{Certificate, Client, Response, redirect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fake::Fakes;
use crate::running::{Running, two_registers};

fn files(folder: &Path) -> TlsFiles {
    TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") }
}

/// Writes a fresh certificate for `pos.example` with its key; returns the certificate.
fn renew(files: &TlsFiles) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["pos.example".to_owned()]).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    made.cert.pem()
}

async fn start(files: &TlsFiles) -> Running {
    let config = HttpConfig { tls: Some(files.clone()), ..HttpConfig::default() };
    Running::start(config, SocketAddr::from(([127, 0, 0, 1], 0)), Fakes::new(two_registers())).await
}

/// Asks as a browser that believes in this certificate alone; a connection of its own.
async fn ask(door: &Running, certificate: &str, path: &str) -> Result<Response, reqwest::Error> {
    let client = Client::builder()
        .tls_certs_only([Certificate::from_pem(certificate.as_bytes()).unwrap()])
        .resolve("pos.example", door.address)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    client.get(format!("https://pos.example:{}{path}", door.address.port())).send().await
}

#[tokio::test]
async fn a_browser_is_answered_by_tls_and_told_to_come_by_it_only() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let certificate = renew(&files);
    let door = start(&files).await;
    let answer = ask(&door, &certificate, "/healthz").await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    let pairing = ask(&door, &certificate, "/pair").await.unwrap();
    let cookie = pairing.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("Secure"), "{cookie}");
    // In clear there is nothing to be had, and nothing that would hold a connection.
    let mut plain = TcpStream::connect(door.address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut told = Vec::new();
    let _ = plain.read_to_end(&mut told).await;
    assert!(!String::from_utf8_lossy(&told).contains("HTTP/1.1"));
    door.stop().await;
}

#[tokio::test]
async fn plain_http_tells_nobody_to_come_by_tls() {
    let door = Running::locked().await;
    let answer = door.get("/healthz").send().await.unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"));
    door.stop().await;
}

#[tokio::test]
async fn a_renewed_certificate_is_served_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let old = renew(&files);
    let door = start(&files).await;
    assert!(ask(&door, &old, "/healthz").await.is_ok());
    let new = renew(&files);
    let until_served = async { while ask(&door, &new, "/healthz").await.is_err() {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), until_served).await.unwrap();
    assert!(ask(&door, &old, "/healthz").await.is_err(), "the old one is served no more");
    door.stop().await;
}

#[tokio::test]
async fn certificates_that_can_not_work_are_told_before_anything_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let told = async || {
        let config = HttpConfig { tls: Some(files.clone()), ..HttpConfig::default() };
        let door = Fakes::new(two_registers()).door(config);
        door.bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.err().expect("it can't work").to_string()
    };
    assert!(told().await.contains("certificate.pem can't be read"), "{}", told().await);
    renew(&files);
    let other = TlsFiles { key: folder.path().join("other.pem"), certificate: folder.path().join("c.pem") };
    renew(&other);
    std::fs::copy(&other.key, &files.key).unwrap();
    assert!(told().await.contains("does not fit the certificate"), "{}", told().await);
    std::fs::copy(&files.certificate, &files.key).unwrap();
    assert!(told().await.contains("key.pem holds no private key"), "{}", told().await);
    std::fs::write(&files.certificate, "").unwrap();
    assert!(told().await.contains("certificate.pem holds no certificate"), "{}", told().await);
}
