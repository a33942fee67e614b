//! The admin web on the parts of this service.

use std::sync::Arc;

use admin::{Admin, BrokerPlace, Letters, Management, Operations};
use amqp::Amqp;
use engine::Engine;
use engine::ports::Clock;
use http_door::Router;
use store::Db;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::database;
use crate::management::HttpManagement;
use crate::outputs::{SampleTrials, SiteOutputs};
use crate::registry;
use crate::service::operations::{BrokerLetters, Parts};

/// The pages below `/admin`.
pub(super) fn router(
    config: &Config,
    db: &Db,
    engine: &Engine,
    outputs: Arc<SiteOutputs>,
    clock: Arc<dyn Clock>,
    operations: Operations,
) -> anyhow::Result<Router> {
    let broker = match &config.amqp {
        Some(amqp) => Some(place(amqp.adapter_config()?)?),
        None => None,
    };
    let management: Option<Arc<dyn Management>> = match (&config.amqp, &broker) {
        (Some(amqp), Some(place)) => amqp
            .management_place()?
            .map(|its| HttpManagement::new(its, place.virtual_host.clone(), place.prefix.clone()))
            .transpose()?
            .map(|management| Arc::new(management) as _),
        _ => None,
    };
    let admin = Admin {
        db: db.clone(),
        keyring: database::keyring(config)?,
        desk: Arc::new(engine.clone()),
        registers: Arc::new(engine.clone()),
        clock: Arc::clone(&clock),
        modules: registry::MODULES,
        broker,
        management,
        trials: Arc::new(SampleTrials { outputs, clock }),
        operations,
    };
    Ok(admin::router(Arc::new(admin)))
}

/// What the pages of operations see of this process.
pub(super) fn operations(
    config: &Config,
    broker: Option<&Amqp>,
    engine: &Engine,
    stop: CancellationToken,
) -> anyhow::Result<Operations> {
    let letters = match &config.amqp {
        Some(amqp) => Some(Arc::new(BrokerLetters::new(amqp.adapter_config()?)) as Arc<dyn Letters>),
        None => None,
    };
    let watch = Arc::new(Parts::new(broker.map(Amqp::health), engine.clone()));
    Ok(Operations { letters, watch, stop })
}

fn place(config: amqp::Config) -> anyhow::Result<BrokerPlace> {
    let (address, virtual_host) = config.place()?;
    Ok(BrokerPlace { address, virtual_host, prefix: config.prefix })
}
