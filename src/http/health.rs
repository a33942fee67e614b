//! How the service is, as its parts tell it.

use async_trait::async_trait;

/// Tells how the service is.
#[async_trait]
pub trait HealthSource: Send + Sync + 'static {
    /// The condition of each part, now. It may take two seconds; after that the service counts as not ready.
    async fn health(&self) -> Health;
}

/// The condition of every part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// The parts, such as `store` and `broker`.
    pub parts: Vec<Part>,
}

/// One part of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name, such as `store`: a stable word.
    pub name: &'static str,
    /// How it is.
    pub condition: Condition,
    /// Why, for people; no secrets: anyone may read it.
    pub detail: Option<String>,
    /// Whether the service is of no use without it: the store is, the broker is not (HTTP goes on, commands wait).
    pub is_required: bool,
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It works.
    Works,
    /// It can't be used.
    Away,
}

impl Health {
    /// Whether requests are of use: every required part works.
    pub fn is_ready(&self) -> bool {
        self.parts.iter().all(|part| part.condition == Condition::Works || !part.is_required)
    }

    /// Whether everything works.
    pub fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.condition == Condition::Works)
    }
}
