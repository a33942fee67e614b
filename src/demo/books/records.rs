//! Getting our own records out of a database: the one thing here that reads.

use std::collections::BTreeSet;

use engine::ports::StoreError;
use payment::{PaymentId, Timestamp};
use store::{PaymentRecord, Records};

const PAGE: usize = 500;

/// The payments of a database, parted by when they were accepted.
#[derive(Debug, Default)]
pub struct Parted {
    /// The older ones: to be left out of the other views.
    pub older: BTreeSet<PaymentId>,
    /// The others with all that is recorded of them, oldest first.
    pub records: Vec<PaymentRecord>,
}

/// All payments that were accepted since then, and the names of those before.
pub async fn records_since(store: &dyn Records, since: Timestamp) -> Result<Parted, StoreError> {
    let mut parted = Parted::default();
    let mut after = None;
    loop {
        let page = store.payments_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(parted) };
        after = Some(*last);
        for id in page {
            match store.payment_record(id).await? {
                Some(record) if record.payment.opened_at >= since => parted.records.push(record),
                _ => drop(parted.older.insert(id)),
            }
        }
    }
}
