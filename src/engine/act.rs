//! Doing what was decided. What is learned comes back as the next input.

use std::sync::Arc;
use std::time::Duration;

use payment::{AttemptId, Context, Effect, Input, Payment, PaymentId, RefundId, Timestamp};

use crate::asking::{MayAsk, Question};
use crate::calls::Asked;
use crate::engine::Engine;
use crate::feed::{FeedError, Held, Request};
use crate::ports::{Drawing, Drawn};

/// How long a code waits for its pictures.
const DRAWN_WITHIN: Duration = Duration::from_secs(1);
/// The pause before an answer that met an unusable database is fed again. It is never discarded.
const FEED_AGAIN_AFTER: Duration = Duration::from_millis(500);

impl Engine {
    /// The next wake of a payment that has changed.
    pub(crate) fn set_wake(&self, payment: &Payment, wake_at: Option<Timestamp>) {
        let (id, sequence) = (payment.id, payment.state.sequence);
        match wake_at {
            Some(at) => self.wheel().set(id, sequence, at),
            None => self.wheel().forget(id, sequence),
        }
    }

    /// The next wake of a payment of which nothing was learned: an earlier one stays, so that the time that answers take
    /// does not stretch the poll plan.
    pub(crate) fn expect_wake(&self, payment: &Payment, wake_at: Option<Timestamp>) {
        let (id, sequence) = (payment.id, payment.state.sequence);
        match wake_at {
            Some(at) => self.wheel().expect(id, sequence, at),
            None => self.wheel().forget(id, sequence),
        }
    }

    /// Orders the effects of a decision. `is_news`: something has happened, so questions are not put off.
    pub(crate) fn act(&self, held: &Held, effects: &[Effect], is_news: bool) {
        for effect in effects {
            let (engine, held, effect) = (self.clone(), held.clone(), *effect);
            self.spawn(async move { engine.perform(held, effect, is_news).await });
        }
    }

    async fn perform(&self, held: Held, effect: Effect, is_news: bool) {
        let payment = Arc::clone(&held.payment);
        let input = match effect {
            Effect::Issue(attempt) => self.issue(&payment, attempt).await,
            Effect::Annul(attempt) => self.annul(&payment, attempt).await,
            Effect::Refund(refund) => self.refund(&payment, refund).await,
            Effect::AskStatus(attempt) => return self.poll(held, attempt, is_news).await,
            Effect::AskRefund(refund) => return self.poll_refund(held, refund).await,
            Effect::Output => return self.put_on_outputs(&payment).await,
            Effect::Resolve => self.resolve_superseded(&payment).await,
        };
        if let Some(input) = input {
            let drawn = self.drawn_for(&payment, &input).await;
            let request = Request { drawn, ..Request::default() };
            self.feed_until_durable(held, input, request).await;
        }
    }

    /// The pictures that the register wants of a code that has just come. They are not waited for long: the code itself is
    /// what matters.
    async fn drawn_for(&self, payment: &Payment, input: &Input) -> Arc<Drawn> {
        let (Some(wanted), Input::Issued { answer: Ok(code), .. }) =
            (&payment.checkout.details.render, input)
        else {
            return Arc::default();
        };
        let settings = self.settings();
        let language = settings.stores.get(&payment.checkout.store).map_or("", |store| &store.language);
        let drawing = Drawing { payload: &code.payload, wanted, is_test: payment.is_test(), language };
        let drawing = self.parts().pictures.draw(&drawing);
        if let Ok(drawn) = tokio::time::timeout(DRAWN_WITHIN, drawing).await {
            return Arc::new(drawn);
        }
        tracing::warn!(payment.id = %payment.id, "its pictures took too long: the code goes out without them");
        Arc::default()
    }

    /// Asks for an order: by plan, where its bank is at its limit later; at once when there is news.
    async fn poll(&self, held: Held, id: AttemptId, is_news: bool) {
        let payment = &held.payment;
        let question = Question::Order(id);
        if !is_news && !self.is_its_time(payment, id) {
            return;
        }
        let Some(may_ask) = self.asking().begin(question) else {
            if is_news {
                self.asking().once_more(question); // the answer under way may be older than the news
            }
            return;
        };
        let asked =
            if is_news { self.ask_status_now(payment, id).await } else { self.ask_status(payment, id).await };
        self.take_in(held, asked, may_ask).await;
    }

