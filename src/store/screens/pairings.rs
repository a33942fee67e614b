//! Pairing a device with a console by a one-time code.
//!
//! The device holds a token with 256 random bits. The code that it shows is made of the token by a hash, so the device
//! needs to remember nothing else; the database has the code and another hash of the token until somebody types the code.
//! What pairs is that this hash becomes the console's `screen_key_sha256`: so a new pairing ends the older one.

use std::time::Duration;

use engine::ports::StoreError;
use engine::settings::Settings;
use payment::{ConsoleId, RegisterId, StoreId, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::error::unusable;
use crate::pool::on_pool;
use crate::settings::ChangeSettingsError;
use crate::sql::screens as sql;
use crate::statement::{Argument, Statement};
use crate::{Db, fresh_key, hash_of_key};

/// How long a code can be typed after it was first shown.
pub const PAIRING_LASTS: Duration = Duration::from_mins(10);

/// Letters and digits that nobody takes for one another: no I, O, U, 0, 1, and V only without U.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKLMNPQRSTVWXY";
/// 30^8 codes are 39 bits; a device's code lives ten minutes and only an admin can try codes.
const CODE_LENGTH: usize = 8;
/// Settings that somebody else changes at the same moment are read again, so often.
const TRIES: usize = 8;

/// A device that begins to be paired.
#[derive(Debug)]
pub struct NewPairing {
    /// Its token, for its cookie.
    pub token: SecretString,
    /// How long its code lives.
    pub expires_at: Timestamp,
}

/// What became of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// The device has the console, from this revision of the settings.
    Paired(u64),
    /// No device shows this code: it was mistyped, is too old, or was typed before.
    UnknownCode,
    /// There is no such console; the code was not used up.
    UnknownConsole,
}

/// The code that a device shows, made of its token: eight of `2–9 A–Z` without I, O, U, Z.
pub fn code_of_token(token: &SecretString) -> String {
    let digest =
        Sha256::new().chain_update(b"pairing code of ").chain_update(token.expose_secret()).finalize();
    let mut number = digest.iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let mut code = String::with_capacity(CODE_LENGTH);
    for _ in 0..CODE_LENGTH {
        let at = usize::try_from(number % ALPHABET.len() as u128).expect("less than the alphabet's length");
        code.push(char::from(ALPHABET[at]));
        number /= ALPHABET.len() as u128;
    }
    code
}

/// A code as people type it: small letters, spaces and dashes do not matter.
fn as_typed(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

impl Db {
    /// Makes a token for a device and keeps its code until it is typed or too old.
    pub async fn begin_pairing(&self, now: Timestamp) -> Result<NewPairing, StoreError> {
        Statement::new(sql::FORGET_PAIRINGS, vec![number(now)]).run(self).await?;
        let expires_at = now.plus(PAIRING_LASTS);
        loop {
            let token = fresh_key()?;
            let arguments =
                vec![text(&code_of_token(&token)), text(&hash_of_key(&token)), number(expires_at)];
            // A code that another device shows already is not given twice.
            if Statement::new(sql::BEGIN_PAIRING, arguments).run(self).await?.is_some() {
                return Ok(NewPairing { token, expires_at });
            }
        }
    }

    /// Until when the code of a device's token can be typed; `None`: it is over.
    pub async fn pairing_of(
        &self,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let (code, hash) = (code_of_token(token), hash_of_key(token));
        let end: Option<i64> = on_pool!(self.pool(), |connections| sqlx::query_scalar(sql::PAIRING_OF_TOKEN)
            .bind(code)
            .bind(hash)
            .bind(now.as_micros())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        Ok(end.map(Timestamp::from_micros))
    }

    /// Gives a console to the device that shows `code`. The code is used up, and a device that had the console before
    /// loses it.
    pub async fn pair(
        &self,
        code: &str,
        (store, register, console): (&StoreId, &RegisterId, &ConsoleId),
        now: Timestamp,
    ) -> Result<Pairing, ChangeSettingsError> {
        let mut settings = self.settings().await?;
        if key_of(&mut settings, store, register, console).is_none() {
            return Ok(Pairing::UnknownConsole);
        }
        let arguments = vec![text(&as_typed(code)), number(now)];
        let taken = Statement::new(sql::TAKE_PAIRING, arguments).run(self).await?;
        let Some(hash) = taken else { return Ok(Pairing::UnknownCode) };
        for _ in 0..TRIES {
            let Some(key) = key_of(&mut settings, store, register, console) else {
                return Ok(Pairing::UnknownConsole);
            };
            *key = Some(hash.clone());
            match self.save_settings(&settings).await {
                Err(ChangeSettingsError::Conflict) => settings = self.settings().await?,
                saved => return saved.map(Pairing::Paired),
            }
        }
        Err(ChangeSettingsError::Conflict)
    }
}

/// The hash of a console's key in settings.
fn key_of<'a>(
    settings: &'a mut Settings,
    store: &StoreId,
    register: &RegisterId,
    console: &ConsoleId,
) -> Option<&'a mut Option<String>> {
    let register = settings.stores.get_mut(store)?.registers.get_mut(register)?;
    Some(&mut register.consoles.get_mut(console)?.screen_key_sha256)
}

fn text(text: &str) -> Argument {
    Argument::Text(text.to_owned())
}

fn number(at: Timestamp) -> Argument {
    Argument::Number(at.as_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_made_of_its_token_alone_and_is_easy_to_read() {
        let token = SecretString::from("a token");
        let code = code_of_token(&token);
        assert_eq!(code, code_of_token(&token));
        assert_ne!(code, code_of_token(&SecretString::from("another")));
        assert!(code.len() == CODE_LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
    }

    #[test]
    fn people_type_codes_as_they_like() {
        for typed in ["ABCD2345", "abcd-2345", " ABCD 2345 ", "Abcd–2345"] {
            assert_eq!(as_typed(typed), "ABCD2345", "{typed}");
        }
    }
}
