//! What a register reads of an event: the contract's fields, nothing of the engine's types.

use serde::Deserialize;

/// An event as a register has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Told {
    #[serde(skip)]
    pub(crate) message_id: String,
    pub(crate) event: String,
    pub(crate) sequence: Option<u64>,
    pub(crate) operation: Option<String>,
    pub(crate) payment: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) amount: Option<Sum>,
    pub(crate) certain: Option<bool>,
    pub(crate) qr: Option<Qr>,
    pub(crate) credit: Option<String>,
    pub(crate) handling: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) command: Option<String>,
    #[serde(default)]
    pub(crate) unclaimed: Vec<Unclaimed>,
}

/// Money at an open plate, in the answer to `find`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Unclaimed {
    pub(crate) credit: String,
}

/// Minor units.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sum {
    pub(crate) value: i64,
}

/// A code.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Qr {
    pub(crate) payload: String,
}

impl Told {
    /// Reads an event's body.
    pub(crate) fn read(message_id: &str, body: &str) -> Self {
        let mut told: Self = serde_json::from_str(body).expect("events are JSON as the contract says");
        message_id.clone_into(&mut told.message_id);
        told
    }

    /// Whether it is an event of a payment's journal, and no snapshot.
    pub(crate) fn is_of_journal(&self) -> bool {
        self.payment.is_some() && self.sequence.is_some() && self.event != "payment.state"
    }

    /// Whether the pay is over for its register.
    pub(crate) fn is_over(&self) -> bool {
        matches!(
            self.status.as_deref(),
            Some("paid" | "declined" | "expired" | "cancelled" | "failed" | "review")
        )
    }
}
