//! Banks: books of their own, and a wire on which things go wrong.

mod books;
mod fate;
mod port;

pub(crate) use books::{Books, Money, ReturnState, notice};
pub(crate) use port::BanksPort;

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use payment::ServerId;

use crate::plan::Manners;

/// One bank.
pub(crate) struct Bank {
    pub(crate) server: ServerId,
    pub(crate) manners: Manners,
    books: Mutex<Books>,
    /// Requests that nobody waits for any more and that will still arrive, by what they are about.
    astray: Mutex<BTreeSet<String>>,
}

impl Bank {
    pub(crate) fn new(server: &ServerId, manners: &Manners) -> Self {
        Self {
            server: server.clone(),
            manners: manners.clone(),
            books: Mutex::new(Books::new(server.as_str(), manners.clone())),
            astray: Mutex::default(),
        }
    }

    /// What really happened.
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests that will still arrive.
    pub(crate) fn astray(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.astray.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
