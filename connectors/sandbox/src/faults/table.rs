//! The faults that are armed, and the draws that spend them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::kind::{Call, Kind};
use crate::random::Random;

/// Spent faults are kept for `GET /faults` until there are so many.
const SPENT_KEPT: usize = 200;

/// An armed fault.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    pub(crate) id: u64,
    pub(crate) bank: &'static str,
    /// Nothing for faults of notifications.
    pub(crate) call: Option<Call>,
    #[serde(rename = "fault")]
    pub(crate) kind: Kind,
    /// Nothing: until it is deleted.
    pub(crate) times_left: Option<u32>,
    pub(crate) per_mille: u32,
    pub(crate) delay_ms: u64,
    /// The action is done before its answer is spoilt.
    pub(crate) after: bool,
    pub(crate) reason: Option<String>,
    pub(crate) fired: u64,
}

/// All armed faults.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    faults: Vec<Fault>,
    last_id: u64,
}

impl Faults {
    /// Arms a fault, which gets the next id.
    pub(crate) fn add(&self, fault: Fault) -> Fault {
        let mut table = self.lock();
        if table.faults.len() > SPENT_KEPT {
            table.faults.retain(|fault| fault.times_left != Some(0));
        }
        table.last_id += 1;
        let fault = Fault { id: table.last_id, ..fault };
        table.faults.push(fault.clone());
        fault
    }

    /// Disarms all; says how many there were.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut self.lock().faults).len()
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.lock().faults.clone()
    }

    /// Spends the oldest fault of this bank whose kind is wanted and whose chance comes.
    pub(crate) fn draw(&self, bank: &str, wanted: impl Fn(Kind) -> bool, chances: &Random) -> Option<Fault> {
        self.lock().take(|fault| fault.bank == bank && wanted(fault.kind), chances)
    }

    /// Spends a fault that meets the answer to a call.
    pub(crate) fn draw_wire(&self, bank: &str, call: Call, chances: &Random) -> Option<Fault> {
        let meets = |fault: &Fault| fault.bank == bank && fault.kind.is_of_wire() && fault.call == Some(call);
        self.lock().take(meets, chances)
    }

    /// Spends a `late_success` that is newer than `judged_by`; also gives the newest id there is.
    pub(crate) fn draw_late(&self, bank: &str, judged_by: u64, chances: &Random) -> (Option<Fault>, u64) {
        let mut table = self.lock();
        let newer =
            |fault: &Fault| fault.bank == bank && fault.kind == Kind::LateSuccess && fault.id > judged_by;
        (table.take(newer, chances), table.last_id)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn take(&mut self, meets: impl Fn(&Fault) -> bool, chances: &Random) -> Option<Fault> {
        let armed = self.faults.iter_mut().filter(|fault| fault.times_left != Some(0) && meets(fault));
        for fault in armed {
            if chances.chance(fault.per_mille) {
                fault.times_left = fault.times_left.map(|times| times - 1);
                fault.fired += 1;
                return Some(fault.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: Kind, call: Call, times_left: Option<u32>, per_mille: u32) -> Fault {
        Fault {
            id: 0,
            bank: "raiffeisen",
            call: Some(call),
            kind,
            times_left,
            per_mille,
            delay_ms: 0,
            after: false,
            reason: None,
            fired: 0,
        }
    }

    #[test]
    fn a_fault_meets_its_own_bank_and_call_so_many_times() {
        let (faults, random) = (Faults::default(), Random::new(1));
        faults.add(fault(Kind::Http500, Call::Status, Some(2), 1000));
        assert!(faults.draw_wire("raiffeisen", Call::Create, &random).is_none());
        assert!(faults.draw_wire("another", Call::Status, &random).is_none());
        assert!(faults.draw_wire("raiffeisen", Call::Status, &random).is_some());
        assert!(faults.draw_wire("raiffeisen", Call::Status, &random).is_some());
        assert!(faults.draw_wire("raiffeisen", Call::Status, &random).is_none());
        assert_eq!(faults.list()[0].fired, 2);
    }

    #[test]
    fn an_unlimited_fault_lasts_until_it_is_cleared() {
        let (faults, random) = (Faults::default(), Random::new(1));
        faults.add(fault(Kind::Slow, Call::Cancel, None, 1000));
        assert!((0..50).all(|_| faults.draw_wire("raiffeisen", Call::Cancel, &random).is_some()));
        assert_eq!(faults.clear(), 1);
        assert!(faults.draw_wire("raiffeisen", Call::Cancel, &random).is_none());
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let run = |seed| {
            let (faults, random) = (Faults::default(), Random::new(seed));
            faults.add(fault(Kind::Reset, Call::Create, None, 300));
            (0..64)
                .map(|_| faults.draw_wire("raiffeisen", Call::Create, &random).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(run(11), run(11));
        assert_ne!(run(11), run(12));
    }

    #[test]
    fn a_late_success_judges_one_try_only_once() {
        let (faults, random) = (Faults::default(), Random::new(1));
        let armed = faults.add(fault(Kind::LateSuccess, Call::Cancel, None, 0));
        let (drawn, newest) = faults.draw_late("raiffeisen", 0, &random);
        assert!(drawn.is_none());
        assert_eq!(newest, armed.id);
        faults.add(fault(Kind::LateSuccess, Call::Cancel, Some(1), 1000));
        assert!(faults.draw_late("raiffeisen", newest, &random).0.is_some());
    }
}
