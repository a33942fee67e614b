//! Where a device is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a device is: `tcp://host:9100`, `file:///dev/usb/lp0`, `serial:///dev/ttyS0?baud=9600`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Address {
    /// A raw socket.
    Tcp {
        /// A name or an address; an IPv6 address without its brackets.
        host: String,
        /// The port; 9100 is usual and may be left out.
        port: u16,
    },
    /// A device file, such as that of a USB printer.
    File(PathBuf),
    /// A serial port, 8N1.
    Serial {
        /// Its device file.
        path: PathBuf,
        /// Bits a second: 1200 to 921600; 9600 is usual and may be left out.
        baud: u32,
    },
}

/// A text is no address of a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no device's address: {wanted}")]
pub struct AddressError {
    text: String,
    wanted: &'static str,
}

impl AddressError {
    /// What is wanted in its place.
    pub fn wanted(&self) -> &'static str {
        self.wanted
    }
}

const RAW_PORT: u16 = 9100;
const USUAL_BAUD: u32 = 9600;
const FORMS: &str = "write tcp://host:9100, file:///dev/usb/lp0 or serial:///dev/ttyS0?baud=9600";

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |wanted| AddressError { text: text.to_owned(), wanted };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong(FORMS))?;
        match scheme {
            "tcp" => {
                tcp(rest).ok_or_else(|| wrong("a host and a port from 1 to 65535, as in tcp://10.0.0.7:9100"))
            }
            "file" => {
                path(rest).map(Self::File).ok_or_else(|| wrong("a whole path, as in file:///dev/usb/lp0"))
            }
            "serial" => serial(rest).map_err(wrong),
            _ => Err(wrong(FORMS)),
        }
    }
}

fn tcp(rest: &str) -> Option<Address> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.strip_prefix('[') {
        Some(inside) => {
            let (host, after) = inside.split_once(']')?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
    };
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:".contains(letter);
    if host.is_empty() || !host.chars().all(is_plain) {
        return None;
    }
    let port = port.map_or(Some(RAW_PORT), |port| port.parse().ok().filter(|port| *port != 0))?;
    Some(Address::Tcp { host: host.to_owned(), port })
}

fn path(text: &str) -> Option<PathBuf> {
    let is_whole = text.starts_with('/') && text.len() > 1 && !text.contains('\0');
    is_whole.then(|| PathBuf::from(text))
}

fn serial(rest: &str) -> Result<Address, &'static str> {
    let (file, query) = rest.split_once('?').map_or((rest, None), |(file, query)| (file, Some(query)));
    let path = path(file).ok_or("a whole path, as in serial:///dev/ttyS0?baud=9600")?;
    let baud = query.map_or(Some(USUAL_BAUD), |query| query.strip_prefix("baud=")?.parse().ok());
    let baud =
        baud.filter(|baud| (1200..=921_600).contains(baud)).ok_or("baud is a number from 1200 to 921600")?;
    Ok(Address::Serial { path, baud })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Self::File(path) => write!(f, "file://{}", path.display()),
            Self::Serial { path, baud } => write!(f, "serial://{}?baud={baud}", path.display()),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (text, written) in [
            ("tcp://10.0.0.7:9100", "tcp://10.0.0.7:9100"),
            ("tcp://printer-3.shop.local", "tcp://printer-3.shop.local:9100"),
            ("tcp://[fe80::1]:9101/", "tcp://[fe80::1]:9101"),
            ("file:///dev/usb/lp0", "file:///dev/usb/lp0"),
            ("serial:///dev/ttyS0", "serial:///dev/ttyS0?baud=9600"),
            ("serial:///dev/ttyUSB1?baud=19200", "serial:///dev/ttyUSB1?baud=19200"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), written);
            assert_eq!(written.parse(), Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_cure() {
        for text in [
            "",
            "printer",
            "usb://1",
            "tcp://",
            "tcp://a:0",
            "tcp://a:65536",
            "tcp://a b:1",
            "tcp://[::1",
            "file://lp0",
            "file:///",
            "serial:///dev/ttyS0?baud=fast",
            "serial:///dev/ttyS0?parity=even",
            "serial://ttyS0",
            "serial:///dev/ttyS0?baud=1",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.to_string().contains(&format!("{text:?} is no device's address: ")), "{error}");
        }
    }
}
