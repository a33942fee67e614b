//! When screens and devices of consoles were last heard of.

use engine::ports::StoreError;
use payment::{ConsoleId, Outcome, RegisterId, StoreId, Timestamp};

use crate::Db;
use crate::error::{damaged, unusable};
use crate::jobs::read_outcome;
use crate::pool::on_pool;
use crate::rows::parsed;
use crate::sql::screens as sql;
use crate::statement::{Argument, Statement};

/// A screen that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The store.
    pub store: StoreId,
    /// The register.
    pub register: RegisterId,
    /// The console.
    pub console: ConsoleId,
    /// When it was connected last, to about a minute.
    pub seen_at: Timestamp,
}

/// What a device did last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastJob {
    /// When it was to be done.
    pub ordered_at: Timestamp,
    /// What came of it; `None`: nothing yet.
    pub outcome: Option<Outcome>,
    /// Why, if it did not show.
    pub reason: Option<String>,
}

impl Db {
    /// Keeps that the screen of a console is connected.
    pub async fn saw_screen(
        &self,
        (store, register, console): (&StoreId, &RegisterId, &ConsoleId),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let text = |text: &dyn std::fmt::Display| Argument::Text(text.to_string());
        let arguments = vec![text(store), text(register), text(console), Argument::Number(now.as_micros())];
        Statement::new(sql::SAW_SCREEN, arguments).run(self).await.map(drop)
    }

    /// When screens were last connected, by store, register and console.
    pub async fn sightings(&self) -> Result<Vec<Sighting>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::SIGHTINGS).fetch_all(connections).await)
                .map_err(|error| unusable(&error))?;
        let what = "a sighting of a screen";
        let sighting = |(store, register, console, seen_at): (String, String, String, i64)| {
            Ok(Sighting {
                store: parsed(what, StoreId::parse(&store))?,
                register: parsed(what, RegisterId::parse(&register))?,
                console: parsed(what, ConsoleId::parse(&console))?,
                seen_at: Timestamp::from_micros(seen_at),
            })
        };
        rows.into_iter().map(sighting).collect()
    }

    /// What the device of a console did last; `None`: it has never had anything to do.
    pub async fn last_job(
        &self,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<Option<LastJob>, StoreError> {
        let row: Option<(i64, Option<String>, Option<String>)> =
            on_pool!(self.pool(), |connections| sqlx::query_as(sql::LAST_JOB)
                .bind(store.to_string())
                .bind(owner.to_string())
                .bind(console.to_string())
                .fetch_optional(connections)
                .await)
            .map_err(|error| unusable(&error))?;
        let job = |(ordered_at, outcome, reason): (i64, Option<String>, Option<String>)| {
            let outcome = outcome.map(|word| {
                let known = read_outcome(&word);
                known.ok_or_else(|| damaged("an output's job", format_args!("unknown outcome {word:?}")))
            });
            Ok(LastJob {
                ordered_at: Timestamp::from_micros(ordered_at),
                outcome: outcome.transpose()?,
                reason,
            })
        };
        row.map(job).transpose()
    }
}
