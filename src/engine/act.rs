//! Doing what was decided: calls to banks under limits and deadlines. What is learned comes back as the next input.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use payment::{
    Attempt, AttemptId, CallError, Effect, Input, IssueRequest, Payment, PaymentId, Refund, RefundId,
    ServerId, Timestamp,
};

use tokio::sync::OwnedSemaphorePermit;

use crate::engine::Engine;
use crate::feed::FeedError;
use crate::limits::Turn;
use crate::ports::Bank;

/// The pause before an answer that met an unusable database is fed again. It is never discarded.
const FEED_AGAIN_AFTER: Duration = Duration::from_millis(500);

impl Engine {
    /// Orders the effects of a decision and the next wake of its payment.
    pub(crate) fn act(&self, payment: &Arc<Payment>, effects: &[Effect], wake_at: Option<Timestamp>) {
        match wake_at {
            Some(at) => self.wheel().set(payment.id, payment.state.sequence, at),
            None => self.wheel().forget(payment.id),
        }
        for effect in effects {
            let (engine, payment, effect) = (self.clone(), Arc::clone(payment), *effect);
            self.spawn(async move { engine.perform(payment, effect).await });
        }
    }

    /// Asks the bank for all that is watched of a payment, now and whatever the plan says, and feeds the answers.
    pub(crate) async fn ask_now(&self, id: PaymentId) -> Result<(), FeedError> {
        let payment = Arc::new(self.load(id).await?.payment);
        let watched = payment.state.attempts.iter().filter(|attempt| attempt.is_watched());
        for attempt in watched.map(|attempt| attempt.id) {
            if let Some(input) = self.ask_status(&payment, attempt).await {
                self.feed(id, input).await?;
            }
        }
        Ok(())
    }

    async fn perform(&self, payment: Arc<Payment>, effect: Effect) {
        let id = payment.id;
        let input = match effect {
            Effect::Issue(attempt) => self.issue(&payment, attempt).await,
            Effect::Annul(attempt) => self.annul(&payment, attempt).await,
            Effect::AskStatus(attempt) => self.ask_status(&payment, attempt).await,
            Effect::Refund(refund) => self.refund(&payment, refund).await,
            Effect::AskRefund(refund) => self.ask_refund(&payment, refund).await,
        };
        if let Some(input) = input {
            self.feed_until_durable(id, payment, input).await;
        }
    }

    /// An answer of a bank is never discarded: it is fed until the database has it.
    async fn feed_until_durable(&self, id: PaymentId, held: Arc<Payment>, input: Input) {
        let mut held = Some(held);
        loop {
            match self.feed_from(id, held.take(), input.clone(), None).await {
                Ok(_) => return,
                Err(FeedError::Store(error)) => {
                    tracing::warn!(payment.id = %id, %error, "a bank's answer waits for the database");
                    if self.pause(FEED_AGAIN_AFTER).await.is_err() {
                        return; // stopping: the calling state in the row tells the next start that the call is unknown
                    }
                }
                Err(error) => {
                    tracing::error!(payment.id = %id, %error, "a bank's answer could not be fed");
                    return;
                }
            }
        }
    }

    async fn issue(&self, payment: &Payment, id: AttemptId) -> Option<Input> {
        let attempt = payment.attempt(id)?;
        let payment::Life::Issuing(call) = attempt.life else { return None };
        let request = IssueRequest {
            order: id,
            amount: payment.checkout.amount,
            kind: payment.checkout.kind,
            expires_at: attempt.expires_at,
            purpose: payment.checkout.details.purpose.clone(),
        };
        let answer = match self.turn(server_of(payment, attempt), call.deadline).await {
            Ok(turn) => self.under(call.deadline, turn.bank.issue(&request)).await,
            Err(error) => Err(error),
        };
        Some(Input::Issued { attempt: id, answer })
    }

    async fn annul(&self, payment: &Payment, id: AttemptId) -> Option<Input> {
        let attempt = payment.attempt(id)?;
        let payment::Annulment::Calling(call) = attempt.annulment else { return None };
        let request = payment.order_request(attempt);
        let answer = match self.turn(server_of(payment, attempt), call.deadline).await {
            Ok(turn) => self.under(call.deadline, turn.bank.annul(&request)).await,
            Err(error) => Err(error),
        };
        Some(Input::Annulled { attempt: id, answer })
    }

    async fn ask_status(&self, payment: &Payment, id: AttemptId) -> Option<Input> {
        let attempt = payment.attempt(id)?;
        let _asking = self.asking().begin(id)?;
        let request = payment.order_request(attempt);
        let deadline = self.now().plus(payment.terms_of(attempt).call_timeout);
        let turn = self.turn(server_of(payment, attempt), deadline).await.ok()?;
        let asked_at = self.now();
        match self.under(deadline, turn.bank.status(&request)).await {
            Ok(answer) => Some(Input::Status { attempt: id, asked_at, answer }),
            Err(error) => {
                tracing::debug!(payment.id = %payment.id, %error, "a status call failed: it is asked again by plan");
                None
            }
        }
    }

    async fn refund(&self, payment: &Payment, id: RefundId) -> Option<Input> {
        let refund = payment.refund(id)?;
        let payment::RefundState::Sending(call) = refund.state else { return None };
        let request = payment.refund_request(refund)?;
        let answer = match self.turn(server_of_refund(payment, refund)?, call.deadline).await {
            Ok(turn) => self.under(call.deadline, turn.bank.refund(&request)).await,
            Err(error) => Err(error),
        };
        Some(Input::Refunded { refund: id, call, answer })
    }

    async fn ask_refund(&self, payment: &Payment, id: RefundId) -> Option<Input> {
        let refund = payment.refund(id)?;
        let request = payment.refund_request(refund)?;
        let attempt = payment.attempt(request.order)?;
        let _asking = self.asking().begin_refund(id)?;
        let deadline = self.now().plus(payment.terms_of(attempt).call_timeout);
        let turn = self.turn(server_of_refund(payment, refund)?, deadline).await.ok()?;
        let asked_at = self.now();
        let answer = self.under(deadline, turn.bank.refund_status(&request)).await.ok()?;
        Some(Input::RefundStatus { refund: id, asked_at, answer })
    }

    /// Waits for a turn to call a server. A turn that does not come before the deadline is *not sent*.
    async fn turn(&self, server: &ServerId, deadline: Timestamp) -> Result<Granted, CallError> {
        let Some(bank) = self.parts().banks.bank(server) else {
            return Err(CallError::NotSent(format!("authorization server {server} is not set up")));
        };
        match self.limits().turn(server, deadline, self).await {
            Turn::Granted(place) => Ok(Granted { bank, _place: place }),
            Turn::TooLate => {
                Err(CallError::NotSent(format!("authorization server {server} had no free turn in time")))
            }
        }
    }

    /// Makes a call under its deadline. No answer by then: the bank may have acted.
    async fn under<T>(
        &self,
        deadline: Timestamp,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        match tokio::time::timeout(deadline.since(self.now()), call).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Unknown("no answer before the deadline".to_owned())),
        }
    }
}

/// A bank that may be called now, with the place that the call takes.
struct Granted {
    bank: Arc<dyn Bank>,
    _place: OwnedSemaphorePermit,
}

fn server_of<'a>(payment: &'a Payment, attempt: &Attempt) -> &'a ServerId {
    &payment.route_of(attempt).server
}

fn server_of_refund<'a>(payment: &'a Payment, refund: &Refund) -> Option<&'a ServerId> {
    Some(&payment.state.credits.get(refund.credit)?.server)
}
