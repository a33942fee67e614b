//! Settings files that nobody would write, and rows that only a damaged disk would hold.

use fuzz::{Target, Tongue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::Value;

use crate::settings::{check_settings, together};
use crate::settings_file::write::text_of;
use crate::{ImportError, SettingsFile, read_toml, versioned};

/// Stands in the secrets of the samples, and must stand in no error.
const SECRET: &str = "4815162342";

#[test]
fn settings_file() {
    Target::new("settings_file", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/settings_file"))
        .tongue(Tongue::Toml)
        .inputs(1_000)
        .run(|input| {
            let Ok(text) = std::str::from_utf8(input) else { return };
            match SettingsFile::parse(text) {
                Ok(file) => check_file(file),
                Err(error) => check_error(text, &error),
            }
        });
}

/// What was read is written and read again alike; and whether it fits together can be said.
fn check_file(file: SettingsFile) {
    let written = text_of(1, file.named.clone()).expect("what was read can be written");
    let again = SettingsFile::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(again.named, file.named, "{written}");
    if let Ok(settings) = together(1, file.named)
        && let Err(problems) = check_settings(&settings)
    {
        assert!(!problems.to_string().is_empty());
    }
}

fn check_error(text: &str, error: &ImportError) {
    let told = error.to_string();
    match error {
        ImportError::Toml(error) => assert!((1..=text.lines().count() + 1).contains(&error.line()), "{told}"),
        ImportError::Problems(problems) => assert!(!problems.0.is_empty()),
        ImportError::Store(_) => panic!("no database was asked: {told}"),
    }
    let is_in_its_place = read_toml(text).map_or(true, |root| !is_outside_of_secrets(&root.into(), &[]));
    assert!(!is_in_its_place || !told.contains(SECRET), "a secret is shown: {told}");
}

/// Whether the secret stands where no secret belongs: there an error may quote it.
fn is_outside_of_secrets(value: &Value, path: &[&str]) -> bool {
    match value {
        Value::Table(table) => table.iter().any(|(name, value)| {
            let path = [path, &[name.as_str()]].concat();
            name.contains(SECRET) || is_outside_of_secrets(value, &path)
        }),
        _ if matches!(path, ["servers", _, "secrets", ..]) => false,
        other => other.to_string().contains(SECRET),
    }
}

#[test]
fn stored_json() {
    Target::new("stored_json", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/stored_json"))
        .tongue(Tongue::Lines)
        .run(|input| {
            let Ok(text) = std::str::from_utf8(input) else { return };
            for line in text.lines().take(100) {
                check_row::<payment::Checkout>(line);
                check_row::<payment::State>(line);
                check_row::<payment::Fact>(line);
            }
        });
}

/// What is read is written and read again alike; an error names the row and quotes nothing of a payment.
fn check_row<T: DeserializeOwned + Serialize>(line: &str) {
    match versioned::read::<T>("payment 7, state", line) {
        Ok(data) => {
            let written = versioned::write(&data).expect("what was read can be written");
            let again: T = versioned::read("the same", &written).expect("what was written can be read");
            assert_eq!(versioned::write(&again).expect("once more"), written);
        }
        Err(error) => assert!(error.to_string().contains("payment 7, state"), "{error}"),
    }
}
