//! What a device can do.

use serde::{Deserialize, Serialize};

use crate::Encoding;

/// A printer's abilities. The fields are explained in `profiles.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterProfile {
    /// Its name for people.
    pub title: String,
    /// The paper's width, in millimetres.
    pub paper_mm: u16,
    /// The print's width, in dots: 64 to 1024, a multiple of 8.
    pub dots: u16,
    /// Characters on a line in font A: 10 to 80.
    pub columns: u8,
    /// Code pages, the preferred one first; none: all text is drawn.
    #[serde(default)]
    pub pages: Vec<PageChoice>,
    /// Who draws codes.
    #[serde(default)]
    pub code: CodeBy,
    /// The largest side of a code's module, in dots: 3 to 16.
    pub max_module: u8,
    /// How it cuts.
    #[serde(default)]
    pub cut: Cut,
    /// Whether it answers status requests.
    #[serde(default)]
    pub status: bool,
    /// Rows of a picture sent at once: 1 to 255.
    #[serde(default = "usual_band")]
    pub band_rows: u8,
    /// Whether its mode for Chinese characters must be left first.
    #[serde(default)]
    pub kanji_off: bool,
}

/// A code page of a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageChoice {
    /// Its number for `ESC t`; makers number differently.
    pub number: u8,
    /// Its characters.
    pub encoding: Encoding,
}

/// Who draws codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeBy {
    /// We do: works everywhere.
    #[default]
    Picture,
    /// The printer does, by GS ( k: a tenth of the bytes.
    Firmware,
}

/// How paper is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Not: it is torn off by hand.
    #[default]
    None,
    /// Through.
    Full,
    /// All but a bridge, so that the slip does not fall.
    Partial,
}

/// A line display's abilities: two lines of [`DisplayProfile::COLUMNS`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisplayProfile {
    /// Its name for people.
    pub title: String,
    /// The language it speaks.
    pub protocol: Protocol,
    /// Bytes that choose its code page.
    #[serde(default)]
    pub code_page: Vec<u8>,
    /// The characters behind it; none: only ASCII.
    #[serde(default)]
    pub encoding: Option<Encoding>,
}

/// The language of a line display.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// CD5220: each line is written whole.
    Cd5220,
    /// As Epson's displays do: move, then write.
    Escpos,
}

fn usual_band() -> u8 {
    128
}

impl PrinterProfile {
    /// What is wrong with it, if anything: the field, its value, and what is wanted.
    pub(crate) fn fault(&self) -> Option<String> {
        let within = |field: &str, value: u16, low: u16, high: u16| {
            (!(low..=high).contains(&value)).then(|| format!("{field} = {value}: must be {low} to {high}"))
        };
        let whole_bytes = || {
            (!self.dots.is_multiple_of(8)).then(|| format!("dots = {}: must be a multiple of 8", self.dots))
        };
        within("paper_mm", self.paper_mm, 20, 150)
            .or_else(|| within("dots", self.dots, 64, 1024))
            .or_else(whole_bytes)
            .or_else(|| within("columns", self.columns.into(), 10, 80))
            .or_else(|| within("max_module", self.max_module.into(), 3, 16))
            .or_else(|| within("band_rows", self.band_rows.into(), 1, 255))
    }
}

impl DisplayProfile {
    /// Characters on a line.
    pub const COLUMNS: usize = 20;
}
