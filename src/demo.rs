//! `integrator demo` (in the making).

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Runs the demo.
pub async fn run(_arguments: Arguments) -> anyhow::Result<u8> {
    anyhow::bail!("the demo is in the making")
}
