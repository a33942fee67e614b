//! Changes of users and sessions.

use engine::ports::StoreError;
use payment::{OperationId, Timestamp};

use super::{RefundRequest, Session, User, UserId};
use crate::rows::signed;
use crate::sql::people as sql;
use crate::sqlite::Refusal;
use crate::statement::Argument;

/// One change. Several are made together with the entries that tell of them, or none is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleEdit {
    /// A new user, whose version is 1 whatever it says; refused if the login is taken.
    AddUser(Box<User>),
    /// Another body; refused unless the user is still at their version.
    ChangeUser(Box<User>),
    /// They go, and their sessions; refused unless they are still at this version.
    RemoveUser(UserId, u64),
    /// A session begins.
    BeginSession(Box<Session>),
    /// A session was used: seen at, ends at.
    SeeSession(String, Timestamp, Timestamp),
    /// The session of this token's hash ends; one that is not there has ended.
    EndSession(String),
    /// All sessions of a user end, except the one of this token's hash.
    EndSessionsOf(UserId, Option<String>),
    /// Sessions that ended before now are forgotten.
    ForgetSessions(Timestamp),
    /// The link for the first owner, by its token's hash, and its end. An older link is good for nothing any more.
    PutSetupLink(String, Timestamp),
    /// The link is used up; refused unless there is one with this hash that has not ended.
    TakeSetupLink(String, Timestamp),
    /// Failed tries of somebody are forgotten.
    ForgetTries(String),
    /// A refund waits for a second person; refused if another of its payment does.
    PutRefundRequest(Box<RefundRequest>),
    /// Somebody agrees to a refund at a time; refused if they asked for it themselves, if somebody else was faster, and after its
    /// end.
    AgreeToRefund(OperationId, UserId, Timestamp),
    /// A refund that nobody agreed to is wanted no more; refused if somebody was faster.
    DropRefundRequest(OperationId),
    /// A refund that was agreed to has been carried out; one that is not there has been.
    EndRefundRequest(OperationId),
}

/// Why people were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePeopleError {
    /// Somebody else has changed them since they were read, or the link was used up.
    #[error("it was changed by somebody else meanwhile: look again and repeat the change")]
    Conflict,
    /// There is a user with this login.
    #[error("there is a user with this login already: choose another")]
    LoginTaken,
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal for ChangePeopleError {
    fn database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Conflict | Self::LoginTaken => None,
        }
    }
}

/// What a statement that changes no row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Otherwise {
    Fine,
    Conflict,
    LoginTaken,
}

/// An edit as a statement.
pub(super) type EditStatement = (&'static str, Vec<Argument>, Otherwise);

pub(super) fn json(what: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(what).map_err(|error| StoreError(format!("it has no JSON form: {error}")))
}

impl PeopleEdit {
    pub(super) fn statement(self) -> Result<EditStatement, StoreError> {
        use Argument::{Number, Text};
        let time = |at: Timestamp| Number(at.as_micros());
        Ok(match self {
            Self::AddUser(user) => (
                sql::ADD_USER,
                vec![Text(user.id.0), Text(user.login), Number(1), Text(json(&user.body)?)],
                Otherwise::LoginTaken,
            ),
            Self::ChangeUser(user) => (
                sql::CHANGE_USER,
                vec![Text(json(&user.body)?), Text(user.id.0), Number(signed("version", user.version)?)],
                Otherwise::Conflict,
            ),
            Self::RemoveUser(id, version) => {
                let version = Number(signed("version", version)?);
                (sql::REMOVE_USER, vec![Text(id.0), version], Otherwise::Conflict)
            }
            Self::BeginSession(session) => (
                sql::BEGIN_SESSION,
                vec![
                    Text(session.token_sha256),
                    Text(session.user.0),
                    time(session.seen_at),
                    time(session.ends_at),
                    Text(json(&session.body)?),
                ],
                Otherwise::Conflict,
            ),
            Self::SeeSession(hash, seen_at, ends_at) => {
                (sql::SEE_SESSION, vec![time(seen_at), time(ends_at), Text(hash)], Otherwise::Fine)
            }
            Self::EndSession(hash) => (sql::END_SESSION, vec![Text(hash)], Otherwise::Fine),
            Self::EndSessionsOf(user, except) => {
                (sql::END_SESSIONS_OF, vec![Text(user.0), Text(except.unwrap_or_default())], Otherwise::Fine)
            }
            Self::ForgetSessions(now) => (sql::FORGET_SESSIONS, vec![time(now)], Otherwise::Fine),
            Self::PutSetupLink(hash, ends_at) => {
                (sql::PUT_SETUP_LINK, vec![Text(hash), time(ends_at)], Otherwise::Fine)
            }
            Self::TakeSetupLink(hash, now) => {
                (sql::TAKE_SETUP_LINK, vec![Text(hash), time(now)], Otherwise::Conflict)
            }
            Self::ForgetTries(who) => (sql::FORGET_TRIES, vec![Text(who)], Otherwise::Fine),
            Self::PutRefundRequest(request) => (
                sql::PUT_REFUND_REQUEST,
                vec![
                    Text(request.operation.to_string()),
                    Text(request.payment.to_string()),
                    Text(request.store.to_string()),
                    Text(request.asked_by.0),
                    time(request.expires_at),
                    Text(json(&request.body)?),
                ],
                Otherwise::Conflict,
            ),
            Self::AgreeToRefund(operation, user, now) => (
                sql::AGREE_TO_REFUND,
                vec![Text(user.0), Text(operation.to_string()), time(now)],
                Otherwise::Conflict,
            ),
            Self::DropRefundRequest(operation) => {
                (sql::DROP_REFUND_REQUEST, vec![Text(operation.to_string())], Otherwise::Conflict)
            }
            Self::EndRefundRequest(operation) => {
                (sql::END_REFUND_REQUEST, vec![Text(operation.to_string())], Otherwise::Fine)
            }
        })
    }
}
