//! Which screen is meant, and how it is set up.

use engine::ports::Destination;
use engine::settings::{ConsoleSettings, RegisterSettings, Settings, StoreSettings};
use payment::{ConsoleId, InvalidName, RegisterId, StoreId};

use crate::Language;

/// One console of one register: what a screen is opened for, and all that it may ever show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// The console.
    pub console: ConsoleId,
}

impl Place {
    /// Reads the three names; each is 1–40 of `A–Z a–z 0–9 _ -`, so they need no escaping in addresses and cookies.
    pub fn parse(store: &str, register: &str, console: &str) -> Result<Self, InvalidName> {
        Ok(Self {
            store: StoreId::parse(store)?,
            register: RegisterId::parse(register)?,
            console: ConsoleId::parse(console)?,
        })
    }

    /// The register, as payments and changes name it.
    pub fn destination(&self) -> Destination {
        Destination { store: self.store.clone(), register: self.register.clone() }
    }

    /// The place as the query of an address: `store=17&register=1&console=kiosk`.
    pub fn query(&self) -> String {
        format!("store={}&register={}&console={}", self.store, self.register, self.console)
    }
}

/// Every console that is set up, in order.
pub fn places(settings: &Settings) -> Vec<Place> {
    let mut found = Vec::new();
    for (store, of_store) in &settings.stores {
        for (register, of_register) in &of_store.registers {
            found.extend(of_register.consoles.keys().map(|console| Place {
                store: store.clone(),
                register: register.clone(),
                console: console.clone(),
            }));
        }
    }
    found
}

/// A place with its settings, as one look at them found it.
#[derive(Debug, Clone)]
pub struct Screen<'a> {
    /// The place.
    pub place: &'a Place,
    /// Its store.
    pub store: &'a StoreSettings,
    /// Its register.
    pub register: &'a RegisterSettings,
    /// The console itself.
    pub console: &'a ConsoleSettings,
    /// The language that the screen was opened in, if not its own.
    pub asked_language: Option<Language>,
}

impl<'a> Screen<'a> {
    /// Looks a place up; `None`: there is no such console (any more).
    pub fn find(settings: &'a Settings, place: &'a Place, asked_language: Option<Language>) -> Option<Self> {
        let store = settings.stores.get(&place.store)?;
        let register = store.registers.get(&place.register)?;
        let console = register.consoles.get(&place.console)?;
        Some(Self { place, store, register, console, asked_language })
    }

    /// The language asked for, else the console's, else the store's, else Russian.
    pub fn language(&self) -> Language {
        let of_console = || self.console.language.as_deref().and_then(Language::parse);
        let of_store = || Language::parse(&self.store.language);
        self.asked_language.or_else(of_console).or_else(of_store).unwrap_or_default()
    }

    /// This screen in another language.
    #[must_use]
    pub fn in_language(&self, language: Option<Language>) -> Self {
        Self { asked_language: language, ..self.clone() }
    }

    /// An address below `/screen` for this screen: `address("/events")`.
    pub fn address(&self, below: &str) -> String {
        let language = self.asked_language.map(|asked| format!("&lang={}", asked.code())).unwrap_or_default();
        format!("/screen{below}?{}{language}", self.place.query())
    }
}
