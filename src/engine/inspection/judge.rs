//! What is wrong with a payment's row, judged by its journal. Pure.

use std::sync::Arc;
use std::time::Duration;

use payment::{Fact, Finding, Payment, Timestamp, fold, wake_at};

use crate::ports::Evidence;

/// So much later than anything that is due a wake may be: poll plans differ by less with a payment's age.
const LATE_WAKE: Duration = Duration::from_mins(15);
/// So long after the end of its life a code's death should be known.
const LONG_DEAD: Duration = Duration::from_hours(1);

/// What is to be done about a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Sound,
    /// It is written anew as the journal has it.
    Mend {
        /// The payment by its journal.
        payment: Box<Payment>,
        /// How the row differs.
        says: String,
    },
    /// A person looks.
    List(String),
}

/// Judges a row. The journal is the truth: a row that differs is mended by it, unless the journal itself is damaged, or the
/// same was mended before.
pub(super) fn judge(evidence: &Evidence, now: Timestamp) -> Verdict {
    let numbers = evidence.facts.iter().map(|(number, ..)| *number);
    if !numbers.eq(1..=evidence.sequence) {
        return Verdict::List(format!("its facts are not numbered 1 to {}", evidence.sequence));
    }
    let row = &evidence.payment;
    let facts = evidence.facts.iter().map(|(_, at, fact)| (fact, *at));
    let Some(payment) = fold(row.id, Arc::clone(&row.checkout), row.opened_at, facts) else {
        return Verdict::List("a fact speaks of something that is not there".to_owned());
    };
    let differences = differences(evidence, &payment, now);
    if differences.is_empty() {
        return long_dead(&payment, now).map_or(Verdict::Sound, Verdict::List);
    }
    let says = differences.join("; ");
    if was_mended_so(evidence, &says) {
        return Verdict::List(format!("it was mended, and it is so again: {says}"));
    }
    Verdict::Mend { payment: Box::new(payment), says }
}

fn differences(evidence: &Evidence, by_journal: &Payment, now: Timestamp) -> Vec<String> {
    let mut says = Vec::new();
    if evidence.payment.state != by_journal.state {
        says.push("its state is not what its facts add up to".to_owned());
    }
    let words = [
        ("status", evidence.status.clone(), by_journal.status().word().to_owned()),
        ("is_open", evidence.is_open.to_string(), by_journal.is_open().to_string()),
        ("settled", evidence.settled.to_string(), by_journal.state.settled.to_string()),
    ];
    for (column, is, should_be) in words.into_iter().filter(|(_, is, should_be)| is != should_be) {
        says.push(format!("its column {column} says {is} instead of {should_be}"));
    }
    match (evidence.wake_at, wake_at(by_journal, now)) {
        (None, Some(_)) => says.push("it is not settled and nothing would wake it".to_owned()),
        (Some(_), None) => says.push("it is settled and would be woken".to_owned()),
        (Some(at), Some(due)) if at > due.plus(LATE_WAKE) => {
            says.push("it would be woken long after something is due".to_owned());
        }
        _ => {}
    }
    says
}

/// A mend that did not last is not made again: something else writes this row.
fn was_mended_so(evidence: &Evidence, says: &str) -> bool {
    let last = evidence.facts.iter().rev().map(|(.., fact)| fact).find(|fact| !matches!(fact, Fact::Settled));
    matches!(last, Some(Fact::Inspected { finding: Finding::RowMended { says: before } }) if before == says)
}

/// A code that could still be paid by all that is known, long after its end.
fn long_dead(payment: &Payment, now: Timestamp) -> Option<String> {
    let is_long_dead = |attempt: &&payment::Attempt| {
        let terms = payment.terms_of(attempt);
        let dead_from = attempt.expires_at.plus(terms.clock_margin).plus(terms.dead_after);
        attempt.is_payable() && now > dead_from.plus(LONG_DEAD)
    };
    let attempt = payment.state.attempts.iter().find(is_long_dead)?;
    let (order, end) = (attempt.id, attempt.expires_at);
    Some(format!(
        "the life of order {order} ended at {end}, and its bank has not said that it can't be paid any more"
    ))
}
