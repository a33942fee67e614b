//! Authorization servers as the engine sees them: connectors joined with their settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use connector_sdk::{Capabilities, Connector, KindAbility, Notification, NotificationError, tidy};
use engine::ports::{Bank, Banks, Offer};
use engine::settings::{ServerSettings, Settings};
use payment::{
    AnnulAnswer, CallError, CodeId, CodeKind, IssueRequest, Issued, OrderRequest, PaidNotice, PollPlan,
    RefundAnswer, RefundRequest, Route, ServerId, StatusAnswer, Terms,
};
use secrecy::SecretString;

use crate::registry;

/// How far a bank's clock may be behind ours before an expired code could still be paid there.
const CLOCK_MARGIN: Duration = Duration::from_secs(1);

/// Secret settings of each authorization server.
pub(crate) type Secrets = BTreeMap<ServerId, BTreeMap<String, SecretString>>;

/// The authorization servers of the settings in force.
#[derive(Default)]
pub(crate) struct ConfiguredBanks {
    servers: ArcSwap<BTreeMap<ServerId, Server>>,
}

struct Server {
    settings: ServerSettings,
    connector: Arc<dyn Connector>,
    capabilities: Capabilities,
}

/// An authorization server that can't work as it is set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("authorization server {server}: {reason}")]
pub(crate) struct ServerProblem {
    /// Which.
    pub server: ServerId,
    /// What is wrong and what to do.
    pub reason: String,
}

impl ConfiguredBanks {
    /// Takes over settings. Servers that can't work are left out and told about; the others work on.
    pub(crate) fn take_over(&self, settings: &Settings, secrets: &Secrets) -> Vec<ServerProblem> {
        let mut problems = Vec::new();
        let mut servers = BTreeMap::new();
        for (id, server) in &settings.servers {
            match connect(server, secrets.get(id)) {
                Ok(connector) => {
                    let capabilities = connector.capabilities();
                    servers.insert(id.clone(), Server { settings: server.clone(), connector, capabilities });
                }
                Err(reason) => problems.push(ServerProblem { server: id.clone(), reason }),
            }
        }
        self.servers.store(Arc::new(servers));
        problems
    }

    /// Reads a bank's notification; `None` when there is no such server.
    pub(crate) fn read_notification(
        &self,
        server: &ServerId,
        header: &dyn for<'a> Fn(&'a str) -> Option<String>,
        body: &[u8],
    ) -> Option<Result<Notification, NotificationError>> {
        let servers = self.servers.load();
        servers.get(server).map(|server| server.connector.read_notification(header, body))
    }
}

/// Builds the connector of an authorization server as it is set. Makes no call.
pub(crate) fn connect(
    server: &ServerSettings,
    secrets: Option<&BTreeMap<String, SecretString>>,
) -> Result<Arc<dyn Connector>, String> {
    let module = registry::module(&server.module).ok_or_else(|| {
        let known: Vec<&str> = registry::MODULES.iter().map(|module| module.manifest().id).collect();
        format!("there is no payment module {:?}; there are: {}", server.module, known.join(", "))
    })?;
    let settings = connector_sdk::ServerSettings {
        values: server.values.clone(),
        secrets: secrets.cloned().unwrap_or_default(),
        call_timeout: Duration::from_millis(u64::from(server.call_timeout_ms)),
    };
    module.connect(&settings).map_err(|error| error.to_string())
}

impl Banks for ConfiguredBanks {
    fn bank(&self, server: &ServerId) -> Option<Arc<dyn Bank>> {
        let servers = self.servers.load();
        let connector = Arc::clone(&servers.get(server)?.connector);
        Some(Arc::new(ConnectedBank { connector }))
    }

    fn offer(&self, server: &ServerId, kind: CodeKind) -> Option<Offer> {
        let servers = self.servers.load();
        let configured = servers.get(server)?;
        let ability = configured.capabilities.kind(kind)?;
        Some(Offer {
            route: Route {
                server: server.clone(),
                module: configured.settings.module.clone(),
                terms: terms_of(&configured.settings, &configured.capabilities, ability),
                plate: None,
            },
            currencies: configured.capabilities.currencies.clone(),
            amount_minor: configured.capabilities.amount_minor,
        })
    }
}

fn terms_of(settings: &ServerSettings, capabilities: &Capabilities, ability: &KindAbility) -> Terms {
    let (code_life_min, code_life_max) = ability.code_life;
    let bank_floor_ms = u64::try_from(capabilities.poll_floor.as_millis()).unwrap_or(u64::MAX);
    let poll = PollPlan { floor_ms: settings.poll.floor_ms.max(bank_floor_ms), ..settings.poll.clone() };
    Terms {
        response_timeout: Duration::from_secs(u64::from(settings.response_timeout_s)),
        call_timeout: Duration::from_millis(u64::from(settings.call_timeout_ms)),
        code_life: Duration::from_secs(u64::from(settings.code_life_s)),
        code_life_min,
        code_life_max,
        dead_after: ability.dead_after,
        clock_margin: CLOCK_MARGIN,
        annul: ability.annul,
        status_by_order: ability.status_by_order,
        latest_credit_only: ability.latest_credit_only,
        refund: ability.refund.clone(),
        poll,
        test: settings.test,
    }
}

/// A connector behind the engine's port: the two traits say the same, so that neither room knows the other. What a bank says
/// is tidied on the way.
struct ConnectedBank {
    connector: Arc<dyn Connector>,
}

#[async_trait]
impl Bank for ConnectedBank {
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        self.connector.issue(request).await.and_then(tidy::code).map_err(tidy::error)
    }

    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        self.connector.status(request).await.map(tidy::status).map_err(tidy::error)
    }

    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        let money = self.connector.latest_credit(code).await;
        money.map(|money| money.map(tidy::notice)).map_err(tidy::error)
    }

    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        self.connector.annul(request).await.map_err(tidy::error)
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        self.connector.refund(request).await.map(tidy::refund).map_err(tidy::error)
    }

    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        self.connector.refund_status(request).await.map(tidy::refund).map_err(tidy::error)
    }
}
