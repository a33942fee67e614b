//! Reasons from elsewhere (a bank's connector, the rules of payments and of settings, a device) in the reader's language.
//!
//! They are written down once, in English, where they arise: so they stand in the journal, in events and in logs, and no crate but
//! this one knows of catalogues. `locales/en/reasons.ftl` and `problems.ftl` have the same sentences under a code, with places for
//! their values. By them a reason is recognised, and told by the reader's catalogue with the same values, amounts as the reader
//! writes them. What is not recognised, such as a bank's own words, stays as it is.

use std::sync::LazyLock;

use payment::Currency;

use crate::amounts;
use crate::payments::show::amount;
use crate::words::Words;

/// The English sentences, in the order in which they are compared: the exact ones before those that a value may end.
const ENGLISH: [&str; 2] = [include_str!("locales/en/reasons.ftl"), include_str!("locales/en/problems.ftl")];

/// A reason may stand in a reason, so deep.
const DEPTH: usize = 3;

static PATTERNS: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| ENGLISH.iter().flat_map(|text| text.lines()).filter_map(Pattern::read).collect());

/// A sentence with places.
struct Pattern {
    code: &'static str,
    /// What the sentence begins with.
    opening: &'static str,
    /// The places, each with the words that follow it; `""`: it goes to the end.
    places: Vec<(&'static str, &'static str)>,
}

impl Pattern {
    /// A line of a catalogue: `reason-code = Words {$place} words`.
    fn read(line: &'static str) -> Option<Self> {
        let (code, sentence) = line.split_once(" = ").filter(|(code, _)| !code.starts_with('#'))?;
        let mut parts = sentence.split("{$");
        let opening = parts.next()?;
        let places = parts.filter_map(|part| part.split_once('}')).collect();
        Some(Self { code, opening, places })
    }

    /// The values of the places, if a text is this sentence.
    fn values(&self, text: &str) -> Option<Vec<(&'static str, String)>> {
        let mut rest = text.strip_prefix(self.opening)?;
        let mut values = Vec::with_capacity(self.places.len());
        for (number, (name, follows)) in self.places.iter().enumerate() {
            let is_last = number + 1 == self.places.len();
            let value = match (is_last, *follows) {
                (true, follows) => rest.strip_suffix(follows)?,
                (false, "") => return None,
                (false, follows) => rest.split_once(follows)?.0,
            };
            rest = rest.get(value.len() + follows.len()..)?;
            values.push((*name, value.to_owned()));
        }
        rest.is_empty().then_some(values)
    }
}

/// A reason in the reader's language.
pub(crate) fn told(words: &Words, reason: &str) -> String {
    deep(words, reason, DEPTH)
}

fn deep(words: &Words, reason: &str, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else { return reason.to_owned() };
    let found = PATTERNS.iter().find_map(|pattern| Some((pattern.code, pattern.values(reason)?)));
    let Some((code, values)) = found else {
        return amount_told(words, reason).unwrap_or_else(|| reason.to_owned());
    };
    let values: Vec<_> = values.into_iter().map(|(name, value)| (name, deep(words, &value, depth))).collect();
    words.fill(code, &values)
}

