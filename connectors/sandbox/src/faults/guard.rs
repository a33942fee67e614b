//! Puts a drawn fault between a call and its answer.

use std::time::Duration;

use axum::response::Response;

use super::{
    kind::{Call, Kind},
    spoil,
};
use crate::{amount::Amount, socket::Cut, world::World};

/// A lie that the answer itself has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twist {
    None,
    Amount,
    Id,
}

impl Twist {
    /// One rouble more, where the amount is to be wrong.
    pub(crate) fn amount(self, amount: Amount) -> Amount {
        match self {
            Self::Amount => amount.checked_add(Amount::from_minor(100)).unwrap_or(amount),
            Self::None | Self::Id => amount,
        }
    }

    /// Another id of the same form, where the id is to be wrong.
    pub(crate) fn id(self, id: &str) -> String {
        let mut id = id.to_owned();
        if self == Self::Id {
            let last = id.pop();
            id.push(if last == Some('0') { '1' } else { '0' });
        }
        id
    }
}

/// Answers a call, unless a fault meets it. `act` is done at most once, and at once: what it does is
/// whole even if the client hangs up while the answer is held back.
pub(crate) async fn guarded(
    world: &World,
    bank: &str,
    call: Call,
    cut: Option<Cut>,
    act: impl FnOnce(Twist) -> Response + Send,
) -> Response {
    let Some(fault) = world.faults.draw_wire(bank, call, &world.chances) else { return act(Twist::None) };
    tracing::info!(fault.kind = fault.kind.word(), fault.call = call.word(), bank, "a fault meets a call");
    let delay = Duration::from_millis(fault.delay_ms);
    match fault.kind {
        Kind::WrongAmount => act(Twist::Amount),
        Kind::WrongId => act(Twist::Id),
        Kind::TimeoutAfterAccept | Kind::Slow => {
            let answer = act(Twist::None);
            world.hold(delay).await;
            answer
        }
        Kind::TimeoutBeforeAccept => {
            drop(act);
            world.hold(delay).await;
            spoil::gateway_timeout()
        }
        kind => {
            if fault.after {
                drop(act(Twist::None));
            }
            world.hold(delay).await;
            spoil::answer(kind, cut)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twist_changes_only_what_it_is_about() {
        let amount = Amount::from_minor(31_400);
        assert_eq!(Twist::Amount.amount(amount).minor(), 31_500);
        assert_eq!(Twist::Id.amount(amount), amount);
        assert_eq!(Twist::Id.id("AD10"), "AD11");
        assert_eq!(Twist::Id.id("AD1Z"), "AD10");
        assert_eq!(Twist::Amount.id("AD10"), "AD10");
    }
}
