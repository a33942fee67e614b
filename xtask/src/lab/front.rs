//! The process that the caller knows, and the socket between it and the work.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::{env, fs, thread};

use super::keeper::Keeper;
use crate::clock::{TICK, pause};
use crate::failure::{During, Outcome, told};

/// The socket's name inside the lab's folder. Both sides name it relative to that folder: the whole path of a socket may
/// have about a hundred bytes only, and checkouts lie deep.
const SOCKET: &str = "front.socket";
const SCRIPT: &str = include_str!("front.sh");

/// Starts this program again as the work, then becomes the front. Returns only on failure.
pub(super) fn stand_before(folder: &Path) -> Outcome<Infallible> {
    let told_by = |what: &str| format!("{what} the lab {}", folder.display());
    fs::create_dir_all(folder).during(|| told_by("creating"))?;
    env::set_current_dir(folder).during(|| told_by("entering"))?;
    let listener = UnixListener::bind(SOCKET).during(|| told_by("opening the socket of"))?;
    let program = env::current_exe().during(|| told_by("finding xtask for"))?;
    let mut work = Command::new(program)
        .arg("--behind")
        .arg(folder)
        .args(env::args_os().skip(1))
        .process_group(0)
        .spawn()
        .during(|| told_by("starting xtask in"))?;
    let socket = accept(&listener, &mut work)?;
    fs::remove_file(SOCKET).during(|| told_by("tidying"))?;
    let reads = socket.try_clone().during(|| told_by("sharing the socket of"))?;
    let failed = Command::new("sh")
        .args(["-c", SCRIPT, "lab-front"])
        .stdin(OwnedFd::from(reads))
        .stdout(OwnedFd::from(socket))
        .exec();
    told(format!("starting sh: {failed}"))
}

/// The work's side: connects to the front that started this process in the lab's folder.
pub(super) fn answer() -> Outcome<UnixStream> {
    UnixStream::connect(SOCKET)
        .during(|| "--behind is for xtask itself; its front does not answer".to_owned())
}

/// From now on a word from the front, or its death, begins the stop.
pub(super) fn listen(socket: &UnixStream, keeper: &Arc<Keeper>) -> Outcome {
    let socket = socket.try_clone().during(|| "sharing the lab's socket".to_owned())?;
    let keeper = Arc::clone(keeper);
    thread::spawn(move || {
        let mut word = String::new();
        // A line, the end of the stream or an error: each of them means stop.
        let _ = BufReader::new(socket).read_line(&mut word);
        keeper.begin_stop();
    });
    Ok(())
}

/// Waits for the work to connect, and not for ever: it may have died.
fn accept(listener: &UnixListener, work: &mut Child) -> Outcome<UnixStream> {
    let opening = || "waiting for xtask in the lab".to_owned();
    listener.set_nonblocking(true).during(opening)?;
    loop {
        match listener.accept() {
            Ok((socket, _)) => {
                socket.set_nonblocking(false).during(opening)?;
                return Ok(socket);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return told(format!("{}: {error}", opening())),
        }
        if let Some(status) = work.try_wait().during(opening)? {
            return told(format!("xtask ended in the lab before it began: {status}"));
        }
        pause(TICK / 10);
    }
}
