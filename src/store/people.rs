//! People who use the admin pages: users with their rights, sessions, failed tries; and the audit of all that they change.
//!
//! Whatever people change is one transaction with the entries that tell of it: nothing is changed without its entry, and no
//! entry tells of what did not happen. Entries are chained: see [`AuditRecord`].

mod audit;
mod edit;
mod memory;
mod on_db;
mod port;
mod request;
mod session;
mod user;

pub(crate) use audit::{append_entries, chained, entries_of};
pub(crate) use memory::Tables;

pub use audit::{AuditEntry, AuditProblem, AuditRecord, AuditVerdict, Author};
pub use edit::{ChangePeopleError, PeopleEdit};
pub use port::People;
pub use request::{RefundRequest, RefundRequestBody};
pub use session::{Session, SessionBody};
pub use user::{Grant, GrantError, Role, SecondFactor, User, UserBody, UserId};
