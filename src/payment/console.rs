//! Consoles as a payment knows them: fixed with the checkout, so that a change of settings changes no payment under way.

use serde::{Deserialize, Serialize};

use crate::{ConsoleId, RegisterId};

/// What a console is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleKind {
    /// A kiosk's own screen.
    Kiosk,
    /// A buyer's graphic display.
    Display,
    /// Two lines of text: the amount and where the code is. It can't carry a code.
    LineDisplay,
    /// Paper. It can't be withdrawn.
    Printer,
    /// The till itself.
    Register,
}

impl ConsoleKind {
    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Display => "display",
            Self::LineDisplay => "line_display",
            Self::Printer => "printer",
            Self::Register => "register",
        }
    }

    /// Whether buyers can scan a code on it.
    pub fn carries_codes(self) -> bool {
        self != Self::LineDisplay
    }

    /// Whether what it shows can be taken back.
    pub fn can_be_cleared(self) -> bool {
        self != Self::Printer
    }
}

/// How a code gets onto a console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleWay {
    /// A page of ours reads the state and reports.
    Page,
    /// The till does it with what the event carries; it does not report.
    Till,
    /// The instance at its site drives it by a job.
    Site,
}

/// A console that a checkout may use. A plain page that no other payment can want is not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleTerms {
    /// The console.
    pub console: ConsoleId,
    /// The register that it is set up at: another one than the checkout's if several share it.
    pub owner: RegisterId,
    /// What it is.
    pub kind: ConsoleKind,
    /// How a code gets there.
    pub way: ConsoleWay,
    /// Several payments may want it at once: it shows the code of the one that has got hold of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_shared: bool,
    /// Not asked for: used if nothing that was asked for shows the code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_spare: bool,
    /// Why it can't be used now, such as a time until which it is out of order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}
