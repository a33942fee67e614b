//! The last pay or refund of this till, in a file: what a terminal that crashed takes up again.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{line::Line, text};

/// The file of one till.
#[derive(Debug)]
pub(super) struct Memory {
    file: PathBuf,
}

/// What was asked, and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// `pay` or `refund`.
    pub(super) verb: String,
    /// The command as it was sent: a repeat must say the same.
    pub(super) body: Value,
    /// The outcome; `None` while it is not known.
    pub(super) ended: Option<String>,
    /// The last pay, kept while a refund is remembered: the next refund is of it, too.
    pub(super) paid: Option<String>,
}

impl Remembered {
    /// The operation.
    pub(super) fn operation(&self) -> &str {
        text(&self.body, "operation").unwrap_or_default()
    }

    /// The last pay's operation.
    pub(super) fn pay_operation(&self) -> Option<&str> {
        if self.verb == "pay" { text(&self.body, "operation") } else { self.paid.as_deref() }
    }
}

impl Memory {
    /// The named file, or one of this store and register in the user's state folder.
    pub(super) fn of(line: &Line) -> anyhow::Result<Self> {
        if let Some(file) = &line.memory {
            return Ok(Self { file: file.clone() });
        }
        let (store, register) = line.till()?;
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
        let folder =
            folder.context("there is no home folder to remember operations in: name a file with --memory")?;
        Ok(Self { file: folder.join("integrator").join(format!("till-{store}-{register}.json")) })
    }

    /// What was asked last.
    pub(super) fn last(&self) -> anyhow::Result<Option<Remembered>> {
        let bytes = match fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| self.about("can't be read")),
        };
        let read = serde_json::from_slice(&bytes);
        read.map(Some).with_context(|| self.about("is damaged: look into it, then remove it"))
    }

    /// What was asked last, if its end is not known.
    pub(super) fn open(&self) -> anyhow::Result<Option<Remembered>> {
        Ok(self.last()?.filter(|last| last.ended.is_none()))
    }

    /// Remembers a command, durably, before it is sent.
    pub(super) fn keep(&self, verb: &str, body: &Value) -> anyhow::Result<()> {
        let paid = self.last()?.and_then(|last| last.pay_operation().map(str::to_owned));
        self.write(&Remembered { verb: verb.to_owned(), body: body.clone(), ended: None, paid })
    }

    /// Notes the end of what is remembered.
    pub(super) fn close(&self, outcome: &str) -> anyhow::Result<()> {
        let Some(last) = self.last()? else { return Ok(()) };
        self.write(&Remembered { ended: Some(outcome.to_owned()), ..last })
    }

    /// A whole file or the one before it: never half of one.
    fn write(&self, remembered: &Remembered) -> anyhow::Result<()> {
        let folder = self.file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| self.about("can't be written"))?;
        let beside = self.file.with_extension(format!("{}.new", std::process::id()));
        let written = || -> std::io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec_pretty(remembered)?)?;
            file.sync_all()?;
            fs::rename(&beside, &self.file)?;
            File::open(folder)?.sync_all()
        };
        written().with_context(|| self.about("can't be written"))
    }

    fn about(&self, what: &str) -> String {
        format!("{}, where the till remembers its last operation, {what}", self.file.display())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_is_open_until_its_end_is_noted_and_a_refund_keeps_its_pay() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory { file: folder.path().join("deep").join("till.json") };
        assert_eq!(memory.open().unwrap(), None);
        memory.keep("pay", &json!({"operation": "a", "amount": {"value": 1, "currency": "RUB"}})).unwrap();
        assert_eq!(memory.open().unwrap().unwrap().operation(), "a");
        memory.close("paid").unwrap();
        assert_eq!(memory.open().unwrap(), None);
        assert_eq!(memory.last().unwrap().unwrap().ended.as_deref(), Some("paid"));
        memory.keep("refund", &json!({"operation": "r", "payment_operation": "a"})).unwrap();
        let last = memory.open().unwrap().unwrap();
        assert_eq!((last.operation(), last.pay_operation()), ("r", Some("a")));
        memory.keep("refund", &json!({"operation": "r2"})).unwrap();
        assert_eq!(memory.last().unwrap().unwrap().pay_operation(), Some("a"));
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_damaged_file_is_told_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory { file: folder.path().join("till.json") };
        fs::write(&memory.file, "{").unwrap();
        assert!(memory.last().unwrap_err().to_string().contains("damaged"));
        assert!(memory.keep("pay", &json!({})).is_err());
        assert_eq!(fs::read_to_string(&memory.file).unwrap(), "{");
    }
}
