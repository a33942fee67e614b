//! Processes of the `integrator` binary.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::wait::within;

/// The lines of a log that a failed test shows.
const SHOWN_LINES: usize = 15;
/// The unit in which Linux tells processor time.
const MILLIS_A_TICK: u64 = 10;

/// A running process, killed when dropped. Its output is appended to a file.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the binary in a folder with these arguments; its output goes to the file `log` there.
    pub(crate) fn start(folder: &Path, arguments: &[&str], log: &str) -> Self {
        Self::start_program(&sibling("integrator"), folder, arguments, log)
    }

    /// The same with more in its environment.
    pub(crate) fn start_in(
        environment: &[(String, String)],
        folder: &Path,
        arguments: &[&str],
        log: &str,
    ) -> Self {
        let mut command = command(&sibling("integrator"), folder, arguments);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        Self::spawn(command, folder.join(log))
    }

    /// Starts another program in the same way.
    pub(crate) fn start_program(program: &Path, folder: &Path, arguments: &[&str], log: &str) -> Self {
        Self::spawn(command(program, folder, arguments), folder.join(log))
    }

    fn spawn(mut command: Command, log: PathBuf) -> Self {
        let open =
            || OpenOptions::new().create(true).append(true).open(&log).expect("the log can be written");
        let (output, errors) = (open(), open());
        let child = command.stdout(output).stderr(errors).kill_on_drop(true).spawn();
        Self { child: child.expect("the binary of the package can be started"), log }
    }

    /// `kill -9`: it has no moment to tidy up.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("the process runs");
    }

    /// SIGTERM, and its exit.
    pub(crate) async fn terminate(mut self) -> ExitStatus {
        self.signal("TERM").await;
        within("the process ends after SIGTERM", self.child.wait()).await.expect("it is our child")
    }

    /// Sends a signal by its short name.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("the process runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.expect("there is a kill");
        assert!(sent.success(), "process {id} could not be sent {name}");
    }

    /// How much memory it has now, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let id = self.child.id().expect("the process runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("Linux tells of processes");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// How long it has kept a processor busy so far.
    pub(crate) fn processor_time(&self) -> Duration {
        let id = self.child.id().expect("the process runs");
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("Linux tells of processes");
        // Its name, in brackets, may have spaces; its own time and the kernel's for it are the 12th and 13th words behind.
        let words = stat.rsplit_once(')').expect("a process has a name").1;
        let ticks: u64 = words
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|word| word.parse::<u64>().expect("a number"))
            .sum();
        Duration::from_millis(ticks * MILLIS_A_TICK)
    }

    /// Fails if it has ended by itself.
    pub(crate) fn must_run(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            panic!("the process ended by itself ({status}):\n{}", last_lines(&self.log));
        }
    }
}

/// Runs the binary in a folder to its end, and returns what it printed on stdout. Fails if it fails.
pub(crate) async fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = within("a command ends", command(&sibling("integrator"), folder, arguments).output()).await;
    let output = output.expect("the binary of the package can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "integrator {arguments:?}: {} {errors}", output.status);
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A program, with nothing of the test's own environment that it would heed.
fn command(program: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_remove("INTEGRATOR_CONFIG").stdin(Stdio::null());
    command
}

/// Names another build of the service's binary, such as that of the release profile.
pub(crate) const PROGRAM: &str = "INTEGRATOR_TEST_PROGRAM";

/// Names xtask where the tests are of another profile than it.
const XTASK: &str = "INTEGRATOR_TEST_XTASK";

/// A binary of the build that this program belongs to: tests are in `deps`, examples in `examples`, binaries above.
pub(crate) fn sibling(name: &str) -> PathBuf {
    let named_by = if name == "integrator" { PROGRAM } else { XTASK };
    if let Some(program) = std::env::var_os(named_by) {
        return program.into();
    }
    let program = std::env::current_exe().expect("a program has a path");
    let folder = program.parent().and_then(Path::parent).expect("it was built by cargo");
    let binary = folder.join(name);
    assert!(binary.exists(), "{} is not built: run the tests with `cargo xtask test`", binary.display());
    binary
}

/// The end of a log.
pub(crate) fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}
