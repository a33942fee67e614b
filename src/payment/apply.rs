//! The only way a payment changes: folding its facts.

use crate::{
    Annulment, Attempt, AttemptId, Code, CreditRole, DeathCause, Fact, FiscalReceipt, LastTry, Life,
    OperationId, Payment, Phase, Receipted, Refund, RefundId, RefundState, Spare, Timestamp, closing,
    withdrawing,
};

/// Folds one fact, which happened at `at`, into the payment.
///
/// # Panics
///
/// When the fact speaks of an attempt, credit or refund that the payment does not have: the journal is broken then, and
/// going on would be worse than stopping.
pub fn apply(payment: &mut Payment, fact: &Fact, at: Timestamp) {
    payment.state.sequence += 1;
    payment.state.settled = false;
    match fact {
        Fact::Accepted { give_up_at } | Fact::WaitEnded { give_up_at } => {
            payment.state.phase = Phase::Opening { next_attempt_at: at, give_up_at: *give_up_at };
        }
        Fact::WaitBegan { what } => payment.state.phase = Phase::Waiting { what: *what, since: at },
        Fact::ClosingBegan { wish, tell_by, reason } => {
            let reason = reason.clone();
            payment.state.phase = Phase::Closing { wish: *wish, since: at, tell_by: *tell_by, reason };
        }
        Fact::Ended(ending) => payment.state.phase = Phase::Ended(ending.clone()),
        Fact::ReviewBegan { code, reason } => {
            payment.state.phase = Phase::Review { code: code.clone(), reason: reason.clone(), since: at };
        }
        Fact::CreditFound { credit } => {
            payment.state.credits.push(credit.clone());
            pay_if_it_pays(payment, payment.state.credits.len() - 1, at);
        }
        Fact::PlateMoneyClaimed { attempt, credit } => {
            payment.state.attempts.push(attempt.clone());
            payment.state.credits.push(credit.clone());
            pay_if_it_pays(payment, 0, at);
        }
        Fact::CreditTaken { credit } => payment.state.credits[*credit].taken = true,
        Fact::CreditProven { credit } => payment.state.credits[*credit].proven = true,
        Fact::CreditAssigned { credit, role, .. } => {
            payment.state.credits[*credit].role = *role;
            pay_if_it_pays(payment, *credit, at);
        }
        Fact::Settled => payment.state.settled = true,
        Fact::OutputsTold { consoles } => {
            for report in consoles {
                payment.state.consoles.retain(|known| known.console != report.console);
                payment.state.consoles.push(report.clone());
            }
        }
        Fact::ConsolesHeld { consoles } => payment.state.consoles_held.extend(consoles.iter().cloned()),
        Fact::SpareCalled { console } => {
            payment.state.spares.push(Spare { console: console.clone(), since: at });
        }
        Fact::Fiscalized { operation, of, receipt } => fiscalize(payment, operation, *of, receipt),
        Fact::ReviewEnded { .. } | Fact::Inspected { .. } => {}
        Fact::RefundAccepted { .. }
        | Fact::RefundOrdered { .. }
        | Fact::RefundNotSent { .. }
        | Fact::RefundUnknown { .. }
        | Fact::RefundNotFound { .. }
        | Fact::RefundPending { .. }
        | Fact::RefundCompleted { .. }
        | Fact::RefundFailed { .. }
        | Fact::RefundParked { .. } => apply_to_refund(payment, fact, at),
        _ => apply_to_attempt(payment, fact, at),
    }
}

fn pay_if_it_pays(payment: &mut Payment, credit: usize, at: Timestamp) {
    if payment.state.credits[credit].role == CreditRole::Pays {
        payment.state.phase = Phase::Paid { credit, at };
    }
}

fn fiscalize(payment: &mut Payment, operation: &OperationId, of: Option<Receipted>, receipt: &FiscalReceipt) {
    let refund = match of {
        Some(Receipted::Sale) => None,
        Some(Receipted::Refund(id)) => Some(refund_mut(payment, id)),
        None => payment.state.refunds.iter_mut().find(|refund| refund.operation == *operation),
    };
    match refund {
        Some(refund) => refund.fiscal = Some(receipt.clone()),
        None => payment.state.fiscal = Some(receipt.clone()),
    }
}

