//! How the adapter is: for readiness, metrics and the admin pages.

mod counts;
mod report;
mod state;

pub use counts::Counts;
pub use report::{ChannelReport, LinkReport, Report};

pub(crate) use counts::Counters;
pub(crate) use state::{ChannelState, LinkState};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::consume::Role;
use crate::names::Names;
use crate::publish::Freight;

/// A handle that reads the state at any time. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Health(Arc<State>);

#[derive(Debug)]
struct State {
    consuming: [LinkState; Role::ALL.len()],
    publishing: LinkState,
    consumers: [ChannelState; Role::ALL.len()],
    lanes: [ChannelState; Freight::ALL.len()],
    findings: Mutex<BTreeMap<String, String>>,
    counters: Counters,
    /// Whose turn it is to make what is missing.
    making: tokio::sync::Mutex<()>,
}

impl Health {
    pub(crate) fn new(names: &Names) -> Self {
        Self(Arc::new(State {
            consuming: Role::ALL.map(|_| LinkState::new()),
            publishing: LinkState::new(),
            consumers: Role::ALL.map(|role| ChannelState::new(role.queue(names).as_str())),
            lanes: Freight::ALL.map(|freight| ChannelState::new(freight.name())),
            findings: Mutex::default(),
            counters: Counters::default(),
            making: tokio::sync::Mutex::default(),
        }))
    }

    /// Whether commands are taken from every queue and events can go out.
    pub fn is_ready(&self) -> bool {
        let report = self.report();
        let links = [&report.consuming, &report.publishing];
        links.iter().all(|link| link.is_connected && link.blocked.is_none())
            && report.consumers.iter().chain(&report.lanes).all(|channel| channel.is_open)
    }

    /// Everything, as of now.
    pub fn report(&self) -> Report {
        let [first, rest @ ..] = self.0.consuming.each_ref().map(LinkState::report);
        Report {
            consuming: rest.into_iter().fold(first, LinkReport::and),
            publishing: self.0.publishing.report(),
            consumers: self.0.consumers.iter().map(ChannelState::report).collect(),
            lanes: self.0.lanes.iter().map(ChannelState::report).collect(),
            findings: self.findings().iter().map(|(object, text)| format!("{object}: {text}")).collect(),
            counts: self.0.counters.read(),
        }
    }

    pub(crate) fn consuming(&self, role: Role) -> &LinkState {
        &self.0.consuming[role as usize]
    }

    pub(crate) fn publishing(&self) -> &LinkState {
        &self.0.publishing
    }

    pub(crate) fn consumer(&self, role: Role) -> &ChannelState {
        &self.0.consumers[role as usize]
    }

    pub(crate) fn lane(&self, freight: Freight) -> &ChannelState {
        &self.0.lanes[freight as usize]
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// Waits for its turn to make what the broker must have: RabbitMQ 3.10 closes a connection that declares a queue which is
    /// just being made for another.
    pub(crate) async fn turn_to_make(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.making.lock().await
    }

    /// Keeps what was found of a broker's object, or that nothing was. Logs what is new.
    pub(crate) fn note_finding(&self, object: &str, found: Option<&str>) {
        let mut findings = self.findings();
        match found {
            None => {
                findings.remove(object);
            }
            Some(text) => {
                if findings.insert(object.to_owned(), text.to_owned()).as_deref() != Some(text) {
                    tracing::warn!("RabbitMQ, {object}: {text}");
                }
            }
        }
    }

    fn findings(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.0.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
