//! A till whose program writes bytes that the client library would not: text that is not UTF-8.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Broker, within};

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
const FRAME_END: u8 = 0xCE;

/// A connection that speaks just enough AMQP 0-9-1 to publish.
pub(crate) struct RawTill(TcpStream);

impl RawTill {
    pub(crate) async fn connect(broker: &Broker) -> Self {
        let (_, rest) = broker.uri().split_once('@').expect("the address has a user");
        let (address, _) = rest.split_once('/').expect("the address has a virtual host");
        let mut till = Self(TcpStream::connect(address).await.unwrap());
        till.0.write_all(b"AMQP\0\0\x09\x01").await.unwrap();
        till.expect(10, 10).await;
        // start-ok: no client properties, PLAIN as guest.
        let mut start_ok = vec![0, 0, 0, 0];
        start_ok.extend(short(b"PLAIN"));
        start_ok.extend(long(b"\0guest\0guest"));
        start_ok.extend(short(b"en_US"));
        till.call(0, 10, 11, &start_ok).await;
        till.expect(10, 30).await;
        // tune-ok: 10 channels, frames of 128 KiB, no heartbeats.
        till.call(0, 10, 31, &[0, 10, 0, 2, 0, 0, 0, 0]).await;
        till.call(0, 10, 40, &[&short(b"/")[..], &[0, 0]].concat()).await;
        till.expect(10, 41).await;
        till.call(1, 20, 10, &[0]).await;
        till.expect(20, 11).await;
        // confirm.select
        till.call(1, 85, 10, &[0]).await;
        till.expect(85, 11).await;
        till
    }

    /// Publishes an empty body with this `app_id`, and waits until the broker has it.
    pub(crate) async fn publish(&mut self, exchange: &str, key: &str, app_id: &[u8]) {
        let arguments = [&[0, 0][..], &short(exchange.as_bytes()), &short(key.as_bytes()), &[0]].concat();
        self.call(1, 60, 40, &arguments).await;
        // Class 60, weight, body of two bytes; flags: delivery_mode (bit 12) and app_id (bit 3).
        let mut header = vec![0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0b0001_0000, 0b0000_1000, 2];
        header.extend(short(app_id));
        self.frame(HEADER, 1, &header).await;
        self.frame(BODY, 1, b"{}").await;
        self.expect(60, 80).await;
    }

    async fn call(&mut self, channel: u16, class: u16, method: u16, arguments: &[u8]) {
        let payload = [&class.to_be_bytes()[..], &method.to_be_bytes(), arguments].concat();
        self.frame(METHOD, channel, &payload).await;
    }

    async fn frame(&mut self, kind: u8, channel: u16, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let frame = [&[kind][..], &channel.to_be_bytes(), &length, payload, &[FRAME_END]].concat();
        self.0.write_all(&frame).await.unwrap();
    }

    /// Reads one frame, which must be this method.
    async fn expect(&mut self, class: u16, method: u16) {
        let read = async {
            let mut head = [0; 7];
            self.0.read_exact(&mut head).await.unwrap();
            let length = u32::from_be_bytes(head[3..].try_into().unwrap());
            let mut payload = vec![0; usize::try_from(length).unwrap() + 1];
            self.0.read_exact(&mut payload).await.unwrap();
            payload
        };
        let payload = within("the broker answers", read).await;
        assert_eq!(payload[..4], [class.to_be_bytes(), method.to_be_bytes()].concat());
    }
}

fn short(text: &[u8]) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()][..], text].concat()
}

fn long(text: &[u8]) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes()[..], text].concat()
}
