//! What can be set about this bank.

use std::{fmt, time::Duration};

use crate::options::{AfterDecline, BusyLink};

/// Raiffeisenbank's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who may use the bank.
    pub merchants: Vec<Merchant>,
    /// Which HTTP status goes with a logical error.
    pub error_habit: ErrorHabit,
    /// The bank's member id in payloads.
    pub member: String,
    /// How long a refund is `IN_PROGRESS`; never nothing.
    pub refund_delay: Duration,
    /// How long a payment made by the sandbox call `payment/init` shows `NO_INFO`.
    pub payment_delay: Duration,
    /// A begun payment that nobody ends is declined after so long.
    pub payment_limit: Duration,
    /// What a declined try means for a dynamic code.
    pub after_decline: AfterDecline,
    /// What a second order for an armed cash link meets.
    pub busy_link: BusyLink,
    /// Life of an order that names no expiry.
    pub order_life: Duration,
    /// Accept an expiry that has passed, as an old test of the bank's Java kit wants.
    pub lenient_expiry: bool,
    /// Largest amount of a payment, in kopecks: the scheme's limit.
    pub largest_amount: i64,
    /// Ids of printed plates that are not bound to a merchant yet.
    pub drafts: Vec<String>,
    /// Notify declined tries, too.
    pub notify_declines: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            merchants: vec![Merchant::default()],
            error_habit: ErrorHabit::default(),
            member: "100000000007".to_owned(),
            refund_delay: Duration::from_millis(300),
            payment_delay: Duration::from_millis(300),
            payment_limit: Duration::from_mins(10),
            after_decline: AfterDecline::default(),
            busy_link: BusyLink::default(),
            order_life: Duration::from_mins(15),
            lenient_expiry: false,
            largest_amount: 100_000_000,
            drafts: (1..=20).map(|number| format!("BS1R00{number:026}")).collect(),
            notify_declines: true,
        }
    }
}

/// A merchant and its key.
#[derive(Clone)]
pub struct Merchant {
    /// The scheme's id: `MA…`, at most 12 characters.
    pub sbp_merchant_id: String,
    /// The bank's own number.
    pub merchant_id: i64,
    /// Bearer key of every call but registration, and key of the notifications' signature.
    pub secret_key: String,
    /// Where notifications go until the merchant sets another address.
    pub callback_url: Option<String>,
    /// Accounts that the bank knows; empty: any of 20 digits.
    pub accounts: Vec<String>,
}

impl Default for Merchant {
    fn default() -> Self {
        Self {
            sbp_merchant_id: "MA0000000552".to_owned(),
            merchant_id: 1_780_672_001,
            secret_key: "sandbox-secret-key".to_owned(),
            callback_url: None,
            accounts: Vec::new(),
        }
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Merchant")
            .field("sbp_merchant_id", &self.sbp_merchant_id)
            .field("merchant_id", &self.merchant_id)
            .field("callback_url", &self.callback_url)
            .finish_non_exhaustive()
    }
}

/// Which HTTP status goes with a logical error. The documents list none; evidence differs by version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorHabit {
    /// `/sbp/v1` answers 200, everything newer 4xx.
    #[default]
    ByVersion,
    /// Always 200, as in the oldest documents.
    AlwaysOk,
    /// Always 4xx.
    AlwaysFailing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draft_plates_have_ids_of_the_right_length() {
        assert!(Settings::default().drafts.iter().all(|id| id.len() == 32));
    }

    #[test]
    fn a_merchants_key_is_not_printed() {
        assert!(!format!("{:?}", Merchant::default()).contains("sandbox-secret-key"));
    }
}
