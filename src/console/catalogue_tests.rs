//! Catalogues are complete: no screen ever shows the name of a key or a word of another language.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use payment::EndCode;

use crate::{Language, ScreenState};

/// Words that are the same in every language, or may be.
const SAME_EVERYWHERE: &[&str] = &["currency-", "amount", "decimal-mark", "group-", "slip-date"];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Every key of a language with its pattern, read from the files themselves.
fn catalogue(language: Language) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in ["screen.ftl", "door.ftl", "slip.ftl", "till.ftl"] {
        let path = folder("locales").join(language.code()).join(file);
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let (key, pattern) = line.split_once('=').unwrap_or_else(|| panic!("{path:?}: {line}"));
            let before = found.insert(key.trim().to_owned(), pattern.trim().to_owned());
            assert_eq!(before, None, "{path:?} has {key} twice");
        }
    }
    found
}

#[test]
fn every_language_has_every_key() {
    let pattern: BTreeSet<String> = catalogue(Language::Russian).into_keys().collect();
    for language in Language::ALL {
        let keys: BTreeSet<String> = catalogue(language).into_keys().collect();
        assert_eq!(keys, pattern, "{language:?}");
        let words = language.words();
        for key in &keys {
            let filled = ["number", "currency", "code", "time", "date", "day", "month", "year"]
                .map(|place| (place, "1".to_owned()));
            let text = words.fill(key, &filled);
            assert!(!text.is_empty() && !text.contains("ocalization"), "{language:?} {key}: {text}");
        }
    }
}

#[test]
fn no_text_was_left_untranslated() {
    let russian = catalogue(Language::Russian);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::Russian) {
        for (key, text) in catalogue(language) {
            if SAME_EVERYWHERE.iter().any(|same| key.starts_with(same)) {
                continue;
            }
            assert_ne!(Some(&text), russian.get(&key), "{language:?} {key}");
        }
    }
}

#[test]
fn every_state_has_a_title_and_a_text() {
    let keys = catalogue(Language::Russian);
    let states = ScreenState::ALL.iter().map(|state| state.word()).chain(["offline"]);
    for state in states {
        assert!(keys.contains_key(&format!("{state}-title")), "{state}");
        assert!(keys.contains_key(&format!("{state}-text")), "{state}");
    }
}

#[test]
fn every_key_is_used_and_every_key_used_is_there() {
    let keys = catalogue(Language::Russian);
    let mut sources = String::new();
    for place in [folder("."), folder("templates")] {
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = path.extension().and_then(|kind| kind.to_str());
            if matches!(kind, Some("rs" | "html")) && path.is_file() {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let made_up = |key: &str| {
        let states = ScreenState::ALL.iter().map(|state| state.word()).chain(["offline"]);
        let of_state = states.flat_map(|state| [format!("{state}-title"), format!("{state}-text")]);
        let of_reason = EndCode::ALL.iter().map(|code| format!("failed-text-{}", code.word()));
        let of_page = ["denied", "missing", "screens", "no-screens", "index", "pair-busy"]
            .iter()
            .flat_map(|about| ["title", "text", "example"].map(|part| format!("{about}-{part}")));
        let of_link = ["screen", "pair", "ready", "alive", "metrics"]
            .iter()
            .flat_map(|link| [format!("index-{link}"), format!("index-{link}-note")]);
        let spoken = crate::till::SPOKEN.map(|said| format!("till-{said}"));
        let goods = crate::till::GOODS.map(|(good, _)| format!("till-good-{good}"));
        let panes = ["till", "kiosk", "buyer"]
            .iter()
            .flat_map(|pane| [format!("play-{pane}"), format!("play-{pane}-note")])
            .chain(["play-note".to_owned()]);
        let of_page = of_page.chain(of_link).chain(spoken).chain(goods).chain(panes);
        key.starts_with("currency-") || of_state.chain(of_reason).chain(of_page).any(|made| made == key)
    };
    for key in keys.keys() {
        let named = sources.contains(&format!("\"{key}\""));
        assert!(named || made_up(key), "nothing uses {key}");
    }
    for used in sources.split("words.text(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(keys.contains_key(used), "{used} is in no catalogue");
    }
}

#[test]
fn a_currency_without_a_sign_is_written_by_its_code() {
    for language in Language::ALL {
        assert_eq!(language.words().lookup("currency-JPY"), None);
    }
}

#[test]
fn languages_are_found_by_code_and_by_what_browsers_accept() {
    for (code, language) in [
        ("ru", Some(Language::Russian)),
        ("kk-KZ", Some(Language::Kazakh)),
        ("EN", Some(Language::English)),
        ("de", None),
        ("", None),
    ] {
        assert_eq!(Language::parse(code), language, "{code:?}");
    }
    assert_eq!(Language::accepted("de-DE,de;q=0.9,hi;q=0.8"), Some(Language::Hindi));
    assert_eq!(Language::accepted("*"), None);
}
