//! A payment that must not ask a bank before something else is over.

use crate::step::Step;
use crate::{Effect, EndCode, EndWord, Fact, Phase, Resolution, Wait, closing};

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
        Resolution::Over => return start(step),
        Resolution::Paid => "the operation that it supersedes is paid",
        Resolution::Review => "a person must decide on the operation that it supersedes",
    };
    closing::end(step, EndWord::Failed, EndCode::SupersededPaid, reason.to_owned());
}

fn start(step: &mut Step) {
    let give_up_at = step.now.plus(step.payment.checkout.routes[0].terms.response_timeout);
    step.record(Fact::WaitEnded { give_up_at });
}
