//! The jobs of outputs on plain data.

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::ports::{JobDraft, JobEnd, JobStanding, JobTask, OutputJob, OutputJobs, StoreError};
use payment::{ConsoleId, Outcome, PaymentId, RegisterId, Status, StoreId, Timestamp};

use super::MemoryStore;
use super::tables::Tables;
use crate::jobs::{LAPSED, TAKEN_AWAY_FOR};

/// One job.
pub(super) struct JobRow {
    draft: JobDraft,
    state: JobState,
    end: Option<JobEnd>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JobState {
    Waits,
    Shown { until: Timestamp },
    On,
    Cleared { until: Timestamp },
    Over,
}

#[async_trait]
impl OutputJobs for MemoryStore {
    async fn hold_console(
        &self,
        payment: PaymentId,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let key = (store.clone(), owner.clone(), console.clone());
        let holder = tables.console_holds.get(&key).copied();
        let is_free = holder
            .is_none_or(|holder| holder == payment || tables.is_open(holder).is_some_and(|is_open| !is_open));
        if is_free {
            tables.console_holds.insert(key, payment);
        }
        Ok(is_free)
    }

    async fn console_holder(
        &self,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<Option<PaymentId>, StoreError> {
        let key = (store.clone(), owner.clone(), console.clone());
        Ok(self.tables().console_holds.get(&key).copied())
    }

    async fn order_jobs(&self, jobs: &[JobDraft]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for job in jobs {
            let row = || JobRow { draft: job.clone(), state: JobState::Waits, end: None };
            tables.jobs.entry((job.payment, job.console.clone())).or_insert_with(row);
        }
        Ok(())
    }

    async fn settle_job(
        &self,
        payment: PaymentId,
        console: &ConsoleId,
        now: Timestamp,
    ) -> Result<Option<JobStanding>, StoreError> {
        let mut tables = self.tables();
        let Some(row) = tables.jobs.get_mut(&(payment, console.clone())) else { return Ok(None) };
        if row.state == JobState::Waits {
            row.state = JobState::Over;
        }
        row.lapse(now);
        Ok(Some(match (&row.state, &row.end) {
            (JobState::Shown { .. }, _) => JobStanding::Begun,
            (_, Some(end)) => JobStanding::Ended(end.clone()),
            (_, None) => JobStanding::Withdrawn,
        }))
    }

    async fn lease_job(
        &self,
        site: &str,
        busy: &BTreeSet<String>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<OutputJob>, StoreError> {
        let mut tables = self.tables();
        tables.tidy(site, now);
        let Some((key, task)) = tables.next_job(site, busy, now) else { return Ok(None) };
        let Some(row) = tables.jobs.get_mut(&key) else { return Ok(None) };
        row.state = match task {
            JobTask::Show => JobState::Shown { until: lease_until },
            JobTask::Clear => JobState::Cleared { until: lease_until },
        };
        let JobDraft { payment, console, store, owner, device, .. } = row.draft.clone();
        Ok(Some(OutputJob { payment, console, store, owner, device, task, lease_until }))
    }

    async fn finish_job(&self, job: &OutputJob, end: &JobEnd) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let Some(row) = tables.jobs.get_mut(&(job.payment, job.console.clone())) else { return Ok(()) };
        match (job.task, row.state) {
            (JobTask::Show, JobState::Shown { until }) if until == job.lease_until => {
                row.end_with(end.clone());
            }
            (JobTask::Clear, JobState::Cleared { until }) if until == job.lease_until => {
                row.state = JobState::Over;
            }
            _ => {}
        }
        Ok(())
    }
}

impl JobRow {
    fn end_with(&mut self, end: JobEnd) {
        let may_be_on = matches!(end.outcome, Outcome::Shown | Outcome::NotConfirmed);
        self.state = if may_be_on && self.draft.can_be_cleared { JobState::On } else { JobState::Over };
        self.end = Some(end);
    }

    fn lapse(&mut self, now: Timestamp) {
        match self.state {
            JobState::Shown { until } if until <= now => {
                self.end_with(JobEnd { outcome: Outcome::NotConfirmed, reason: Some(LAPSED.to_owned()) });
            }
            JobState::Cleared { until } if until <= now => {
                let is_given_up = self.draft.live_until.plus(TAKEN_AWAY_FOR) <= now;
                self.state = if is_given_up { JobState::Over } else { JobState::On };
            }
            _ => {}
        }
    }

    fn is_leased(&self) -> bool {
        matches!(self.state, JobState::Shown { .. } | JobState::Cleared { .. })
    }
}

impl Tables {
    fn tidy(&mut self, site: &str, now: Timestamp) {
        let keys: Vec<_> =
            self.jobs.iter().filter(|(_, row)| row.draft.site == site).map(|(key, _)| key.clone()).collect();
        for key in keys {
            let is_closed = self.is_open(key.0) == Some(false);
            let is_replaced = self.jobs.get(&key).is_some_and(|row| self.is_replaced(row));
            let Some(row) = self.jobs.get_mut(&key) else { continue };
            row.lapse(now);
            if (row.state == JobState::Waits && is_closed) || (row.state == JobState::On && is_replaced) {
                row.state = JobState::Over;
            }
        }
    }

    fn is_replaced(&self, row: &JobRow) -> bool {
        self.jobs.values().any(|later| {
            later.draft.site == row.draft.site
                && later.draft.device == row.draft.device
                && later.draft.at > row.draft.at
                && later.state == JobState::On // one that is only being put there may yet fail
        })
    }

    fn next_job(
        &self,
        site: &str,
        busy: &BTreeSet<String>,
        now: Timestamp,
    ) -> Option<((PaymentId, ConsoleId), JobTask)> {
        let of_site = || self.jobs.iter().filter(|(_, row)| row.draft.site == site);
        let leased: BTreeSet<&String> =
            of_site().filter(|(_, row)| row.is_leased()).map(|(_, row)| &row.draft.device).collect();
        let mut candidates: Vec<_> = of_site()
            .filter(|(_, row)| !busy.contains(&row.draft.device) && !leased.contains(&row.draft.device))
            .filter_map(|(key, row)| {
                let is_live = matches!(self.status_of(key.0)?, Status::AwaitingPayment | Status::Processing);
                let task = match row.state {
                    JobState::Waits if is_live && row.draft.live_until > now => JobTask::Show,
                    JobState::On if self.is_open(key.0) == Some(false) => JobTask::Clear,
                    _ => return None,
                };
                Some(((task == JobTask::Clear, row.draft.at), key.clone(), task))
            })
            .collect();
        candidates.sort_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
        candidates.into_iter().map(|(_, key, task)| (key, task)).next()
    }
}
