//! The till of demonstrations: a page that talks to the HTTP API as any till would, and a page with everything side by side.

use askama::Template;
use engine::settings::{RegisterSettings, Settings, StoreSettings};
use payment::{RegisterId, StoreId};
use serde_json::{Value, json};

use crate::page::Link;
use crate::{Language, Place, Screen, Words, assets_mark};

/// What the script says: all keys of the catalogue below these.
pub(crate) const SPOKEN: [&str; 40] = [
    "asking-title",
    "asking-text",
    "waiting-title",
    "waiting-text",
    "waiting-here-text",
    "processing-title",
    "processing-text",
    "cancelling-title",
    "cancelling-text",
    "paid-title",
    "paid-text",
    "paid-test-text",
    "declined-title",
    "expired-title",
    "cancelled-title",
    "failed-title",
    "over-text",
    "uncertain-text",
    "review-title",
    "review-text",
    "rejected-title",
    "silent-title",
    "silent-text",
    "late-refunding",
    "late-offered",
    "late-manual",
    "refund-accepted",
    "refund-pending",
    "refund-completed",
    "refund-failed",
    "refund-review",
    "online",
    "offline",
    "sum-line",
    "remove",
    "cashier",
    "purpose",
    "refund-selected",
    "refund-all",
    "refund-none",
];

/// Goods of the sample shop: the key of the name, the price in minor units.
pub(crate) const GOODS: [(&str, i64); 6] = [
    ("milk", 9_900),
    ("bread", 6_450),
    ("coffee", 19_900),
    ("croissant", 12_500),
    ("butter", 23_990),
    ("water", 4_900),
];

/// The till's page. Made for demonstrations: it holds the store's key in the open.
#[derive(Debug, Clone, Copy)]
pub struct TillPage<'a> {
    /// What is set up.
    pub settings: &'a Settings,
    /// The store.
    pub store: &'a StoreId,
    /// The register that the page is.
    pub register: &'a RegisterId,
    /// The page's language.
    pub language: Language,
    /// The key of the HTTP API.
    pub api_key: &'a str,
}

#[derive(Template)]
#[template(path = "till.html")]
struct TillDocument<'a> {
    words: &'a Words,
    edition: &'static str,
    shop: &'a str,
    register: &'a str,
    registers: Vec<Choice>,
    languages: Vec<Choice>,
    types: Vec<Choice>,
    outputs: Vec<Choice>,
    goods: Vec<Good>,
    data: String,
}

/// One of several things to choose from.
struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

struct Good {
    name: String,
    price: i64,
}

impl TillPage<'_> {
    /// The document; `None`: there is no such register.
    pub fn html(&self) -> Option<String> {
        let store = self.settings.stores.get(self.store)?;
        let register = store.registers.get(self.register)?;
        let words = self.language.words();
        let good = |(key, price): (&str, i64)| Good { name: words.text(&format!("till-good-{key}")), price };
        let document = TillDocument {
            words: &words,
            edition: assets_mark(),
            shop: &store.name,
            register: &register.name,
            registers: self.registers(store),
            languages: self.languages(),
            types: types(store),
            outputs: outputs(register, &words),
            goods: GOODS.into_iter().map(good).collect(),
            data: self.data(store, &words).to_string(),
        };
        Some(document.render().expect("the template formats only text and numbers into a string"))
    }

    fn registers(&self, store: &StoreSettings) -> Vec<Choice> {
        let choice = |(id, register): (&RegisterId, &RegisterSettings)| Choice {
            value: id.to_string(),
            name: register.name.clone(),
            chosen: id == self.register,
        };
        store.registers.iter().map(choice).collect()
    }

    fn languages(&self) -> Vec<Choice> {
        let choice = |language: Language| Choice {
            value: language.code().to_owned(),
            name: language.code().to_uppercase(),
            chosen: language == self.language,
        };
        Language::ALL.into_iter().map(choice).collect()
    }

    /// What the script needs to know.
    fn data(&self, store: &StoreSettings, words: &Words) -> Value {
        // The script fills the time in.
        let place = [("time", "{time}".to_owned())];
        let text = |key: &&str| ((*key).to_owned(), Value::from(words.fill(&format!("till-{key}"), &place)));
        json!({
            "store": self.store.as_str(),
            "register": self.register.as_str(),
            "key": self.api_key,
            "currency": store.currency.code(),
            "exponent": store.currency.exponent(),
            "words": SPOKEN.iter().map(text).collect::<serde_json::Map<_, _>>(),
        })
    }
}

fn types(store: &StoreSettings) -> Vec<Choice> {
    let default = &store.default_payment_type;
    let types = store.payment_types.iter();
    types
        .map(|(code, tender)| Choice {
            value: code.to_string(),
            name: tender.name.clone(),
            chosen: code == default,
        })
        .collect()
}

/// The consoles of the register, and the till itself. As without a choice: every console that shows codes, else the till.
fn outputs(register: &RegisterSettings, words: &Words) -> Vec<Choice> {
    let consoles = register.consoles.iter().map(|(id, console)| Choice {
        value: id.to_string(),
        name: console.name.clone(),
        chosen: console.show_qr,
    });
    let mut outputs: Vec<Choice> = consoles.collect();
    let here = Choice {
        value: "register".to_owned(),
        name: words.text("till-output-here"),
        chosen: !outputs.iter().any(|output| output.chosen),
    };
    outputs.push(here);
    outputs
}

/// Till, kiosk and buyer's phone on one page.
#[derive(Debug, Clone, Copy)]
pub struct PlayPage<'a> {
    /// What is set up.
    pub settings: &'a Settings,
    /// The kiosk.
    pub kiosk: &'a Place,
    /// Where the buyer's page is.
    pub buyer: &'a str,
    /// The page's language.
    pub language: Language,
}

#[derive(Template)]
#[template(path = "play.html")]
struct PlayDocument<'a> {
    words: &'a Words,
    edition: &'static str,
    panes: Vec<Pane>,
}

struct Pane {
    key: &'static str,
    link: Link,
}

impl PlayPage<'_> {
    /// The document.
    pub fn html(&self) -> String {
        let words = self.language.words();
        let code = self.language.code();
        let kiosk = Screen::find(self.settings, self.kiosk, Some(self.language));
        let addresses = [
            ("till", format!("/till?lang={code}")),
            ("kiosk", kiosk.map_or_else(|| "/screen".to_owned(), |screen| screen.address(""))),
            ("buyer", format!("{}?lang={code}", self.buyer)),
        ];
        let pane = |(key, address): (&'static str, String)| Pane {
            key,
            link: Link {
                address,
                name: words.text(&format!("play-{key}")),
                note: words.text(&format!("play-{key}-note")),
            },
        };
        let panes = addresses.into_iter().map(pane).collect();
        let document = PlayDocument { words: &words, edition: assets_mark(), panes };
        document.render().expect("the template formats only text into a string")
    }
}
