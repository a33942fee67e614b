//! Versions of stored JSON: `{"v":1,"data":…}`.
//!
//! What was written once must stay readable for ever. A type that changes its stored form gets a new version here and
//! a lift from the one before; samples of every version are kept in `tests/fixtures`.

use engine::ports::StoreError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::damaged;

/// The version that is written.
const PRESENT: u32 = 1;

#[derive(Serialize)]
struct Written<'a, T> {
    v: u32,
    data: &'a T,
}

#[derive(Deserialize)]
struct Read<'a> {
    v: u32,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// The stored form of `data`.
pub(crate) fn write<T: Serialize>(data: &T) -> Result<String, StoreError> {
    serde_json::to_string(&Written { v: PRESENT, data })
        .map_err(|error| StoreError(format!("a value has no JSON form: {error}")))
}

/// Reads a stored form. `what` names the row and column in errors.
pub(crate) fn read<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    let read: Read<'_> = serde_json::from_str(text).map_err(|error| damaged(what, error))?;
    match read.v {
        // An older version gets an arm here that lifts its data to the next one, step by step.
        PRESENT => serde_json::from_str(read.data.get()).map_err(|error| damaged(what, error)),
        newer => Err(StoreError(format!(
            "{what} was written in version {newer}, and this program knows {PRESENT}: start the newer program"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let text = write(&vec![1, 2]).unwrap();
        assert_eq!(text, r#"{"v":1,"data":[1,2]}"#);
        assert_eq!(read::<Vec<u8>>("row", &text).unwrap(), [1, 2]);
    }

    /// A line that fails here was stored by a released version and must stay readable: a changed form is a new version.
    fn check_samples<T: DeserializeOwned + Serialize>(samples: &str) {
        for (number, line) in (1..).zip(samples.lines()) {
            let data: T = read(&format!("line {number}"), line).unwrap();
            assert_eq!(write(&data).unwrap(), line, "line {number} is written in another form");
        }
    }

    #[test]
    fn what_version_1_stored_is_read_and_written_alike() {
        check_samples::<payment::Checkout>(include_str!("tests/fixtures/checkouts-v1.jsonl"));
        check_samples::<payment::State>(include_str!("tests/fixtures/states-v1.jsonl"));
        check_samples::<payment::Fact>(include_str!("tests/fixtures/facts-v1.jsonl"));
    }

    #[test]
    fn errors_name_the_row_and_what_to_do() {
        for (text, says) in [
            (r#"{"v":2,"data":[]}"#, "start the newer program"),
            (r#"{"v":1,"data":"x"}"#, "restore"),
            ("", "restore"),
            ("[]", "restore"),
        ] {
            let error = read::<Vec<u8>>("payment 7, state", text).unwrap_err().to_string();
            assert!(error.contains("payment 7, state") && error.contains(says), "{text}: {error}");
        }
    }
}
