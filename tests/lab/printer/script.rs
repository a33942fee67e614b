//! How a virtual printer behaves.

use std::time::Duration;

/// What keeps a printer from printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The roll is used up.
    PaperEnd,
    /// The cover is open.
    CoverOpen,
    /// The cover is open, and this maker's printers then answer nothing.
    SilentCover,
    /// The cutter is stuck.
    Cutter,
    /// Somebody pulled the plug: nothing is answered and nothing printed.
    Dead,
}

/// How a virtual printer behaves; by default well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Script {
    /// After how many bytes of a job the trouble begins; 0: it is there from the start.
    pub trouble: Option<(usize, Trouble)>,
    /// How long it pauses after each 64 bytes that it takes.
    pub pause: Option<Duration>,
    /// After how many bytes of a job it closes the connection.
    pub closes_after: Option<usize>,
    /// It says that it will send no more as soon as it is connected to, but takes bytes.
    pub half_closed: bool,
    /// It never answers the question that comes in the order of the job.
    pub no_confirmation: bool,
    /// It says things unasked: flow control and automatic reports.
    pub chatters: bool,
}

impl Trouble {
    pub(crate) fn answers(self) -> bool {
        !matches!(self, Self::SilentCover | Self::Dead)
    }
}

/// The answer to `DLE EOT n`.
#[expect(clippy::match_same_arms, reason = "one bit means something else in each answer")]
pub(crate) fn status(question: u8, trouble: Option<Trouble>) -> u8 {
    let bits = match (question, trouble) {
        (1, Some(_)) => 0x08,
        (2, Some(Trouble::CoverOpen | Trouble::SilentCover)) => 0x04,
        (2, Some(Trouble::PaperEnd)) => 0x20,
        (2, Some(Trouble::Cutter)) => 0x40,
        (3, Some(Trouble::Cutter)) => 0x08,
        (4, Some(Trouble::PaperEnd)) => 0x6C,
        _ => 0,
    };
    0x12 | bits
}
