//! Money without an order.

use engine::ports::{StoreError, UnclaimedCredit, UnclaimedSearch};
use sqlx::QueryBuilder;

use super::limit;
use crate::Db;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::rows::UnclaimedColumns;
use crate::sql;

impl Db {
    /// Money without an order that nobody has claimed, newest first, at most `limit`.
    pub async fn unclaimed(&self, limit: usize) -> Result<Vec<UnclaimedCredit>, StoreError> {
        find(self.pool(), &UnclaimedSearch::default(), limit).await
    }
}

pub(crate) async fn find(
    pool: &Pool,
    search: &UnclaimedSearch,
    rows: usize,
) -> Result<Vec<UnclaimedCredit>, StoreError> {
    let found: Vec<UnclaimedColumns> = on_pool!(pool, |connections| {
        let mut query = QueryBuilder::new(sql::SEARCH_UNCLAIMED);
        if let Some(server) = &search.server {
            query.push(" AND server = ").push_bind(server.to_string());
        }
        if let Some(code) = &search.code {
            query.push(" AND code = ").push_bind(code.to_string());
        }
        if let Some(transaction) = &search.transaction {
            query.push(" AND bank_transaction = ").push_bind(transaction.to_string());
        }
        query.push(" ORDER BY found_at DESC, bank_transaction DESC LIMIT ").push_bind(limit(rows));
        query.build_query_as().fetch_all(connections).await
    })
    .map_err(|error| unusable(&error))?;
    found.into_iter().map(UnclaimedColumns::credit).collect()
}
