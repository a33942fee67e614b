//! Counters, in pairs: what began and how it ended.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What happened since the start.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Counts {
            $($(#[$doc])* pub $name: u64,)*
        }

        /// The counters behind [`Counts`].
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Counter,)*
        }

        impl Counters {
            pub(crate) fn read(&self) -> Counts {
                Counts { $($name: self.$name.0.load(Ordering::Relaxed),)* }
            }
        }
    };
}

counters! {
    /// Messages that came from the queues, redelivered ones included.
    received,
    /// Of these, messages that the broker had delivered before.
    redelivered,
    /// Messages that were acknowledged.
    acknowledged,
    /// Messages whose acknowledgement did not get through; the broker delivers them again.
    acknowledgements_lost,
    /// How often the engine said *later*.
    postponed,
    /// Messages that were held too long and published anew.
    renewed,
    /// Messages that were put among the dead letters.
    dead_lettered,
    /// Events that the engine handed over.
    events,
    /// Of these, events that the broker confirmed.
    confirmed,
    /// Of these, events whose register had no queue.
    unroutable,
    /// Of these, events that are not known to have arrived.
    failed,
    /// Copies for `reply_to` queues that were sent off.
    copies,
    /// Copies that were dropped because too many waited.
    copies_dropped,
}

/// A number that only rises.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
