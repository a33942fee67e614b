//! Cash links change hands: what a change takes and gives back, and who waits for it here.
//!
//! The lock itself is a row of the store, written in the commit that orders the arming (design.md §4 "Cash link"). What is
//! kept here only spares those who wait a part of their pause.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use payment::{CodeId, Payment, PaymentId, ServerId};

use crate::engine::Engine;
use crate::ports::{LinkChange, LinkKey};

/// The links that a payment takes and gives back between two of its states.
pub(crate) fn links_between(before: &Payment, after: &Payment) -> LinkChange {
    let (held, holds) = (before.links_held(), after.links_held());
    let key = |(server, link): &(&ServerId, &CodeId)| LinkKey {
        server: ServerId::clone(server),
        link: CodeId::clone(link),
    };
    LinkChange {
        taken: holds.difference(&held).map(key).collect(),
        freed: held.difference(&holds).map(key).collect(),
    }
}

/// Payments of this instance that met a link of another payment.
#[derive(Default)]
pub(crate) struct Links {
    waiting: Mutex<BTreeMap<LinkKey, BTreeSet<PaymentId>>>,
}

impl Links {
    /// Remembers who waits for these links.
    pub(crate) fn wait(&self, payment: PaymentId, links: Vec<LinkKey>) {
        let mut waiting = self.lock();
        for link in links {
            waiting.entry(link).or_default().insert(payment);
        }
    }

    /// Forgets who waits for a link and names them, the oldest first.
    fn take(&self, link: &LinkKey) -> BTreeSet<PaymentId> {
        self.lock().remove(link).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LinkKey, BTreeSet<PaymentId>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// The links are free: who waits for one is looked at now. The store decides who gets it.
    pub(crate) fn wake_those_who_wait_for(&self, freed: &[LinkKey]) {
        for payment in freed.iter().flat_map(|link| self.links().take(link)) {
            self.wheel().hasten(payment, self.now());
        }
    }
}
