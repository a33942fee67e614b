//! `integrator demo`: the whole product on one machine, for people, for programs, and as a proof.
//!
//! | mode | what happens |
//! |---|---|
//! | plain | till, kiosk and buyer in the browser, until interrupted; with `--samples` the kiosk plays by itself |
//! | `--json` | nothing but the service and the bank simulator; their addresses as the first line of stdout |
//! | `--once` | a script of payments of every kind over RabbitMQ, then the comparison of all [books] |

pub mod books;

mod announce;
mod bank;
mod basket;
mod once;
mod plain;
mod player;
mod ports;
mod report;
mod script;
mod shop;
mod stage;
mod timeline;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{StringValueParser, TypedValueParser};
use secrecy::SecretString;

use crate::cli::{print, told_to_stop};
use crate::config::{LogConfig, LogFormat};
use crate::telemetry;
use stage::Stage;

/// Show the whole product on this machine: service, simulated bank, kiosk.
///
/// Needs a RabbitMQ, or `--http-only`. `cargo xtask demo` starts a private one and then this.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  integrator demo --amqp amqp://guest:guest@127.0.0.1:5672/%2f          runs until Ctrl-C, prints the addresses
  integrator demo --amqp … --once                                       payments of every kind; checks the books
  integrator demo --amqp … --json                                       one JSON object on stdout when ready
  integrator demo --http-only                                           no broker: tills use HTTP
  integrator demo --amqp … --samples                                    the kiosk plays checkouts by itself")]
pub struct Arguments {
    /// The broker, such as `amqp://guest:guest@127.0.0.1:5672/%2f`.
    #[arg(long, value_name = "URL", value_parser = StringValueParser::new().map(SecretString::from))]
    amqp: Option<SecretString>,

    /// Run without a broker: registers use HTTP alone.
    #[arg(long, conflicts_with_all = ["amqp", "once"])]
    http_only: bool,

    /// What the names of exchanges and queues begin with.
    #[arg(long, default_value = "checkout")]
    prefix: String,

    /// Where database and key file live.
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    data: PathBuf,

    /// Play payments of every kind once, headless, and end: status 0 only if all books agree.
    #[arg(long)]
    once: bool,

    /// Print JSON, and nothing else, on stdout.
    #[arg(long)]
    json: bool,

    /// Start sample checkouts on the kiosk, one after the other.
    #[arg(long)]
    samples: bool,

    /// The service's HTTP port. Otherwise 8080 if it is free, or another one.
    #[arg(long, value_name = "PORT")]
    http_port: Option<u16>,

    /// The bank simulator's port. Otherwise 8090 if it is free, or another one.
    #[arg(long, value_name = "PORT")]
    sandbox_port: Option<u16>,

    /// What is logged on stderr, such as `info` or `warn,engine=debug`.
    #[arg(long, value_name = "LEVELS", default_value = "warn")]
    log: String,
}

/// Runs the demo until it is over or interrupted, and returns the exit status.
pub async fn run(arguments: Arguments) -> anyhow::Result<u8> {
    if arguments.amqp.is_none() && !arguments.http_only {
        complain(
            "the demo needs a RabbitMQ: name it with --amqp URL, or run `cargo xtask demo`, which starts a private one; \
             or do without: --http-only",
        );
        return Ok(2);
    }
    telemetry::start(&LogConfig { filter: arguments.log.clone(), format: LogFormat::Text })?;
    let stage = Stage::build(&arguments).await?;
    let played = tokio::select! {
        biased;
        stopped = told_to_stop() => stopped.map(|()| interrupted(&arguments)),
        played = play(&stage, &arguments) => played,
    };
    stage.tear_down().await;
    played
}

/// An interrupted proof proves nothing; everything else just runs until interrupted.
fn interrupted(arguments: &Arguments) -> u8 {
    u8::from(arguments.once)
}

async fn play(stage: &Stage, arguments: &Arguments) -> anyhow::Result<u8> {
    if arguments.once {
        return once::play(stage, arguments.json).await;
    }
    if arguments.json {
        print(&announce::json(stage).to_string());
        return std::future::pending().await;
    }
    plain::play(stage, arguments.samples && !arguments.http_only).await
}

/// Says on stderr what is missing.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
