//! Authorization servers: configured ways to banks.

use std::collections::BTreeMap;

use payment::{PollPlan, Timestamp};
use serde::{Deserialize, Serialize};

/// A configured way to a bank. Its credentials are kept apart, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerSettings {
    /// Its name for people.
    pub name: String,
    /// The connector's code name (UKM: *Модуль оплаты*).
    pub module: String,
    /// How long the till is kept waiting for a certain answer, in seconds (UKM: *Таймаут ожидания ответа, сек*).
    pub response_timeout_s: u32,
    /// How long one call to the bank may take, in milliseconds.
    pub call_timeout_ms: u32,
    /// How long codes live unless the checkout asks otherwise, in seconds.
    pub code_life_s: u32,
    /// Test money.
    pub test: bool,
    /// How often status is asked.
    #[serde(default = "PollPlan::live")]
    pub poll: PollPlan,
    /// The most calls per second.
    pub rate_per_s: u32,
    /// The most calls at once.
    pub concurrency: u32,
    /// The module's own plain settings.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What it is used for.
    #[serde(default, skip_serializing_if = "Usage::is_active")]
    pub usage: Usage,
    /// What the bank takes of a payment, in hundredths of a percent; only shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_bp: Option<u32>,
    /// When the next credentials take the place of the present ones; `None`: there are none, or they are not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_credentials_at: Option<Timestamp>,
}

/// What an authorization server is used for. Whatever it says: what was begun there is asked after, withdrawn and given back
/// there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// For new codes too.
    #[default]
    Active,
    /// For no new codes for a time.
    Paused {
        /// Since when; `None`: since ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Timestamp>,
        /// Until when; `None`: until somebody says otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// For no new codes any more: the contract with the bank has ended, its money still goes back.
    RefundsOnly,
}

impl Usage {
    fn is_active(&self) -> bool {
        *self == Self::Active
    }

    /// Why no new code may be asked for at this time; `None`: it may.
    pub fn bars_codes_at(self, now: Timestamp) -> Option<&'static str> {
        match self {
            Self::Active => None,
            Self::RefundsOnly => Some("is set to refunds only"),
            Self::Paused { from, until } => {
                let has_begun = from.is_none_or(|from| from <= now);
                let is_over = until.is_some_and(|until| until <= now);
                (has_begun && !is_over).then_some("is paused")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_holds_from_its_first_moment_to_the_one_before_its_end() {
        let at = Timestamp::from_micros;
        let pause = |from, until| Usage::Paused { from, until };
        for (usage, now, is_barred) in [
            (Usage::Active, at(0), false),
            (Usage::RefundsOnly, at(0), true),
            (pause(None, None), at(0), true),
            (pause(Some(at(5)), None), at(4), false),
            (pause(Some(at(5)), None), at(5), true),
            (pause(Some(at(5)), Some(at(9))), at(8), true),
            (pause(Some(at(5)), Some(at(9))), at(9), false),
            (pause(None, Some(at(9))), at(10), false),
        ] {
            assert_eq!(usage.bars_codes_at(now).is_some(), is_barred, "{usage:?} at {now}");
        }
    }

    #[test]
    fn what_was_stored_before_there_were_pauses_is_active() {
        let old = r#"{"name":"Bank","module":"bank","response_timeout_s":60,"call_timeout_ms":5000,"code_life_s":300,
            "test":true,"rate_per_s":10,"concurrency":4}"#;
        let read: ServerSettings = serde_json::from_str(old).unwrap();
        assert_eq!((read.usage, read.fee_bp, read.next_credentials_at), (Usage::Active, None, None));
        let written = serde_json::to_string(&read).unwrap();
        assert!(!written.contains("usage") && !written.contains("fee"), "{written}");
        for usage in [
            Usage::RefundsOnly,
            Usage::Paused { from: None, until: None },
            Usage::Paused { from: None, until: Some(Timestamp::from_micros(9)) },
        ] {
            let set = ServerSettings { usage, ..read.clone() };
            let again = serde_json::from_str(&serde_json::to_string(&set).unwrap());
            assert_eq!(again.ok(), Some(set), "what is set is kept");
        }
    }
}
