//! What the admin pages need of a store.

use async_trait::async_trait;
use engine::ports::StoreError;
use payment::Timestamp;

use super::{
    AuditEntry, AuditRecord, AuditVerdict, ChangePeopleError, PeopleEdit, RefundRequest, Session, User,
    UserId,
};

/// Users, sessions, failed tries, and the audit.
#[async_trait]
pub trait People: Send + Sync + 'static {
    /// All users by their logins.
    async fn users(&self) -> Result<Vec<User>, StoreError>;

    /// One user.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;

    /// The user of a login.
    async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError>;

    /// Makes edits and appends entries: all of it or nothing.
    async fn change_people(
        &self,
        edits: Vec<PeopleEdit>,
        entries: Vec<AuditEntry>,
    ) -> Result<(), ChangePeopleError>;

    /// The session of a token's hash, unless it has ended.
    async fn session(&self, token_sha256: &str, now: Timestamp) -> Result<Option<Session>, StoreError>;

    /// All sessions that have not ended, the latest used first.
    async fn sessions(&self, now: Timestamp) -> Result<Vec<Session>, StoreError>;

    /// Until when the link for the first owner can be used; `None`: there is no such link.
    async fn setup_link(&self, token_sha256: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Every refund that waits for a second person or was agreed to and not carried out yet, the first to expire first. Those
    /// that have expired are among them until they are dropped.
    async fn refund_requests(&self) -> Result<Vec<RefundRequest>, StoreError>;

    /// Counts a try of somebody and returns the tries since the window began, this one included. A window that has ended begins
    /// anew and lasts until `until`.
    async fn count_try(&self, who: &str, now: Timestamp, until: Timestamp) -> Result<u64, StoreError>;

    /// Entries before a number, newest first.
    async fn audit_before(&self, number: Option<u64>, limit: u32) -> Result<Vec<AuditRecord>, StoreError>;

    /// Follows the whole chain.
    async fn verify_audit(&self) -> Result<AuditVerdict, StoreError>;
}
