//! What came of a job.

use std::fmt;

/// What came of printing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintOutcome {
    /// The printer said, after the last byte, that all is well.
    Printed,
    /// Something may have been printed; nobody knows how much. It is never sent again.
    NotConfirmed(Reason),
    /// Surely nothing was printed: no byte of the job was sent.
    Failed(Reason),
}

/// Why a device did not do, or did not confirm, what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no way to it: refused, no such host, no such device file.
    Unreachable(String),
    /// It does not answer: off, disconnected, or its cover is open.
    Silent,
    /// It closed the connection.
    Closed,
    /// Its cover is open.
    CoverOpen,
    /// It has no paper.
    PaperEnd,
    /// Its cutter is stuck.
    CutterError,
    /// It says that it is in error, without the cause.
    OutOfOrder,
    /// Other jobs took all the time.
    Busy,
    /// It took the bytes too slowly.
    TooSlow,
    /// It has no means of telling.
    TellsNothing,
}

impl Reason {
    /// A stable word for logs and tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Silent => "silent",
            Self::Closed => "closed",
            Self::CoverOpen => "cover_open",
            Self::PaperEnd => "paper_end",
            Self::CutterError => "cutter_error",
            Self::OutOfOrder => "out_of_order",
            Self::Busy => "busy",
            Self::TooSlow => "too_slow",
            Self::TellsNothing => "tells_nothing",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "the device can't be reached: {why}"),
            Self::Silent => f.write_str("the device does not answer: it is off, disconnected or open"),
            Self::Closed => f.write_str("the device closed the connection"),
            Self::CoverOpen => f.write_str("the printer's cover is open"),
            Self::PaperEnd => f.write_str("the printer is out of paper"),
            Self::CutterError => f.write_str("the printer's cutter is stuck"),
            Self::OutOfOrder => f.write_str("the printer says that it is in error"),
            Self::Busy => f.write_str("the device was busy with other jobs all the time"),
            Self::TooSlow => f.write_str("the device took the job too slowly"),
            Self::TellsNothing => f.write_str("this printer can't tell whether it has printed"),
        }
    }
}
