//! Keys, and what they seal.
//!
//! A sealed text is `v1:<key id>:<nonce>:<ciphertext>`, the last two in base64. The nonce is 96 random bits: with the
//! few secrets of a chain the chance of a repeat is nil. The place is sealed along, so that a text that was moved to
//! another row does not open.

use std::collections::BTreeMap;
use std::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The bytes of one AES-256 key.
pub(super) type Key = Zeroizing<[u8; 32]>;

const VERSION: &str = "v1";
const NONCE_BYTES: usize = 12;

/// Keys by their ids: one that seals, and others that still open what they sealed before a rotation.
pub struct Keyring {
    sealing: String,
    keys: BTreeMap<String, Key>,
}

/// Where a sealed text lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key.
    pub row: String,
}

/// Why a text can't be sealed or opened. Says nothing of what is inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It has another form.
    #[error("it is not a sealed text (v1:<key id>:<nonce>:<ciphertext>)")]
    NotSealed,
    /// The key is not in the key file.
    #[error(
        "it is sealed with key {0:?}, which is not in the key file: add that key, or set the secret anew"
    )]
    UnknownKey(String),
    /// The key does not fit: the text was changed, moved, or sealed with another key of the same id.
    #[error("it does not open: it was changed or moved from another place; set the secret anew")]
    DoesNotOpen,
    /// The operating system failed.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

impl Keyring {
    /// A ring with one key. More are added with [`Keyring::with_opening_key`].
    pub(super) fn new(id: String, key: Key) -> Self {
        Self { sealing: id.clone(), keys: BTreeMap::from([(id, key)]) }
    }

    /// Adds a key that only opens. The first one of an id is kept.
    #[must_use]
    pub(super) fn with_opening_key(mut self, id: String, key: Key) -> Self {
        self.keys.entry(id).or_insert(key);
        self
    }

    /// The id of the key that seals.
    pub fn sealing_key(&self) -> &str {
        &self.sealing
    }

    /// Seals a secret for its place.
    pub fn seal(&self, place: &Place, secret: &SecretString) -> Result<String, SealError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandomness)?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &place.bytes() };
        let cipher = self.cipher(&self.sealing)?;
        let sealed = cipher.encrypt(&nonce.into(), payload).map_err(|_| SealError::DoesNotOpen)?;
        Ok(format!("{VERSION}:{}:{}:{}", self.sealing, BASE64.encode(nonce), BASE64.encode(sealed)))
    }

    /// Opens what was sealed for this place with any key of the ring.
    pub fn open(&self, place: &Place, sealed: &str) -> Result<SecretString, SealError> {
        let parts: Vec<&str> = sealed.split(':').collect();
        let [VERSION, id, nonce, ciphertext] = parts[..] else { return Err(SealError::NotSealed) };
        let nonce: [u8; NONCE_BYTES] =
            BASE64.decode(nonce).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(SealError::NotSealed)?;
        let ciphertext = BASE64.decode(ciphertext).map_err(|_| SealError::NotSealed)?;
        let payload = Payload { msg: &ciphertext, aad: &place.bytes() };
        let opened = self.cipher(id)?.decrypt(&nonce.into(), payload).map_err(|_| SealError::DoesNotOpen)?;
        let opened = Zeroizing::new(opened);
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::DoesNotOpen)?;
        Ok(SecretString::from(text))
    }

    /// Whether a sealed text needs no new sealing after a rotation of keys.
    pub(crate) fn is_sealed_with_present_key(&self, sealed: &str) -> bool {
        sealed.split(':').nth(1) == Some(self.sealing.as_str())
    }

    fn cipher(&self, id: &str) -> Result<Aes256Gcm, SealError> {
        let key = self.keys.get(id).ok_or_else(|| SealError::UnknownKey(id.to_owned()))?;
        Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| SealError::UnknownKey(id.to_owned()))
    }
}

impl Place {
    fn bytes(&self) -> Vec<u8> {
        format!("{}.{}:{}", self.table, self.column, self.row).into_bytes()
    }
}

/// Ids only.
impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&String> = self.keys.keys().collect();
        formatter.debug_struct("Keyring").field("sealing", &self.sealing).field("ids", &ids).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(id: &str, byte: u8) -> Keyring {
        Keyring::new(id.to_owned(), Zeroizing::new([byte; 32]))
    }

    fn place(row: &str) -> Place {
        Place { table: "server_secrets", column: "sealed", row: row.to_owned() }
    }

    fn opened(ring: &Keyring, row: &str, sealed: &str) -> Result<String, SealError> {
        ring.open(&place(row), sealed).map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn a_sealed_secret_opens_in_its_place_only() {
        let ring = ring("a", 1);
        let sealed = ring.seal(&place("raiffeisen/key"), &SecretString::from("s3cret")).unwrap();
        assert!(sealed.starts_with("v1:a:") && !sealed.contains("s3cret"), "{sealed}");
        assert_eq!(opened(&ring, "raiffeisen/key", &sealed).unwrap(), "s3cret");
        assert_eq!(opened(&ring, "sber/key", &sealed), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn the_same_secret_is_sealed_differently_each_time() {
        let ring = ring("a", 1);
        let seal = || ring.seal(&place("x"), &SecretString::from("s3cret")).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_rotated_ring_seals_with_the_new_key_and_opens_with_both() {
        let old = ring("old", 1).seal(&place("x"), &SecretString::from("s3cret")).unwrap();
        let rotated = ring("new", 2).with_opening_key("old".to_owned(), Zeroizing::new([1; 32]));
        assert_eq!(opened(&rotated, "x", &old).unwrap(), "s3cret");
        assert!(rotated.seal(&place("x"), &SecretString::from("s3cret")).unwrap().starts_with("v1:new:"));
        assert_eq!(opened(&ring("new", 2), "x", &old), Err(SealError::UnknownKey("old".to_owned())));
    }

    #[test]
    fn a_text_that_was_tampered_with_does_not_open() {
        let ring = ring("a", 1);
        let sealed = ring.seal(&place("x"), &SecretString::from("s3cret")).unwrap();
        let (head, ciphertext) = sealed.rsplit_once(':').unwrap();
        let mut bytes = BASE64.decode(ciphertext).unwrap();
        bytes[0] ^= 1;
        let changed = format!("{head}:{}", BASE64.encode(&bytes));
        assert_eq!(opened(&ring, "x", &changed), Err(SealError::DoesNotOpen));
        for other in ["", "s3cret", "v1:a:zz", "v2:a:b:c", "v1:a:AAAA:AAAA", "v1:a:*:*"] {
            assert_eq!(opened(&ring, "x", other), Err(SealError::NotSealed), "{other}");
        }
    }

    #[test]
    fn debug_output_has_no_key() {
        assert_eq!(format!("{:?}", ring("a", 7)), r#"Keyring { sealing: "a", ids: ["a"] }"#);
    }
}
