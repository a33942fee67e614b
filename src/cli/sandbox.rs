//! `integrator sandbox`: simulated banks for trying things out.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use connector_sandbox::Options;

use crate::cli::{print, told_to_stop};
use crate::config::LogConfig;
use crate::telemetry;

/// Run simulated banks that speak the banks' wire formats.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  integrator sandbox --listen 127.0.0.1:8090
  curl http://127.0.0.1:8090/ledger                     what the bank knows
  open http://127.0.0.1:8090/buyer                      pay as a buyer
  curl -d '{\"call\":\"status\",\"fault\":\"http_500\"}' http://127.0.0.1:8090/faults")]
pub(super) struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// A file by which a restarted simulator remembers.
    #[arg(long, value_name = "FILE")]
    state_file: Option<PathBuf>,
    /// Makes ids and the chances of faults repeatable.
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs until told to stop.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<u8> {
    telemetry::start(&LogConfig::default())?;
    let Arguments { listen, state_file, seed } = arguments;
    let sandbox = connector_sandbox::bind(Options { listen, state_file, seed, ..Options::default() }).await?;
    print(&format!("http://{}", sandbox.address()));
    let stopped = async {
        if let Err(error) = told_to_stop().await {
            tracing::error!(%error, "signals can't be waited for");
        }
    };
    sandbox.serve(stopped).await?;
    Ok(0)
}
