//! `integrator serve`.

use crate::cli::{people, told_to_stop};
use crate::config::Config;
use crate::service::Service;
use crate::telemetry;

/// Runs until told to stop.
pub(super) async fn run(config: &Config) -> anyhow::Result<u8> {
    telemetry::start(&config.log)?;
    let service = Service::start(config).await?;
    let base = format!("{}://{}", config.http.scheme(), service.http_address());
    people::tell_setup_link(service.db(), &base).await;
    told_to_stop().await?;
    service.stop().await;
    Ok(0)
}
