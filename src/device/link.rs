//! An open way to a device.

use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serial2_tokio::SerialPort;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::net::unix::pipe;

use crate::Address;

/// Bytes to a device and back.
pub(crate) trait Link: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Link for T {}

/// Opens the way. The caller bounds the time.
pub(crate) async fn open(address: &Address) -> io::Result<Box<dyn Link>> {
    Ok(match address {
        Address::Tcp { host, port } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            Box::new(stream)
        }
        Address::Serial { path, baud } => Box::new(SerialPort::open(path, *baud)?),
        Address::File(path) => device_file(path).await?,
    })
}

/// `O_NONBLOCK` of Linux: a printer that does not take bytes must not hold a thread.
const NON_BLOCKING: i32 = 0o4000;

/// Opens a device file once, for both ways: printers' drivers allow only one opening.
async fn device_file(path: &Path) -> io::Result<Box<dyn Link>> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.read(true).write(true).custom_flags(NON_BLOCKING).open(path)?;
    if file.metadata()?.is_file() {
        // A spool file: what is written stays, and nothing is ever read.
        let file = tokio::fs::OpenOptions::new().append(true).open(path).await?;
        return Ok(Box::new(tokio::io::join(tokio::io::empty(), file)));
    }
    let sender = pipe::Sender::from_file_unchecked(file.try_clone()?)?;
    let receiver = pipe::Receiver::from_file_unchecked(file)?;
    Ok(Box::new(tokio::io::join(receiver, sender)))
}
