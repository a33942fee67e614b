//! Where things are: the workspace and its target folder.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{During, Outcome, told};

/// The root of the workspace. Known at compile time: xtask is always built from the checkout that it serves.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

/// The folder of this program and of the others of the same profile, `target/debug` as a rule.
///
/// Read off the running program, so that a target folder that was moved by an environment variable or a
/// configuration file is found as well.
pub(crate) fn programs() -> Outcome<PathBuf> {
    let program = env::current_exe().during(|| "finding the path of xtask itself".to_owned())?;
    match program.parent() {
        Some(folder) => Ok(folder.to_owned()),
        None => told("xtask's own path has no folder"),
    }
}

/// The folder for everything that runs for a while: `target/lab`.
pub(crate) fn labs() -> Outcome<PathBuf> {
    Ok(target()?.join("lab"))
}

/// The folder for everything that is made, `target` as a rule.
pub(crate) fn target() -> Outcome<PathBuf> {
    let programs = programs()?;
    match programs.parent() {
        Some(target) => Ok(target.to_owned()),
        None => told("the folder of xtask's program has no parent"),
    }
}
