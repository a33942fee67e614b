//! The pages of operations, side by side.

use crate::frame::Place;
use crate::guard::Asker;

/// The place of all pages of operations in the navigation.
pub(super) const PLACE: &str = "/admin/operations";

/// The pages, each a row of the table of rights, with the key of its name.
const TABS: [(&str, &str); 4] = [
    (PLACE, "nav-health"),
    ("/admin/operations/letters", "nav-letters"),
    ("/admin/operations/events", "nav-waiting"),
    ("/admin/operations/unclaimed", "nav-unclaimed"),
];

/// The pages that the reader may see.
pub(super) fn tabs(asker: &Asker) -> Vec<Place> {
    let words = asker.words();
    let mine = TABS.into_iter().filter(|(address, _)| asker.may("GET", address, None));
    mine.map(|(address, key)| Place { address, name: words.text(key), is_here: asker.caller.path == address })
        .collect()
}
