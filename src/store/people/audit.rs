//! The audit: what was changed, by whom, from where.

use engine::ports::StoreError;
use payment::{StoreId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::settings::{Edit, Entity, is_hash};

/// What stands for a secret, and for the hash of a key that is not another one now.
const UNSEEN: &str = "***";
/// What stands for the hash of a key that was not there before.
const NEW: &str = "new";
/// A longer text in an entry is told by its length: pictures of slides are no news for an auditor.
const LONGEST_TEXT_CHARS: usize = 400;

/// Who changes something, from where, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The login, or the command.
    pub who: String,
    /// The address, or the machine.
    pub from: String,
    /// When.
    pub at: Timestamp,
}

/// One change, before it has its place in the chain. No secret is ever in it, and no hash of one: of a key it says that there is
/// another now, by `"new"` in place of its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Who did it.
    pub author: Author,
    /// What was done: a stable word such as `user.change`.
    pub action: String,
    /// To what, such as `stores.17.registers.1` or a login.
    pub about: String,
    /// The store that it belongs to; `None`: the chain.
    pub store: Option<StoreId>,
    /// As it was; `None`: it was not there.
    pub before: Option<Value>,
    /// As it is now; `None`: it is gone.
    pub after: Option<Value>,
}

impl AuditEntry {
    /// Entries of older versions have the hashes of keys, which they must keep as long as the chain is followed.
    fn without_hashes(mut self) -> Self {
        let was = self.before.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
        if let Some(Value::Object(now)) = &mut self.after {
            hide_hashes(now, |name, hash| if was.get(name) == Some(hash) { UNSEEN } else { NEW });
        }
        if let Some(Value::Object(was)) = &mut self.before {
            hide_hashes(was, |_, _| UNSEEN);
        }
        self
    }
}

fn hide_hashes(fields: &mut Map<String, Value>, told: impl Fn(&str, &Value) -> &'static str) {
    for (name, value) in fields.iter_mut().filter(|(name, _)| is_hash(name)) {
        if value.as_str().is_some_and(|text| text != UNSEEN && text != NEW) {
            *value = Value::String(told(name, value).to_owned());
        }
    }
}

/// An entry in its place of the chain.
///
/// The hash is SHA-256, in hex, of five lines: the hash of the entry before it (empty for the first), number, time in
/// microseconds, store, and the entry as JSON, as it is kept (an old one with the hashes of keys that are not told). Numbers have no gap. So an entry that was changed, moved or taken out shows, and
/// so does a tail that was cut off: the head says how far the chain goes. Who can write to the database can forge a whole chain:
/// keep the head's hash elsewhere from time to time, as `integrator audit verify` prints it.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Its number, from 1.
    pub number: u64,
    /// What it tells.
    pub entry: AuditEntry,
    /// Its hash.
    pub hash: String,
}

/// What following the chain came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the newest; empty: there is none.
    pub head: String,
    /// The first place where the chain does not hold.
    pub problem: Option<AuditProblem>,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditProblem {
    /// An entry is missing.
    #[error("entry {0} is missing: it was taken out")]
    Missing(u64),
    /// An entry does not fit its hash.
    #[error("entry {0} does not fit its hash: it, or the one before it, was changed")]
    Changed(u64),
    /// The head names another end.
    #[error("the chain ends at entry {0}, but the head says otherwise: its end was cut off or added to")]
    OtherEnd(u64),
}

/// A row of the audit.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Link {
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) store: String,
    pub(crate) body: String,
    pub(crate) hash: String,
}

/// The rows for entries that follow a head.
pub(crate) fn chained(number: i64, hash: &str, entries: &[AuditEntry]) -> Result<Vec<Link>, StoreError> {
    let mut before = hash.to_owned();
    let mut links = Vec::with_capacity(entries.len());
    for (entry, number) in entries.iter().zip(number + 1..) {
        let mut link = Link {
            number,
            at: entry.author.at.as_micros(),
            store: entry.store.as_ref().map(ToString::to_string).unwrap_or_default(),
            body: super::edit::json(entry)?,
            hash: String::new(),
        };
        link.hash = link.hash_after(&before);
        before.clone_from(&link.hash);
        links.push(link);
    }
    Ok(links)
}

impl Link {
    fn hash_after(&self, before: &str) -> String {
        let Self { number, at, store, body, .. } = self;
        hex::encode(Sha256::digest(format!("{before}\n{number}\n{at}\n{store}\n{body}")))
    }

