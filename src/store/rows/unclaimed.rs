//! Rows of `unclaimed_credits`.

use engine::ports::{StoreError, UnclaimedCredit};
use payment::{BankTransaction, CodeId, Currency, Money, ServerId, Timestamp};

use super::parsed;
use crate::error::damaged;

/// One row, as it is written and read.
#[derive(sqlx::FromRow)]
pub(crate) struct UnclaimedColumns {
    pub(crate) bank_transaction: String,
    pub(crate) server: String,
    pub(crate) code: String,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
    pub(crate) is_confirmed: bool,
    pub(crate) found_at: i64,
    pub(crate) paid_at: Option<i64>,
    pub(crate) payer: Option<String>,
    pub(crate) instrument: Option<String>,
}

impl UnclaimedColumns {
    pub(crate) fn of(credit: &UnclaimedCredit) -> Self {
        Self {
            bank_transaction: credit.transaction.to_string(),
            server: credit.server.to_string(),
            code: credit.code.to_string(),
            amount_minor: credit.amount.minor(),
            currency: credit.amount.currency().code().to_owned(),
            is_confirmed: credit.is_confirmed,
            found_at: credit.found_at.as_micros(),
            paid_at: credit.paid_at.map(Timestamp::as_micros),
            payer: credit.payer.clone(),
            instrument: credit.instrument.clone(),
        }
    }

    pub(crate) fn credit(self) -> Result<UnclaimedCredit, StoreError> {
        let what = format!("unclaimed credit {:?} at {}", self.bank_transaction, self.server);
        let currency = parsed(&what, Currency::parse(&self.currency))?;
        Ok(UnclaimedCredit {
            server: parsed(&what, ServerId::parse(&self.server))?,
            code: parsed(&what, CodeId::parse(&self.code))?,
            transaction: parsed(&what, BankTransaction::parse(&self.bank_transaction))?,
            amount: Money::try_new(self.amount_minor, currency)
                .map_err(|_| damaged(&what, "its amount is out of bounds"))?,
            is_confirmed: self.is_confirmed,
            found_at: Timestamp::from_micros(self.found_at),
            paid_at: self.paid_at.map(Timestamp::from_micros),
            payer: self.payer,
            instrument: self.instrument,
        })
    }
}
