//! What the figures depend on: the machine, its disk, the versions.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::figures::{Latencies, millis};

const FLUSHES: usize = 200;
const BLOCK: [u8; 4096] = [7; 4096];

/// The machine at the time of a run.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    commit: String,
    compiler: String,
    broker: String,
    flush: Latencies,
}

impl Machine {
    /// Looks, and flushes blocks to the disk on which the databases will be.
    pub(crate) fn look(folder: &Path) -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: processor(),
            kernel: answer("uname", &["-sr"]),
            commit: answer("git", &["describe", "--always", "--dirty", "--abbrev=12"]),
            compiler: answer("rustc", &["--version"]),
            broker: broker(),
            flush: flush_cost(folder),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let Self { cores, processor, kernel, commit, compiler, broker, flush } = self;
        json!({
            "cores": cores, "processor": processor, "kernel": kernel, "commit": commit, "compiler": compiler,
            "broker": broker, "flush_us": flush.json(),
        })
    }

    pub(crate) fn lines(&self) -> String {
        let Self { cores, processor, kernel, commit, compiler, broker, flush } = self;
        format!(
            "commit {commit}, {compiler}, {broker}\n{cores} cores, {processor}, {kernel}\nflush of 4 KiB to the database's \
             disk: p50 {} ms, p99 {} ms",
            millis(flush.at(50.0)),
            millis(flush.at(99.0))
        )
    }
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    line.trim_start_matches([':', '\t', ' ']).to_owned()
}

/// The version of the installed broker; with `--amqp` another one may run.
fn broker() -> String {
    format!("RabbitMQ {}", answer("dpkg-query", &["-W", "-f", "${Version}", "rabbitmq-server"]))
}

fn answer(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
    output.map_or_else(
        || "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// Appends blocks to a file in the folder, each flushed: the floor under every commit.
fn flush_cost(folder: &Path) -> Latencies {
    let mut file = File::create(folder.join("flush")).expect("the folder is ours");
    let mut latencies = Latencies::default();
    for _ in 0..FLUSHES {
        let began = Instant::now();
        file.write_all(&BLOCK).and_then(|()| file.sync_data()).expect("the disk takes it");
        latencies.add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    latencies
}
