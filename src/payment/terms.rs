//! What an authorization server can do and how it is watched: the part of its settings that decisions depend on.
//!
//! A payment keeps the terms that it was opened with, so that a change of settings never changes a payment under way.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Plate, ServerId};

/// No plan asks more often than this.
const SHORTEST_PAUSE_MS: u64 = 100;

/// One way to a bank that a payment may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The authorization server.
    pub server: ServerId,
    /// The connector's code name, such as `raiffeisen`: the `bank` of events.
    pub module: String,
    /// What holds there.
    pub terms: Terms,
    /// The register's plate there: what an attempt arms when the kind of code is a cash link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plate: Option<Plate>,
}

/// What decisions need to know of an authorization server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How long the till is kept waiting for a certain answer (UKM's *response timeout*).
    #[serde(with = "millis")]
    pub response_timeout: Duration,
    /// How long one call to the bank may take.
    #[serde(with = "millis")]
    pub call_timeout: Duration,
    /// How long a new code lives unless the checkout asks otherwise.
    #[serde(with = "millis")]
    pub code_life: Duration,
    /// The shortest life the bank gives a code.
    #[serde(with = "millis")]
    pub code_life_min: Duration,
    /// The longest life the bank gives a code.
    #[serde(with = "millis")]
    pub code_life_max: Duration,
    /// How long after a code's end (expiry or annulment) the bank may still report money for it.
    #[serde(with = "millis")]
    pub dead_after: Duration,
    /// How far the bank's clock may be behind ours: expiry counts as passed this much later.
    #[serde(with = "millis")]
    pub clock_margin: Duration,
    /// Whether an unpaid code can be withdrawn.
    pub annul: bool,
    /// Whether status can be asked by our order number alone, without the code's id.
    pub status_by_order: bool,
    /// Whether status shows only the latest credit of a code that takes several.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub latest_credit_only: bool,
    /// What refunds are possible.
    pub refund: RefundTerms,
    /// How often status is asked.
    pub poll: PollPlan,
    /// Test money: never fiscalized.
    pub test: bool,
}

/// What a bank offers for refunds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundTerms {
    /// Whether and how much can go back.
    pub ability: RefundAbility,
    /// Whether a refund's state can be asked by our key.
    pub lookup_by_key: bool,
    /// Whether sending the same key again never moves money twice.
    pub keys_idempotent: bool,
    /// The scheme's shortest pause between tries of one refund (SBP: 1 hour).
    #[serde(with = "millis")]
    pub retry_pause: Duration,
    /// The scheme's most tries of one refund within 24 hours (SBP: 5).
    pub tries_per_day: u32,
}

/// How much of a credit a bank gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundAbility {
    /// No refunds through the bank's interface.
    None,
    /// Only the whole credit.
    Whole,
    /// Any part, several times.
    Part,
}

impl Terms {
    /// The life that a code is asked with: what the checkout wants, within the bank's bounds.
    pub fn code_life(&self, wanted: Option<Duration>) -> Duration {
        wanted.unwrap_or(self.code_life).clamp(self.code_life_min, self.code_life_max.max(self.code_life_min))
    }
}

/// How often status is asked, by the age of what is watched. Never more often than the bank's floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollPlan {
    /// Pairs of *until this age* and *every so long*, ages rising, in milliseconds.
    pub steps_ms: Vec<(u64, u64)>,
    /// How often after the last step, in milliseconds.
    pub after_ms: u64,
    /// The bank's floor: the shortest pause between two status calls for one order, in milliseconds.
    pub floor_ms: u64,
}

impl PollPlan {
    /// The default for a buyer who stands before the screen: every second for 30 s, 2 s to 2 min, 5 s after.
    pub fn live() -> Self {
        Self { steps_ms: vec![(30_000, 1_000), (120_000, 2_000)], after_ms: 5_000, floor_ms: 1_000 }
    }

    /// The plan for what should not be paid any more but might be: the same shape, slower, with this plan's floor.
    #[must_use]
    pub fn for_the_dead(&self) -> Self {
        Self { steps_ms: vec![(30_000, 2_000), (120_000, 5_000)], after_ms: 30_000, floor_ms: self.floor_ms }
    }

    /// The plan for refunds: quick while a cashier waits for the return receipt, slow after, with this plan's floor.
    #[must_use]
    pub fn for_refunds(&self) -> Self {
        Self { steps_ms: vec![(30_000, 1_000), (120_000, 5_000)], after_ms: 30_000, floor_ms: self.floor_ms }
    }

    /// The shortest pause between two status calls for one order: the bank's, but never shorter than a tenth of a
    /// second, since a wake must not follow itself at once.
    pub fn floor(&self) -> Duration {
        Duration::from_millis(self.floor_ms.max(SHORTEST_PAUSE_MS))
    }

    /// The pause before the next status call for something of this age. Never shorter than the floor.
    pub fn pause_at(&self, age: Duration) -> Duration {
        let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let step = self.steps_ms.iter().find(|(until_ms, _)| age_ms < *until_ms);
        let every_ms = step.map_or(self.after_ms, |(_, every_ms)| *every_ms);
        Duration::from_millis(every_ms).max(self.floor())
    }
}

pub(crate) mod millis {
    //! Durations as whole milliseconds in stored JSON.

    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_slows_down_with_age_and_respects_the_floor() {
        for (age_s, pause_ms) in
            [(0, 1_000), (29, 1_000), (30, 2_000), (119, 2_000), (120, 5_000), (100_000, 5_000)]
        {
            assert_eq!(
                PollPlan::live().pause_at(Duration::from_secs(age_s)).as_millis(),
                pause_ms,
                "{age_s} s"
            );
        }
        let floored = PollPlan { floor_ms: 3_000, ..PollPlan::live() };
        assert_eq!(floored.pause_at(Duration::ZERO), Duration::from_secs(3));
        assert_eq!(floored.pause_at(Duration::from_mins(5)), Duration::from_secs(5));
        assert_eq!(floored.for_the_dead().pause_at(Duration::ZERO), Duration::from_secs(3));
        assert_eq!(floored.for_refunds().pause_at(Duration::ZERO), Duration::from_secs(3));
    }
}
