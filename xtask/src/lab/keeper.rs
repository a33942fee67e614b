//! The keeper's side in the work: a pipe whose end means "clean up".

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::failure::{During, Failure, Outcome, told};

const SCRIPT: &str = include_str!("keeper.sh");

/// The process that cleans up, and the pipe that holds it back.
#[derive(Debug)]
pub(super) struct Keeper {
    folder: PathBuf,
    keep: bool,
    process: Mutex<Child>,
    /// `None` once the stop has begun. The pipe closes by itself if this process is killed.
    pipe: Mutex<Option<ChildStdin>>,
}

impl Keeper {
    /// Starts the keeper of a lab's folder. It holds `socket` open until the cleaning is done.
    pub(super) fn spawn(folder: &Path, keep: bool, socket: &UnixStream) -> Outcome<Self> {
        let what = || "starting the keeper of the lab".to_owned();
        let socket = socket.try_clone().during(what)?;
        let mut process = script(folder, keep)
            .stdin(Stdio::piped())
            .stdout(OwnedFd::from(socket))
            .process_group(0)
            .spawn()
            .during(what)?;
        let pipe = Mutex::new(process.stdin.take());
        Ok(Self { folder: folder.to_owned(), keep, process: Mutex::new(process), pipe })
    }

    /// Starts a program in a process group of its own and tells the keeper its number.
    pub(super) fn start(&self, command: &mut Command) -> Outcome<Child> {
        // Held over the start, so that a stop comes either before it (and forbids it) or after the keeper knows of it.
        let mut pipe = locked(&self.pipe);
        let Some(pipe) = pipe.as_mut() else { return Err(Failure::Stopped) };
        let child = command
            .process_group(0)
            .spawn()
            .during(|| format!("starting {}", command.get_program().display()))?;
        // An error means that the keeper was killed: `finish` notices and cleans up by another one.
        let _ = writeln!(pipe, "{}", child.id());
        Ok(child)
    }

    /// Ends the program that runs and begins the cleaning. Does nothing the second time.
    pub(super) fn begin_stop(&self) {
        drop(locked(&self.pipe).take());
    }

    /// Whether the stop has begun.
    pub(super) fn is_stopping(&self) -> bool {
        locked(&self.pipe).is_none()
    }

    /// Cleans up and waits for it.
    pub(super) fn finish(&self) -> Outcome {
        self.begin_stop();
        let what = || "waiting for the keeper of the lab".to_owned();
        let status = locked(&self.process).wait().during(what)?;
        if status.success() {
            return Ok(());
        }
        let again = script(&self.folder, self.keep).stdin(Stdio::null()).status().during(what)?;
        if again.success() {
            return Ok(());
        }
        told(format!("cleaning up {} failed: {again}", self.folder.display()))
    }
}

fn script(folder: &Path, keep: bool) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "lab-keeper"]).arg(folder).arg(if keep { "keep" } else { "remove" });
    command
}

/// No invariant spans two statements under these locks, so a panic elsewhere leaves nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