    /// A payment is woken for the fastest of its orders; the others are asked at their own pace.
    fn is_its_time(&self, payment: &Payment, id: AttemptId) -> bool {
        let watched = payment.state.attempts.iter().filter(|attempt| attempt.is_watched());
        let Some(attempt) = payment.attempt(id).filter(|_| watched.count() > 1) else { return true };
        let now = self.now();
        self.asking().is_due(id, payment.status_pause(attempt, now), now)
    }

    async fn poll_refund(&self, held: Held, id: RefundId) {
        let Some(may_ask) = self.asking().begin(Question::Refund(id)) else { return };
        let asked = self.ask_refund(&held.payment, id).await;
        self.take_in(held, asked, may_ask).await;
    }

    async fn take_in(&self, held: Held, asked: Asked, may_ask: MayAsk) {
        let id = held.payment.id;
        match asked {
            Asked::Answered(input) => self.feed_until_durable(held, input, Request::default()).await,
            Asked::PutOff(until) => self.put_off(&held.payment, until),
            Asked::Failed => {}
        }
        if may_ask.end() {
            self.wheel().wake_now(id, self.now());
        }
    }

    /// Asks the bank for all that is watched of a payment, now and whatever the plan says, and feeds the answers.
    pub(crate) async fn ask_now(&self, id: PaymentId) -> Result<(), FeedError> {
        let payment = Arc::new(self.load(id).await?.payment);
        let watched = payment.state.attempts.iter().filter(|attempt| attempt.is_watched());
        for attempt in watched.map(|attempt| attempt.id) {
            let Some(may_ask) = self.asking().begin_after(Question::Order(attempt)).await else { continue };
            if let Asked::Answered(input) = self.ask_status_now(&payment, attempt).await {
                match self.feed(id, input).await {
                    Ok(_) => {}
                    Err(error @ FeedError::Store(_)) => return Err(error),
                    Err(error) => tell_unfed(id, &error),
                }
            }
            drop(may_ask);
        }
        Ok(())
    }

    /// An answer of a bank is never discarded: it is fed until the database has it.
    async fn feed_until_durable(&self, held: Held, input: Input, request: Request) {
        let id = held.payment.id;
        let mut held = Some(held);
        loop {
            let is_first = held.is_some();
            match self.feed_from(id, held.take(), input.clone(), request.clone()).await {
                Ok(_) => return,
                Err(FeedError::Store(error)) => {
                    if is_first {
                        tracing::warn!(payment.id = %id, %error, "a bank's answer waits for the database");
                    }
                    if self.pause(FEED_AGAIN_AFTER).await.is_err() {
                        return; // stopping: the calling state in the row tells the next start that the call is unknown
                    }
                }
                Err(error) => return tell_unfed(id, &error),
            }
        }
    }

    /// Looks at a payment later than its poll plan says, but not later than anything else that is due of it.
    fn put_off(&self, payment: &Arc<Payment>, until: Timestamp) {
        let now = self.now();
        let context = Context { now, epoch: self.epoch() };
        let patient = with_poll_floor(payment, until.since(now));
        let wake = payment::decide(&patient, Input::Wake { delivered: false }, context);
        let due = wake.ok().and_then(|decision| decision.wake_at);
        self.wheel().set(payment.id, payment.state.sequence, due.map_or(until, |due| due.min(until)));
    }
}

/// The payment as it would be if its banks wanted so long a pause between two status calls.
fn with_poll_floor(payment: &Payment, pause: Duration) -> Payment {
    let mut patient = payment.clone();
    let floor_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    for route in &mut Arc::make_mut(&mut patient.checkout).routes {
        route.terms.poll.floor_ms = route.terms.poll.floor_ms.max(floor_ms);
    }
    patient
}

fn tell_unfed(id: PaymentId, error: &FeedError) {
    tracing::error!(payment.id = %id, %error, "a bank's answer could not be fed");
}
