//! A payment that must not ask a bank before something else is over.

use std::time::Duration;

use crate::step::Step;
use crate::{Effect, EndCode, EndWord, Fact, Phase, Resolution, Wait, closing};

/// How long a pay that names no time waits for the register's plate.
const LINK_WAIT_AT_MOST: Duration = Duration::from_mins(1);

/// Puts the start off if the payment supersedes an operation: that one is resolved first.
pub(crate) fn begin(step: &mut Step) {
    if step.payment.checkout.supersedes.is_some() {
        step.record(Fact::WaitBegan { what: Wait::Superseded });
        step.order(Effect::Resolve);
    }
}

/// Asks again for what the payment waits for.
pub(crate) fn ask(step: &mut Step) {
    if let Phase::Waiting { what: Wait::Superseded, .. } = step.payment.state.phase {
        step.order(Effect::Resolve);
    }
}

/// What the payment supersedes is resolved. Money that came, or that a person may accept, is the sale's: no other is
/// asked for.
pub(crate) fn resolved(step: &mut Step, resolution: Resolution) {
    if !matches!(step.payment.state.phase, Phase::Waiting { what: Wait::Superseded, .. }) {
        return;
    }
    let reason = match resolution {
        Resolution::Over if is_stale(step) => return come_too_late(step),
        Resolution::Over => return start(step),
        Resolution::Paid => "the operation that it supersedes is paid",
        Resolution::Review => "a person must decide on the operation that it supersedes",
    };
    closing::end(step, EndWord::Failed, EndCode::SupersededPaid, reason.to_owned());
}

/// Its turn has come later than the register wanted it to be started (contract.md §2 `not_after`).
fn is_stale(step: &Step) -> bool {
    step.payment.checkout.not_after.is_some_and(|limit| step.now > limit)
}

fn come_too_late(step: &mut Step) {
    let reason = "its turn came too late: nothing was asked of a bank".to_owned();
    closing::end(step, EndWord::Failed, EndCode::Stale, reason);
}

fn start(step: &mut Step) {
    let give_up_at = step.now.plus(step.payment.checkout.routes[0].terms.response_timeout);
    step.record(Fact::WaitEnded { give_up_at });
}

/// Another payment has armed the register's plate, or may have: this one waits, and is told so when its time is up.
pub(crate) fn for_link(step: &mut Step) {
    let payment = &step.payment;
    let until = payment.checkout.not_after.unwrap_or_else(|| payment.opened_at.plus(LINK_WAIT_AT_MOST));
    if step.now >= until {
        return in_vain(step);
    }
    step.record(Fact::WaitBegan { what: Wait::Link { until } });
}

/// The plate may be free: the commit of what follows says whether it is.
pub(crate) fn go_on(step: &mut Step) {
    let Phase::Waiting { what: Wait::Link { until }, .. } = step.payment.state.phase else { return };
    if step.now >= until {
        in_vain(step);
    } else if !step.link_taken {
        start(step);
    }
}

fn in_vain(step: &mut Step) {
    let reason = "another payment has the register's plate".to_owned();
    closing::end(step, EndWord::Failed, EndCode::LinkBusy, reason);
}
