//! A private PostgreSQL server: its port, its files, and the script that controls it.
//!
//! | file | what |
//! | --- | --- |
//! | `node` | the port and the folder of PostgreSQL's programs, as shell variables |
//! | `control` | the script that starts, stops and disturbs the server |
//! | `url` | the address for clients |
//! | `data`, or what `elsewhere` names | the database; elsewhere where root's folders are closed to PostgreSQL's user |

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::failure::{During, Outcome, told};
use crate::lab::Lab;
use crate::need::{self, POSTGRESQL};
use crate::node::files::{put, reserved};
use crate::node::ports;
use crate::place;
use crate::say::Progress;

const CONTROL: &str = include_str!("postgres/control.sh");

/// A server whose files are in place. It need not run.
#[derive(Debug)]
pub(crate) struct Postgres {
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Installs PostgreSQL if it is missing and writes port and control script into the folder. A folder that has them
    /// keeps its port.
    pub(crate) fn prepare(folder: &Path) -> Outcome<Self> {
        need::ensure(&[&POSTGRESQL])?;
        let Some(programs) = POSTGRESQL.found() else { return told(need::how_to_get(&[&POSTGRESQL])) };
        let folder = std::path::absolute(folder).during(|| format!("naming {}", folder.display()))?;
        let log = folder.join("log");
        fs::create_dir_all(&log).during(|| format!("creating {}", log.display()))?;
        let node = folder.join("node");
        let port = if let Ok(text) = fs::read_to_string(&node) {
            read_port(&text).map_or_else(|| told(format!("{} does not name a port", node.display())), Ok)?
        } else {
            let [port] = ports::free(&reserved(&place::labs()?))?;
            port
        };
        put(&folder, "node", &variables(port, &programs)?)?;
        put(&folder, "url", &format!("{}\n", url(port)))?;
        put(&folder, "control", CONTROL)?;
        let control = folder.join("control");
        fs::set_permissions(&control, Permissions::from_mode(0o755))
            .during(|| format!("making {} a program", control.display()))?;
        Ok(Self { folder, port })
    }

    /// A server for the time of a lab, stopped with it.
    pub(crate) fn private(lab: &Lab) -> Outcome<Self> {
        let server = Self::prepare(&lab.folder().join("postgres"))?;
        server.start(|command| lab.spawn(command))?;
        Ok(server)
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        url(self.port)
    }

    /// The server's folder, absolute.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts the server and waits until it takes connections. `spawn` starts the program: under a lab's keeper or without
    /// one.
    pub(crate) fn start(&self, spawn: impl FnOnce(&mut Command) -> Outcome<Child>) -> Outcome {
        let mut progress = Progress::begin("PostgreSQL is starting");
        let mut command = Command::new(self.folder.join("control"));
        let mut script = spawn(command.arg("start").stdin(Stdio::null()).stdout(Stdio::null()))?;
        let status = progress.wait_for(&mut script)?;
        if status.success() {
            progress.end(&format!("PostgreSQL is up on {}", self.url()));
            return Ok(());
        }
        progress.end("PostgreSQL did not start");
        told(format!(
            "the private PostgreSQL did not start ({status}): see {}",
            self.folder.join("log").display()
        ))
    }
}

/// The server lets everybody in who is on this machine.
fn url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres")
}

/// The file `node`, read by the control script and by [`read_port`].
fn variables(port: u16, programs: &Path) -> Outcome<String> {
    match programs.to_str() {
        Some(bin) if !bin.contains(['\'', '\n']) => Ok(format!("PORT={port}\nBIN='{bin}'\n")),
        _ => told(format!(
            "{}: a path with quotes or line breaks does not go into a shell script",
            programs.display()
        )),
    }
}

fn read_port(text: &str) -> Option<u16> {
    text.lines().find_map(|line| line.strip_prefix("PORT=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_written_for_the_script_is_read_back() {
        let text = variables(20_001, Path::new("/usr/lib/postgresql/15/bin")).unwrap();
        assert_eq!(text, "PORT=20001\nBIN='/usr/lib/postgresql/15/bin'\n");
        assert_eq!(read_port(&text), Some(20_001));
        assert_eq!(read_port("PORT=x\n"), None);
    }

    #[test]
    fn a_path_that_would_leave_its_quotes_is_refused() {
        assert!(variables(20_001, Path::new("/opt/o'neill")).is_err());
    }
}
