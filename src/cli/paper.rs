//! `integrator console preview | profiles`: what a printer would print, before paper is bought.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use console::Language;
use console::samples::paper::model;
use device::{PrinterProfile, Profiles, encode};
use virtual_printer::Paper;

use crate::cli::print;

/// Which slip, and on what.
#[derive(Debug, Args)]
pub(super) struct Preview {
    /// The slip.
    #[arg(long, value_enum, default_value_t = Slip::Pay)]
    slip: Slip,
    /// The printer's profile.
    #[arg(long, default_value = "generic-58")]
    profile: String,
    /// A TOML file with profiles of your own, of the form of `src/device/profiles.toml`.
    #[arg(long, value_name = "FILE")]
    profiles: Option<PathBuf>,
    /// The language: ru, en, kk, ky, hi.
    #[arg(long, default_value = "ru", value_parser = language)]
    language: Language,
    /// As of an authorization server with test money.
    #[arg(long)]
    test: bool,
    /// Write the picture here. Without it the words are printed.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write the printer's bytes here: sent to a printer as they are, they print the slip.
    #[arg(long, value_name = "FILE")]
    bytes: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Slip {
    /// Pay by this code.
    Pay,
    /// Paid.
    Paid,
    /// Refunded.
    Refunded,
    /// End of shift.
    Shift,
}

impl Slip {
    fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Shift => "shift",
        }
    }
}

fn language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "one of ru, en, kk, ky, hi is wanted".to_owned())
}

/// Lists what the program knows.
pub(super) fn list() {
    let known = Profiles::built_in();
    for (name, printer) in &known.printers {
        print(&format!("{name:<16} printer       {}", printer.title));
    }
    for (name, display) in &known.displays {
        print(&format!("{name:<16} line display  {}", display.title));
    }
}

/// Draws, and writes what is wanted.
pub(super) fn preview(wanted: &Preview) -> anyhow::Result<()> {
    let profile = profile(wanted)?;
    let slips = console::samples::slips::all(wanted.language, wanted.test);
    let found = slips.into_iter().find(|(name, _)| *name == wanted.slip.name());
    let (_, document) = found.expect("every slip of the command line has a sample");
    let bytes = encode(&document, &profile)?;
    let paper = Paper::print(&model(&profile), &bytes)?;
    let write = |file: &PathBuf, content: &[u8]| {
        std::fs::write(file, content).with_context(|| format!("writing {}", file.display()))?;
        print(&format!("{} bytes are in {}", content.len(), file.display()));
        anyhow::Ok(())
    };
    if let Some(file) = &wanted.png {
        write(file, &paper.png())?;
    }
    if let Some(file) = &wanted.bytes {
        write(file, &bytes)?;
    }
    if wanted.png.is_none() && wanted.bytes.is_none() {
        print(paper.text().trim_end());
    }
    Ok(())
}

fn profile(wanted: &Preview) -> anyhow::Result<PrinterProfile> {
    let mut known = Profiles::built_in().clone();
    if let Some(file) = &wanted.profiles {
        let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
        known = known.and(Profiles::parse(&text)?);
    }
    known.printers.remove(&wanted.profile).ok_or_else(|| {
        let names: Vec<_> = known.printers.keys().map(String::as_str).collect();
        anyhow!("no printer has the profile {:?}; there are {}", wanted.profile, names.join(", "))
    })
}
