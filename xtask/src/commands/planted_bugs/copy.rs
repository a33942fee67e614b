//! A copy of the sources that may be spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use super::bugs::Bug;
use super::home;
use crate::failure::{During, Outcome, told};
use crate::place;

/// What of the workspace cargo reads before it builds the simulation: every manifest, and the sources that they name.
const PARTS: [&str; 8] =
    ["Cargo.toml", "Cargo.lock", "src", "connectors", "tests", "xtask", "migrations", "examples"];

/// A copy of the sources.
pub(super) struct Copy {
    folder: PathBuf,
}

/// A bug that is planted until this is dropped.
pub(super) struct Planted {
    file: PathBuf,
    right: String,
}

impl Copy {
    /// Makes the copy, or brings the one that is there up to date. What is the same is left alone, so that little is built
    /// anew.
    pub(super) fn make() -> Outcome<Self> {
        let copy = Self { folder: home()?.join("sources") };
        for part in PARTS {
            bring(&place::workspace().join(part), &copy.folder.join(part))?;
        }
        Ok(copy)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn target(&self) -> PathBuf {
        self.folder.with_file_name("target")
    }

    /// Plants a bug.
    pub(super) fn plant(&self, bug: &Bug) -> Outcome<Planted> {
        let file = self.folder.join(bug.file);
        let right = fs::read_to_string(&file).during(|| format!("reading {}", file.display()))?;
        if right.matches(bug.right).count() != 1 {
            return told(format!("{}: its place in {} is not to be found", bug.name, bug.file));
        }
        let wrong = right.replacen(bug.right, bug.wrong, 1);
        fs::write(&file, wrong).during(|| format!("writing {}", file.display()))?;
        Ok(Planted { file, right })
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        let _ = fs::write(&self.file, &self.right); // the next copy brings it back as well
    }
}

fn bring(from: &Path, to: &Path) -> Outcome {
    let doing = || format!("copying {}", from.display());
    if from.is_dir() {
        fs::create_dir_all(to).during(doing)?;
        for entry in fs::read_dir(from).during(doing)? {
            let name = entry.during(doing)?.file_name();
            bring(&from.join(&name), &to.join(&name))?;
        }
        return Ok(());
    }
    let text = fs::read(from).during(doing)?;
    if fs::read(to).is_ok_and(|known| known == text) {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).during(doing)?;
    }
    fs::write(to, text).during(doing)
}
