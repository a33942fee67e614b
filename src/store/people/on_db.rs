//! People in a database.

use async_trait::async_trait;
use engine::ports::StoreError;
use payment::{OperationId, StoreId, Timestamp};
use sqlx::Connection;

use super::audit::{Follower, Link, append_entries};
use super::edit::{EditStatement, Otherwise};
use super::{
    AuditEntry, AuditRecord, AuditVerdict, ChangePeopleError, People, PeopleEdit, RefundRequest, Session,
    User, UserId,
};
use crate::Db;
use crate::db::Writing;
use crate::error::{damaged, unusable};
use crate::pool::{Pool, on_pool};
use crate::postgres::on_connection;
use crate::rows::{parsed, signed, unsigned};
use crate::sql::people as sql;
use crate::sqlite::{Session as Writes, Work};
use crate::statement::{Argument, Statement};

/// Rows of the audit that are read at once.
const PAGE: i64 = 500;

/// Edits as statements, and the entries that tell of them.
struct ChangePeople {
    statements: Vec<EditStatement>,
    entries: Vec<AuditEntry>,
}

/// One statement; returns how many rows it changed.
macro_rules! run {
    ($connection:expr, $text:expr, $arguments:expr) => {{
        let query = $arguments.into_iter().fold(sqlx::query($text), |query, argument| match argument {
            Argument::Text(text) => query.bind(text),
            Argument::Number(number) => query.bind(number),
        });
        query.execute(&mut *$connection).await?.rows_affected()
    }};
}

/// All of it inside a transaction that the caller ends; tells what refused it.
macro_rules! change {
    ($connection:expr, $change:expr) => {{
        let ChangePeople { statements, entries } = $change;
        let mut refused = Otherwise::Fine;
        for (text, arguments, otherwise) in statements {
            if run!($connection, text, arguments) == 0 && otherwise != Otherwise::Fine {
                refused = otherwise;
                break;
            }
        }
        if refused == Otherwise::Fine {
            append_entries!($connection, &entries);
        }
        Ok::<_, sqlx::Error>(refused)
    }};
}

fn told(done: Result<Otherwise, sqlx::Error>) -> Result<(), ChangePeopleError> {
    match done.map_err(|error| unusable(&error))? {
        Otherwise::Fine => Ok(()),
        Otherwise::Conflict => Err(ChangePeopleError::Conflict),
        Otherwise::LoginTaken => Err(ChangePeopleError::LoginTaken),
    }
}

#[async_trait]
impl Work for ChangePeople {
    type Done = ();
    type Refusal = ChangePeopleError;

    async fn perform(self, session: &mut Writes) -> Result<(), ChangePeopleError> {
        let connection = session.connection().await?;
        told(async { change!(connection, self) }.await)
    }
}

impl ChangePeople {
    async fn perform_on_server(self, database: &crate::postgres::Database) -> Result<(), ChangePeopleError> {
        told(on_connection!(database, |connection| async {
            let mut transaction = connection.begin().await?;
            let refused = async { change!(transaction, self) }.await?;
            if refused == Otherwise::Fine {
                transaction.commit().await?;
            } else {
                transaction.rollback().await?;
            }
            Ok(refused)
        }
        .await))
    }
}

/// A row of the users.
#[derive(sqlx::FromRow)]
struct UserRow {
    id: String,
    login: String,
    version: i64,
    body: String,
}

impl UserRow {
    fn user(self) -> Result<User, StoreError> {
        let what = format!("user {}", self.login);
        Ok(User {
            id: UserId(self.id),
            version: unsigned("a user's version", self.version)?,
            body: parsed(&what, serde_json::from_str(&self.body))?,
            login: self.login,
        })
    }
}

/// A row of the sessions.
#[derive(sqlx::FromRow)]
struct SessionRow {
    token_sha256: String,
    user_id: String,
    seen_at: i64,
    ends_at: i64,
    body: String,
}

impl SessionRow {
    fn session(self) -> Result<Session, StoreError> {
        Ok(Session {
            token_sha256: self.token_sha256,
            user: UserId(self.user_id),
            seen_at: Timestamp::from_micros(self.seen_at),
            ends_at: Timestamp::from_micros(self.ends_at),
            body: parsed("a session", serde_json::from_str(&self.body))?,
        })
    }
}

/// A row of the refunds that wait for a second person.
#[derive(sqlx::FromRow)]
struct RefundRequestRow {
    operation: String,
    payment_id: String,
    store: String,
    asked_by: String,
    agreed_by: String,
    expires_at: i64,
    body: String,
}

impl RefundRequestRow {
    fn request(self) -> Result<RefundRequest, StoreError> {
        let what = format!("refund request {}", self.operation);
        Ok(RefundRequest {
            operation: parsed(&what, OperationId::parse(&self.operation))?,
            store: parsed(&what, StoreId::parse(&self.store))?,
            payment: parsed(&what, self.payment_id.parse())?,
            asked_by: UserId(self.asked_by),
            agreed_by: Some(self.agreed_by).filter(|user| !user.is_empty()).map(UserId),
            expires_at: Timestamp::from_micros(self.expires_at),
            body: parsed(&what, serde_json::from_str(&self.body))?,
        })
    }
}

