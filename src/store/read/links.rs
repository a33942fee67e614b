//! Cash links that payments hold.

use engine::ports::{LinkKey, StoreError};
use payment::{CodeId, PaymentId, Plate, ServerId, Timestamp};

use crate::Db;
use crate::error::{damaged, unusable};
use crate::pool::on_pool;
use crate::sql;

/// A cash link with the payment that it belongs to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLink {
    /// The link.
    pub key: LinkKey,
    /// Whose it is.
    pub payment: PaymentId,
    /// Since when.
    pub since: Timestamp,
}

impl HeldLink {
    /// The payment that has a server's plate now.
    pub fn holder(held: &[Self], server: &ServerId, plate: &Plate) -> Option<PaymentId> {
        let is_it = |held: &&Self| held.key.server == *server && held.key.link == plate.link;
        held.iter().find(is_it).map(|held| held.payment)
    }
}

impl Db {
    /// All cash links that payments hold, by server and link. There are no more of them than plates.
    pub async fn links_held(&self) -> Result<Vec<HeldLink>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::LINKS_HELD).fetch_all(connections).await)
                .map_err(|error| unusable(&error))?;
        rows.into_iter().map(held).collect()
    }
}

fn held((server, link, payment, since): (String, String, String, i64)) -> Result<HeldLink, StoreError> {
    let what = "a cash link";
    Ok(HeldLink {
        key: LinkKey {
            server: ServerId::parse(&server).map_err(|error| damaged(what, error))?,
            link: CodeId::parse(&link).map_err(|error| damaged(what, error))?,
        },
        payment: payment.parse().map_err(|error: payment::InvalidId| damaged(what, error))?,
        since: Timestamp::from_micros(since),
    })
}
