//! The jobs of devices: one row for a payment on a console, taken by one instance at a time, begun once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{JobDraft, JobEnd, JobStanding, JobTask, OutputJob, OutputJobs, StoreError};
use payment::{ConsoleId, Outcome, PaymentId, RegisterId, Status, StoreId, Timestamp};

use super::{StorePort, Tables};
use crate::instance::Point;
use crate::weather::Trouble;

/// A device that can't be cleared is not called for ever.
const TAKEN_AWAY_FOR: Duration = Duration::from_mins(10);

/// A console of a register.
type Place = (StoreId, RegisterId, ConsoleId);

/// What is recorded of devices.
#[derive(Default)]
pub(super) struct Jobs {
    rows: BTreeMap<(PaymentId, ConsoleId), Job>,
    holders: BTreeMap<Place, PaymentId>,
}

struct Job {
    draft: JobDraft,
    state: State,
    end: Option<JobEnd>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waits,
    Leased { task: JobTask, until: Timestamp },
    On,
    Over,
}

impl StorePort {
    /// A change of jobs reaches the database, or does not; or it does, and that is not told.
    async fn change<T>(&self, change: impl FnOnce(&mut Tables) -> T + Send) -> Result<T, StoreError> {
        self.life.pass(&self.world, Point::Mark).await;
        self.take_time().await;
        if self.world.strikes(Trouble::StoreBefore) {
            return Err(super::port::away());
        }
        let done = change(&mut self.world.database.tables());
        self.life.pass(&self.world, Point::Mark).await;
        if self.world.strikes(Trouble::StoreAfter) { Err(super::port::away()) } else { Ok(done) }
    }
}

