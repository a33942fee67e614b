//! What people do with payments, with their name on it.

use std::sync::Arc;

use async_trait::async_trait;
use payment::{Input, Origin, Payment, PaymentId, RefundOrder};
use tokio::sync::broadcast;

use crate::doors::{Claim, Deed, Desk, LastCommand, Undone};
use crate::engine::Engine;
use crate::feed::{FeedError, Request};
use crate::intake::{claim_by_hand, to_its_end};
use crate::ports::{Destination, OperationKey, OperationKind, OperationRecord};

#[async_trait]
impl Desk for Engine {
    /// Goes on to its end in a task of its own, so that a page that is closed stops nothing between a commit and what follows.
    async fn carry_out(&self, payment: PaymentId, deed: Deed) -> Result<Arc<Payment>, Undone> {
        if self.is_stopped() {
            return Err(Undone::Later("the service is stopping".to_owned()));
        }
        let engine = self.clone();
        let doing = self.spawn_to_the_end(async move { engine.do_by_hand(payment, deed).await });
        let done = to_its_end(doing).await;
        done.unwrap_or_else(|| Err(Undone::Later("the service is stopping".to_owned())))
    }

    async fn claim(&self, claim: Claim) -> Result<Arc<Payment>, Undone> {
        if self.is_stopped() {
            return Err(Undone::Later("the service is stopping".to_owned()));
        }
        let engine = self.clone();
        let doing = self.spawn_to_the_end(async move { claim_by_hand(&engine, claim).await });
        let done = to_its_end(doing).await;
        done.unwrap_or_else(|| Err(Undone::Later("the service is stopping".to_owned())))
    }

    fn release(&self, register: &Destination) {
        self.outbox().release_parked(self, register);
    }

    fn last_command(&self, register: &Destination) -> Option<LastCommand> {
        self.heard().last(register)
    }

    fn changes(&self) -> broadcast::Receiver<Destination> {
        self.watch_changes()
    }
}

impl Engine {
    async fn do_by_hand(&self, id: PaymentId, deed: Deed) -> Result<Arc<Payment>, Undone> {
        let mut request = Request::default();
        let input = match deed {
            Deed::Check => {
                self.ask_now(id).await.map_err(undone)?;
                return Ok(Arc::new(self.load(id).await.map_err(undone)?.payment));
            }
            Deed::Resend => {
                self.outbox().resend(self, id).await.map_err(|error| Undone::Later(error.to_string()))?;
                return Ok(Arc::new(self.load(id).await.map_err(undone)?.payment));
            }
            Deed::Cancel { reason } => Input::Cancel { reason },
            Deed::EndReview { verdict, who, why } => Input::EndReview { verdict, who, why },
            Deed::Refund { operation, who, transaction, amount, reason, alone_up_to_minor } => {
                let checkout = self.load(id).await.map_err(undone)?.payment.checkout;
                let key = OperationKey {
                    store: checkout.store.clone(),
                    register: checkout.register.clone(),
                    operation: operation.clone(),
                };
                // Known with the refund in one commit: whoever sends the same once more gives nothing back twice (P4).
                request.operation =
                    Some(OperationRecord { key, essence: None, kind: OperationKind::Refund(id) });
                let origin = Origin::Admin { who };
                Input::Refund(RefundOrder {
                    operation,
                    origin,
                    transaction,
                    amount,
                    reason,
                    alone_up_to_minor,
                })
            }
        };
        self.feed_request(id, input, request).await.map(crate::feed::Fed::into_payment).map_err(undone)
    }
}

fn undone(error: FeedError) -> Undone {
    match error {
        FeedError::Rejected(rejection) => Undone::Rejected(rejection),
        FeedError::UnknownPayment => Undone::Missing,
        FeedError::Duplicate => Undone::Known,
        other => Undone::Later(other.to_string()),
    }
}
