//! One-time codes by the clock (RFC 6238: HMAC-SHA-1, six digits, 30 seconds), as every authenticator app makes them.

use hmac::{Hmac, KeyInit, Mac};
use payment::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use subtle::ConstantTimeEq;

const STEP_S: u64 = 30;
const SEED_BYTES: usize = 20;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A fresh seed, as apps take it: 32 characters of base32 (RFC 4648).
pub(crate) fn fresh_seed() -> Result<SecretString, getrandom::Error> {
    let mut bytes = [0_u8; SEED_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(SecretString::from(encode(&bytes)))
}

/// The address that an app reads from a QR code.
pub(crate) fn address(seed: &SecretString, login: &str) -> String {
    let login: String = login
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || "._-".contains(*character))
        .collect();
    format!(
        "otpauth://totp/Universal%20Integrator:{login}?secret={}&issuer=Universal%20Integrator",
        seed.expose_secret()
    )
}

/// The step of a code that is right now, a step early or late, and after `last_step`.
pub(crate) fn step_of(seed: &SecretString, code: &str, now: Timestamp, last_step: u64) -> Option<u64> {
    let key = decode(seed.expose_secret())?;
    let present = u64::try_from(now.as_micros()).ok()? / 1_000_000 / STEP_S;
    let steps = present.saturating_sub(1)..=present + 1;
    steps
        .filter(|step| *step > last_step)
        .find(|step| bool::from(code_at(&key, *step).as_bytes().ct_eq(code.as_bytes())))
}

/// The code of this moment: what an app shows.
pub fn code_now(seed: &SecretString, now: Timestamp) -> Option<String> {
    let step = u64::try_from(now.as_micros()).ok()? / 1_000_000 / STEP_S;
    Some(code_at(&decode(seed.expose_secret())?, step))
}

fn code_at(key: &[u8], step: u64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 0x0f);
    let number = u32::from_be_bytes([digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

fn encode(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((held >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let value = BASE32.iter().position(|known| *known == letter)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the rows of SHA-1, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = SecretString::from(encode(b"12345678901234567890"));
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let now = Timestamp::from_micros(second * 1_000_000);
            assert_eq!(code_now(&seed, now).as_deref(), Some(code), "{second}");
        }
    }

    #[test]
    fn a_code_is_taken_once_and_a_step_early_or_late() {
        let seed = fresh_seed().unwrap();
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let code = code_now(&seed, at(3_000)).unwrap();
        for (second, taken) in
            [(2_969, None), (2_970, Some(100)), (3_000, Some(100)), (3_059, Some(100)), (3_060, None)]
        {
            assert_eq!(step_of(&seed, &code, at(second), 0), taken, "{second}");
        }
        assert_eq!(step_of(&seed, &code, at(3_000), 100), None, "it was taken before");
        assert_eq!(step_of(&seed, "", at(3_000), 0), None);
    }

    #[test]
    fn base32_there_and_back() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", b"fooba", b"foobar"] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(encode(b"foobar"), "MZXW6YTBOI");
        assert_eq!(decode("not base32"), None);
    }
}
