//! Passwords and codes: made, hashed, compared.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKLMNPQRSTVWXY";
const SHORTEST_PASSWORD_CHARS: usize = 12;
/// A longer one is no safer, and would only be work to hash.
const LONGEST_PASSWORD_BYTES: usize = 256;
/// Recovery codes that a user gets.
const RECOVERY_CODES: usize = 10;

/// Each hash takes 19 MiB and some ten milliseconds: a flood of tries must not take the machine.
static HASHING: Semaphore = Semaphore::const_new(2);

/// What is wrong with a password, as the key of its words; `None`: nothing.
pub(crate) fn weakness(password: &SecretString, login: &str) -> Option<&'static str> {
    let text = password.expose_secret();
    if text.chars().count() < SHORTEST_PASSWORD_CHARS {
        return Some("wrong-password-short");
    }
    if text.len() > LONGEST_PASSWORD_BYTES {
        return Some("wrong-password-long");
    }
    let different: std::collections::BTreeSet<char> = text.chars().collect();
    let is_login = !login.is_empty() && text.to_lowercase().contains(&login.to_lowercase());
    (different.len() < 5 || is_login).then_some("wrong-password-plain")
}

/// Argon2id (19 MiB, two passes) in the PHC form.
pub async fn hash_of_password(password: &SecretString) -> Option<String> {
    let password = password.clone();
    hashing(move || {
        let hash = Argon2::default().hash_password(password.expose_secret().as_bytes()).ok()?;
        Some(hash.to_string())
    })
    .await
    .flatten()
}

/// Whether a password is the one of a hash. Without a hash the same work is done for nothing, so that nobody learns by the time
/// that it takes which logins there are.
pub(crate) async fn is_password(password: &SecretString, hash: Option<&str>) -> bool {
    if password.expose_secret().len() > LONGEST_PASSWORD_BYTES {
        return false;
    }
    let Some(hash) = hash.map(str::to_owned) else {
        drop(hash_of_password(password).await);
        return false;
    };
    let password = password.clone();
    let is_it = move || {
        let Ok(hash) = PasswordHash::new(&hash) else { return false };
        Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok()
    };
    hashing(is_it).await.unwrap_or(false)
}

async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let _turn = HASHING.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}

/// A password to be changed at the first sign-in: 16 characters, 78 bits.
pub fn temporary_password() -> Option<SecretString> {
    readable(16).map(SecretString::from)
}

/// Recovery codes: 12 characters, 59 bits, in groups of four.
pub(crate) fn recovery_codes() -> Option<Vec<SecretString>> {
    let code = || {
        let code = readable(12)?;
        Some(SecretString::from(format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..])))
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// The hash of a recovery code, however it is typed.
pub(crate) fn hash_of_recovery(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    hex::encode(Sha256::digest(letters.collect::<String>().as_bytes()))
}

/// Characters that are easy to read, each of the alphabet as likely as any other.
fn readable(length: usize) -> Option<String> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        // 240 is the greatest multiple of 30 in a byte: what is above would favour the first letters.
        let fair = bytes.iter().filter(|byte| **byte < 240).map(|byte| usize::from(*byte) % ALPHABET.len());
        text.extend(fair.take(length - text.len()).map(|at| char::from(ALPHABET[at])));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let (right, wrong) = (SecretString::from("correct horse 17"), SecretString::from("correct horse 18"));
        let hash = hash_of_password(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("horse"), "{hash}");
        assert!(is_password(&right, Some(&hash)).await);
        assert!(!is_password(&wrong, Some(&hash)).await);
        assert!(!is_password(&right, None).await);
        assert!(!is_password(&right, Some("not a hash")).await);
        assert_ne!(hash_of_password(&right).await.unwrap(), hash, "salted");
    }

    #[test]
    fn weak_passwords_are_told_why() {
        for (password, why) in [
            ("short", Some("wrong-password-short")),
            ("aaaaaaaaaaaaaaaa", Some("wrong-password-plain")),
            ("Olga-at-the-shop", Some("wrong-password-plain")),
            ("correct horse 17", None),
            ("пароль из слов", None),
        ] {
            assert_eq!(weakness(&SecretString::from(password), "olga"), why, "{password}");
        }
        let long = SecretString::from("abcdef".repeat(60));
        assert_eq!(weakness(&long, "olga"), Some("wrong-password-long"));
    }

    #[test]
    fn recovery_codes_are_different_and_typed_as_people_like() {
        let codes = recovery_codes().unwrap();
        let hashes: std::collections::BTreeSet<String> =
            codes.iter().map(|code| hash_of_recovery(code.expose_secret())).collect();
        assert_eq!(hashes.len(), RECOVERY_CODES);
        let typed = codes[0].expose_secret().to_lowercase().replace('-', " ");
        assert_eq!(hash_of_recovery(&typed), hash_of_recovery(codes[0].expose_secret()));
    }
}
