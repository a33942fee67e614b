//! A Python of the project's own, with pinned packages, under `target/python`: for examples and foreign validators.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{During, Outcome, told};
use crate::need::{self, PYTHON};
use crate::place;
use crate::say::Progress;

/// What pip installs.
const PACKAGES: [&str; 1] = ["pika==1.3.2"];
/// Says what the folder holds; written last, so that an installation that was broken off is begun anew.
const MARK: &str = "installed";

/// The interpreter, made and filled if it is not there yet.
pub(crate) fn ensure() -> Outcome<PathBuf> {
    let folder = place::target()?.join("python");
    let interpreter = folder.join("bin/python");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(folder.join(MARK)).is_ok_and(|there| there == wanted) {
        return Ok(interpreter);
    }
    let _ = fs::remove_dir_all(&folder);
    if make("python3", &folder).is_err() {
        // Debian's Python comes without the part that makes others.
        need::ensure(&[&PYTHON])?;
        let _ = fs::remove_dir_all(&folder);
        make("/usr/bin/python3", &folder)?;
    }
    let mut pip = Command::new(&interpreter);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]).args(PACKAGES);
    run(&format!("pip is installing {}", PACKAGES.join(" ")), &mut pip)?;
    fs::write(folder.join(MARK), wanted).during(|| format!("writing {}", folder.join(MARK).display()))?;
    Ok(interpreter)
}

fn make(python: &str, folder: &Path) -> Outcome {
    let mut command = Command::new(python);
    command.args(["-m", "venv"]).arg(folder);
    run("a Python for the tests is being made", &mut command)
}

fn run(doing: &str, command: &mut Command) -> Outcome {
    let mut progress = Progress::begin(doing);
    // What pip says goes where progress goes.
    let mut child =
        command.stdin(Stdio::null()).stdout(std::io::stderr()).spawn().during(|| doing.to_owned())?;
    let status = progress.wait_for(&mut child)?;
    progress.end(if status.success() { "done" } else { "failed" });
    if status.success() { Ok(()) } else { told(format!("{doing}: {status}")) }
}
