//! What stands around every page: title, navigation, who is signed in, what was just done.

use crate::assets::edition;
use crate::guard::{Asker, Caller};
use crate::words::Words;

/// A place of the navigation.
pub(crate) struct Place {
    pub(crate) address: &'static str,
    pub(crate) name: String,
    pub(crate) is_here: bool,
}

/// The frame of a page. Templates call it `frame`.
pub(crate) struct Frame {
    pub(crate) words: Words,
    pub(crate) edition: &'static str,
    pub(crate) title: String,
    /// The login of who is signed in; `None`: nobody, and no navigation.
    pub(crate) who: Option<String>,
    pub(crate) places: Vec<Place>,
    /// What was just done.
    pub(crate) notice: Option<String>,
    /// What went wrong with what was sent.
    pub(crate) alarm: Option<String>,
}

/// The navigation: the address, which is a row of the table of rights, and the key of its name. Shown to whom the row lets in.
const PLACES: [(&str, &str); 9] = [
    ("/admin", "nav-home"),
    ("/admin/payments", "nav-payments"),
    ("/admin/operations", "nav-operations"),
    ("/admin/stores", "nav-stores"),
    ("/admin/servers", "nav-servers"),
    ("/admin/users", "nav-users"),
    ("/admin/transfer", "nav-transfer"),
    ("/admin/audit", "nav-audit"),
    ("/admin/help", "nav-help"),
];

impl Frame {
    /// The frame of a page for somebody who is signed in.
    pub(crate) fn of(asker: &Asker, title: String) -> Self {
        let words = asker.words();
        let here = &asker.caller.path;
        let is_here = |address: &str| {
            here == address || (address != "/admin" && here.starts_with(&format!("{address}/")))
        };
        let places = PLACES.into_iter().filter(|(address, _)| asker.may("GET", address, None));
        let places = places
            .map(|(address, key)| Place { address, name: words.text(key), is_here: is_here(address) })
            .collect();
        Self {
            edition: edition(),
            title,
            who: Some(asker.user.login.clone()),
            places,
            notice: notice(&words, &asker.caller),
            alarm: None,
            words,
        }
    }

    /// The frame of a page for somebody who is not signed in yet.
    pub(crate) fn outside(caller: &Caller, title_key: &str) -> Self {
        let words = Words::of(caller.language);
        Self {
            edition: edition(),
            title: words.text(title_key),
            who: None,
            places: Vec::new(),
            notice: notice(&words, caller),
            alarm: None,
            words,
        }
    }

    /// The same with an alarm.
    pub(crate) fn with_alarm(mut self, alarm: Option<String>) -> Self {
        self.alarm = alarm;
        self
    }

    /// The same at another place of the navigation than its address says.
    pub(crate) fn at(mut self, address: &str) -> Self {
        for place in &mut self.places {
            place.is_here = place.address == address;
        }
        self
    }

    /// A text of the catalogues: for templates.
    pub(crate) fn text(&self, key: &str) -> String {
        self.words.text(key)
    }
}

fn notice(words: &Words, caller: &Caller) -> Option<String> {
    words.lookup(&format!("done-{}", caller.done.as_deref()?))
}
