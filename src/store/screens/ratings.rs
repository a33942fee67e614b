//! Buyers' ratings: one tap after a payment.
//!
//! A table of its own, beside the journal: a rating is no fact about money, changes no payment, and a report counts it by
//! shop and day. A rating that is lost is no harm; one that could hold up a payment would be.

use engine::ports::StoreError;
use payment::{ConsoleId, PaymentId, RegisterId, StoreId, Timestamp};

use crate::Db;
use crate::error::unusable;
use crate::pool::on_pool;
use crate::sql::screens as sql;
use crate::statement::{Argument, Statement};

/// How often a rating was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatingCount {
    /// 1 bad, 2 so-so, 3 good.
    pub rating: i64,
    /// How many buyers.
    pub buyers: i64,
}

impl Db {
    /// Keeps the rating of a payment, 1 to 3; a second tap replaces the first.
    pub async fn rate(
        &self,
        payment: PaymentId,
        (store, register, console): (&StoreId, &RegisterId, &ConsoleId),
        rating: u8,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let text = |text: &dyn std::fmt::Display| Argument::Text(text.to_string());
        let arguments = vec![
            text(&payment),
            text(store),
            text(register),
            text(console),
            Argument::Number(rating.into()),
            Argument::Number(now.as_micros()),
        ];
        Statement::new(sql::RATE, arguments).run(self).await.map(drop)
    }

    /// A store's ratings from `from` until before `until`, the worst first; one that nobody gave is left out.
    pub async fn ratings(
        &self,
        store: &StoreId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RatingCount>, StoreError> {
        let rows: Vec<(i64, i64)> = on_pool!(self.pool(), |connections| sqlx::query_as(sql::COUNT_RATINGS)
            .bind(store.to_string())
            .bind(from.as_micros())
            .bind(until.as_micros())
            .fetch_all(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        Ok(rows.into_iter().map(|(rating, buyers)| RatingCount { rating, buyers }).collect())
    }
}
