//! Banks: books of their own, and a wire on which things go wrong.

mod books;
mod fate;
mod patience;
mod port;

pub(crate) use books::{AtPlate, Books, Money, ReturnState, notice};
pub(crate) use port::BanksPort;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payment::{ServerId, Timestamp};

use crate::plan::Manners;
use crate::weather::Trouble;
use crate::world::World;
use fate::Fate;

/// One bank.
pub(crate) struct Bank {
    pub(crate) server: ServerId,
    pub(crate) manners: Manners,
    books: Mutex<Books>,
    /// Requests that nobody waits for any more and that will still arrive, by what they are about.
    astray: Mutex<BTreeSet<String>>,
    illness: Mutex<Option<Illness>>,
}

/// Every call fails in the same way for a while.
#[derive(Clone, Copy)]
struct Illness {
    fate: Fate,
    until: Timestamp,
}

impl Bank {
    pub(crate) fn new(server: &ServerId, manners: &Manners) -> Self {
        Self {
            server: server.clone(),
            manners: manners.clone(),
            books: Mutex::new(Books::new(server.as_str(), manners.clone())),
            astray: Mutex::default(),
            illness: Mutex::default(),
        }
    }

    /// What really happened.
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of every call now, if the bank is ill. It may fall ill at any call, for many seconds.
    fn illness(&self, world: &World) -> Option<Fate> {
        let mut illness = self.illness.lock().unwrap_or_else(PoisonError::into_inner);
        let now = world.now();
        *illness = illness.filter(|illness| now < illness.until && !world.weather.is_calm());
        if illness.is_none() && world.strikes(Trouble::BankIll) {
            let fate = *world.dice.pick(&[Fate::NotSent, Fate::Lost, Fate::Deaf]);
            let until = now.plus(world.dice.millis(10_000, 90_000));
            world.tell(self.server.as_str(), format_args!("falls ill until {until}: {fate:?}"));
            *illness = Some(Illness { fate, until });
        }
        illness.map(|illness| illness.fate)
    }

    /// Requests that will still arrive.
    pub(crate) fn astray(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.astray.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
