use std::collections::BTreeMap;
use std::io::Write as _;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::conformance;

fn settings(pairs: &[(&str, &str)]) -> ServerSettings {
    ServerSettings {
        values: pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        secrets: BTreeMap::new(),
        call_timeout: Duration::from_millis(400),
    }
}

/// Answers one connection with these bytes, then closes it. Gives back what was asked.
fn answer_once(answer: Vec<u8>) -> (Url, tokio::task::JoinHandle<String>) {
    let listener = conformance::listener();
    let url = Url::parse(&format!("http://{}/call", listener.local_addr().unwrap())).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        // The client hangs up early on a body that is too long.
        let _ = stream.write_all(&answer).await;
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    (url, asked)
}

async fn send(answer: Vec<u8>) -> (Result<Answer, CallError>, String) {
    let (url, asked) = answer_once(answer);
    let http = Http::build(&settings(&[])).unwrap();
    let answer = http.send(http.request(Method::GET, url)).await;
    (answer, asked.await.unwrap())
}

#[tokio::test]
async fn an_answer_of_any_status_is_given_back_whole() {
    for (status, body) in [("200 OK", "{}"), ("404 Not Found", "no"), ("503 Busy", "")] {
        let length = body.len();
        let wire = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
        let (answer, asked) = send(wire.into_bytes()).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status.to_string().as_str(), &answer.body[..]), (&status[..3], body.as_bytes()));
        assert!(
            asked.contains(concat!("user-agent: universal-integrator/", env!("CARGO_PKG_VERSION"))),
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_under_a_request_does_not_make_it_sent_twice() {
    let listener = conformance::listener();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    let bank = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        assert!(
            stream.read(&mut request).await.unwrap() > 0,
            "the second request comes over the same connection"
        );
        drop(stream);
        tokio::time::timeout(Duration::from_millis(200), listener.accept()).await.is_ok()
    });
    let http = Http::build(&settings(&[])).unwrap();
    assert_eq!(http.send(http.request(Method::POST, url.clone())).await.unwrap().status, 200);
    let error = http.send(http.request(Method::POST, url)).await.unwrap_err();
    assert!(matches!(error, CallError::Unknown(_)), "{error}");
    assert!(!bank.await.unwrap(), "the request was sent again");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let wire = "HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let (answer, _) = send(wire.into()).await;
    assert_eq!(answer.unwrap().status, 307);
}

#[tokio::test]
async fn the_longest_answer_is_read_and_one_byte_more_is_not() {
    for (length, whole) in [(ANSWER_LIMIT, true), (ANSWER_LIMIT + 1, false)] {
        let mut wire = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        wire.resize(wire.len() + length, b'x');
        let (answer, _) = send(wire).await;
        match answer {
            Ok(answer) => assert!(whole && answer.body.len() == length),
            Err(error) => assert!(!whole && matches!(error, CallError::Unknown(_)), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_request_that_can_not_leave_is_not_sent() {
    let http = Http::build(&settings(&[])).unwrap();
    let closed = conformance::closed_address();
    for address in [format!("http://{closed}/"), "http://no-such-host.invalid/".to_owned()] {
        let url = Url::parse(&address).unwrap();
        let error = http.send(http.request(Method::POST, url)).await.unwrap_err();
        assert!(matches!(&error, CallError::NotSent(_)), "{error}");
        assert!(!error.to_string().contains("http://"), "errors name no address: {error}");
    }
}

#[tokio::test]
async fn a_tls_handshake_that_fails_is_not_sent() {
    let (url, _) = answer_once(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    let secure = url.as_str().replace("http://", "https://");
    let http = Http::build(&settings(&[])).unwrap();
    let error = http.send(http.request(Method::POST, Url::parse(&secure).unwrap())).await.unwrap_err();
    assert!(matches!(error, CallError::NotSent(_)), "{error}");
}

#[tokio::test]
async fn a_handshake_that_never_answers_is_not_sent() {
    let listener = conformance::listener();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let http = Http::build(&settings(&[])).unwrap();
    let error = http.send(http.request(Method::POST, url)).await.unwrap_err();
    assert!(matches!(error, CallError::NotSent(_)), "{error}");
}

#[test]
fn settings_that_can_not_work_are_named() {
    let mut empty = tempfile::NamedTempFile::new().unwrap();
    writeln!(empty, "no certificate").unwrap();
    let empty = empty.path().to_str().unwrap();
    for (pairs, key) in [
        (&[("ca_file", "/no/such/file.pem")][..], "ca_file"),
        (&[("ca_file", empty)], "ca_file"),
        (&[("proxy", "not an address")], "proxy"),
    ] {
        let error = Http::build(&settings(pairs)).unwrap_err();
        assert!(matches!(&error, SettingsError::Wrong { key: wrong, .. } if *wrong == key), "{error}");
    }
    let without_time = ServerSettings { call_timeout: Duration::ZERO, ..settings(&[]) };
    assert!(Http::build(&without_time).is_err());
}

#[test]
fn a_body_is_never_printed() {
    let answer = Answer { status: 200, body: Bytes::from_static(b"+7 900 000-00-00") };
    assert_eq!(format!("{answer:?}"), "Answer { status: 200, body: 16 bytes }");
}
