//! Status of a printer: what is asked and what the answers mean (devices.md §5.5).

use crate::Reason;

/// Real-time questions, answered even by a busy printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Whether it is on line.
    Printer,
    /// Why it is not.
    OfflineCause,
    /// Which part failed.
    ErrorCause,
    /// Whether there is paper.
    Paper,
}

impl Question {
    /// DLE EOT n.
    pub(crate) fn bytes(self) -> [u8; 3] {
        let number = match self {
            Self::Printer => 1,
            Self::OfflineCause => 2,
            Self::ErrorCause => 3,
            Self::Paper => 4,
        };
        [0x10, 0x04, number]
    }

    /// What an answer says is wrong. Of [`Question::Printer`] it is only that something is; others tell what.
    pub(crate) fn fault(self, answer: u8) -> Option<Reason> {
        let is_set = |bits: u8| answer & bits != 0;
        match self {
            Self::Printer if is_set(0x08) => Some(Reason::OutOfOrder),
            Self::OfflineCause if is_set(0x04) => Some(Reason::CoverOpen),
            Self::OfflineCause if is_set(0x20) => Some(Reason::PaperEnd),
            Self::OfflineCause if is_set(0x40) => Some(Reason::OutOfOrder),
            Self::ErrorCause if is_set(0x08) => Some(Reason::CutterError),
            Self::ErrorCause if is_set(0x20) => Some(Reason::OutOfOrder),
            Self::Paper if is_set(0x60) => Some(Reason::PaperEnd),
            _ => None,
        }
    }
}

/// Asked in the order of the job: answered when all before it was printed.
pub(crate) const PAPER_IN_ORDER: [u8; 3] = [0x1D, 0x72, 1];

/// What came from a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// An answer to a real-time question.
    RealTime(u8),
    /// The answer to [`PAPER_IN_ORDER`]: whether the paper has ended.
    InOrder {
        /// The roll is used up.
        paper_end: bool,
    },
}

/// Tells answers from what printers say unasked: flow control, and four bytes at each change of their state.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// Bytes of an automatic report that are still to come.
    of_report: u8,
}

impl Ear {
    /// Hears a byte; `None`: no answer, or only a part of a report.
    pub(crate) fn hear(&mut self, byte: u8) -> Option<Heard> {
        if self.of_report > 0 {
            self.of_report -= 1;
            return None;
        }
        match byte {
            0x11 | 0x13 => None,
            byte if byte & 0x93 == 0x12 => Some(Heard::RealTime(byte)),
            byte if byte & 0x93 == 0x10 => {
                self.of_report = 3;
                None
            }
            byte if byte & 0x90 == 0 => Some(Heard::InOrder { paper_end: byte & 0x0C != 0 }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_what_is_said_unasked() {
        let mut ear = Ear::default();
        let heard: Vec<_> = [0x11, 0x12, 0x14, 0x00, 0x0C, 0x0F, 0x00, 0x13, 0x0C, 0x7E, 0xFF]
            .into_iter()
            .filter_map(|byte| ear.hear(byte))
            .collect();
        let expected = [
            Heard::RealTime(0x12),
            Heard::InOrder { paper_end: false },
            Heard::InOrder { paper_end: true },
            Heard::RealTime(0x7E),
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn each_answer_names_its_fault() {
        for (question, answer, fault) in [
            (Question::Printer, 0x12, None),
            (Question::Printer, 0x1A, Some(Reason::OutOfOrder)),
            (Question::OfflineCause, 0x16, Some(Reason::CoverOpen)),
            (Question::OfflineCause, 0x32, Some(Reason::PaperEnd)),
            (Question::OfflineCause, 0x52, Some(Reason::OutOfOrder)),
            (Question::ErrorCause, 0x1A, Some(Reason::CutterError)),
            (Question::ErrorCause, 0x52, None),
            (Question::Paper, 0x1E, None),
            (Question::Paper, 0x7E, Some(Reason::PaperEnd)),
        ] {
            assert_eq!(question.fault(answer), fault, "{question:?} {answer:02X}");
        }
    }
}
