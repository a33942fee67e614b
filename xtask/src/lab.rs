//! Runs a command so that everything it started is stopped, however it ends: done, failed, Ctrl-C, SIGTERM, even
//! `kill -9` of any of the processes below. The caller's process goes away only when the rest has.
//!
//! The standard library cannot handle signals, and a process that was killed handles nothing. So three processes share
//! the task, each of them small:
//!
//! ```text
//!  front  (sh, front.sh)    the process that the caller knows: xtask replaces itself by it.
//!    │                      Signal: writes "stop" to the socket. Reads the exit status from it and leaves.
//!    │ socket
//!  work   (xtask --behind)  the command itself, in a process group of its own, so that a Ctrl-C at the terminal reaches
//!    │                      nobody twice. "stop", or the end of the socket (front was killed): closes its pipe.
//!    │ pipe
//!  keeper (sh, keeper.sh)   waits for the end of the pipe, which also comes when work is killed: then ends the program
//!                           that runs, stops every node in the lab's folder, removes the folder.
//! ```
//!
//! The keeper holds the socket too: front sees its end only after the cleaning. There is one way to stop, used every time.

mod front;
mod keeper;

use std::env;
use std::io::{IsTerminal, Write, stdin};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use crate::failure::{self, During, Outcome};
use crate::{place, say};
use keeper::Keeper;

/// A folder for one run, with a keeper beside it.
pub(crate) struct Lab {
    folder: PathBuf,
    keeper: Arc<Keeper>,
}

/// Runs `work` in a lab of its own and returns the exit status for the caller.
///
/// `behind` is the folder when this process already is the work behind a front; without it this process becomes the front
/// and returns only if that fails. The folder is removed at the end unless `keep`.
pub(crate) fn guarded(
    kind: &str,
    keep: bool,
    behind: Option<&Path>,
    work: impl FnOnce(&Lab) -> Outcome<u8>,
) -> Outcome<u8> {
    let Some(folder) = behind else {
        let folder = place::labs()?.join(format!("{kind}-{}", process::id()));
        return front::stand_before(&folder).map(|never| match never {});
    };
    let mut socket = front::answer()?;
    env::set_current_dir(place::workspace()).during(|| "going to the workspace's root".to_owned())?;
    let keeper = Arc::new(Keeper::spawn(folder, keep, &socket)?);
    front::listen(&socket, &keeper)?;

    let lab = Lab { folder: folder.to_owned(), keeper };
    let status = failure::settle(work(&lab));
    lab.keeper.finish()?;
    if keep {
        say::line(&format!("kept: {}", folder.display()));
    }
    // Front may be gone (kill -9): then nobody waits for the status.
    let _ = writeln!(socket, "{status}");
    Ok(status)
}

impl Lab {
    /// The folder of this run. A private node in a folder directly inside is stopped at the end.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a program that ends with the lab: it gets SIGTERM, and SIGKILL if it does not end in time.
    /// One such program runs at a time. Fails with [`failure::Failure::Stopped`] once a stop was asked for.
    pub(crate) fn spawn(&self, command: &mut Command) -> Outcome<Child> {
        self.keeper.start(command)
    }

    /// Runs a program to its end.
    pub(crate) fn run(&self, command: &mut Command) -> Outcome<u8> {
        let mut child = self.spawn(command)?;
        let status = child.wait().during(|| "waiting for a program".to_owned())?;
        Ok(shell_status(status))
    }

    /// Whether a stop was asked for.
    pub(crate) fn is_stopping(&self) -> bool {
        self.keeper.is_stopping()
    }
}

/// The caller's standard input for a program in the lab; empty if it is a terminal, since programs of the lab are not in
/// the terminal's foreground group and would be halted on their first read.
pub(crate) fn standard_input() -> Stdio {
    if stdin().is_terminal() { Stdio::null() } else { Stdio::inherit() }
}

/// The status as a shell tells it: the program's own, or 128 + the number of the signal that ended it.
fn shell_status(status: ExitStatus) -> u8 {
    let number = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_status_is_told_as_a_shell_tells_it() {
        for (raw, told) in [(0, 0), (4 << 8, 4), (9, 137), (15, 143)] {
            assert_eq!(shell_status(ExitStatus::from_raw(raw)), told, "wait status {raw:#x}");
        }
    }
}