    pub(crate) fn record(self) -> Result<AuditRecord, StoreError> {
        let number = crate::rows::unsigned("an entry's number", self.number)?;
        let entry: AuditEntry = serde_json::from_str(&self.body)
            .map_err(|error| crate::error::damaged(&format!("entry {number} of the audit"), error))?;
        Ok(AuditRecord { number, entry: entry.without_hashes(), hash: self.hash })
    }
}

/// Follows a chain, row by row.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    last: u64,
    hash: String,
    problem: Option<AuditProblem>,
}

impl Follower {
    pub(crate) fn last(&self) -> i64 {
        i64::try_from(self.last).unwrap_or(i64::MAX)
    }

    /// Takes the next row; `false`: there is nothing more to find.
    pub(crate) fn take(&mut self, link: &Link) -> bool {
        let wanted = self.last + 1;
        if u64::try_from(link.number) != Ok(wanted) {
            self.problem = Some(AuditProblem::Missing(wanted));
        } else if link.hash_after(&self.hash) != link.hash || !link.columns_agree() {
            self.problem = Some(AuditProblem::Changed(wanted));
        } else {
            self.last = wanted;
            self.hash.clone_from(&link.hash);
        }
        self.problem.is_none()
    }

    pub(crate) fn verdict(self, (number, hash): (i64, String)) -> AuditVerdict {
        let ends_there = u64::try_from(number) == Ok(self.last) && hash == self.hash;
        let problem = self.problem.or_else(|| (!ends_there).then_some(AuditProblem::OtherEnd(self.last)));
        AuditVerdict { entries: self.last, head: self.hash, problem }
    }
}

impl Link {
    /// Whether the columns say what the body says.
    fn columns_agree(&self) -> bool {
        serde_json::from_str::<AuditEntry>(&self.body).is_ok_and(|entry| {
            entry.author.at.as_micros() == self.at
                && entry.store.as_ref().map(ToString::to_string).unwrap_or_default() == self.store
        })
    }
}

/// What edits of settings tell.
pub(crate) fn entries_of(author: &Author, edits: &[Edit]) -> Vec<AuditEntry> {
    edits
        .iter()
        .map(|edit| {
            let action = match (&edit.before, &edit.after) {
                (_, None) => "settings.remove",
                (None, Some(_)) => "settings.set",
                (Some(_), Some(_)) => "settings.change",
            };
            let told = |body: &Option<Value>| body.as_ref().map(|body| told(&edit.entity, body));
            let entry = AuditEntry {
                author: author.clone(),
                action: action.to_owned(),
                about: edit.entity.to_string(),
                store: store_of(&edit.entity),
                before: told(&edit.before),
                after: told(&edit.after),
            };
            entry.without_hashes()
        })
        .collect()
}

fn store_of(entity: &Entity) -> Option<StoreId> {
    match entity {
        Entity::Store(store)
        | Entity::Register(store, _)
        | Entity::Console(store, ..)
        | Entity::PaymentType(store, _) => Some(store.clone()),
        Entity::Server(_) | Entity::Secret(..) | Entity::ApiKey(_) => None,
    }
}

fn told(entity: &Entity, body: &Value) -> Value {
    if entity.is_secret() { Value::String(UNSEEN.to_owned()) } else { cut(body) }
}

fn cut(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > LONGEST_TEXT_CHARS => {
            Value::String(format!("({} characters)", text.chars().count()))
        }
        Value::Array(items) => items.iter().map(cut).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), cut(value))).collect(),
        other => other.clone(),
    }
}

/// Appends entries on one connection, inside a transaction that the caller commits: the same on either database.
macro_rules! append_entries {
    ($connection:expr, $entries:expr) => {{
        let entries: &[$crate::people::AuditEntry] = $entries;
        if !entries.is_empty() {
            let (number, hash): (i64, String) =
                sqlx::query_as($crate::sql::people::LOCK_HEAD).fetch_one(&mut *$connection).await?;
            let links = $crate::people::chained(number, &hash, entries)
                .map_err(|error| sqlx::Error::Encode(error.0.into()))?;
            for link in &links {
                sqlx::query($crate::sql::people::APPEND)
                    .bind(link.number)
                    .bind(link.at)
                    .bind(link.store.clone())
                    .bind(link.body.clone())
                    .bind(link.hash.clone())
                    .execute(&mut *$connection)
                    .await?;
            }
            if let Some(newest) = links.last() {
                sqlx::query($crate::sql::people::MOVE_HEAD)
                    .bind(newest.number)
                    .bind(newest.hash.clone())
                    .execute(&mut *$connection)
                    .await?;
            }
        }
    }};
}

pub(crate) use append_entries;
