//! What a row came to: lost, doubled, or otherwise not as it should be.
//!
//! Lost and doubled are counted here from the bank's ledger, the wire and what tills heard, in few words of code; the books of
//! the product compare everything with everything beside that, and whatever they find is unexpected.

use std::collections::{BTreeMap, BTreeSet};

use payment::AttemptId;
use store::PaymentRecord;
use universal_integrator::demo::books::{Findings, Ledger};

use crate::lab::customers::{Kind, Surprise};
use crate::rows::Row;

/// What was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    /// Money or answers that are gone.
    pub(crate) lost: Vec<String>,
    /// What happened twice and may not.
    pub(crate) doubled: Vec<String>,
    /// Everything else that should not be.
    pub(crate) unexpected: Vec<String>,
    /// Ends that the fault is a reason for, and how often.
    pub(crate) other_ends: BTreeMap<String, usize>,
}

impl Verdict {
    /// Whether nothing is to be said against it.
    pub(crate) fn is_good(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.unexpected.is_empty()
    }

    /// Takes what surprised the customers.
    pub(crate) fn take_surprises(&mut self, row: &Row, surprises: Vec<Surprise>) {
        for Surprise { operation, kind, text } in surprises {
            match kind {
                Kind::Silence => self.lost.push(format!("{operation}: {text}")),
                Kind::Wrong => self.unexpected.push(format!("{operation}: {text}")),
                Kind::OtherEnd(end) if row.allowed.contains(&end.as_str()) => {
                    *self.other_ends.entry(end).or_default() += 1;
                }
                Kind::OtherEnd(_) => self.unexpected.push(format!("{operation}: another end: {text}")),
            }
        }
    }

    /// Takes what the bank and our records say.
    pub(crate) fn take_books(
        &mut self,
        records: &[PaymentRecord],
        ledger: &Ledger,
        asked_twice: Vec<String>,
        findings: &Findings,
    ) {
        let known: BTreeSet<&str> = records
            .iter()
            .flat_map(|record| &record.payment.state.credits)
            .map(|credit| credit.transaction.as_str())
            .collect();
        let unknown = ledger.payments.iter().filter(|money| !known.contains(money.transaction.as_str()));
        self.lost
            .extend(unknown.map(|money| format!("money {} of order {}", money.transaction, money.order)));
        self.doubled.extend(asked_twice.into_iter().map(|order| format!("order {order} asked for twice")));
        self.take_money(ledger);
        self.unexpected.extend(findings.differences.iter().map(ToString::to_string));
    }

    /// A buyer pays once at most, and gets back no more than came.
    fn take_money(&mut self, ledger: &Ledger) {
        let mut back: BTreeMap<&str, i64> = BTreeMap::new();
        for refund in ledger.refunds.iter().filter(|refund| refund.is_completed()) {
            *back.entry(refund.transaction.as_str()).or_default() += refund.amount;
        }
        let mut kept: BTreeMap<String, usize> = BTreeMap::new();
        for money in &ledger.payments {
            let returned = back.get(money.transaction.as_str()).copied().unwrap_or(0);
            if returned > money.amount {
                self.doubled
                    .push(format!("{returned} went back of {} ({})", money.amount, money.transaction));
            }
            let attempt: Option<AttemptId> = money.order.parse().ok();
            if returned < money.amount {
                let payment = attempt.map_or(money.order.clone(), |attempt| attempt.payment().to_string());
                *kept.entry(payment).or_default() += 1;
            }
        }
        let twice = kept.into_iter().filter(|(_, times)| *times > 1);
        self.doubled
            .extend(twice.map(|(payment, times)| format!("payment {payment}: money kept {times} times")));
    }
}