#[async_trait]
impl OutputJobs for StorePort {
    async fn hold_console(
        &self,
        payment: PaymentId,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<bool, StoreError> {
        let place = (store.clone(), owner.clone(), console.clone());
        self.change(|tables| {
            let holder = tables.jobs.holders.get(&place).copied().filter(|holder| *holder != payment);
            let is_free = holder.is_none_or(|holder| tables.is_over(holder));
            if is_free {
                tables.jobs.holders.insert(place, payment);
            }
            is_free
        })
        .await
    }

    async fn console_holder(
        &self,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<Option<PaymentId>, StoreError> {
        self.ask().await?;
        let place = (store.clone(), owner.clone(), console.clone());
        Ok(self.world.database.tables().jobs.holders.get(&place).copied())
    }

    async fn order_jobs(&self, jobs: &[JobDraft]) -> Result<(), StoreError> {
        self.change(|tables| {
            for draft in jobs {
                let job = || Job { draft: draft.clone(), state: State::Waits, end: None };
                tables.jobs.rows.entry((draft.payment, draft.console.clone())).or_insert_with(job);
            }
        })
        .await
    }

    async fn settle_job(
        &self,
        payment: PaymentId,
        console: &ConsoleId,
        now: Timestamp,
    ) -> Result<Option<JobStanding>, StoreError> {
        self.change(|tables| {
            let job = tables.jobs.rows.get_mut(&(payment, console.clone()))?;
            if job.state == State::Waits {
                job.state = State::Over;
            }
            job.lapse(now);
            Some(match (job.state, job.end.clone()) {
                (State::Leased { task: JobTask::Show, .. }, _) => JobStanding::Begun,
                (_, Some(end)) => JobStanding::Ended(end),
                (_, None) => JobStanding::Withdrawn,
            })
        })
        .await
    }

    async fn lease_job(
        &self,
        site: &str,
        busy: &BTreeSet<String>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<OutputJob>, StoreError> {
        if !self.world.database.tables().jobs.rows.values().any(|job| job.state != State::Over) {
            return Ok(None); // looked for so often that it would be most of what happens
        }
        self.change(|tables| tables.lease(site, busy, now, lease_until)).await
    }

    async fn finish_job(&self, job: &OutputJob, end: &JobEnd) -> Result<(), StoreError> {
        self.change(|tables| {
            let Some(known) = tables.jobs.rows.get_mut(&(job.payment, job.console.clone())) else { return };
            if known.state != (State::Leased { task: job.task, until: job.lease_until }) {
                return;
            }
            match job.task {
                JobTask::Show => known.end_with(end.clone()),
                JobTask::Clear => known.state = State::Over,
            }
        })
        .await
    }
}

impl Job {
    fn end_with(&mut self, end: JobEnd) {
        let may_be_on = matches!(end.outcome, Outcome::Shown | Outcome::NotConfirmed);
        self.state = if may_be_on && self.draft.can_be_cleared { State::On } else { State::Over };
        self.end = Some(end);
    }

    /// Who holds it longer than he said is gone: what he did is not known.
    fn lapse(&mut self, now: Timestamp) {
        let State::Leased { task, until } = self.state else { return };
        if now < until {
            return;
        }
        match task {
            JobTask::Show => self.end_with(JobEnd { outcome: Outcome::NotConfirmed, reason: None }),
            JobTask::Clear if self.draft.live_until.plus(TAKEN_AWAY_FOR) > now => self.state = State::On,
            JobTask::Clear => self.state = State::Over,
        }
    }
}

impl Tables {
    fn lease(
        &mut self,
        site: &str,
        busy: &BTreeSet<String>,
        now: Timestamp,
        until: Timestamp,
    ) -> Option<OutputJob> {
        self.tidy(site, now);
        let of_site = || self.jobs.rows.iter().filter(|(_, job)| job.draft.site == site);
        let at_work = of_site().filter(|(_, job)| matches!(job.state, State::Leased { .. }));
        let at_work: BTreeSet<String> = at_work.map(|(_, job)| job.draft.device.clone()).collect();
        let free = of_site()
            .filter(|(_, job)| !busy.contains(&job.draft.device) && !at_work.contains(&job.draft.device));
        let due = free.filter_map(|(key, job)| {
            let task = self.task_of(job, now)?;
            Some(((task == JobTask::Clear, job.draft.at), key.clone(), task)) // a new code replaces a dead one
        });
        let (_, key, task) = due.min_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)))?;
        let job = self.jobs.rows.get_mut(&key)?;
        job.state = State::Leased { task, until };
        let JobDraft { payment, console, store, owner, device, .. } = job.draft.clone();
        Some(OutputJob { payment, console, store, owner, device, task, lease_until: until })
    }

    fn task_of(&self, job: &Job, now: Timestamp) -> Option<JobTask> {
        let status = self.payments.get(&job.draft.payment)?.payment.status();
        let is_live = matches!(status, Status::AwaitingPayment | Status::Processing);
        match job.state {
            State::Waits if is_live && job.draft.live_until > now => Some(JobTask::Show),
            State::On if self.is_over(job.draft.payment) => Some(JobTask::Clear),
            _ => None,
        }
    }

    /// What leases have passed, what is over before it began, what a later code has replaced.
    fn tidy(&mut self, site: &str, now: Timestamp) {
        let keys: Vec<_> = self.jobs.rows.keys().cloned().collect();
        for key in keys {
            let is_over = self.is_over(key.0);
            let is_replaced = self.jobs.rows.get(&key).is_some_and(|job| self.is_replaced(job));
            let Some(job) = self.jobs.rows.get_mut(&key).filter(|job| job.draft.site == site) else {
                continue;
            };
            job.lapse(now);
            if (job.state == State::Waits && is_over) || (job.state == State::On && is_replaced) {
                job.state = State::Over;
            }
        }
    }

    fn is_replaced(&self, job: &Job) -> bool {
        self.jobs.rows.values().any(|later| {
            later.draft.device == job.draft.device
                && later.draft.at > job.draft.at
                && later.state == State::On
        })
    }

    fn is_over(&self, payment: PaymentId) -> bool {
        self.payments.get(&payment).is_some_and(|row| !row.payment.is_open())
    }
}
