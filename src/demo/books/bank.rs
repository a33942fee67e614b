//! Our attempts, credits and refunds against the bank's orders, payments and refunds.

use std::collections::{BTreeMap, HashMap};

use payment::{Attempt, AttemptId, Credit, Life, Payment, Phase, Refund, RefundState};
use store::PaymentRecord;

use super::{Check, Difference, Ledger, LedgerOrder, LedgerPayment, LedgerRefund};

/// Checks both sides against each other.
pub(super) fn check(records: &[PaymentRecord], ledger: &Ledger, differences: &mut Vec<Difference>) {
    let payments: Vec<&Payment> = records.iter().map(|record| &record.payment).collect();
    check_orders(&payments, ledger, differences);
    check_credits(&payments, ledger, differences);
    check_refunds(&payments, ledger, differences);
}

fn check_orders(payments: &[&Payment], ledger: &Ledger, differences: &mut Vec<Difference>) {
    let mut rows: BTreeMap<&str, Vec<&LedgerOrder>> = BTreeMap::new();
    for row in &ledger.orders {
        rows.entry(row.order.as_str()).or_default().push(row);
    }
    for payment in payments {
        for attempt in &payment.state.attempts {
            let at_bank = rows.remove(attempt.id.to_string().as_str()).unwrap_or_default();
            if let Some(says) = wrong_with_order(payment, attempt, &at_bank) {
                differences.push(Difference::new(Check::Orders, attempt.id, says));
            }
        }
    }
    for (order, _) in rows {
        differences.push(Difference::new(Check::Orders, order, "the bank has an order that is not ours"));
    }
}

fn wrong_with_order(payment: &Payment, attempt: &Attempt, at_bank: &[&LedgerOrder]) -> Option<String> {
    let row = match at_bank {
        [] if attempt.code.is_some() => {
            return Some("the bank does not know the order of our code".to_owned());
        }
        [] => return None,
        [row] => row,
        rows => return Some(format!("the bank registered it {} times", rows.len())),
    };
    if matches!(attempt.life, Life::NotIssued { .. }) {
        return Some("we say that the bank has no such order, but it has".to_owned());
    }
    if row.amount.is_some_and(|amount| amount != payment.checkout.amount.minor()) {
        return Some(format!(
            "the bank's amount is {:?}, ours {}",
            row.amount,
            payment.checkout.amount.minor()
        ));
    }
    // Certain speaks of shown codes: an orphan may live on at the bank, and nobody has its code.
    if row.is_payable() && attempt.shown_at.is_some() && is_certainly_over(payment) {
        return Some(format!("the register was told a certain end, but the bank's order is {}", row.status));
    }
    None
}

fn is_certainly_over(payment: &Payment) -> bool {
    matches!(&payment.state.phase, Phase::Ended(ending) if ending.certain)
}

fn check_credits(payments: &[&Payment], ledger: &Ledger, differences: &mut Vec<Difference>) {
    let mut rows: HashMap<(&str, &str), &LedgerPayment> = HashMap::new();
    for row in &ledger.payments {
        rows.insert((&row.bank, &row.transaction), row);
    }
    for payment in payments {
        for credit in &payment.state.credits {
            let bank = bank_of(payment, credit.attempt);
            let says = match rows.remove(&(bank, credit.transaction.as_str())) {
                Some(row) => differs_from(credit, row),
                None => Some("the bank knows nothing of this credit, or it is counted twice".to_owned()),
            };
            if let Some(says) = says {
                differences.push(Difference::new(Check::Credits, &credit.transaction, says));
            }
        }
    }
    let mut unknown: Vec<_> = rows.into_values().collect();
    unknown.sort_by_key(|row| &row.transaction);
    for row in unknown {
        let says = format!("the bank has {} for order {} that we know nothing of", row.amount, row.order);
        differences.push(Difference::new(Check::Credits, &row.transaction, says));
    }
}

fn differs_from(credit: &Credit, row: &LedgerPayment) -> Option<String> {
    if credit.attempt.to_string() != row.order {
        return Some(format!("is of order {} at the bank, of {} with us", row.order, credit.attempt));
    }
    let ours = credit.amount.minor();
    (ours != row.amount).then(|| format!("is {} at the bank, {ours} with us", row.amount))
}

fn check_refunds(payments: &[&Payment], ledger: &Ledger, differences: &mut Vec<Difference>) {
    let mut rows: BTreeMap<(String, String), Vec<&LedgerRefund>> = BTreeMap::new();
    for row in &ledger.refunds {
        rows.entry((row.bank.clone(), row.refund.clone())).or_default().push(row);
    }
    for payment in payments {
        for refund in &payment.state.refunds {
            let Some(credit) = payment.state.credits.get(refund.credit) else { continue };
            let key = (bank_of(payment, credit.attempt).to_owned(), refund.id.to_string());
            let at_bank = rows.remove(&key).unwrap_or_default();
            if let Some(says) = wrong_with_refund(refund, credit, &at_bank) {
                differences.push(Difference::new(Check::Refunds, refund.id, says));
            }
        }
    }
    for ((_, refund), _) in rows {
        differences.push(Difference::new(Check::Refunds, refund, "the bank has a refund that is not ours"));
    }
}

fn wrong_with_refund(refund: &Refund, credit: &Credit, at_bank: &[&LedgerRefund]) -> Option<String> {
    let is_completed = matches!(refund.state, RefundState::Completed { .. });
    let row = match at_bank {
        [] if is_completed => return Some("is completed with us, but the bank does not know it".to_owned()),
        [] => return None,
        [row] => row,
        rows => return Some(format!("the bank has it {} times", rows.len())),
    };
    if row.transaction != credit.transaction.as_str() {
        return Some(format!("is of transaction {} at the bank", row.transaction));
    }
    if row.amount != refund.amount.minor() {
        return Some(format!("is {} at the bank, {} with us", row.amount, refund.amount.minor()));
    }
    (row.is_completed() != is_completed).then(|| {
        format!("is {} at the bank, {} with us", row.status, if is_completed { "completed" } else { "not" })
    })
}

/// The code name of the bank that an attempt was made at.
fn bank_of(payment: &Payment, attempt: AttemptId) -> &str {
    payment.attempt(attempt).map_or("", |attempt| payment.route_of(attempt).module.as_str())
}
