//! One change of the engine.
//!
//! Statements are few on purpose: accepting a checkout is three inserts (operation, payment, journal), issuing a code
//! one update and one insert.

use async_trait::async_trait;
use engine::ports::{Change, CommitError, CreditKey, PaymentChange, StoreError};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

use super::writer::{Refusal, Session, Work};
use crate::error::unusable;
use crate::rows::{JournalColumns, OperationColumns, PaymentColumns, StateColumns, journal_columns, signed};
use crate::sql;

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

/// A change as rows.
pub(super) struct Commit {
    epoch: u64,
    at: i64,
    operation: Option<OperationColumns>,
    payment: Option<PaymentRows>,
}

struct PaymentRows {
    expected_sequence: Option<i64>,
    /// For an insert only.
    first: Option<PaymentColumns>,
    state: StateColumns,
    journal: Vec<JournalColumns>,
    credits: Vec<CreditKey>,
}

impl Commit {
    pub(super) fn of(change: &Change) -> Result<Self, StoreError> {
        Ok(Self {
            epoch: change.epoch,
            at: change.at.as_micros(),
            operation: change.operation.as_ref().map(OperationColumns::of),
            payment: change.payment.as_ref().map(PaymentRows::of).transpose()?,
        })
    }
}

impl PaymentRows {
    fn of(change: &PaymentChange) -> Result<Self, StoreError> {
        let expected = change.expected_sequence;
        let first = expected.is_none().then(|| PaymentColumns::of(&change.payment)).transpose()?;
        Ok(Self {
            expected_sequence: expected.map(|sequence| signed("sequence", sequence)).transpose()?,
            first,
            state: StateColumns::of(change)?,
            journal: journal_columns(&change.journal)?,
            credits: change.credits.clone(),
        })
    }
}

impl Refusal for CommitError {
    fn database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

#[async_trait]
impl Work for Commit {
    type Done = ();
    type Refusal = CommitError;

    /// The operation goes first: a known one makes the change a duplicate, whatever else is wrong with it.
    async fn perform(self, session: &mut Session) -> Result<(), CommitError> {
        if self.epoch < session.newest_epoch {
            return Err(CommitError::Lapsed);
        }
        let connection = &mut session.connection;
        if let Some(operation) = self.operation
            && run(insert_operation(operation, self.at), connection).await? == 0
        {
            return Err(CommitError::Duplicate);
        }
        if let Some(payment) = self.payment {
            write_payment(payment, signed("epoch", self.epoch)?, self.at, connection).await?;
        }
        Ok(())
    }
}

async fn write_payment(
    rows: PaymentRows,
    epoch: i64,
    at: i64,
    connection: &mut SqliteConnection,
) -> Result<(), CommitError> {
    let payment = rows.state.id.clone();
    let query = match (rows.first, rows.expected_sequence) {
        (None, Some(expected)) => update_payment(rows.state, epoch, expected),
        (Some(first), _) => insert_payment(first, rows.state, epoch),
        (None, None) => return Err(StoreError("a first change without its payment".to_owned()).into()),
    };
    if run(query, connection).await? == 0 {
        return Err(CommitError::Conflict);
    }
    for credit in &rows.credits {
        if run(insert_credit(credit, &payment), connection).await? == 0 {
            return Err(CommitError::CreditTaken);
        }
    }
    let mut journal = rows.journal.into_iter();
    loop {
        let some: Vec<JournalColumns> = journal.by_ref().take(sql::JOURNAL_ROWS).collect();
        if some.is_empty() {
            return Ok(());
        }
        run(insert_journal(some, &payment, at), connection).await?;
    }
}

async fn run(query: Query, connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let done = query.execute(connection).await.map_err(|error| unusable(&error))?;
    Ok(done.rows_affected())
}

fn insert_operation(row: OperationColumns, at: i64) -> Query {
    sqlx::query(sql::INSERT_OPERATION)
        .bind(row.operation)
        .bind(row.register)
        .bind(row.store)
        .bind(at)
        .bind(row.kind)
        .bind(row.essence)
        .bind(row.payment)
        .bind(row.code)
        .bind(row.field)
        .bind(row.reason)
}

fn insert_payment(first: PaymentColumns, state: StateColumns, epoch: i64) -> Query {
    sqlx::query(sql::INSERT_PAYMENT)
        .bind(state.id)
        .bind(first.store)
        .bind(first.register)
        .bind(first.operation)
        .bind(first.payment_type)
        .bind(first.amount_minor)
        .bind(first.currency)
        .bind(first.receipt)
        .bind(state.status)
        .bind(state.is_open)
        .bind(first.opened_at)
        .bind(state.wake_at)
        .bind(state.settled)
        .bind(state.sequence)
        .bind(epoch)
        .bind(first.checkout)
        .bind(state.state)
}

fn update_payment(state: StateColumns, epoch: i64, expected_sequence: i64) -> Query {
    sqlx::query(sql::UPDATE_PAYMENT)
        .bind(state.status)
        .bind(state.is_open)
        .bind(state.wake_at)
        .bind(state.settled)
        .bind(state.sequence)
        .bind(epoch)
        .bind(state.state)
        .bind(state.id)
        .bind(expected_sequence)
}

fn insert_credit(credit: &CreditKey, payment: &str) -> Query {
    sqlx::query(sql::INSERT_CREDIT)
        .bind(credit.server.to_string())
        .bind(credit.transaction.to_string())
        .bind(payment.to_owned())
}

fn insert_journal(rows: Vec<JournalColumns>, payment: &str, at: i64) -> Query {
    let mut query = sqlx::query(sql::insert_journal(rows.len()));
    for row in rows {
        query = query.bind(payment.to_owned()).bind(row.sequence).bind(row.copy).bind(at).bind(row.fact);
        query = match row.event {
            Some(event) => query
                .bind(event.store)
                .bind(event.register)
                .bind(event.operation)
                .bind(event.name)
                .bind(event.body)
                .bind(0_i64),
            None => query
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(None::<String>)
                .bind(None::<i64>),
        };
    }
    query
}
