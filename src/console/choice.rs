//! Which of a register's payments a console speaks of.

use payment::{ConsoleId, Payment};

/// The payment that a console speaks of: the newest open one that names it, else the newest that has ended.
///
/// One live code per console (design.md §4): of several open payments only the newest is shown. Only the newest ended
/// one can be told, so a review that a person resolves a day later does not flash *paid* at another buyer.
pub(crate) fn chosen<'a>(payments: &'a [Payment], console: &ConsoleId) -> Option<&'a Payment> {
    let here = || payments.iter().filter(|payment| payment.is_meant_for(console));
    let newest_open = here().filter(|payment| payment.is_open()).max_by_key(|payment| age(payment));
    newest_open.or_else(|| here().max_by_key(|payment| age(payment)))
}

fn age(payment: &Payment) -> (payment::Timestamp, payment::PaymentId) {
    (payment.opened_at, payment.id)
}
