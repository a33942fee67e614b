//! What outputs do with codes: pages report, devices are driven by jobs, the register is told as `payment.shown`.

mod worker;

use payment::{ConsoleId, ConsoleReport, ConsoleTerms, ConsoleWay, Input, Outcome, Payment, PaymentId};

use crate::engine::Engine;
use crate::feed::FeedError;
use crate::ports::{JobDraft, JobEnd, JobStanding, StoreError};

pub(crate) use worker::{Worker, output_loop};

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

    /// What became of a device's job.
    pub(crate) async fn tell_job(
        &self,
        payment: &Payment,
        console: ConsoleId,
        end: JobEnd,
    ) -> Result<(), FeedError> {
        let report = self.report(payment, console, end.outcome, end.reason);
        self.feed(payment.id, Input::OutputsTold { consoles: vec![report] }).await.map(drop)
    }

    /// Gets hold of consoles that are shared, and orders jobs of those that devices show. Said twice it does nothing new;
    /// what fails here is said again by the next wake.
    pub(crate) async fn put_on_outputs(&self, payment: &Payment) {
        if let Err(error) = self.try_outputs(payment).await {
            tracing::warn!(payment.id = %payment.id, %error, "its outputs wait for the database");
        }
    }

    async fn try_outputs(&self, payment: &Payment) -> Result<(), FeedError> {
        let (mut held, mut reports, mut jobs) = (Vec::new(), Vec::new(), Vec::new());
        for terms in payment.consoles_to_drive() {
            let is_to_be_held = terms.is_shared && !payment.state.consoles_held.contains(&terms.console);
            if is_to_be_held && !self.hold(payment, terms).await? {
                let reason = "it shows the code of another payment".to_owned();
                reports.push(self.report(payment, terms.console.clone(), Outcome::Busy, Some(reason)));
                continue;
            }
            if is_to_be_held {
                held.push(terms.console.clone());
            }
            if terms.way == ConsoleWay::Site {
                if let Some(job) = self.job_of(payment, terms) {
                    jobs.push(job);
                } else {
                    let reason = "the console is not set up any more".to_owned();
                    let console = terms.console.clone();
                    reports.push(self.report(payment, console, Outcome::Failed, Some(reason)));
                }
            }
        }
        if !jobs.is_empty() {
            self.parts().jobs.order_jobs(&jobs).await?;
            self.worker().wake();
        }
        if !held.is_empty() {
            self.feed(payment.id, Input::ConsolesHeld { consoles: held }).await?;
        }
        if !reports.is_empty() {
            self.feed(payment.id, Input::OutputsTold { consoles: reports }).await?;
        }
        Ok(())
    }

    async fn hold(&self, payment: &Payment, terms: &ConsoleTerms) -> Result<bool, StoreError> {
        let store = &payment.checkout.store;
        self.parts().jobs.hold_console(payment.id, store, &terms.owner, &terms.console).await
    }

    fn job_of(&self, payment: &Payment, terms: &ConsoleTerms) -> Option<JobDraft> {
        let settings = self.settings();
        let register = settings.stores.get(&payment.checkout.store)?.registers.get(&terms.owner)?;
        let console = register.consoles.get(&terms.console)?;
        Some(JobDraft {
            payment: payment.id,
            console: terms.console.clone(),
            store: payment.checkout.store.clone(),
            owner: terms.owner.clone(),
            site: console.site().to_owned(),
            device: console.address.clone()?,
            can_be_cleared: console.kind.can_be_cleared(),
            at: self.now(),
            live_until: payment.shown_attempt()?.expires_at,
        })
    }

    /// Reports for the consoles that have not told in time: pages that nobody has open, devices that nobody drives, and
    /// what became of jobs whose instance did not live to tell.
    pub(crate) async fn silent_outputs(&self, payment: &Payment) -> Result<Vec<ConsoleReport>, StoreError> {
        let mut reports = Vec::new();
        for console in payment.silent_consoles(self.now()) {
            let terms = payment.console_terms(console);
            let end = match terms.filter(|terms| terms.way == ConsoleWay::Site) {
                Some(_) => self.job_end(payment, console).await?,
                None => Some(failed("no screen of this console is connected")),
            };
            if let Some(end) = end {
                reports.push(self.report(payment, console.clone(), end.outcome, end.reason));
            }
        }
        Ok(reports)
    }

    /// How a silent device's job ended; `None`: it is being done.
    async fn job_end(&self, payment: &Payment, console: &ConsoleId) -> Result<Option<JobEnd>, StoreError> {
        let standing = self.parts().jobs.settle_job(payment.id, console, self.now()).await?;
        Ok(match standing {
            Some(JobStanding::Begun) => None,
            Some(JobStanding::Ended(end)) => Some(end),
            Some(JobStanding::Withdrawn) | None => Some(failed(
                "it did not get to it in time: no service drives its site, or it is at other codes",
            )),
        })
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
        let known = register.and_then(|register| register.consoles.get(&console)).map(|known| known.kind);
        let kind = payment.console_terms(&console).map(|terms| terms.kind).or(known);
        let kind = kind.map_or("console", payment::ConsoleKind::word).to_owned();
        ConsoleReport { console, kind, outcome, reason }
    }
}

fn failed(reason: &str) -> JobEnd {
    JobEnd { outcome: Outcome::Failed, reason: Some(reason.to_owned()) }
}
