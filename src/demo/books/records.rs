//! Getting our own records out of a database: the one thing here that reads.

use engine::ports::StoreError;
use payment::Timestamp;
use store::{PaymentRecord, Records};

const PAGE: usize = 500;

/// All payments that were accepted since then, oldest first.
pub async fn records_since(store: &dyn Records, since: Timestamp) -> Result<Vec<PaymentRecord>, StoreError> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.payments_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(*last);
        for id in page {
            let record = store.payment_record(id).await?;
            found.extend(record.filter(|record| record.payment.opened_at >= since));
        }
    }
}
