//! Connections: taken, bounded, let go.

use std::net::SocketAddr;

use http_door::HttpConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fake::Fakes;
use crate::running::{Running, two_registers};

#[tokio::test]
async fn a_taken_address_is_named_in_the_error() {
    let door = Running::locked().await;
    let failed = door.fakes.door(HttpConfig::default()).bind(door.address).await;
    let error = failed.err().expect("the address is taken").to_string();
    assert!(error.contains(&door.address.to_string()), "{error}");
    door.stop().await;
}

#[tokio::test]
async fn long_streams_do_not_hold_up_a_stop() {
    let door = Running::open().await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = door.stream("/screen/events?store=17&register=1&console=kiosk").await;
        assert_eq!(stream.state().await, "idle");
        streams.push(stream);
    }
    door.stop().await;
    for mut stream in streams {
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn further_connections_wait_until_one_is_free() {
    let config = HttpConfig { connections: 2, ..HttpConfig::default() };
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let door = Running::start(config, listen, Fakes::new(two_registers())).await;
    let silent = [connect(&door).await, connect(&door).await];
    let mut third = connect(&door).await;
    third.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = [0_u8; 12];
    let early =
        tokio::time::timeout(std::time::Duration::from_millis(200), third.read_exact(&mut answer)).await;
    assert!(early.is_err(), "both slots are taken");
    drop(silent);
    third.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    drop(third);
    door.stop().await;
}

async fn connect(door: &Running) -> TcpStream {
    TcpStream::connect(door.address).await.unwrap()
}
