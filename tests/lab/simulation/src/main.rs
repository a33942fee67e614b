//! `simulation`: runs seeds and tells which promises were at risk, and which were broken.

mod figures;

use std::io::{Write, stdout};
use std::ops::Range;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Parser;
use simulation::{Run, run};

use figures::{Figures, Stopwatch};

/// Runs the real engine in a simulated world. A seed is the whole run: the shop, the faults, the buyers, the tills.
#[derive(Debug, Parser)]
#[command(name = "simulation", version)]
struct Arguments {
    /// The seeds to run, the last one not included.
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "1..1001", conflicts_with = "seed")]
    seeds: Range<u64>,

    /// One seed only.
    #[arg(long)]
    seed: Option<u64>,

    /// Print the story of the run.
    #[arg(long, requires = "seed")]
    trace: bool,

    /// Fail if a promise was at risk less often than this.
    #[arg(long, value_name = "TIMES", default_value_t = 1)]
    at_risk: u64,

    /// Stop at the first seed that fails; what was at risk does not count then.
    #[arg(long)]
    stop: bool,

    /// How many seeds run at once; as many as there are processors if it is left out.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = stdout().lock();
    if let Some(seed) = arguments.seed {
        let told = run(seed, arguments.trace);
        let _ = out.write_all(told.text.as_deref().unwrap_or_default().as_bytes());
        let _ = write!(out, "{}", Figures::of_seed(&told));
        return ExitCode::from(u8::from(!told.tally.broken.is_empty()));
    }
    let watch = Stopwatch::start();
    let figures = run_all(&arguments);
    let _ = write!(out, "{}", figures.table(watch.elapsed()));
    let is_tested = arguments.stop || figures.were_all_at_risk(arguments.at_risk);
    let is_good = figures.failing().is_empty() && is_tested;
    ExitCode::from(u8::from(!is_good))
}

/// Runs all seeds, each on one thread with a runtime of its own.
fn run_all(arguments: &Arguments) -> Figures {
    let threads =
        arguments.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let next = AtomicU64::new(arguments.seeds.start);
    let (tell, told) = mpsc::channel::<Run>();
    let mut figures = Figures::default();
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (tell, next, end) = (tell.clone(), &next, arguments.seeds.end);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || tell.send(run(seed, false)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        for run in told {
            figures.take(&run);
            if arguments.stop && !run.tally.broken.is_empty() {
                next.store(arguments.seeds.end, Ordering::Relaxed);
            }
        }
    });
    figures
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let wrong = || "expected two numbers, such as 1..1001".to_owned();
    let (first, end) = text.split_once("..").ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    let range = number(first)?..number(end)?;
    if range.is_empty() { Err("there is no seed in that".to_owned()) } else { Ok(range) }
}
