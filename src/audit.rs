//! What is wrong with a payment, by its own records: what is broken, and what waits for a person (P12).
//!
//! Pure: one record and the present in, findings out. `integrator audit payments` runs it over a whole database, beside a
//! running service.

pub(crate) mod bank;
mod fold;
#[cfg(test)]
mod tests;

use std::time::Duration;

use payment::{Credit, CreditRole, Fact, Finding as Inspected, Payment, Phase, RefundState, Timestamp};
use store::{DeliveryState, PaymentRecord};

pub(crate) use fold::{is_numbered_through, state_by_facts};

/// A wake that is later than this has been missed.
const MISSED_AFTER: Duration = Duration::from_mins(1);
/// An event that is not out after this needs a look.
const UNDELIVERED_AFTER: Duration = Duration::from_mins(5);

/// Something about one payment that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// How bad it is.
    pub(crate) grade: Grade,
    /// What is so, and what to do.
    pub(crate) says: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// The records contradict themselves: a defect of ours, or a damaged database.
    Broken,
    /// The bank says otherwise than our books.
    Differs,
    /// A person has to do something.
    Work,
}

impl Grade {
    /// The word for people and programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Differs => "bank",
            Self::Work => "work",
        }
    }
}

/// Looks at one payment, worst first.
pub(crate) fn audit(record: &PaymentRecord, now: Timestamp) -> Vec<Finding> {
    let finding = |grade| move |says| Finding { grade, says };
    let broken = broken(record).into_iter().map(finding(Grade::Broken));
    broken.chain(work(record, now).into_iter().map(finding(Grade::Work))).collect()
}

fn broken(record: &PaymentRecord) -> Vec<String> {
    let payment = &record.payment;
    let mut says = Vec::new();
    if !is_numbered_through(record) {
        says.push(format!("its facts are not numbered 1 to {}", payment.state.sequence));
    }
    match state_by_facts(record) {
        Some(state) if state == payment.state => {}
        Some(_) => says.push("its facts do not add up to its state".to_owned()),
        None => says.push("a fact speaks of something that is not there".to_owned()),
    }
    if record.wake_at.is_none() && !payment.state.settled {
        says.push("it is not settled and nothing will ever wake it".to_owned());
    }
    let paying = payment.state.credits.iter().filter(|credit| credit.role == CreditRole::Pays).count();
    if paying != usize::from(matches!(payment.state.phase, Phase::Paid { .. })) {
        says.push(format!("it is {}, and {paying} credits pay it", payment.status().word()));
    }
    for (index, credit) in payment.state.credits.iter().enumerate() {
        if payment.left_of_minor(index) < 0 {
            says.push(format!("more of credit {} goes back than arrived", credit.transaction));
        }
    }
    says
}

fn work(record: &PaymentRecord, now: Timestamp) -> Vec<String> {
    let payment = &record.payment;
    let mut says = Vec::new();
    if let Phase::Review { code, reason, since } = &payment.state.phase {
        says.push(format!("in review since {since} ({code}): {reason}; decide on it"));
    }
    if let Some(late) = record.wake_at.map(|at| now.since(at)).filter(|late| *late > MISSED_AFTER) {
        says.push(format!("it should have been looked at {} s ago: does the service run?", late.as_secs()));
    }
    says.extend(payment.state.credits.iter().filter_map(left_to_people));
    says.extend(refunds_for_people(payment));
    says.extend(events_that_wait(record, now));
    says.extend(record.facts.iter().filter_map(told_by_bank));
    says
}

/// What an inspection noted: the bank said otherwise than our books.
fn told_by_bank(record: &store::FactRecord) -> Option<String> {
    match &record.fact {
        Fact::Inspected { finding: Inspected::BankDiffers { attempt, says } } => {
            Some(format!("asked at {} about order {attempt}: {says}; ask the bank", record.at))
        }
        _ => None,
    }
}

fn left_to_people(credit: &Credit) -> Option<String> {
    let what = match credit.role {
        CreditRole::Manual if credit.taken => "belongs to another payment by our books: ask the bank",
        CreditRole::Manual if !credit.proven => {
            "was told by the bank and shown by no status: look into its cabinet"
        }
        CreditRole::Manual => "can't be given back by itself: give it back by hand",
        _ => return None,
    };
    Some(format!("credit {} over {} {what}", credit.transaction, credit.amount))
}

fn refunds_for_people(payment: &Payment) -> impl Iterator<Item = String> {
    payment.state.refunds.iter().filter_map(|refund| match &refund.state {
        RefundState::Parked { since, reason } => Some(format!(
            "refund {} is parked since {since}: {reason}; find out what the bank did",
            refund.operation
        )),
        _ => None,
    })
}

fn events_that_wait(record: &PaymentRecord, now: Timestamp) -> impl Iterator<Item = String> {
    let waits = move |event: &&store::EventRecord| {
        event.delivery != DeliveryState::Delivered && now.since(event.at) > UNDELIVERED_AFTER
    };
    record.events.iter().filter(waits).map(|event| {
        let to = &event.destination;
        let because = match event.delivery {
            DeliveryState::Parked => "the register has no queue",
            _ => "the broker has not taken it",
        };
        format!("{} of {} waits for register {}/{}: {because}", event.name, event.at, to.store, to.register)
    })
}
