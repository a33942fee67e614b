//! Catalogues: every language complete, nothing left over, nothing missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn catalogue(code: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder("locales").join(code)).unwrap().flatten() {
        let text = fs::read_to_string(file.path()).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let (key, pattern) = line.split_once('=').unwrap_or_else(|| panic!("{code}: {line}"));
            let before = found.insert(key.trim().to_owned(), pattern.trim().to_owned());
            assert_eq!(before, None, "{code} has {key} twice");
        }
    }
    found
}

#[test]
fn every_language_has_the_same_keys() {
    let russian: BTreeSet<String> = catalogue("ru").into_keys().collect();
    assert!(russian.len() > 1_000, "{}", russian.len());
    for code in ["en", "kk", "ky", "hi"] {
        let own: BTreeSet<String> = catalogue(code).into_keys().collect();
        let (missing, left_over): (Vec<_>, Vec<_>) =
            (russian.difference(&own).collect(), own.difference(&russian).collect());
        assert!(missing.is_empty() && left_over.is_empty(), "{code} lacks {missing:?} and has {left_over:?}");
    }
}

fn sources(place: &Path, found: &mut String) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_dir() && !path.ends_with("page_tests") {
            sources(&path, found);
        } else if matches!(kind, Some("rs" | "html")) {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_key_that_pages_name_is_there() {
    let keys = catalogue("ru");
    let mut all = String::new();
    sources(&folder("."), &mut all);
    for opening in ["frame.text(\"", "words.text(\"", "words().text(\"", "words.fill(\""] {
        for key in all.split(opening).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(keys.contains_key(key), "{key} is in no catalogue");
        }
    }
    for name in all.split("Field::new(").skip(1).filter_map(|rest| {
        let arguments = rest.split(')').next()?;
        arguments.split('"').nth(1)
    }) {
        let key = format!("field-{}", name.replace('_', "-"));
        assert!(keys.contains_key(&key), "{key} is in no catalogue");
    }
    for name in all.split("wrong.field(").skip(1).filter_map(|rest| rest.split('"').nth(1)) {
        let key = format!("wrong-{}", name.replace('_', "-"));
        assert!(keys.contains_key(&key), "{key} is in no catalogue");
    }
    for done in all.split("?done=").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(keys.contains_key(&format!("done-{done}")), "done-{done} is in no catalogue");
    }
    for opening in
        ["fact-", "why-", "buyer-", "role-", "refund-", "life-", "output-", "delivery-", "head-", "money-"]
    {
        for rest in all.split(&format!("\"{opening}")).skip(1).filter_map(|rest| rest.split('"').next()) {
            let key = format!("{opening}{rest}");
            assert!(
                rest.is_empty() || rest.contains(['{', '.']) || keys.contains_key(&key),
                "{key} is in no catalogue"
            );
        }
    }
    for action in [
        "letters", "events", "money", "payment", "user", "settings", "session", "setup", "sign_in",
        "sign_out",
    ] {
        for key in all.split(&format!("\"{action}.")).skip(1).filter_map(|rest| rest.split('"').next()) {
            if key == "html" || key.starts_with("toml") {
                continue;
            }
            let key = format!("action-{action}-{key}").replace(['.', '_'], "-");
            assert!(keys.contains_key(&key), "{key} is in no catalogue");
        }
    }
}

#[test]
fn every_language_says_the_same_with_the_same_places() {
    let places = |pattern: &str| -> BTreeSet<String> {
        let found = pattern.split('$').skip(1);
        found.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
    };
    let russian = catalogue("ru");
    for code in ["en", "kk", "ky", "hi"] {
        for (key, pattern) in catalogue(code) {
            // Of a reason a language says as much as people need of it.
            if !key.starts_with("reason-") {
                assert_eq!(places(&pattern), places(&russian[&key]), "{key} in {code}");
            }
        }
    }
}
