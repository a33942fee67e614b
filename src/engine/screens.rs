//! What screens read.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{ConsoleId, Payment, PaymentId, Timestamp};
use tokio::sync::broadcast;

use crate::doors::Screens;
use crate::engine::Engine;
use crate::ports::{Destination, StoreError};
use crate::settings::Settings;

/// How many of a register's payments a screen may need.
const NEWEST: usize = 8;

#[async_trait]
impl Screens for Engine {
    async fn newest_payments(&self, destination: &Destination) -> Result<Vec<Payment>, StoreError> {
        self.parts().store.newest_payments(&destination.store, &destination.register, NEWEST).await
    }

    async fn holder(&self, owner: &Destination, console: &ConsoleId) -> Result<Option<Payment>, StoreError> {
        let holder = self.parts().jobs.console_holder(&owner.store, &owner.register, console).await?;
        let Some(holder) = holder else { return Ok(None) };
        Ok(self.parts().store.load(holder).await?.map(|stored| stored.payment))
    }

    fn changes(&self) -> broadcast::Receiver<Destination> {
        self.watch_changes()
    }

    fn drew(&self, payment: PaymentId, console: &ConsoleId) {
        self.output_drew(payment, console.clone());
    }

    fn settings(&self) -> Arc<Settings> {
        Self::settings(self)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}
