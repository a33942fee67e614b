//! Whole documents.

use askama::Template;
use engine::settings::Settings;

use crate::stage::{draw_checking, draw_offline};
use crate::{CodePicture, Language, Place, Screen, Snapshot, Words, assets_mark, places};

/// The document of a live screen.
///
/// Right at once without script (drawn with the state of this moment, refreshed every few seconds); with script it
/// follows the stream at `events_at`.
#[derive(Debug, Clone, Copy)]
pub struct ScreenPage {
    /// How often the stream shows a sign of life, in milliseconds. Two missed: the page says that it is offline.
    pub beat_ms: u64,
}

#[derive(Template)]
#[template(path = "screen.html")]
struct ScreenDocument<'a> {
    words: &'a Words,
    edition: &'static str,
    title: &'a str,
    events_at: String,
    beat_ms: u64,
    now_ms: i64,
    stage: &'a str,
    checking: String,
    offline: String,
    /// The screen in its own language: the next buyer finds it so.
    home: String,
    is_asked: bool,
    sound: bool,
}

impl ScreenPage {
    /// The document, beginning with this snapshot.
    pub fn html(&self, screen: &Screen<'_>, snapshot: &Snapshot) -> String {
        let words = screen.language().words();
        let document = ScreenDocument {
            words: &words,
            edition: assets_mark(),
            title: &screen.store.name,
            events_at: screen.address("/events"),
            beat_ms: self.beat_ms,
            now_ms: snapshot.now_ms,
            stage: &snapshot.html,
            checking: draw_checking(screen),
            offline: draw_offline(screen),
            home: screen.in_language(None).address(""),
            is_asked: screen.asked_language.is_some(),
            sound: screen.store.screens.sound,
        };
        document.render().expect("the template formats only text and numbers into a string")
    }
}

/// A plain page of the door: a refusal, a choice of screens, the index.
#[derive(Debug, Clone)]
pub struct DoorPage {
    /// Its language.
    pub language: Language,
    /// The key of its title and text in the catalogues: `denied` for `denied-title`, `denied-text`.
    pub about: &'static str,
    /// What can be opened from here.
    pub links: Vec<Link>,
}

/// The page of a device that waits to be paired with a console. Right by its refresh alone, without script.
#[derive(Debug, Clone)]
pub struct PairPage {
    /// Its language.
    pub language: Language,
    /// The one-time code.
    pub code: String,
    /// How long it can still be typed, in seconds.
    pub left_s: u64,
    /// Where the service is reached, such as `https://pay.shop.example`; `None`: it is not known.
    pub base: Option<String>,
}

#[derive(Template)]
#[template(path = "pair.html")]
struct PairDocument<'a> {
    words: &'a Words,
    edition: &'static str,
    code: String,
    left: String,
    /// The way of an administrator's phone to the page that pairs this screen, as a picture.
    scan: Option<String>,
}

impl PairPage {
    /// The document. It asks again every three seconds whether somebody has typed the code.
    pub fn html(&self) -> String {
        let words = self.language.words();
        let (first, second) = self.code.split_at_checked(self.code.len() / 2).unwrap_or((&self.code, ""));
        let document = PairDocument {
            words: &words,
            edition: assets_mark(),
            code: format!("{first}-{second}"),
            scan: self.base.as_ref().and_then(|base| {
                CodePicture::draw(&format!("{base}/admin/pair/{}", self.code)).ok().map(|drawn| drawn.svg)
            }),
            left: format!("{}:{:02}", self.left_s / 60, self.left_s % 60),
        };
        document.render().expect("the template formats only text and numbers into a string")
    }
}

/// A link of a plain page.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads.
    pub address: String,
    /// What is there.
    pub name: String,
    /// More about it.
    pub note: String,
}

fn screen_link(settings: &Settings, place: &Place) -> Option<Link> {
    let screen = Screen::find(settings, place, None)?;
    Some(Link {
        address: screen.address(""),
        name: screen.console.name.clone(),
        note: format!("{} · {}", screen.store.name, screen.register.name),
    })
}

#[derive(Template)]
#[template(path = "door.html")]
struct DoorDocument<'a> {
    words: &'a Words,
    edition: &'static str,
    title: String,
    text: String,
    example: Option<String>,
    links: &'a [Link],
}

/// What the index leads to: the key of its words and its address.
const INDEX: [(&str, &str); 5] = [
    ("screen", "/screen"),
    ("pair", "/pair"),
    ("ready", "/readyz"),
    ("alive", "/healthz"),
    ("metrics", "/metrics"),
];

fn index_link(language: Language, (key, address): (&str, &str)) -> Link {
    let words = language.words();
    Link {
        address: address.to_owned(),
        name: words.text(&format!("index-{key}")),
        note: words.text(&format!("index-{key}-note")),
    }
}

impl DoorPage {
    /// A page that says one thing.
    pub fn about(about: &'static str, language: Language) -> Self {
        Self { language, about, links: Vec::new() }
    }

    /// A refusal that shows the way: pairing.
    pub fn denied(language: Language) -> Self {
        Self { language, about: "denied", links: vec![index_link(language, ("pair", "/pair"))] }
    }

    /// The first page of the service: what there is to open.
    pub fn index(language: Language) -> Self {
        let links = INDEX.into_iter().map(|link| index_link(language, link)).collect();
        Self { language, about: "index", links }
    }

    /// The screens that can be opened without a key.
    pub fn screens(language: Language, settings: &Settings) -> Self {
        let found = places(settings);
        let links: Vec<Link> = found.iter().filter_map(|place| screen_link(settings, place)).collect();
        let about = if links.is_empty() { "no-screens" } else { "screens" };
        Self { language, about, links }
    }

    /// The document.
    pub fn html(&self) -> String {
        let words = self.language.words();
        let document = DoorDocument {
            words: &words,
            edition: assets_mark(),
            title: words.text(&format!("{}-title", self.about)),
            text: words.text(&format!("{}-text", self.about)),
            example: words.lookup(&format!("{}-example", self.about)),
            links: &self.links,
        };
        document.render().expect("the template formats only text and numbers into a string")
    }
}
