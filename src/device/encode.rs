//! A document in the bytes of one printer.

use escpos::driver::Driver;
use escpos::errors::PrinterError;
use escpos::printer::Printer;
use escpos::utils::Protocol;
use std::cell::RefCell;

use crate::bitmap::Bitmap;
use crate::{Cut, Document, PageChoice, PrinterProfile, drawn, paged};

/// A document can't be printed by this printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// No symbol holds so much.
    #[error("a text of {bytes} bytes does not fit into a QR symbol")]
    CodeTooLong {
        /// The payload's length.
        bytes: usize,
    },
    /// The code's modules would be too small for phones.
    #[error("a code of {modules} modules with its quiet zone is too fine for a print of {dots} dots")]
    CodeTooWide {
        /// Modules on a side with the quiet zone.
        modules: usize,
        /// The print's width.
        dots: usize,
    },
    /// The library that writes the commands refused one.
    #[error("the commands could not be written")]
    Commands,
}

impl From<PrinterError> for EncodeError {
    fn from(_: PrinterError) -> Self {
        Self::Commands
    }
}

/// The document in the bytes of a printer, from its initialization to the cut.
///
/// Text goes as characters of the first code page that carries the whole of it, else all of it is drawn: a slip in two looks
/// is hard to read.
pub fn encode(document: &Document, profile: &PrinterProfile) -> Result<Vec<u8>, EncodeError> {
    let mut paper = Paper::begin(profile)?;
    match page_of(document, profile) {
        Some(page) => paged::write(&mut paper, document, page)?,
        None => drawn::write(&mut paper, document)?,
    }
    paper.end()
}

/// The first page that carries all words.
fn page_of(document: &Document, profile: &PrinterProfile) -> Option<PageChoice> {
    let carries = |page: &&PageChoice| document.words().all(|words| page.encoding.bytes(words).is_some());
    profile.pages.iter().find(carries).copied()
}

/// Leave the mode for Chinese characters.
const FS_KANJI_OFF: [u8; 2] = [0x1C, 0x2E];
/// Feed to the cutter and cut. The library's partial cut is a full one with a feed of one dot, so it is not used.
const GS_CUT: [u8; 2] = [0x1D, 0x56];
const CUT_FULL: [u8; 2] = [0x41, 0];
const CUT_PARTIAL: [u8; 2] = [0x42, 0];
/// Raster picture of normal size.
const GS_RASTER: [u8; 4] = [0x1D, 0x76, 0x30, 0];
/// Lines between the print head and the edge at which paper is torn off.
const TEAR_OFF_LINES: u8 = 4;

/// Commands for one slip.
pub(crate) struct Paper<'a> {
    /// What the printer can do.
    pub(crate) profile: &'a PrinterProfile,
    /// The library's printer, which writes into memory.
    pub(crate) printer: Printer<Memory>,
}

impl<'a> Paper<'a> {
    fn begin(profile: &'a PrinterProfile) -> Result<Self, EncodeError> {
        let mut printer = Printer::new(Memory::default(), Protocol::default(), None);
        printer.init()?;
        if profile.kanji_off {
            printer.custom(&FS_KANJI_OFF)?;
        }
        Ok(Self { profile, printer })
    }

    fn end(mut self) -> Result<Vec<u8>, EncodeError> {
        match self.profile.cut {
            Cut::None => self.printer.feeds(TEAR_OFF_LINES)?,
            Cut::Full => self.printer.custom(&[GS_CUT, CUT_FULL].concat())?,
            Cut::Partial => self.printer.custom(&[GS_CUT, CUT_PARTIAL].concat())?,
        };
        self.printer.print()?;
        Ok(self.printer.driver().0.into_inner())
    }

    /// The print's width.
    pub(crate) fn dots(&self) -> usize {
        self.profile.dots.into()
    }

    /// Sends a picture in bands that small buffers hold, without the white at its right.
    pub(crate) fn picture(&mut self, picture: &Bitmap) -> Result<(), EncodeError> {
        let rows: Vec<&[u8]> = picture.rows().collect();
        for band in rows.chunks(self.profile.band_rows.into()) {
            let used = |row: &&[u8]| row.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
            let width = band.iter().map(used).max().unwrap_or(1);
            let low_high = |value: usize| u16::try_from(value).expect("a print is narrow").to_le_bytes();
            let mut command = GS_RASTER.to_vec();
            command.extend(low_high(width));
            command.extend(low_high(band.len()));
            for row in band {
                command.extend(&row[..width]);
            }
            disarm(&mut command[GS_RASTER.len() + 4..]);
            self.printer.custom(&command)?;
        }
        Ok(())
    }
}

/// Printers look for real-time commands (DLE EOT, ENQ, DC4) in the middle of pictures too. A lone dot before such a byte is made
/// two dots, which nobody sees.
fn disarm(dots: &mut [u8]) {
    for at in 1..dots.len() {
        if dots[at - 1] == 0x10 && matches!(dots[at], 0x04 | 0x05 | 0x14) {
            dots[at - 1] = 0x18;
        }
    }
}

/// Where the library writes to.
#[derive(Default)]
pub(crate) struct Memory(RefCell<Vec<u8>>);

impl Driver for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> escpos::errors::Result<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> escpos::errors::Result<usize> {
        Ok(0)
    }

    fn flush(&self) -> escpos::errors::Result<()> {
        Ok(())
    }
}
