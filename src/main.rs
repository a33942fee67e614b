//! The `integrator` binary.

use std::process::ExitCode;

use clap::Parser;
use universal_integrator::cli::{self, Cli};

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(Cli::parse()).await {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

/// The whole chain of causes, once.
#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
