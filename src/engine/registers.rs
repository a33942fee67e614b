//! What registers ask over HTTP.

use async_trait::async_trait;
use payment::{Payment, PaymentId, StoreId};
use serde_json::{Map, Value};

use crate::doors::{Incoming, Outcome, Registers};
use crate::engine::Engine;
use crate::intake::{handle, handle_of_store, to_its_end};
use crate::ports::{Destination, EventRow, OperationKey, OperationKind, StoreError};

#[async_trait]
impl Registers for Engine {
    async fn answer(&self, incoming: Incoming) -> Outcome {
        if self.is_stopped() {
            return Outcome::Later;
        }
        let engine = self.clone();
        let handling = self.spawn_to_the_end(async move {
            let now = engine.now();
            handle(&engine, &incoming, now).await
        });
        to_its_end(handling).await.unwrap_or(Outcome::Later)
    }

    async fn answer_store(&self, store: &StoreId, verb: &str, fields: &Map<String, Value>) -> Outcome {
        if self.is_stopped() {
            return Outcome::Later;
        }
        handle_of_store(self, store, verb, fields, self.now()).await
    }

    async fn operation(&self, key: &OperationKey) -> Result<Option<OperationKind>, StoreError> {
        Ok(self.parts().store.operation(key).await?.map(|record| record.kind))
    }

    async fn payment(&self, payment: PaymentId) -> Result<Option<Payment>, StoreError> {
        Ok(self.parts().store.load(payment).await?.map(|stored| stored.payment))
    }

    async fn events_of_payment(&self, payment: &Payment, after: u64) -> Result<Vec<EventRow>, StoreError> {
        let checkout = &payment.checkout;
        let own = Destination { store: checkout.store.clone(), register: checkout.register.clone() };
        let is_news = |row: &EventRow| row.sequence > after && row.destination == own;
        let rows = self.parts().store.payment_events(payment.id).await?;
        Ok(rows.into_iter().filter(is_news).collect())
    }

    async fn events_behind(
        &self,
        destination: &Destination,
        after: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.parts().store.register_events(destination, after, limit).await
    }

    async fn newest_event(&self, destination: &Destination) -> Result<i64, StoreError> {
        self.parts().store.newest_register_event(destination).await
    }
}
