//! Where the service is, and which register this is.

use anyhow::Context;
use clap::Args;
use clap::builder::{StringValueParser, TypedValueParser};
use payment::{RegisterId, StoreId};
use secrecy::SecretString;

use crate::till::{HttpOptions, Options, Talk, TillError};

/// The way to the service.
#[derive(Debug, Args)]
pub(super) struct Line {
    /// Talk over RabbitMQ: `amqp://user:password@host:port/%2f`.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_AMQP", hide_env_values = true, value_name = "URL")]
    #[arg(value_parser = StringValueParser::new().map(SecretString::from))]
    amqp: Option<SecretString>,

    /// Talk over HTTP: the service's address. Comes before --amqp where both are known.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_HTTP", value_name = "URL")]
    http: Option<String>,

    /// The store's key for HTTP. It may begin with a hyphen.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_API_KEY", hide_env_values = true, value_name = "KEY")]
    #[arg(allow_hyphen_values = true, value_parser = StringValueParser::new().map(SecretString::from))]
    api_key: Option<SecretString>,

    /// The store's number.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_STORE")]
    #[arg(value_parser = StoreId::parse)]
    store: Option<StoreId>,

    /// The register's number.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_REGISTER")]
    #[arg(value_parser = RegisterId::parse)]
    register: Option<RegisterId>,

    /// What the names of exchanges and queues begin with.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_PREFIX", default_value = "checkout")]
    prefix: String,

    /// Where the last operation is remembered. Without it: a file of this till in the user's state folder.
    #[arg(long, global = true, env = "INTEGRATOR_TILL_MEMORY", value_name = "FILE")]
    pub(super) memory: Option<std::path::PathBuf>,
}

impl Line {
    /// Which till this is.
    pub(super) fn till(&self) -> anyhow::Result<(&StoreId, &RegisterId)> {
        let named = self.store.as_ref().zip(self.register.as_ref());
        named.context("which till is this? Name it with --store and --register")
    }

    /// Connects, or says why not.
    pub(super) async fn connect(&self) -> anyhow::Result<Result<Talk, TillError>> {
        let (store, register) = self.till()?;
        if let Some(address) = self.http.clone() {
            let api_key = self.api_key.clone().context("over HTTP the store's key is needed: --api-key")?;
            let (store, register) = (store.clone(), register.clone());
            return Ok(Talk::over_http(HttpOptions { address, api_key, store, register }).await);
        }
        let amqp = self.amqp.clone();
        let amqp =
            amqp.context("where is the service? Name its broker with --amqp, or its address with --http")?;
        let options = Options::new(amqp, store.as_str(), register.as_str())?;
        Ok(Talk::over_amqp(Options { prefix: self.prefix.clone(), ..options }).await)
    }
}
