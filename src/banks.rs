//! Authorization servers as the engine sees them: connectors joined with their settings.

mod connected;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use connector_sdk::{Capabilities, Connector, KindAbility, Notification, NotificationError, Signature};
use engine::ports::{Bank, Banks, Clock, Offer};
use engine::settings::{ServerSettings, Settings};
use payment::{CodeKind, PollPlan, Route, ServerId, Terms};
use store::{Credentials, Secrets};

use crate::registry;
use connected::{ConnectedBank, Next};

/// How far a bank's clock may be behind ours before an expired code could still be paid there.
const CLOCK_MARGIN: Duration = Duration::from_secs(1);

/// The secrets of each authorization server.
pub(crate) type AllCredentials = BTreeMap<ServerId, Credentials>;

/// The authorization servers of the settings in force.
pub(crate) struct ConfiguredBanks {
    servers: ArcSwap<BTreeMap<ServerId, Server>>,
    clock: Arc<dyn Clock>,
}

struct Server {
    settings: ServerSettings,
    connector: Arc<dyn Connector>,
    /// With the credentials that take the place of the present ones.
    next: Option<Next>,
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
    /// None yet. `clock` says when credentials change.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { servers: ArcSwap::default(), clock }
    }

    /// Takes over settings. Servers that can't work are left out and told about; the others work on.
    pub(crate) fn take_over(&self, settings: &Settings, credentials: &AllCredentials) -> Vec<ServerProblem> {
        let mut problems = Vec::new();
        let mut servers = BTreeMap::new();
        for (id, server) in &settings.servers {
            let mut problem = |reason| problems.push(ServerProblem { server: id.clone(), reason });
            let its = credentials.get(id);
            match connect(server, its.map(|its| &its.present)) {
                Ok(connector) => {
                    let capabilities = connector.capabilities();
                    let next = next_of(server, its).unwrap_or_else(|reason| {
                        problem(format!("its next credentials can't be used: {reason}"));
                        None
                    });
                    let settings = server.clone();
                    servers.insert(id.clone(), Server { settings, connector, next, capabilities });
                }
                Err(reason) => problem(reason),
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
        let Server { connector, next, .. } = servers.get(server)?;
        let read = connector.read_notification(header, body);
        // Banks change keys at a moment of their own: what one key did not sign the other may have.
        let is_proven = matches!(&read, Ok(notification) if notification.signature == Signature::Valid);
        match next {
            Some(next) if !is_proven => Some(next.connector.read_notification(header, body).or(read)),
            _ => Some(read),
        }
    }
}

/// The connector with the next credentials of a server, if there are any.
fn next_of(server: &ServerSettings, credentials: Option<&Credentials>) -> Result<Option<Next>, String> {
    let Some((at, its)) = server.next_credentials_at.zip(credentials) else { return Ok(None) };
    if its.next.is_empty() {
        return Ok(None);
    }
    Ok(Some(Next { at, connector: connect(server, Some(&its.following()))? }))
}

/// Builds the connector of an authorization server as it is set. Makes no call.
pub(crate) fn connect(
    server: &ServerSettings,
    secrets: Option<&Secrets>,
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
        let Server { connector, next, .. } = servers.get(server)?;
        let (present, next) = (Arc::clone(connector), next.clone());
        Some(Arc::new(ConnectedBank { present, next, clock: Arc::clone(&self.clock) }))
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
