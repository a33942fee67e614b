//! The fields of one table, taken out one by one; what is left over at the end nobody knows.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::settings::Problems;

/// Fields that are being read. Everything that is wrong with them is noted; reading goes on.
pub(super) struct Fields<'a> {
    key: String,
    table: Table,
    known: Vec<&'static str>,
    problems: &'a mut Problems,
}

impl<'a> Fields<'a> {
    pub(super) fn new(key: String, table: Table, problems: &'a mut Problems) -> Self {
        Self { key, table, known: Vec::new(), problems }
    }

    /// A field that must be there.
    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        if !self.table.contains_key(name) {
            self.known.push(name);
            self.problems.at(format!("{}.{name}", self.key), "it is missing; give it a value");
            return None;
        }
        self.optional(name)
    }

    /// A field that may be left out.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        self.known.push(name);
        let value = self.table.remove(name)?;
        let shown = value.to_string();
        match value.try_into() {
            Ok(read) => Some(read),
            Err(error) => {
                self.problems.wrong_text(format!("{}.{name}", self.key), shown, cure(&error));
                None
            }
        }
    }

    /// Notes that a field is wrong for a reason of its own.
    pub(super) fn wrong(&mut self, name: &'static str, cure: &str) {
        self.problems.at(format!("{}.{name}", self.key), cure);
    }

    /// Notes the fields that nobody asked for.
    pub(super) fn end(self) {
        for name in self.table.keys() {
            let known = self.known.join(", ");
            self.problems.at(format!("{}.{name}", self.key), format!("unknown field; known are {known}"));
        }
    }
}

/// What the reader of a value says, on one line.
fn cure(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', " ")
}

/// The tables under `name` by their keys, taken out of `table`.
pub(super) fn tables(
    table: &mut Table,
    key: &str,
    name: &str,
    problems: &mut Problems,
) -> Vec<(String, Table)> {
    let path = if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    let mut found = Vec::new();
    match table.remove(name) {
        None => {}
        Some(Value::Table(children)) => {
            for (child, value) in children {
                match value {
                    Value::Table(its) => found.push((child, its)),
                    _ => {
                        problems
                            .at(format!("{path}.{child}"), format!("not a table; write [{path}.{child}]"));
                    }
                }
            }
        }
        Some(_) => problems.at(&path, format!("not a table; write [{path}.<its id>]")),
    }
    found
}
