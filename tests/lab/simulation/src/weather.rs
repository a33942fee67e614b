//! How ill the world is in one run. Each seed makes some kinds of trouble frequent and leaves others out, since faults that
//! never meet alone hide what they do, and faults that are always there hide each other.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::dice::Dice;

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A process dies at a call of a port. Of 100,000 calls; calls that matter count more.
    Crash,
    /// A process stands still for longer than its epoch lives.
    Freeze,
    /// The database can't be used before a commit.
    StoreBefore,
    /// The database makes a commit and does not answer.
    StoreAfter,
    /// The database can't be read.
    StoreRead,
    /// The database takes its time.
    StoreSlow,
    /// A call with an effect ends without a usable answer.
    BankUnknown,
    /// A bank is not reached.
    BankNotSent,
    /// A bank says a clear no.
    BankRefuses,
    /// A bank takes its time, perhaps too much.
    BankSlow,
    /// A bank falls ill at a call, and answers nobody for many seconds.
    BankIll,
    /// A bank tells of money wrongly.
    BankLies,
    /// A bank tells an old state.
    BankStale,
    /// A bank decides on refunds later, or against them.
    RefundLater,
    /// Buyers do what tills don't wait for.
    OddBuyers,
    /// An event does not get out, or nobody is told that it did.
    SinkFails,
    /// A register has no queue for a while.
    NoQueue,
    /// The broker takes nothing for a while.
    Alarm,
    /// A command is delivered again although it was handled.
    AckLost,
    /// A till sends the same thing twice.
    SentTwice,
    /// A command is held up, so that others overtake it.
    HeldUp,
    /// A till forgets what it was doing.
    TillRestarts,
    /// A device has no paper, says nothing, or can't be cleared.
    DeviceFails,
    /// The shop's settings are changed while it sells.
    NewSettings,
}

impl Trouble {
    /// How strong it may be: enough to matter, and not so much that nothing else happens.
    fn strengths(self) -> &'static [u64] {
        match self {
            Self::BankUnknown
            | Self::BankRefuses
            | Self::BankLies
            | Self::RefundLater
            | Self::OddBuyers
            | Self::DeviceFails
            | Self::NewSettings => &[60, 120, 250, 400],
            Self::BankIll => &[2, 5, 10],
            Self::StoreSlow | Self::StoreRead | Self::BankNotSent => &[3, 10, 30, 100],
            _ => &[10, 30, 60, 120, 250],
        }
    }
}

const KINDS: usize = Trouble::NewSettings as usize + 1;

/// How often each kind of trouble happens, of a thousand chances.
pub(crate) struct Weather {
    per_mille: [u64; KINDS],
    is_calm: AtomicBool,
}

impl Weather {
    /// About half of the kinds, each with a strength of its own. One seed in sixteen has a quiet day.
    pub(crate) fn of(dice: &Dice) -> Self {
        let is_quiet_day = dice.chance(60);
        let mut per_mille = [0; KINDS];
        for trouble in TROUBLES {
            if !is_quiet_day && dice.chance(500) {
                per_mille[trouble as usize] = *dice.pick(trouble.strengths());
            }
        }
        Self { per_mille, is_calm: AtomicBool::new(false) }
    }

    /// From now on everything works.
    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    /// How often, of a thousand chances.
    pub(crate) fn strength(&self, trouble: Trouble) -> u64 {
        if self.is_calm() { 0 } else { self.per_mille[trouble as usize] }
    }

    /// Whether it happens now.
    pub(crate) fn strikes(&self, trouble: Trouble, dice: &Dice) -> bool {
        dice.chance(self.strength(trouble))
    }

    /// What is frequent today, for people.
    pub(crate) fn describe(&self) -> String {
        let all = TROUBLES.iter().map(|trouble| (trouble, self.per_mille[*trouble as usize]));
        let strong: Vec<String> = all
            .filter(|(_, strength)| *strength > 0)
            .map(|(trouble, strength)| format!("{trouble:?} {strength}"))
            .collect();
        if strong.is_empty() { "a quiet day".to_owned() } else { strong.join(", ") }
    }
}

const TROUBLES: [Trouble; KINDS] = [
    Trouble::Crash,
    Trouble::Freeze,
    Trouble::StoreBefore,
    Trouble::StoreAfter,
    Trouble::StoreRead,
    Trouble::StoreSlow,
    Trouble::BankUnknown,
    Trouble::BankNotSent,
    Trouble::BankRefuses,
    Trouble::BankSlow,
    Trouble::BankIll,
    Trouble::BankLies,
    Trouble::BankStale,
    Trouble::RefundLater,
    Trouble::OddBuyers,
    Trouble::SinkFails,
    Trouble::NoQueue,
    Trouble::Alarm,
    Trouble::AckLost,
    Trouble::SentTwice,
    Trouble::HeldUp,
    Trouble::TillRestarts,
    Trouble::DeviceFails,
    Trouble::NewSettings,
];
