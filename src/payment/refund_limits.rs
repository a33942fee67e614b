//! The payment scheme's limits of tries (design.md §4 "Refunds"): they count the tries of one refund, and one that is
//! asked again after a decline (same credit and amount, new id) is the same refund. Completed refunds do not count.

use std::time::Duration;

use crate::{Money, Payment, RefundState, RefundTerms, Timestamp};

const DAY: Duration = Duration::from_hours(24);

/// When the scheme allows another try of this refund; `None`: at once, nothing was refused.
pub(crate) fn next_try_at(
    payment: &Payment,
    credit: usize,
    amount: Money,
    terms: &RefundTerms,
) -> Option<Timestamp> {
    after(&refused(payment, credit, amount), terms)
}

/// When the scheme allows another try of a refund that is refused just now.
pub(crate) fn next_try_after_refusal(
    payment: &Payment,
    credit: usize,
    amount: Money,
    terms: &RefundTerms,
    now: Timestamp,
) -> Timestamp {
    let mut refused = refused(payment, credit, amount);
    refused.push(now);
    after(&refused, terms).unwrap_or(now)
}

/// When tries of the same refund were refused, oldest first.
fn refused(payment: &Payment, credit: usize, amount: Money) -> Vec<Timestamp> {
    let same =
        payment.state.refunds.iter().filter(|refund| refund.credit == credit && refund.amount == amount);
    let refused_at = same.filter_map(|refund| match refund.state {
        RefundState::Failed { at, .. } => Some(at),
        _ => None,
    });
    let mut refused: Vec<_> = refused_at.collect();
    refused.sort_unstable();
    refused
}

fn after(refused: &[Timestamp], terms: &RefundTerms) -> Option<Timestamp> {
    let after_pause = refused.last()?.plus(terms.retry_pause);
    let most = usize::try_from(terms.tries_per_day.max(1)).unwrap_or(usize::MAX);
    let oldest_that_counts = refused.len().checked_sub(most).map(|index| refused[index].plus(DAY));
    Some(oldest_that_counts.map_or(after_pause, |free_at| free_at.max(after_pause)))
}
