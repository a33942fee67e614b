//! `cargo xtask faults`: real faults on real parts.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use super::test::{BROKER_FOLDER, BROKER_URL, POSTGRES_FOLDER, POSTGRES_URL};
use crate::broker::Broker;
use crate::cargo::cargo;
use crate::clock;
use crate::failure::{During, Outcome};
use crate::lab::Lab;
use crate::need::{self, FAKETIME};
use crate::postgres::Postgres;
use crate::{place, say};

/// The rate of the row that has one.
const RATE: &str = "INTEGRATOR_TEST_RATE";

/// The rows take another build of the service from here.
const PROGRAM: &str = "INTEGRATOR_TEST_PROGRAM";

/// The rows prepare servers of their own by this program.
const XTASK: &str = "INTEGRATOR_TEST_XTASK";

/// The rows find the library that plays a clock here.
const CLOCK: &str = "INTEGRATOR_TEST_FAKETIME";

/// Rows that a quick run plays at once.
const AT_ONCE_QUICK: usize = 3;

/// Break the service's world, one fault a row, and count what was lost or doubled.
///
/// The real binary, a private RabbitMQ, a private PostgreSQL and a simulated bank are killed, frozen, cut off, filled up, while
/// customers are served. After each fault the books of tills, service and bank must agree. Prints a table, keeps the raw
/// figures under target/faults, and fails if anything was lost or doubled, or went otherwise than it should.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cargo xtask faults --quick                within ten minutes after the build
  cargo xtask faults                        every row on both databases, longer outages; above an hour
  cargo xtask faults --release --at-once 3  the same in half the time; times are those of a busy machine
  cargo xtask faults --release --only at-rate --only many-open
  cargo xtask faults --only bank-           the rows with this in their names, on both databases
  cargo xtask faults --list")]
pub(crate) struct Arguments {
    /// Fewer and shorter faults; what does not depend on the database is played on SQLite only.
    #[arg(long)]
    quick: bool,

    /// Take service, bank and customers in the release profile: for the rows that measure, since whoever measures must be quick too.
    #[arg(long)]
    release: bool,

    /// Customers a second in the row that has a constant rate; 300 in the release profile, else 30, unless told.
    #[arg(long, value_name = "PER_S")]
    rate: Option<u32>,

    /// So many rows at once, where they share no server; 3 with --quick, else 1, unless told. What is timed is timed best alone.
    #[arg(long, value_name = "ROWS")]
    at_once: Option<usize>,

    /// Only rows whose name contains this; may be given again.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// Print the names of the rows.
    #[arg(long)]
    list: bool,

    /// Where the raw figures go, instead of a file of its own under target/faults.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Keep the lab's folder (logs, data of the servers) at the end.
    #[arg(long)]
    pub(crate) keep: bool,
}

/// Runs the faults and returns their status.
pub(crate) fn run(arguments: &Arguments, lab: &Lab) -> Outcome<u8> {
    let profile: &[&str] = if arguments.release { &["--release"] } else { &[] };
    for target in [["--bin", "integrator"], ["--example", "faults"]] {
        say::line(&format!("building {} …", target[1]));
        let mut command = cargo();
        command.arg("build").args(target).args(profile);
        let built = lab.run(command.stdin(Stdio::null()).stdout(io::stderr()))?;
        if built != 0 {
            return Ok(built);
        }
    }
    need::ensure(&[&FAKETIME])?;
    let programs = if arguments.release { place::target()?.join("release") } else { place::programs()? };
    let mut command = program(&programs);
    command.current_dir(place::workspace()).stdin(Stdio::null()).args(words(arguments));
    command.envs(arguments.rate.map(|rate| (RATE, rate.to_string())));
    if arguments.release {
        command.env(PROGRAM, programs.join("integrator"));
        command.env(XTASK, std::env::current_exe().during(|| "finding this program".to_owned())?);
    }
    if arguments.list {
        return lab.run(&mut command);
    }
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => new_file()?,
    };
    let (broker, server) = (Broker::private(lab)?, Postgres::private(lab)?);
    command.arg("--out").arg(out);
    command.env(BROKER_URL, broker.url()).env(POSTGRES_URL, server.url());
    command.envs(broker.folder().map(|folder| (BROKER_FOLDER, folder))).env(POSTGRES_FOLDER, server.folder());
    let library = FAKETIME.found().map(|folder| folder.join("libfaketimeMT.so.1"));
    command.envs(library.map(|library| (CLOCK, library)));
    lab.run(&mut command)
}

/// The program. Root's has a mount namespace of its own: its small disks go with it, however it ends. Others can't mount, and
/// the rows that need a small disk say so.
fn program(programs: &Path) -> Command {
    let program = programs.join("examples/faults");
    if !need::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]).arg(program);
    command
}

fn words(arguments: &Arguments) -> Vec<String> {
    let flags = [("--quick", arguments.quick), ("--list", arguments.list)];
    let flags = flags.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| (*flag).to_owned());
    let at_once = arguments.at_once.unwrap_or(if arguments.quick { AT_ONCE_QUICK } else { 1 });
    let flags = flags.chain([format!("--at-once={at_once}")]);
    flags.chain(arguments.only.iter().map(|name| format!("--only={name}"))).collect()
}

/// A file that no other run writes to.
fn new_file() -> Outcome<PathBuf> {
    let folder = place::target()?.join("faults");
    std::fs::create_dir_all(&folder).during(|| format!("making {}", folder.display()))?;
    Ok(folder.join(format!("{}.json", clock::epoch_s())))
}
