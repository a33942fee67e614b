//! Message ids that were seen: an event is delivered at least once and taken once (contract.md §1).

use std::collections::{HashSet, VecDeque};

/// A redelivery follows soon; what is older than so many messages is forgotten.
const REMEMBERED: usize = 100_000;

/// Remembers the last ids.
#[derive(Debug)]
pub(super) struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
    limit: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self { ids: HashSet::new(), order: VecDeque::new(), limit: REMEMBERED }
    }
}

impl Seen {
    /// Notes an id. Returns whether it is new.
    pub(super) fn note(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_until_it_is_forgotten() {
        let mut seen = Seen { limit: 2, ..Seen::default() };
        for (id, is_new) in
            [("a", true), ("a", false), ("b", true), ("c", true), ("b", false), ("a", true), ("c", false)]
        {
            assert_eq!(seen.note(id), is_new, "{id}");
        }
        assert_eq!(seen.ids.len(), 2);
    }
}
