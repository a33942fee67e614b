//! First figures of the whole service: how long a till waits for a code, at constant rates of arrival.
//!
//! ```sh
//! cargo build --release
//! cargo run --release --example first_figures -- --amqp amqp://guest:guest@127.0.0.1:5672/%2f
//! ```
//!
//! The service and the bank simulator are processes of their own, started here with a database of their own; the tills are
//! here. Checkouts arrive at a constant rate whatever becomes of those before (an open model), so a service that falls behind
//! is seen in the latencies: they count from the moment at which a checkout was to be sent. Each is paid as soon as its code
//! is there.
//!
//! Everything shares one machine with the broker: the figures are for comparing versions on the same machine, not for
//! promises.

// Tests use more of the lab.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/lab/mod.rs"]
mod lab;

mod disk;
mod figures;
mod load;
mod stage;

use std::io::Write;

use clap::Parser;
use serde_json::json;

use stage::Stage;

/// Measure the whole service at constant rates of arrival.
#[derive(Debug, Parser)]
struct Arguments {
    /// The broker, such as `amqp://guest:guest@127.0.0.1:5672/%2f`.
    #[arg(long, value_name = "URL")]
    amqp: String,

    /// Checkouts per second, one round after the other. Rounds of the same rate show the noise.
    #[arg(long, value_delimiter = ',', default_value = "50,100,200,400,100,200,100,200")]
    rates: Vec<u32>,

    /// How long each round lasts, in seconds.
    #[arg(long, default_value_t = 15)]
    seconds: u32,

    /// How many tills there are.
    #[arg(long, default_value_t = 40)]
    tills: u32,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let stage = Stage::build(&arguments.amqp, arguments.tills).await;
    let flush = disk::flush_cost(stage.folder());
    print(&format!("flushing 4 KiB to the disk of the database: {flush}"));
    // What is loaded lazily is not measured.
    load::run(&stage, 0, 20, 3).await;
    print(figures::HEADER);
    let mut rounds = Vec::new();
    for (number, rate) in (1..).zip(&arguments.rates) {
        let figures = load::run(&stage, number, *rate, arguments.seconds).await;
        print(&figures.line());
        rounds.push(figures.json());
    }
    let tills = arguments.tills;
    print(
        &json!({ "tills": tills, "seconds": arguments.seconds, "flush_us": flush.json(), "rounds": rounds })
            .to_string(),
    );
    stage.end().await;
}

fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
