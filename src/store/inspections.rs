//! The inspection on both databases: rounds that one instance at a time walks, and rows beside their journals.

use engine::ports::{Evidence, Round, StoreError};
use payment::{PaymentId, Timestamp};

use crate::Db;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::read::outbox;
use crate::rows::{StoredColumns, parsed, signed, unsigned};
use crate::sql::inspections as sql;
use crate::statement::{Argument, Statement};

/// Takes a round that nobody holds; tells the payment that it has reached.
pub(crate) async fn take(
    db: &Db,
    round: &Round,
    epoch: u64,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<PaymentId>, StoreError> {
    let arguments = vec![
        Argument::Number(signed("epoch", epoch)?),
        Argument::Number(until.as_micros()),
        Argument::Text(round.word()),
        Argument::Number(now.as_micros()),
        Argument::Text(PaymentId::from_uuid(0).to_string()),
    ];
    let reached = Statement::new(sql::TAKE_ROUND, arguments).run(db).await?;
    reached.map(|id| parsed("the payment that an inspection has reached", id.parse())).transpose()
}

/// Leaves a round, unless another instance has taken it meanwhile.
pub(crate) async fn leave(
    db: &Db,
    round: &Round,
    epoch: u64,
    reached: PaymentId,
    free_from: Timestamp,
) -> Result<(), StoreError> {
    let arguments = vec![
        Argument::Text(reached.to_string()),
        Argument::Number(free_from.as_micros()),
        Argument::Text(round.word()),
        Argument::Number(signed("epoch", epoch)?),
    ];
    Statement::new(sql::LEAVE_ROUND, arguments).run(db).await.map(drop)
}

/// A row, each column by itself.
#[derive(sqlx::FromRow)]
struct EvidenceColumns {
    #[sqlx(flatten)]
    stored: StoredColumns,
    status: String,
    is_open: bool,
    settled: bool,
    sequence: i64,
    wake_at: Option<i64>,
}

/// The row first: the journal only grows, so cutting it at the row's number makes one snapshot of both.
pub(crate) async fn evidence(pool: &Pool, payment: PaymentId) -> Result<Option<Evidence>, StoreError> {
    let id = payment.to_string();
    let row: Option<EvidenceColumns> = on_pool!(pool, |connections| sqlx::query_as(sql::EVIDENCE)
        .bind(id)
        .fetch_optional(connections)
        .await)
    .map_err(|error| unusable(&error))?;
    let Some(row) = row else { return Ok(None) };
    let sequence = unsigned("a payment's sequence", row.sequence)?;
    let stored = row.stored.stored()?;
    let facts = outbox::facts_of(pool, payment).await?;
    Ok(Some(Evidence {
        payment: stored.payment,
        owner: stored.owner,
        sequence,
        status: row.status,
        is_open: row.is_open,
        settled: row.settled,
        wake_at: row.wake_at.map(Timestamp::from_micros),
        facts: facts
            .into_iter()
            .filter(|fact| fact.sequence <= sequence)
            .map(|fact| (fact.sequence, fact.at, fact.fact))
            .collect(),
    }))
}
