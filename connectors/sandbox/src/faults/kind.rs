//! The vocabulary of faults.

use serde::Serialize;

/// Which of a merchant's calls a fault meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Call {
    /// Registration of a code; creation of an order for a cash link.
    Create,
    /// Every read that tells whether something was paid: of the payment, the code or the order.
    Status,
    /// Annulment of a code or an order.
    Cancel,
    /// A refund and the reading of its status.
    Refund,
}

impl Call {
    pub(crate) const ALL: [Self; 4] = [Self::Create, Self::Status, Self::Cancel, Self::Refund];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Status => "status",
            Self::Cancel => "cancel",
            Self::Refund => "refund",
        }
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    TimeoutAfterAccept,
    TimeoutBeforeAccept,
    #[serde(rename = "http_500")]
    Http500,
    #[serde(rename = "http_429")]
    Http429,
    Reset,
    Slow,
    Garbage,
    Html,
    WrongAmount,
    WrongId,
    DuplicateNotification,
    NoNotification,
    ForgedNotification,
    LateNotification,
    LateSuccess,
    Declined,
}

impl Kind {
    pub(crate) const ALL: [Self; 16] = [
        Self::TimeoutAfterAccept,
        Self::TimeoutBeforeAccept,
        Self::Http500,
        Self::Http429,
        Self::Reset,
        Self::Slow,
        Self::Garbage,
        Self::Html,
        Self::WrongAmount,
        Self::WrongId,
        Self::DuplicateNotification,
        Self::NoNotification,
        Self::ForgedNotification,
        Self::LateNotification,
        Self::LateSuccess,
        Self::Declined,
    ];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::TimeoutAfterAccept => "timeout_after_accept",
            Self::TimeoutBeforeAccept => "timeout_before_accept",
            Self::Http500 => "http_500",
            Self::Http429 => "http_429",
            Self::Reset => "reset",
            Self::Slow => "slow",
            Self::Garbage => "garbage",
            Self::Html => "html",
            Self::WrongAmount => "wrong_amount",
            Self::WrongId => "wrong_id",
            Self::DuplicateNotification => "duplicate_notification",
            Self::NoNotification => "no_notification",
            Self::ForgedNotification => "forged_notification",
            Self::LateNotification => "late_notification",
            Self::LateSuccess => "late_success",
            Self::Declined => "declined",
        }
    }

    /// Meets the next notification, whatever call it is filed under.
    pub(crate) const fn is_of_notifications(self) -> bool {
        matches!(
            self,
            Self::DuplicateNotification
                | Self::NoNotification
                | Self::ForgedNotification
                | Self::LateNotification
        )
    }

    /// Meets the answer to a call.
    pub(crate) const fn is_of_wire(self) -> bool {
        !self.is_of_notifications() && !matches!(self, Self::LateSuccess | Self::Declined)
    }

    /// The calls on which the fault can be seen at all.
    pub(crate) const fn calls(self) -> &'static [Call] {
        match self {
            Self::WrongAmount => &[Call::Create, Call::Status, Call::Refund],
            Self::WrongId => &[Call::Create, Call::Status],
            Self::LateSuccess => &[Call::Cancel],
            Self::Declined => &[Call::Refund],
            _ => &Call::ALL,
        }
    }

    pub(crate) const fn default_delay_ms(self) -> u64 {
        match self {
            Self::TimeoutAfterAccept | Self::TimeoutBeforeAccept => 60_000,
            Self::Slow | Self::LateNotification => 3_000,
            Self::LateSuccess => 2_000,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_json() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.word()));
        }
        for call in Call::ALL {
            assert_eq!(serde_json::to_string(&call).unwrap(), format!("\"{}\"", call.word()));
        }
    }
}
