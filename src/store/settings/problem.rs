//! What is wrong with settings, all of it at once.

use std::fmt;

/// One thing that is wrong: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path in the settings file, such as `stores.17.zone`.
    pub key: String,
    /// The value as it would stand in the file; `None`: there is none, or it is secret.
    pub value: Option<String>,
    /// What is wrong and what to do about it.
    pub cure: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(formatter, "{} = {value}: {}", self.key, self.cure),
            None => write!(formatter, "{}: {}", self.key, self.cure),
        }
    }
}

/// Everything that is wrong, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

/// A line each.
impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Problems {
    /// Notes a value that can't be.
    pub(crate) fn wrong(&mut self, key: impl fmt::Display, value: impl fmt::Debug, cure: impl Into<String>) {
        self.wrong_text(key, format!("{value:?}"), cure);
    }

    /// Notes a value that can't be, as it stands in the file.
    pub(crate) fn wrong_text(&mut self, key: impl fmt::Display, value: String, cure: impl Into<String>) {
        self.0.push(Problem { key: key.to_string(), value: Some(value), cure: cure.into() });
    }

    /// Notes something that is missing, or whose value is not shown.
    pub(crate) fn at(&mut self, key: impl fmt::Display, cure: impl Into<String>) {
        self.0.push(Problem { key: key.to_string(), value: None, cure: cure.into() });
    }

    /// `Ok` if nothing is wrong.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}
