//! Sessions: who is signed in, on which browser.

use payment::Timestamp;
use serde::{Deserialize, Serialize};

use super::UserId;

/// A session as it is kept. Its token is the browser's alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the token, in hex.
    pub token_sha256: String,
    /// Whose it is.
    pub user: UserId,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends unless it is used.
    pub ends_at: Timestamp,
    /// Everything else.
    pub body: SessionBody,
}

/// What is kept of a session besides what is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionBody {
    /// When they signed in.
    pub begun_at: Timestamp,
    /// The browser's address.
    pub from: String,
    /// What the browser calls itself, cut.
    pub browser: String,
    /// Whether they have proven all that they must; a password alone opens nothing but the question for the code.
    pub is_whole: bool,
}
