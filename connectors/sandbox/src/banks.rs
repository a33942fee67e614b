//! The simulated banks, side by side.

use std::sync::Arc;

use crate::{book::CodeNo, desk::Desk, raiffeisen::Raiffeisen, sbp, world::World};

/// All banks of one simulator. A new bank is a module, a field here and a line in [`Banks::desks`].
pub(crate) struct Banks {
    pub(crate) world: Arc<World>,
    pub(crate) raiffeisen: Arc<Raiffeisen>,
}

impl Banks {
    pub(crate) fn desks(&self) -> [&Arc<Desk>; 1] {
        [&self.raiffeisen.desk]
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.desks().iter().map(|desk| desk.bank).collect()
    }

    /// The bank that issued what a buyer scanned.
    pub(crate) fn find(&self, payload: &str) -> Option<(&Arc<Desk>, CodeNo)> {
        let id = sbp::code_id(payload)?;
        self.desks().into_iter().find_map(|desk| Some((desk, desk.open(|book, _| book.find_code(id))?)))
    }
}
