//! Users and what they may do.

use std::fmt;
use std::str::FromStr;

use payment::{InvalidName, StoreId, Timestamp};
use serde::{Deserialize, Serialize};

/// The id of a user: 32 hex characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UserId(pub String);

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What somebody is in the chain or in a store. What each may do stands in one table of the admin pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, other owners included.
    Owner,
    /// All settings and people, but not owners.
    Admin,
    /// The settings of their stores, and their payments.
    StoreAdmin,
    /// Finds payments, refunds, ends reviews.
    Support,
    /// Sees payments of their stores and asks the bank again.
    Cashier,
    /// Sees everything that is no secret, changes nothing.
    Auditor,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::StoreAdmin, Self::Support, Self::Cashier, Self::Auditor];

    /// Its stable word, such as `store_admin`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::StoreAdmin => "store_admin",
            Self::Support => "support",
            Self::Cashier => "cashier",
            Self::Auditor => "auditor",
        }
    }

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether it is always for the whole chain: what it changes belongs to no store.
    pub fn is_of_the_chain(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Whether it may move money back or handle credentials: who has it needs a second factor.
    pub fn needs_second_factor(self) -> bool {
        !matches!(self, Self::Cashier | Self::Auditor)
    }
}

/// A role, in one store or everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The store; `None`: every store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
}

/// As in `store_admin:17`, or the role alone for every store.
impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.role.word())?;
        self.store.as_ref().map_or(Ok(()), |store| write!(formatter, ":{store}"))
    }
}

impl FromStr for Grant {
    type Err = GrantError;

    fn from_str(text: &str) -> Result<Self, GrantError> {
        let (role, store) = text.split_once(':').map_or((text, None), |(role, store)| (role, Some(store)));
        let role = Role::parse(role).ok_or_else(|| GrantError::Role(role.to_owned()))?;
        Ok(Self { role, store: store.map(StoreId::parse).transpose()? })
    }
}

/// A text is no grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It begins with no role.
    #[error("there is no role {0:?}; there are {known}", known = Role::ALL.map(Role::word).join(", "))]
    Role(String),
    /// It ends with no store's id.
    #[error(transparent)]
    Store(#[from] InvalidName),
}

/// A user's second factor: one-time codes by the clock (RFC 6238), and codes for the day when the phone is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The seed, sealed.
    pub sealed_seed: String,
    /// The step of the last code that was taken: none is taken twice.
    pub last_step: u64,
    /// SHA-256 in hex of the recovery codes that are left.
    pub recovery_sha256: Vec<String>,
}

/// A user as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// What they sign in with: unique, never changes.
    pub login: String,
    /// Rises with every change; a change is made only on the version that was read.
    pub version: u64,
    /// Everything else.
    pub body: UserBody,
}

/// What is kept of a user besides what is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserBody {
    /// Their name for people.
    pub name: String,
    /// Argon2id in the PHC form; `None`: they can't sign in.
    pub password_hash: Option<String>,
    /// What they are, and where.
    pub grants: Vec<Grant>,
    /// One-time codes; `None`: not set up.
    #[serde(default)]
    pub second_factor: Option<SecondFactor>,
    /// They must choose a password before anything else.
    #[serde(default)]
    pub must_change_password: bool,
    /// They are kept out.
    #[serde(default)]
    pub is_blocked: bool,
    /// The language of their pages; `None`: as their browser says.
    #[serde(default)]
    pub language: Option<String>,
    /// When they were added.
    pub added_at: Timestamp,
}

impl User {
    /// Whether one of their roles needs a second factor.
    pub fn needs_second_factor(&self) -> bool {
        self.body.grants.iter().any(|grant| grant.role.needs_second_factor())
    }

    /// Whether they have this role somewhere.
    pub fn has_role(&self, role: Role) -> bool {
        self.body.grants.iter().any(|grant| grant.role == role)
    }

    /// What an audit may tell of them: no hash, no seed.
    pub fn told(&self) -> serde_json::Value {
        let body = &self.body;
        serde_json::json!({
            "login": self.login,
            "name": body.name,
            "grants": body.grants,
            "has_password": body.password_hash.is_some(),
            "has_second_factor": body.second_factor.is_some(),
            "recovery_codes_left": body.second_factor.as_ref().map_or(0, |factor| factor.recovery_sha256.len()),
            "must_change_password": body.must_change_password,
            "is_blocked": body.is_blocked,
        })
    }
}