/// An amount as sentences have it, such as `99.00 RUB`.
fn amount_told(words: &Words, text: &str) -> Option<String> {
    let (number, code) = text.split_once(' ')?;
    let money = amounts::read(number, Currency::parse(code).ok()?)?;
    (money.to_string() == text).then(|| amount(words, money))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use connector_sdk::SettingsError;
    use console::Language;

    use super::*;

    #[test]
    fn a_reason_is_told_in_the_readers_language_with_its_values() {
        let russian = Words::of(Language::Russian);
        let wrong = SettingsError::Wrong { key: "account", rule: "it must be 20 digits".to_owned() };
        for (reason, told_as) in [
            ("no answer before the deadline", "банк не ответил вовремя"),
            (
                "HTTP 502 with 17 bytes that say neither yes nor no",
                "банк ответил HTTP 502, и не ясно, да или нет (байт: 17)",
            ),
            (
                "the bank reports 99.00 RUB for an order over 100.00 RUB",
                "банк сообщает 99,00\u{a0}₽ по заказу на 100,00\u{a0}₽",
            ),
            (
                "the store has no such payment type; name one of sbp, other",
                "такого вида оплаты у магазина нет; выберите из: sbp, other",
            ),
            ("invalid type: integer `5`, expected a string", "ожидается текст в кавычках, а здесь число `5`"),
            (
                "the answer can't be read: missing field `qrId` at line 1 column 40",
                "ответ не читается: нет поля `qrId`",
            ),
            (&*wrong.to_string(), "значение account не подходит: нужно 20 цифр"),
            ("ERROR: the bank's own words", "ERROR: the bank's own words"),
            ("", ""),
        ] {
            assert_eq!(told(&russian, reason), told_as);
        }
        let english = Words::of(Language::English);
        let reason = "error sending request: client error (Connect): tcp connect error: Connection refused (os error 111)";
        assert!(
            told(&russian, reason).starts_with("никто не отвечает по этому адресу"),
            "{}",
            told(&russian, reason)
        );
        assert!(told(&english, reason).contains("Connection refused"));
    }

    /// The texts of reasons in a source, as far as they are written as such: what follows these openings, up to its end.
    fn reasons(source: &str) -> Vec<String> {
        const OPENINGS: [&str; 5] =
            ["CallError::Unknown(", "CallError::NotSent(", "let reason = ", "let cause = ", "park(step, "];
        let mut found = Vec::new();
        for opening in OPENINGS {
            for rest in source.split(opening).skip(1) {
                let head = rest.split(';').next().unwrap_or_default();
                let Some((_, quoted)) = head.split_once('"') else { continue };
                let text = quoted.split('"').next().unwrap_or_default();
                if text.contains(' ') && !text.starts_with(' ') {
                    found.push(text.to_owned());
                }
            }
        }
        found
    }

    /// The text with a value in each of its places.
    fn filled(text: &str) -> String {
        let mut parts = text.split('{');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.filter_map(|part| part.split_once('}')).fold(first, |text, (_, rest)| format!("{text}7{rest}"))
    }

    /// The sentences of a source: every text in quotes that has words.
    fn sentences(source: &str) -> Vec<String> {
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n").replace("\\\"", "\u{1}");
        let quoted = code.split('"').skip(1).step_by(2).map(|text| text.replace('\u{1}', "\""));
        quoted.filter(|text| text.trim().contains(' ')).collect()
    }

    fn sources(place: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(place).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let is_test =
                name.contains("test") || name.starts_with("fuzz") || name.starts_with("conformance");
            if is_test {
                continue;
            }
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_reason_that_connectors_and_payments_give_is_recognised() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = Vec::new();
        for place in ["src/payment", "connectors/sdk/src", "connectors/raiffeisen/src"] {
            sources(&root.join(place), &mut files);
        }
        let mut count = 0;
        for file in files {
            let source = std::fs::read_to_string(&file).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for reason in reasons(source) {
                let text = filled(&reason);
                let is_known = PATTERNS.iter().any(|pattern| pattern.values(&text).is_some());
                assert!(is_known, "{}: {reason:?} has no line in locales/en/reasons.ftl", file.display());
                count += 1;
            }
        }
        assert!(count > 30, "{count} reasons found: the search has lost its way");
    }

    #[test]
    fn everything_that_can_be_wrong_with_settings_is_recognised() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut count = 0;
        for file in [
            "src/store/settings/check.rs",
            "src/store/settings/check/consoles.rs",
            "src/store/settings/check_screens.rs",
            "src/store/settings_file/fields.rs",
            "src/store/settings_file/plan.rs",
            "src/store/settings_file/servers.rs",
            "src/store/settings_file/stores.rs",
            "src/store/settings_file/walk.rs",
        ] {
            let source = std::fs::read_to_string(root.join(file)).unwrap();
            for sentence in sentences(source.split("#[cfg(test)]").next().unwrap_or_default()) {
                let text = filled(&sentence);
                let is_known = PATTERNS.iter().any(|pattern| pattern.values(&text).is_some());
                assert!(is_known, "{file}: {sentence:?} has no line in locales/en/problems.ftl");
                count += 1;
            }
        }
        assert!(count > 50, "{count} sentences found: the search has lost its way");
    }

    #[test]
    fn every_reason_is_told_in_every_language() {
        assert!(PATTERNS.len() > 200, "{}", PATTERNS.len());
        for code in ["ru", "kk", "ky", "hi"] {
            for (file, english) in [("reasons", ENGLISH[0]), ("problems", ENGLISH[1])] {
                let place = format!("{}/locales/{code}/{file}.ftl", env!("CARGO_MANIFEST_DIR"));
                let text = std::fs::read_to_string(&place).unwrap_or_else(|_| panic!("there is no {place}"));
                let told: Vec<_> = text.lines().filter_map(|line| line.split_once(" = ")).collect();
                assert!(told.iter().all(|(_, words)| !words.trim().is_empty()), "{place}");
                let codes = english.lines().filter_map(Pattern::read).map(|pattern| pattern.code);
                let missing: Vec<_> = codes.filter(|own| !told.iter().any(|(code, _)| code == own)).collect();
                assert!(missing.is_empty(), "{place}: {missing:?}");
            }
        }
    }

    #[test]
    fn what_is_recognised_in_english_stays_as_it_was() {
        let english = Words::of(Language::English);
        for pattern in PATTERNS.iter() {
            let values: Vec<String> =
                pattern.places.iter().map(|(_, follows)| format!("7{follows}")).collect();
            let text = format!("{}{}", pattern.opening, values.concat());
            assert_eq!(told(&english, &text), text, "{}", pattern.code);
        }
    }
}
