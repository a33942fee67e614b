//! Hints of banks: an order may have changed, so its status is due now.

use async_trait::async_trait;
use payment::{Attempt, AttemptId, Input, PaidNotice, Payment, ServerId};

use crate::asking::Question;
use crate::doors::{Hints, MoneyTold};
use crate::engine::Engine;
use crate::feed::FeedError;
use crate::intake::to_its_end;

/// More credits than these of one payment are noise: nobody pays one code so often.
const CREDITS_AT_MOST: usize = 50;

#[async_trait]
impl Hints for Engine {
    fn hint(&self, order: AttemptId) {
        // An answer that is under way may be older than the hint: asked once more then.
        if !self.asking().once_more(Question::Order(order)) {
            self.wheel().wake_now(order.payment(), self.now());
        }
    }

    /// Goes on to its end in a task of its own, so that a bank that gives up waiting stops nothing between a commit and what
    /// follows from it.
    async fn notified(&self, server: &ServerId, told: MoneyTold) -> bool {
        if self.is_stopped() {
            return false;
        }
        let (engine, server) = (self.clone(), server.clone());
        let taking = self.spawn_to_the_end(async move { engine.take_told(&server, told).await });
        to_its_end(taking).await.unwrap_or(false)
    }
}

impl Engine {
    async fn take_told(&self, server: &ServerId, told: MoneyTold) -> bool {
        let ours = match told.order {
            Some(order) => self.take_notice(server, order, told.money.clone()).await,
            None => Err(FeedError::UnknownPayment),
        };
        let taken = match ours {
            Err(FeedError::UnknownPayment) => self.take_unclaimed(server, told.code, told.money).await,
            ours => ours,
        };
        match taken {
            Ok(is_durable) => is_durable,
            Err(FeedError::Rejected(_) | FeedError::CreditTaken) => true,
            Err(error) => {
                tracing::warn!(%server, %error, "a bank's notification waits");
                false
            }
        }
    }

    async fn take_notice(
        &self,
        server: &ServerId,
        order: AttemptId,
        money: PaidNotice,
    ) -> Result<bool, FeedError> {
        let id = order.payment();
        let payment = self.load(id).await?.payment;
        if !may_be_hidden(&payment, server, order, &money) {
            return Ok(true);
        }
        self.ask_now(id).await?;
        let payment = self.load(id).await?.payment;
        if !may_be_hidden(&payment, server, order, &money) {
            return Ok(true);
        }
        let shows_other_money = payment.state.credits.iter().any(|credit| credit.attempt == order);
        let is_watched = payment.attempt(order).is_some_and(Attempt::is_watched);
        if is_watched && !shows_other_money {
            return Ok(false); // status does not know of any money yet: it is asked again when the bank tells again
        }
        self.feed(id, Input::Notified { attempt: order, notice: money }).await?;
        Ok(true)
    }
}

/// Money that is not known, on a code of which status shows only the latest credit.
fn may_be_hidden(payment: &Payment, server: &ServerId, order: AttemptId, money: &PaidNotice) -> bool {
    let Some(attempt) = payment.attempt(order) else { return false };
    let route = payment.route_of(attempt);
    let is_known =
        payment.state.credits.iter().any(|credit| {
            credit.server == *server && Some(&credit.transaction) == money.transaction.as_ref()
        });
    route.server == *server
        && route.terms.latest_credit_only
        && money.transaction.is_some()
        && !is_known
        && payment.state.credits.len() < CREDITS_AT_MOST
}
