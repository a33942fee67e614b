//! The engine's way out.

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{Delivery, EventSink, OutgoingEvent};

use super::Post;
use crate::health::Health;
use crate::message;
use crate::names::Names;

/// Publishes events, and their copies.
#[derive(Debug)]
pub(crate) struct Sink {
    names: Arc<Names>,
    events: Post,
    copies: Post,
    health: Health,
}

impl Sink {
    pub(crate) fn new(names: Arc<Names>, events: Post, copies: Post, health: Health) -> Self {
        Self { names, events, copies, health }
    }

    async fn send(&self, event: &OutgoingEvent) -> Delivery {
        let Some(message) = message::of_event(&self.names, event) else {
            return Delivery::Failed("its name or id is longer than AMQP takes".into());
        };
        let copy = message::copy_of(event, &message);
        let delivery = self.events.send(message).await;
        // The copy follows the event, and what becomes of it is not told: contract.md §1 promises best effort.
        if let (Some(copy), Delivery::Confirmed | Delivery::Unroutable) = (copy, &delivery) {
            let counters = self.health.counters();
            if self.copies.drop_in(copy) { counters.copies.count() } else { counters.copies_dropped.count() }
        }
        delivery
    }
}

#[async_trait]
impl EventSink for Sink {
    async fn publish(&self, event: &OutgoingEvent) -> Delivery {
        let counters = self.health.counters();
        counters.events.count();
        let delivery = self.send(event).await;
        match &delivery {
            Delivery::Confirmed => counters.confirmed.count(),
            Delivery::Unroutable => counters.unroutable.count(),
            Delivery::Failed(_) => counters.failed.count(),
        }
        delivery
    }

    fn queue_prefix(&self) -> &str {
        &self.names.prefix
    }
}
