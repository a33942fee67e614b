//! What became another, a line each: in the audit, and before settings are taken in from a file.

use serde_json::{Map, Value};
use store::is_hash;

use crate::words::Words;

/// The fields that differ, each on a line. Of a key people read that it is another, never its hash.
pub(crate) fn changes(words: &Words, before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let fields = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new): (Map<_, _>, Map<_, _>) = (fields(before), fields(after));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    changed.filter_map(|name| change(words, name, old.get(name), new.get(name))).collect()
}

fn change(words: &Words, name: &str, was: Option<&Value>, now: Option<&Value>) -> Option<String> {
    let (was, now) = (was.filter(|value| !value.is_null()), now.filter(|value| !value.is_null()));
    if is_hash(name) {
        return Some(words.text(match (was, now) {
            (None, None) => return None,
            (None, Some(_)) => "change-key-made",
            (Some(_), Some(_)) => "change-key-renewed",
            (Some(_), None) => "change-key-gone",
        }));
    }
    match (was, now) {
        (None, None) => None,
        (None, Some(now)) => Some(format!("{name}: {now}")),
        (Some(was), None) => Some(format!("{name}: {was} → —")),
        (Some(was), Some(now)) => Some(format!("{name}: {was} → {now}")),
    }
}

#[cfg(test)]
mod tests {
    use console::Language;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_and_of_a_key_only_that_it_is_another() {
        let words = Words::of(Language::English);
        for (before, after, told) in [
            (json!({ "a": 1, "b": "x" }), json!({ "a": 1, "b": "y" }), &["b: \"x\" → \"y\""][..]),
            (json!(null), json!({ "a": 1 }), &["a: 1"][..]),
            (json!({ "a": 1, "c": null }), json!({}), &["a: 1 → —"][..]),
            (json!({ "sha256": "***" }), json!({ "sha256": "new" }), &["another key"][..]),
            (json!({ "sha256": "***" }), json!({ "sha256": "***" }), &[][..]),
            (json!({}), json!({ "screen_key_sha256": "aa" }), &["a key"][..]),
            (
                json!({ "screen_key_sha256": "aa" }),
                json!({ "screen_key_sha256": null }),
                &["no key any more"][..],
            ),
        ] {
            assert_eq!(changes(&words, Some(&before), Some(&after)), told, "{before} {after}");
        }
    }
}
