//! What outputs did with codes: told to the register as `payment.shown`.

use payment::{ConsoleId, ConsoleReport, Input, Outcome, Payment, PaymentId};

use crate::engine::Engine;
use crate::feed::FeedError;

impl Engine {
    /// A page of a console has drawn the code of a payment. Losing this costs the till a notice, no more.
    pub(crate) fn output_drew(&self, payment: PaymentId, console: ConsoleId) {
        let engine = self.clone();
        self.spawn(async move {
            if let Err(error) = engine.tell_drawn(payment, console).await {
                tracing::debug!(payment.id = %payment, %error, "that a console shows the code could not be told");
            }
        });
    }

    async fn tell_drawn(&self, id: PaymentId, console: ConsoleId) -> Result<(), FeedError> {
        let payment = self.load(id).await?.payment;
        let report = self.report(&payment, console, Outcome::Shown, None);
        self.feed(id, Input::OutputsTold { consoles: vec![report] }).await.map(drop)
    }

    /// Reports for the consoles of which no page has drawn the code in time.
    pub(crate) fn silent_outputs(&self, payment: &Payment) -> Vec<ConsoleReport> {
        let reason = || Some("no screen of this console is connected".to_owned());
        let silent = payment.silent_consoles(self.now());
        silent.into_iter().map(|id| self.report(payment, id.clone(), Outcome::Failed, reason())).collect()
    }

    fn report(
        &self,
        payment: &Payment,
        console: ConsoleId,
        outcome: Outcome,
        reason: Option<String>,
    ) -> ConsoleReport {
        let settings = self.settings();
        let store = settings.stores.get(&payment.checkout.store);
        let register = store.and_then(|store| store.registers.get(&payment.checkout.register));
        let known = register.and_then(|register| register.consoles.get(&console));
        let kind = known.map_or("console", |known| known.kind.word()).to_owned();
        ConsoleReport { console, kind, outcome, reason }
    }
}
