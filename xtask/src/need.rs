//! Programs that must be on the machine, and how to get them.

use std::env;
use std::fmt::Write;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::{During, Outcome, told};
use crate::place;
use crate::say::{self, Progress};

const INSTALL: &str = include_str!("need/install.sh");

/// A program that is not built here.
#[derive(Debug)]
pub(crate) struct Need {
    /// As a person calls it.
    pub(crate) name: &'static str,
    /// Debian's packages that bring it.
    packages: &'static [&'static str],
    /// Folders that may hold the programs; the first that does counts. One `*` may stand for a name or its end;
    /// of the folders it matches the last counts, the newest version as a rule.
    folders: &'static [&'static str],
    /// What the folder must hold.
    programs: &'static [&'static str],
}

/// The broker. Its folder of plain programs, not the wrappers in `/usr/sbin`: those change the user.
pub(crate) const RABBITMQ: Need = Need {
    name: "RabbitMQ server",
    packages: &["rabbitmq-server"],
    folders: &[
        "/usr/lib/rabbitmq/bin",
        "/usr/local/lib/rabbitmq/bin",
        "/opt/homebrew/opt/rabbitmq/sbin",
        "/usr/local/opt/rabbitmq/sbin",
    ],
    programs: &["rabbitmq-server", "rabbitmqctl"],
};

/// The database of chains of shops.
pub(crate) const POSTGRESQL: Need = Need {
    name: "PostgreSQL server",
    packages: &["postgresql"],
    folders: &[
        "/usr/lib/postgresql/*/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/pgsql/bin",
        "/usr/bin",
    ],
    programs: &["postgres", "initdb"],
};

/// The library that plays the clock of one process.
pub(crate) const FAKETIME: Need = Need {
    name: "libfaketime",
    packages: &["libfaketime"],
    folders: &["/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/local/lib/faketime"],
    programs: &["libfaketimeMT.so.1"],
};

/// The browser that looks at the kiosk's pages.
pub(crate) const CHROMIUM: Need = Need {
    name: "Chromium and its driver",
    packages: &["chromium", "chromium-driver", "fonts-lohit-deva"],
    folders: &["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"],
    programs: &["chromium", "chromedriver"],
};

/// What makes a Python of one's own. The interpreter itself may come from elsewhere.
pub(crate) const PYTHON: Need = Need {
    name: "Python with venv",
    packages: &["python3", "python3-venv"],
    folders: &["/usr/lib/python3*/ensurepip"],
    programs: &["__init__.py"],
};

impl Need {
    /// The folder that holds the programs, if they are there.
    pub(crate) fn found(&self) -> Option<PathBuf> {
        let complete = |folder: &PathBuf| self.programs.iter().all(|program| folder.join(program).is_file());
        self.folders.iter().find_map(|pattern| expand(pattern).into_iter().rfind(complete))
    }
}

/// Makes sure that all are there: installs what is missing where this can be done without asking anybody (Debian and its
/// relatives, as root or with `sudo` that needs no password), else fails with what to install.
pub(crate) fn ensure(needs: &[&Need]) -> Outcome {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| need.found().is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(mut command) = installer() else { return told(how_to_get(&missing)) };
    install(&mut command, &missing)?;
    match missing.iter().find(|need| need.found().is_none()) {
        None => Ok(()),
        Some(need) => {
            told(format!("{}: not found after its installation\n{}", need.name, how_to_get(&missing)))
        }
    }
}

/// What a person without these rights, or on another system, has to do.
pub(crate) fn how_to_get(missing: &[&Need]) -> String {
    let names: Vec<&str> = missing.iter().map(|need| need.name).collect();
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let mut text = format!(
        "missing on this machine: {}\n  \
         Debian, Ubuntu: sudo apt-get install --no-install-recommends {}\n  \
         elsewhere: install the packages of these names; xtask looks in\n",
        names.join(", "),
        packages.join(" "),
    );
    for need in missing {
        let _ = writeln!(text, "    {} for {}", need.folders.join(", "), need.programs.join(" and "));
    }
    if missing.iter().any(|need| need.name == RABBITMQ.name) {
        text += "  or use a broker that already runs: --amqp amqp://user:password@host:5672/%2f\n";
    }
    text
}

/// The programs in front of the installing script, or `None` where xtask may not install.
fn installer() -> Option<Command> {
    search_path("apt-get")?;
    let mut shell = if is_root() {
        Command::new("sh")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        let asked =
            Command::new("sudo").args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
        asked.ok().filter(std::process::ExitStatus::success)?;
        sudo
    };
    shell.args(["-c", INSTALL, "install"]);
    Some(shell)
}

/// Not under a lab's keeper: a package installation that is broken off leaves the machine worse than one that ends.
fn install(command: &mut Command, missing: &[&Need]) -> Outcome {
    let labs = place::labs()?;
    let path = labs.join("install.log");
    let log = fs::create_dir_all(&labs).and_then(|()| File::create(&path));
    let log = log.during(|| format!("creating {}", path.display()))?;
    let errors = log.try_clone().during(|| "sharing the log of the installation".to_owned())?;

    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let mut progress = Progress::begin(&format!("apt-get is installing {}", packages.join(", ")));
    let mut child = command
        .args(packages)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .during(|| "starting apt-get".to_owned())?;
    let status = progress.wait_for(&mut child)?;
    if status.success() {
        progress.end("installed");
        return Ok(());
    }
    progress.end("apt-get failed");
    say::line(&fs::read_to_string(&path).unwrap_or_default());
    told(format!("apt-get failed ({status}); {}", how_to_get(missing)))
}

/// Whether this process may do everything on the machine.
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn search_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The folders that a pattern with at most one `*` names, in alphabetical order.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, start) = before.rsplit_once('/').unwrap_or((".", before));
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut names: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(start))
        .map(|name| PathBuf::from(format!("{parent}/{name}{after}")))
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_the_packages_and_the_way_around() {
        let text = how_to_get(&[&RABBITMQ, &CHROMIUM]);
        assert!(
            text.contains(
                "--no-install-recommends rabbitmq-server chromium chromium-driver fonts-lohit-deva\n"
            ),
            "{text}"
        );
        assert!(text.contains("--amqp"), "{text}");
        assert!(!how_to_get(&[&POSTGRESQL]).contains("--amqp"));
    }

    #[test]
    fn a_star_stands_for_every_name_in_its_place() {
        let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/sr*/node");
        assert_eq!(expand(sources), [PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/node"))]);
        assert!(expand("/no/such/folder/*/bin").is_empty());
        assert_eq!(expand("/usr/bin"), [PathBuf::from("/usr/bin")]);
    }
}
