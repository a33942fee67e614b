//! Asks a port whether AMQP is spoken there.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);
/// The protocol header of AMQP 0-9-1, which a client sends first.
const HEADER: &[u8] = b"AMQP\x00\x00\x09\x01";
/// The type of the frame that brings `connection.start`, the broker's answer. A broker that refuses the version answers
/// with a header, which begins with another byte.
const METHOD_FRAME: u8 = 1;

/// Whether a broker answers the protocol header on this port of 127.0.0.1. An open port alone says little: it is open
/// before the broker can answer.
pub(super) fn speaks_amqp(port: u16) -> bool {
    first_byte(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).is_ok_and(|byte| byte == METHOD_FRAME)
}

fn first_byte(address: SocketAddr) -> std::io::Result<u8> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(HEADER)?;
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn only_a_method_frame_counts_as_amqp() {
        for (answer, speaks) in [(&b"\x01"[..], true), (b"AMQP", false), (b"HTTP", false), (b"", false)] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                stream.read_exact(&mut [0; 8]).unwrap();
                stream.write_all(answer).unwrap();
            });
            assert_eq!(speaks_amqp(port), speaks, "{answer:?}");
            server.join().unwrap();
        }
    }
}