fn apply_to_attempt(payment: &mut Payment, fact: &Fact, at: Timestamp) {
    match fact {
        Fact::IssueOrdered { attempt } => payment.state.attempts.push(attempt.clone()),
        Fact::NotIssued { attempt, refusal, next_attempt_at, .. } => {
            let attempt = attempt_mut(payment, *attempt);
            attempt.life = Life::NotIssued { refusal: refusal.clone() };
            attempt.shown_at = None;
            put_off_next_attempt(payment, *next_attempt_at);
        }
        Fact::IssueUnknown { attempt, next_attempt_at, .. } => {
            attempt_mut(payment, *attempt).life = Life::Payable { since: at };
            put_off_next_attempt(payment, *next_attempt_at);
        }
        Fact::CodeKeptAside { attempt, code } => keep_aside(payment, *attempt, code, at),
        Fact::CodeShown { attempt, code } => {
            let attempt = attempt_mut(payment, *attempt);
            attempt.take_code(code.clone(), at);
            attempt.shown_at.get_or_insert(at);
            payment.state.phase = Phase::Showing;
        }
        Fact::ProcessingSeen { attempt } => attempt_mut(payment, *attempt).last_try = LastTry::InProgress,
        Fact::ProcessingGone { attempt } => attempt_mut(payment, *attempt).last_try = LastTry::None,
        Fact::TryDeclined { attempt, .. } => attempt_mut(payment, *attempt).last_try = LastTry::Declined,
        Fact::AnnulmentWanted { attempt } => attempt_mut(payment, *attempt).annulment = Annulment::Due { at },
        Fact::AnnulmentOrdered { attempt, call } => {
            attempt_mut(payment, *attempt).annulment = Annulment::Calling(*call);
        }
        Fact::AnnulmentUncertain { attempt, not_before, .. } => {
            attempt_mut(payment, *attempt).annulment = Annulment::AfterStatus { not_before: *not_before };
        }
        Fact::AttemptDied { attempt, cause, watch_until } => {
            let attempt = attempt_mut(payment, *attempt);
            attempt.annulment = Annulment::NotWanted;
            attempt.last_try = LastTry::None;
            attempt.life = if *watch_until > at {
                Life::Dead { at, cause: *cause, watch_until: *watch_until }
            } else {
                Life::Closed { cause: *cause }
            };
        }
        Fact::WatchEnded { attempt } => {
            let attempt = attempt_mut(payment, *attempt);
            if let Life::Dead { cause, .. } = attempt.life {
                attempt.life = Life::Closed { cause };
            }
        }
        other => unreachable!("{other:?} is no fact about an attempt"),
    }
}

/// A code that comes after another one has taken its place, since its bank said that it was over, is not payable beside that one
/// (P1): it stays dead, and is watched until money on it would have been reported.
fn keep_aside(payment: &mut Payment, id: AttemptId, code: &Code, at: Timestamp) {
    let is_live = |other: &Attempt| other.id != id && closing::may_be_paid(other);
    let is_replaced = payment.state.attempts.iter().any(is_live);
    let watched_for = payment.attempt(id).map(|attempt| withdrawing::watched_for(payment.terms_of(attempt)));
    let attempt = attempt_mut(payment, id);
    let was_payable = attempt.is_payable();
    attempt.take_code(code.clone(), at);
    if is_replaced && attempt.shown_at.is_some() && attempt.is_payable() && !was_payable {
        let watch_until = attempt.expires_at.max(at).plus(watched_for.unwrap_or_default());
        attempt.life = Life::Dead { at, cause: DeathCause::Expired, watch_until };
    }
}

fn put_off_next_attempt(payment: &mut Payment, until: Timestamp) {
    if let Phase::Opening { next_attempt_at, .. } = &mut payment.state.phase {
        *next_attempt_at = until;
    }
}

impl Attempt {
    /// Whatever was believed before, a code that the bank has given exists. One that was only waited out, since the bank
    /// could not be asked, can be asked for now; one that was believed to have ended as we asked may have another end, or none.
    fn take_code(&mut self, code: Code, at: Timestamp) {
        let is_payable = match self.life {
            Life::Issuing(_) | Life::NotIssued { .. } | Life::Closed { cause: DeathCause::WaitedOut } => true,
            Life::Dead { cause: DeathCause::Expired, .. } | Life::Closed { cause: DeathCause::Expired } => {
                code.expires_at.is_none_or(|end| end > at)
            }
            Life::Payable { .. } | Life::Dead { .. } | Life::Closed { .. } => false,
        };
        if is_payable {
            self.life = Life::Payable { since: at };
        }
        self.expires_at = code.expires_at.unwrap_or(self.expires_at);
        self.code = Some(code);
    }
}

fn apply_to_refund(payment: &mut Payment, fact: &Fact, at: Timestamp) {
    match fact {
        Fact::RefundAccepted { refund } => payment.state.refunds.push(refund.clone()),
        Fact::RefundOrdered { refund, call } => set(payment, *refund, RefundState::Sending(*call)),
        Fact::RefundNotSent { refund, not_before, .. } => {
            set(payment, *refund, RefundState::Queued { not_before: *not_before });
        }
        Fact::RefundUnknown { refund, .. } => {
            set(payment, *refund, RefundState::Unknown { since: at, not_found_at: None });
        }
        Fact::RefundNotFound { refund } => {
            set(payment, *refund, RefundState::Unknown { since: at, not_found_at: Some(at) });
        }
        Fact::RefundPending { refund } => set(payment, *refund, RefundState::Pending { since: at }),
        Fact::RefundCompleted { refund, transaction } => {
            set(payment, *refund, RefundState::Completed { at, transaction: transaction.clone() });
        }
        Fact::RefundFailed { refund, refusal, retry_at } => {
            set(payment, *refund, RefundState::Failed { at, refusal: refusal.clone(), retry_at: *retry_at });
        }
        Fact::RefundParked { refund, reason } => {
            set(payment, *refund, RefundState::Parked { since: at, reason: reason.clone() });
        }
        other => unreachable!("{other:?} is no fact about a refund"),
    }
}

fn set(payment: &mut Payment, id: RefundId, state: RefundState) {
    refund_mut(payment, id).state = state;
}

fn refund_mut(payment: &mut Payment, id: RefundId) -> &mut Refund {
    payment.state.refunds.iter_mut().find(|refund| refund.id == id).expect("a fact speaks of a known refund")
}

fn attempt_mut(payment: &mut Payment, id: AttemptId) -> &mut Attempt {
    payment
        .state
        .attempts
        .iter_mut()
        .find(|attempt| attempt.id == id)
        .expect("a fact speaks of a known attempt")
}
