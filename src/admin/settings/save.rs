//! Storing a change of settings: whole or not at all, never over somebody else's.
//!
//! A form carries the mark of what it was filled with. The change is made on the settings of this moment, if what it changes
//! still has that mark: so two admins who change different things do not disturb each other, and of two who change the same
//! thing the second is told.

use engine::settings::Settings;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{AccountSetting, ChangeSettingsError, MovedAccount, Problem, SecretEdit, check_settings};

use crate::failure::Failure;
use crate::form::Wrong;
use crate::guard::Asker;
use crate::reasons;
use crate::state::Admin;
use crate::words::Words;

/// Settings that somebody else changes at the same moment are read again, so often.
const TRIES: usize = 8;

/// The name of the field with the mark.
pub(crate) const MARK: &str = "mark";

/// The mark of a thing as it is; of nothing, an empty text.
pub(crate) fn mark<T: Serialize>(thing: Option<&T>) -> String {
    let text = thing.and_then(|thing| serde_json::to_string(thing).ok());
    text.map(|text| hex::encode(&Sha256::digest(text.as_bytes())[..8])).unwrap_or_default()
}

/// Makes a change and stores it.
///
/// `key` is the path of the thing in a settings file, such as `stores.17`: problems below it are told at their fields, by the
/// last part of their path. `change` returns the mark of the thing before it changed it, or what is missing for it.
pub(crate) async fn save(
    admin: &Admin,
    asker: &Asker,
    key: String,
    expected: &str,
    change: impl Fn(&mut Settings) -> Result<String, Failure>,
) -> Result<Result<u64, Wrong>, Failure> {
    save_with_secrets(admin, asker, key, expected, &[], change).await
}

/// The same with secrets that become others in the same transaction.
pub(crate) async fn save_with_secrets(
    admin: &Admin,
    asker: &Asker,
    key: String,
    expected: &str,
    secrets: &[SecretEdit],
    change: impl Fn(&mut Settings) -> Result<String, Failure>,
) -> Result<Result<u64, Wrong>, Failure> {
    let (db, words) = (admin.db_of(asker), asker.words());
    for _ in 0..TRIES {
        let held = db.settings().await?;
        let problems_before = check_settings(&held).err();
        let mut settings = held.clone();
        let found = change(&mut settings)?;
        let moved = db.moved_accounts(&held, &settings, &admin.account_keys()).await?;
        if !moved.is_empty() {
            return Ok(Err(refused_to_move(&words, &moved)));
        }
        if found != expected {
            let mut wrong = Wrong::default();
            wrong.at(MARK, words.text("changed-meanwhile"));
            return Ok(Err(wrong));
        }
        if let Err(problems) = check_settings(&settings) {
            let is_new = |problem: &&Problem| {
                problem.key.starts_with(&key)
                    || !problems_before.as_ref().is_some_and(|before| before.0.contains(problem))
            };
            let wrong = told(&words, &key, problems.0.iter().filter(is_new));
            if !wrong.is_empty() {
                return Ok(Err(wrong));
            }
        }
        match db.save_settings_with_secrets(&settings, secrets.to_vec(), &admin.keyring).await {
            Err(ChangeSettingsError::Conflict) => {}
            saved => return Ok(Ok(saved?)),
        }
    }
    Err(Failure::Conflict)
}

/// Payments need the account that a server leads to: told at the fields that would lead it elsewhere.
fn refused_to_move(words: &Words, moved: &[MovedAccount]) -> Wrong {
    let mut wrong = Wrong::default();
    for MovedAccount { setting, .. } in moved {
        let (field, says) = match setting {
            AccountSetting::Module => ("module".to_owned(), "wrong-server-payments"),
            AccountSetting::Test => ("money".to_owned(), "wrong-server-account"),
            AccountSetting::Value(name) => (format!("value_{name}"), "wrong-server-account"),
        };
        wrong.at(&field, words.text(says));
    }
    wrong
}

/// Stores a thing that was not there before. `insert` puts it in, or tells that there is one with its id already, which is told at
/// the field `id`.
pub(crate) async fn add(
    admin: &Admin,
    asker: &Asker,
    key: String,
    id: &str,
    insert: impl Fn(&mut Settings) -> Result<Inserted, Failure>,
) -> Result<Result<u64, Wrong>, Failure> {
    let nothing = "";
    let saved = save(admin, asker, key, nothing, |settings| match insert(settings)? {
        Inserted::New => Ok(nothing.to_owned()),
        Inserted::Taken => Ok("something".to_owned()),
    });
    Ok(saved.await?.map_err(|found| {
        if !found.is_at(MARK) {
            return found;
        }
        let mut wrong = Wrong::default();
        wrong.at(id, asker.words().text("wrong-taken"));
        wrong
    }))
}

/// What became of a thing that was to be put into the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    New,
    /// There is one with its id: nothing was changed.
    Taken,
}

/// Problems as messages at fields: in the reader's words where the catalogues have them for the field, else the rule's own.
fn told<'a>(words: &Words, key: &str, problems: impl Iterator<Item = &'a Problem>) -> Wrong {
    let mut wrong = Wrong::default();
    for problem in problems {
        let below = problem.key.strip_prefix(key).and_then(|rest| rest.strip_prefix('.'));
        let field = below.map(|below| below.split(['.', '[']).next().unwrap_or(below));
        if let Some(field) = field {
            let own = words.lookup(&format!("wrong-{}", field.replace('_', "-")));
            // A plan is checked as a whole and typed as a line.
            let field = if field == "poll" { "poll_steps" } else { field };
            wrong.at(field, own.unwrap_or_else(|| reasons::told(words, &problem.cure)));
        } else {
            let told = reasons::told(words, &problem.cure);
            wrong.at(&problem.key, format!("{}: {told}", problem.key));
        }
    }
    wrong
}
