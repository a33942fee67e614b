//! What becomes of a request on its way to a bank and back.

use std::time::Duration;

use payment::RefusalKind;

use crate::weather::Trouble;
use crate::world::World;

/// What is asked of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Issue,
    Status,
    Annul,
    Refund,
    RefundStatus,
}

impl Verb {
    pub(super) fn has_an_effect(self) -> bool {
        !matches!(self, Self::Status | Self::RefundStatus)
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It reaches the bank after this time, and the answer is there.
    Works(Duration),
    /// It reaches the bank, and the answer takes this time: perhaps longer than anybody waits.
    AnswersLate(Duration),
    /// It works, and the answer can't be read.
    WorksUnheard,
    /// It has no effect, and there is no readable answer.
    Lost,
    /// It seems to be lost, and reaches the bank after this time.
    LostThenReaches(Duration),
    /// It works, and is never answered.
    Silent,
    /// It is not done, and never answered.
    Deaf,
    /// The bank was not reached.
    NotSent,
    /// A clear no.
    Refused(RefusalKind),
}

impl Fate {
    /// The caller does not learn whether it worked.
    pub(super) fn is_unknown(self) -> bool {
        matches!(self, Self::WorksUnheard | Self::Lost | Self::LostThenReaches(_) | Self::Silent | Self::Deaf)
    }
}

/// Rolls what becomes of a request. `patience`: how long its caller waits at most.
pub(super) fn roll(world: &World, verb: Verb, patience: Duration) -> Fate {
    let dice = &world.dice;
    if world.strikes(Trouble::BankNotSent) {
        return Fate::NotSent;
    }
    // What nobody waits for any more arrives long before the caller's own deadline, or never.
    let soon = || dice.millis(1, millis(patience) * 2 / 5);
    if world.strikes(Trouble::BankUnknown) {
        return match dice.below(5) {
            0 => Fate::WorksUnheard,
            1 => Fate::Lost,
            2 => Fate::LostThenReaches(soon()),
            3 => Fate::Silent,
            _ => Fate::Deaf,
        };
    }
    if verb.has_an_effect() && world.strikes(Trouble::BankRefuses) {
        return Fate::Refused(*dice.pick(&[
            RefusalKind::Other,
            RefusalKind::AmountOutOfRange,
            RefusalKind::InsufficientFunds,
            RefusalKind::Limit,
            RefusalKind::Settings,
            RefusalKind::Unavailable,
        ]));
    }
    if world.strikes(Trouble::BankSlow) {
        return Fate::AnswersLate(dice.millis(100, millis(patience) * 6 / 5));
    }
    if world.strikes(Trouble::BankStale) {
        return Fate::AnswersLate(dice.millis(500, millis(patience) * 4 / 5));
    }
    let is_quick = dice.chance(600);
    Fate::Works(if is_quick { Duration::ZERO } else { dice.millis(1, 80) })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("some seconds")
}
