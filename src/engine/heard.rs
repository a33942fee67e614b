//! What each register sent last, for people who connect it. In memory alone: a command costs no write for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use payment::Timestamp;

use crate::doors::{Incoming, LastCommand};
use crate::engine::Engine;
use crate::ports::Destination;

/// A verb that nobody knows may be longer: so much of it is kept.
const LONGEST_VERB: usize = 20;

/// The last command of each register that is set up.
#[derive(Default)]
pub(crate) struct Heard(Mutex<BTreeMap<Destination, LastCommand>>);

impl Heard {
    fn note(&self, from: &Destination, command: LastCommand) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match heard.get_mut(from) {
            Some(kept) => *kept = command,
            None => drop(heard.insert(from.clone(), command)),
        }
    }

    pub(crate) fn last(&self, from: &Destination) -> Option<LastCommand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(from).cloned()
    }
}

/// Notes that a register has sent something, whatever comes of it. Names that nobody has set up take no room.
pub(crate) fn note(engine: &Engine, from: &Destination, incoming: &Incoming, at: Timestamp) {
    let settings = engine.settings();
    let store = settings.stores.get(&from.store);
    if store.is_some_and(|store| store.registers.contains_key(&from.register)) {
        let verb = incoming.verb.chars().take(LONGEST_VERB).collect();
        engine.heard().note(from, LastCommand { verb, at });
    }
}
