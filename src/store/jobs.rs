//! The jobs of outputs on both databases: conditional updates, and the unique key of a device (design.md §6).

mod statement;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{JobDraft, JobEnd, JobStanding, JobTask, OutputJob, OutputJobs, StoreError};
use payment::{ConsoleId, Outcome, PaymentId, RegisterId, StoreId, Timestamp};

use crate::Db;
use crate::error::{damaged, unusable};
use crate::pool::on_pool;
use crate::sql::jobs as sql;
use statement::Statement;

/// What is told of a job whose instance did not live to tell.
pub(crate) const LAPSED: &str = "the service that drove it did not tell what became of it";

/// What could not be taken away is tried again until its code has been dead for so long: a device that is gone is not called for ever.
pub(crate) const TAKEN_AWAY_FOR: Duration = Duration::from_mins(10);

type Candidate = (String, String, String, String, String, i64);

#[async_trait]
impl OutputJobs for Db {
    async fn hold_console(
        &self,
        payment: PaymentId,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<bool, StoreError> {
        let hold = Statement::new(sql::HOLD).text(store).text(owner).text(console).text(payment);
        Ok(self.write(vec![hold]).await?[0] == 1)
    }

    async fn console_holder(
        &self,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<Option<PaymentId>, StoreError> {
        let holder: Option<String> = on_pool!(self.pool(), |connections| sqlx::query_scalar(sql::HOLDER)
            .bind(store.to_string())
            .bind(owner.to_string())
            .bind(console.to_string())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        let read = |id: String| {
            id.parse()
                .map_err(|error: payment::InvalidId| damaged(&format!("the holder of {console}"), error))
        };
        holder.map(read).transpose()
    }

    async fn order_jobs(&self, jobs: &[JobDraft]) -> Result<(), StoreError> {
        let order = |job: &JobDraft| {
            Statement::new(sql::ORDER)
                .text(job.payment)
                .text(&job.console)
                .text(&job.store)
                .text(&job.owner)
                .text(&job.site)
                .text(&job.device)
                .flag(job.can_be_cleared)
                .number(job.at.as_micros())
                .number(job.live_until.as_micros())
        };
        self.write(jobs.iter().map(order).collect()).await.map(drop)
    }

    async fn settle_job(
        &self,
        payment: PaymentId,
        console: &ConsoleId,
        now: Timestamp,
    ) -> Result<Option<JobStanding>, StoreError> {
        let withdraw = Statement::new(sql::WITHDRAW).text(payment).text(console);
        let lapse =
            Statement::new(sql::LAPSE_ONE).text(LAPSED).text(payment).text(console).number(now.as_micros());
        self.write(vec![withdraw, lapse]).await?;
        let row: Option<(i64, Option<String>, Option<String>)> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::STANDING)
                .bind(payment.to_string())
                .bind(console.to_string())
                .fetch_optional(connections)
                .await)
            .map_err(|error| unusable(&error))?;
        row.map(|(state, outcome, reason)| standing(payment, state, outcome, reason)).transpose()
    }

    async fn lease_job(
        &self,
        site: &str,
        busy: &BTreeSet<String>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<OutputJob>, StoreError> {
        if !self.has_jobs(site).await? {
            return Ok(None);
        }
        self.tidy(site, now).await?;
        let candidates: Vec<Candidate> = on_pool!(self.pool(), |connections| sqlx::query_as(sql::CANDIDATES)
            .bind(site.to_owned())
            .bind(now.as_micros())
            .fetch_all(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        for row in candidates.into_iter().filter(|(.., device, _)| !busy.contains(device)) {
            let (next, task) = if row.5 == 0 { (1, JobTask::Show) } else { (3, JobTask::Clear) };
            let lease = Statement::new(sql::LEASE)
                .number(next)
                .number(lease_until.as_micros())
                .text(&row.0)
                .text(&row.1)
                .number(row.5);
            if self.write_unless_taken(lease).await? {
                return leased(row, task, lease_until).map(Some);
            }
        }
        Ok(None)
    }

    async fn finish_job(&self, job: &OutputJob, end: &JobEnd) -> Result<(), StoreError> {
        let lease_until = job.lease_until.as_micros();
        let finish = match job.task {
            JobTask::Show => {
                let may_be_on = matches!(end.outcome, Outcome::Shown | Outcome::NotConfirmed);
                Statement::new(sql::END_SHOWN)
                    .number(if may_be_on { 2 } else { 4 })
                    .text(word(end.outcome))
                    .optional(end.reason.clone())
                    .text(job.payment)
                    .text(&job.console)
                    .number(lease_until)
            }
            JobTask::Clear => {
                Statement::new(sql::END_CLEARED).text(job.payment).text(&job.console).number(lease_until)
            }
        };
        self.write(vec![finish]).await.map(drop)
    }
}

impl Db {
    async fn has_jobs(&self, site: &str) -> Result<bool, StoreError> {
        let any: Option<String> = on_pool!(self.pool(), |connections| sqlx::query_scalar(sql::ANY)
            .bind(site.to_owned())
            .fetch_optional(connections)
            .await)
        .map_err(|error| unusable(&error))?;
        Ok(any.is_some())
    }

    /// What leases have passed, what is over, what was replaced.
    async fn tidy(&self, site: &str, now: Timestamp) -> Result<(), StoreError> {
        let (now, dead_since) = (now.as_micros(), now.minus(TAKEN_AWAY_FOR).as_micros());
        let shown = Statement::new(sql::LAPSE_SHOWN).text(LAPSED).text(site).number(now);
        let cleared = Statement::new(sql::LAPSE_CLEARED).number(dead_since).text(site).number(now);
        let over = Statement::new(sql::DROP_OVER).text(site);
        self.write(vec![shown, cleared, over]).await.map(drop)
    }
}

fn leased(row: Candidate, task: JobTask, lease_until: Timestamp) -> Result<OutputJob, StoreError> {
    let (payment, console, store, owner, device, _) = row;
    let what = "a job of an output";
    Ok(OutputJob {
        payment: payment.parse().map_err(|error: payment::InvalidId| damaged(what, error))?,
        console: ConsoleId::parse(&console).map_err(|error| damaged(what, error))?,
        store: StoreId::parse(&store).map_err(|error| damaged(what, error))?,
        owner: RegisterId::parse(&owner).map_err(|error| damaged(what, error))?,
        device,
        task,
        lease_until,
    })
}

fn standing(
    payment: PaymentId,
    state: i64,
    outcome: Option<String>,
    reason: Option<String>,
) -> Result<JobStanding, StoreError> {
    Ok(match (state, outcome) {
        (1, _) => JobStanding::Begun,
        (_, None) => JobStanding::Withdrawn,
        (_, Some(told)) => {
            let outcome = read_outcome(&told)
                .ok_or_else(|| damaged(&format!("an output of payment {payment}"), format!("{told:?}")))?;
            JobStanding::Ended(JobEnd { outcome, reason })
        }
    })
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Shown => "shown",
        Outcome::Printed => "printed",
        Outcome::NotConfirmed => "not_confirmed",
        Outcome::Failed => "failed",
        Outcome::Busy => "busy",
    }
}

/// The outcome that a word of the table means.
pub(crate) fn read_outcome(told: &str) -> Option<Outcome> {
    let all = [Outcome::Shown, Outcome::Printed, Outcome::NotConfirmed, Outcome::Failed, Outcome::Busy];
    all.into_iter().find(|outcome| word(*outcome) == told)
}
