//! The texts for users, sessions and the audit.

pub(crate) const USERS: &str = "SELECT id, login, version, body FROM users ORDER BY login";
pub(crate) const USER: &str = "SELECT id, login, version, body FROM users WHERE id = $1";
pub(crate) const USER_BY_LOGIN: &str = "SELECT id, login, version, body FROM users WHERE login = $1";

pub(crate) const ADD_USER: &str =
    "INSERT INTO users (id, login, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
pub(crate) const CHANGE_USER: &str =
    "UPDATE users SET version = version + 1, body = $1 WHERE id = $2 AND version = $3";
pub(crate) const REMOVE_USER: &str = "DELETE FROM users WHERE id = $1 AND version = $2";

pub(crate) const SESSION: &str = "SELECT token_sha256, user_id, seen_at, ends_at, body FROM sessions WHERE token_sha256 = $1 AND ends_at > $2";
pub(crate) const SESSIONS: &str = "SELECT token_sha256, user_id, seen_at, ends_at, body FROM sessions WHERE ends_at > $1 ORDER BY seen_at DESC";
pub(crate) const BEGIN_SESSION: &str =
    "INSERT INTO sessions (token_sha256, user_id, seen_at, ends_at, body) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const SEE_SESSION: &str = "UPDATE sessions SET seen_at = $1, ends_at = $2 WHERE token_sha256 = $3";
pub(crate) const END_SESSION: &str = "DELETE FROM sessions WHERE token_sha256 = $1";
pub(crate) const END_SESSIONS_OF: &str = "DELETE FROM sessions WHERE user_id = $1 AND token_sha256 <> $2";
pub(crate) const FORGET_SESSIONS: &str = "DELETE FROM sessions WHERE ends_at <= $1";

pub(crate) const PUT_SETUP_LINK: &str = "INSERT INTO setup_link (only_row, token_sha256, ends_at) VALUES (1, $1, $2) \
     ON CONFLICT (only_row) DO UPDATE SET token_sha256 = excluded.token_sha256, ends_at = excluded.ends_at";
pub(crate) const TAKE_SETUP_LINK: &str = "DELETE FROM setup_link WHERE token_sha256 = $1 AND ends_at > $2";
pub(crate) const SETUP_LINK: &str = "SELECT ends_at FROM setup_link WHERE token_sha256 = $1 AND ends_at > $2";

pub(crate) const COUNT_TRY: &str = "INSERT INTO failed_tries (who, tries, until) VALUES ($1, 1, $2) \
     ON CONFLICT (who) DO UPDATE SET tries = CASE WHEN failed_tries.until <= $3 THEN 1 ELSE failed_tries.tries + 1 END, \
     until = CASE WHEN failed_tries.until <= $3 THEN excluded.until ELSE failed_tries.until END \
     RETURNING CAST(tries AS TEXT)";
pub(crate) const FORGET_TRIES: &str = "DELETE FROM failed_tries WHERE who = $1";
pub(crate) const FORGET_OLD_TRIES: &str = "DELETE FROM failed_tries WHERE until <= $1";

pub(crate) const REFUND_REQUESTS: &str = "SELECT operation, payment_id, store, asked_by, agreed_by, expires_at, body \
     FROM refund_requests ORDER BY expires_at, operation";
pub(crate) const PUT_REFUND_REQUEST: &str = "INSERT INTO refund_requests (operation, payment_id, store, asked_by, agreed_by, expires_at, body) \
     VALUES ($1, $2, $3, $4, '', $5, $6) ON CONFLICT DO NOTHING";
pub(crate) const AGREE_TO_REFUND: &str = "UPDATE refund_requests SET agreed_by = $1 \
     WHERE operation = $2 AND agreed_by = '' AND asked_by <> $1 AND expires_at > $3";
pub(crate) const DROP_REFUND_REQUEST: &str =
    "DELETE FROM refund_requests WHERE operation = $1 AND agreed_by = ''";
pub(crate) const END_REFUND_REQUEST: &str = "DELETE FROM refund_requests WHERE operation = $1";

/// Locks the head until the end of the transaction: two changes at once get their numbers one after the other.
pub(crate) const LOCK_HEAD: &str =
    "UPDATE audit_head SET number = number WHERE only_row = 1 RETURNING number, hash";
pub(crate) const MOVE_HEAD: &str = "UPDATE audit_head SET number = $1, hash = $2 WHERE only_row = 1";
pub(crate) const HEAD: &str = "SELECT number, hash FROM audit_head WHERE only_row = 1";
pub(crate) const APPEND: &str =
    "INSERT INTO audit (number, at, store, body, hash) VALUES ($1, $2, $3, $4, $5)";

pub(crate) const AUDIT_BEFORE: &str =
    "SELECT number, at, store, body, hash FROM audit WHERE number < $1 ORDER BY number DESC LIMIT $2";
pub(crate) const AUDIT_AFTER: &str =
    "SELECT number, at, store, body, hash FROM audit WHERE number > $1 ORDER BY number LIMIT $2";
