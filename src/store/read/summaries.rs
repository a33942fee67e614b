//! Lists of payments by what people know of them.

use engine::ports::StoreError;
use sqlx::QueryBuilder;

use super::limit;
use crate::error::unusable;
use crate::pool::{Pool, on_pool};
use crate::records::{PaymentFilter, PaymentSummary};
use crate::rows::SummaryColumns;

/// The query is put together from what is asked for, so that the database can use the index that fits.
pub(crate) async fn find(pool: &Pool, filter: &PaymentFilter) -> Result<Vec<PaymentSummary>, StoreError> {
    let rows: Vec<SummaryColumns> = on_pool!(pool, |connections| {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(SummaryColumns::NAMES).push(" FROM payments WHERE 1 = 1");
        if let Some(store) = &filter.store {
            query.push(" AND store = ").push_bind(store.to_string());
        }
        if let Some(register) = &filter.register {
            query.push(" AND register = ").push_bind(register.to_string());
        }
        if let Some(status) = filter.status {
            query.push(" AND status = ").push_bind(status.word());
        }
        if let Some(receipt) = &filter.receipt {
            query.push(" AND receipt = ").push_bind(receipt.clone());
        }
        if let Some(operation) = &filter.operation {
            query.push(" AND id IN (SELECT payment FROM operations WHERE operation = ");
            query.push_bind(operation.to_string()).push(")");
        }
        if filter.open_only {
            query.push(" AND is_open");
        }
        if filter.not_fiscalized {
            query.push(" AND fiscal_due");
        }
        if let Some(before) = filter.before {
            query.push(" AND id < ").push_bind(before.to_string());
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit(filter.limit));
        query.build_query_as().fetch_all(connections).await
    })
    .map_err(|error| unusable(&error))?;
    rows.into_iter().map(SummaryColumns::summary).collect()
}