impl Db {
    async fn one_user(&self, text: &'static str, key: &str) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = on_pool!(self.pool(), |connections| sqlx::query_as(text)
            .bind(key.to_owned())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        row.map(UserRow::user).transpose()
    }

    async fn links(&self, text: &'static str, number: i64, limit: i64) -> Result<Vec<Link>, StoreError> {
        on_pool!(self.pool(), |connections| sqlx::query_as(text)
            .bind(number)
            .bind(limit)
            .fetch_all(connections)
            .await)
        .map_err(|error| unusable(&error))
    }
}

#[async_trait]
impl People for Db {
    async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows: Vec<UserRow> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::USERS).fetch_all(connections).await)
                .map_err(|error| unusable(&error))?;
        rows.into_iter().map(UserRow::user).collect()
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.one_user(sql::USER, &id.0).await
    }

    async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        self.one_user(sql::USER_BY_LOGIN, login).await
    }

    async fn change_people(
        &self,
        edits: Vec<PeopleEdit>,
        entries: Vec<AuditEntry>,
    ) -> Result<(), ChangePeopleError> {
        let statements = edits.into_iter().map(PeopleEdit::statement).collect::<Result<_, _>>()?;
        let change = ChangePeople { statements, entries };
        match (self.writing(), self.pool()) {
            (Writing::Sqlite(writer), _) => writer.perform(change).await,
            (Writing::Postgres(_), Pool::Postgres(database)) => change.perform_on_server(database).await,
            (Writing::Postgres(_), Pool::Sqlite(_)) => unreachable!("both are made of one database"),
        }
    }

    async fn session(&self, token_sha256: &str, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = on_pool!(self.pool(), |connections| sqlx::query_as(sql::SESSION)
            .bind(token_sha256.to_owned())
            .bind(now.as_micros())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        row.map(SessionRow::session).transpose()
    }

    async fn sessions(&self, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<SessionRow> = on_pool!(self.pool(), |connections| sqlx::query_as(sql::SESSIONS)
            .bind(now.as_micros())
            .fetch_all(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        rows.into_iter().map(SessionRow::session).collect()
    }

    async fn setup_link(&self, token_sha256: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let end: Option<i64> = on_pool!(self.pool(), |connections| sqlx::query_scalar(sql::SETUP_LINK)
            .bind(token_sha256.to_owned())
            .bind(now.as_micros())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        Ok(end.map(Timestamp::from_micros))
    }

    async fn refund_requests(&self) -> Result<Vec<RefundRequest>, StoreError> {
        let rows: Vec<RefundRequestRow> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::REFUND_REQUESTS)
                .fetch_all(connections)
                .await)
            .map_err(|error| unusable(&error))?;
        rows.into_iter().map(RefundRequestRow::request).collect()
    }

    async fn count_try(&self, who: &str, now: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        let number = |at: Timestamp| Argument::Number(at.as_micros());
        Statement::new(sql::FORGET_OLD_TRIES, vec![number(now)]).run(self).await?;
        let arguments = vec![Argument::Text(who.to_owned()), number(until), number(now)];
        let tries = Statement::new(sql::COUNT_TRY, arguments).run(self).await?;
        let tries = tries.ok_or_else(|| damaged("failed tries", "no row came back"))?;
        parsed("failed tries", tries.parse())
    }

    async fn audit_before(&self, number: Option<u64>, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let number = number.map_or(Ok(i64::MAX), |number| signed("an entry's number", number))?;
        let links = self.links(sql::AUDIT_BEFORE, number, limit.into()).await?;
        links.into_iter().map(Link::record).collect()
    }

    /// The head is read first: what is appended meanwhile is beyond it and not looked at.
    async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        let head: Option<(i64, String)> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::HEAD).fetch_optional(connections).await)
                .map_err(|error| unusable(&error))?;
        let head = head.ok_or_else(|| damaged("the head of the audit", "it is not there"))?;
        let mut follower = Follower::default();
        loop {
            let page = self.links(sql::AUDIT_AFTER, follower.last(), PAGE).await?;
            let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            let within = page.iter().filter(|link| !(is_last && is_newer(link, &head)));
            let mut goes_on = true;
            for link in within {
                goes_on = follower.take(link);
                if !goes_on {
                    break;
                }
            }
            if is_last || !goes_on {
                return Ok(follower.verdict(head));
            }
        }
    }
}

/// Whether an entry may have been appended after the head was read: then another head stands behind it. One beyond the head that
/// nobody appended is found by the next look, which reads a new head.
fn is_newer(link: &Link, (head, _): &(i64, String)) -> bool {
    link.number > *head
}
