//! Giving money back from a payment.

use jiff::Timestamp;

use super::{
    core::Book,
    records::{Outcome, Refund, RefundNo, RefundStatus, TransactionNo},
};
use crate::amount::Amount;

/// A refund to be written down.
#[derive(Debug)]
pub(crate) struct NewRefund {
    pub(crate) id: String,
    pub(crate) merchant: String,
    pub(crate) payment: TransactionNo,
    pub(crate) amount: Amount,
    pub(crate) ends_at: Timestamp,
}

/// A refund in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Now(RefundNo),
    /// Asked for again.
    Before(RefundNo),
}

/// Why money cannot be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CannotRefund {
    /// More than is left of the payment.
    ExceedsRest,
    /// The id is that of another refund.
    IdTaken,
}

impl Book {
    /// Takes a refund on. The same id with the same payment and amount is the same refund.
    pub(crate) fn add_refund(&mut self, new: NewRefund, now: Timestamp) -> Result<Taken, CannotRefund> {
        if let Some(no) = self.find_refund(&new.merchant, &new.id) {
            let known = self.refund(no);
            let same = known.payment == new.payment && known.amount == new.amount;
            return if same { Ok(Taken::Before(no)) } else { Err(CannotRefund::IdTaken) };
        }
        if new.amount > self.left_of(new.payment, now) {
            return Err(CannotRefund::ExceedsRest);
        }
        let no = RefundNo(self.records.refunds.len());
        self.index.add_refund(&new.merchant, &new.id, no);
        self.records.transactions[new.payment.0].refunds.push(no);
        self.records.refunds.push(Refund {
            id: new.id,
            merchant: new.merchant,
            payment: new.payment,
            amount: new.amount,
            created_at: now,
            ends_at: new.ends_at,
            outcome: Outcome::Completed,
        });
        self.touch();
        Ok(Taken::Now(no))
    }

    /// The refund will be declined at its end.
    pub(crate) fn doom_refund(&mut self, no: RefundNo, reason: &str) {
        self.records.refunds[no.0].outcome = Outcome::Declined { reason: reason.to_owned() };
        self.touch();
    }

    /// What is left of a payment: all of it less the refunds that are not declined.
    fn left_of(&self, payment: TransactionNo, now: Timestamp) -> Amount {
        let transaction = self.transaction(payment);
        let given: i64 = transaction
            .refunds
            .iter()
            .filter(|no| self.refund_status(**no, now) != RefundStatus::Declined)
            .map(|no| self.refund(*no).amount.minor())
            .sum();
        Amount::from_minor(transaction.amount.minor() - given)
    }
}
