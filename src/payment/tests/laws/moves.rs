//! What may happen next in a story. Numbers choose among what there is, by remainder.

use payment::RefusalKind;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    /// A call under way meets its fate.
    Answer(usize, Fate),
    /// An answer that was held up arrives.
    Deliver(usize),
    /// One of the last answers is fed again: its commit was not known to have worked.
    FeedAgain(usize),
    /// A request that nobody waits for any more reaches its bank.
    ReachBank(usize),
    /// A buyer does something with a code.
    Buyer(usize, Buyer),
    /// A bank makes up its mind about a refund.
    SettleReturn(usize, bool),
    /// A bank's notification brings its money before any status does.
    Notify(usize),
    /// Time passes.
    Pass(u64),
    /// Time passes until the payment wants to be looked at.
    Sleep,
    /// Time passes until so many milliseconds after the end of the shown code.
    Outlive(u64),
    /// The payment is looked at, early or late.
    Wake {
        delivered: bool,
    },
    /// The instance dies. Each bit: whether a request under way still reaches its bank.
    Crash {
        reach: u8,
        noticed: bool,
    },
    /// Another living instance goes on.
    ChangeInstance,
    Cancel,
    Refund(Option<u8>),
    Claim,
    /// A person ends a review: by the n-th credit, or as failed.
    EndReview(Option<usize>),
    /// A person finds out what became of a parked refund.
    LookAtParked,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It works, and the answer arrives.
    Works,
    /// It works, and its answer is held up.
    WorksHeldUp,
    /// It works, but the answer can't be read.
    WorksUnheard,
    /// It has no effect, and there is no answer.
    Lost,
    /// It seems to be lost, and reaches the bank later.
    LostThenReaches,
    NotSent,
    Refused(RefusalKind),
    /// It is refused, and that answer is held up.
    RefusedHeldUp,
    /// A refund is taken, and decided later.
    Pending,
    /// A lookup does not see a refund that the bank has.
    Blind,
    /// Money is reported with another amount, another order's number, no order number, or no transaction.
    WrongAmount,
    WrongOrder,
    NoOrder,
    NoTransaction,
}

/// What a buyer does with a code.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Buyer {
    Begins { hidden: bool },
    Pays,
    IsDeclined { for_good: bool },
}

pub(crate) fn a_move() -> impl Strategy<Value = Move> {
    let which = || 0_usize..6;
    prop_oneof![
        24 => (which(), a_fate()).prop_map(|(call, fate)| Move::Answer(call, fate)),
        3 => which().prop_map(Move::Deliver),
        3 => which().prop_map(Move::FeedAgain),
        2 => which().prop_map(Move::ReachBank),
        16 => (which(), a_buyer()).prop_map(|(order, act)| Move::Buyer(order, act)),
        1 => (which(), any::<bool>()).prop_map(|(refund, works)| Move::SettleReturn(refund, works)),
        1 => which().prop_map(Move::Notify),
        4 => prop_oneof![4 => 1..2_000_u64, 2 => 2_000..20_000_u64, 1 => 20_000..400_000_u64, 1 => 400_000..100_000_000_u64]
            .prop_map(Move::Pass),
        10 => Just(Move::Sleep),
        2 => (0..4_000_u64).prop_map(Move::Outlive),
        3 => any::<bool>().prop_map(|delivered| Move::Wake { delivered }),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(reach, noticed)| Move::Crash { reach, noticed }),
        1 => Just(Move::ChangeInstance),
        2 => Just(Move::Cancel),
        6 => proptest::option::of(any::<u8>()).prop_map(Move::Refund),
        2 => Just(Move::Claim),
        1 => proptest::option::of(which()).prop_map(Move::EndReview),
        1 => Just(Move::LookAtParked),
    ]
}

fn a_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        20 => Just(Fate::Works),
        2 => Just(Fate::WorksHeldUp),
        3 => Just(Fate::WorksUnheard),
        2 => Just(Fate::Lost),
        2 => Just(Fate::LostThenReaches),
        2 => Just(Fate::NotSent),
        2 => a_refusal().prop_map(Fate::Refused),
        1 => Just(Fate::RefusedHeldUp),
        2 => Just(Fate::Pending),
        2 => Just(Fate::Blind),
        1 => Just(Fate::WrongAmount),
        1 => Just(Fate::WrongOrder),
        1 => Just(Fate::NoOrder),
        1 => Just(Fate::NoTransaction),
    ]
}

fn a_refusal() -> impl Strategy<Value = RefusalKind> {
    prop_oneof![
        Just(RefusalKind::Other),
        Just(RefusalKind::AmountOutOfRange),
        Just(RefusalKind::InsufficientFunds),
        Just(RefusalKind::Limit),
        Just(RefusalKind::Settings),
        Just(RefusalKind::Unavailable),
    ]
}

fn a_buyer() -> impl Strategy<Value = Buyer> {
    prop_oneof![
        2 => any::<bool>().prop_map(|hidden| Buyer::Begins { hidden }),
        3 => Just(Buyer::Pays),
        1 => any::<bool>().prop_map(|for_good| Buyer::IsDeclined { for_good }),
    ]
}
