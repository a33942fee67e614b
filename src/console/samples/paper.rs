//! What is on paper: the virtual printer for a profile.

use device::{CodeBy, Encoding, PrinterProfile};
use virtual_printer::{Model, Page};

/// The printer of software that a profile describes.
pub fn model(profile: &PrinterProfile) -> Model {
    let page = |encoding| match encoding {
        Encoding::Cp866 => Page::Cp866,
        Encoding::Cp1251 => Page::Cp1251,
        Encoding::Rk1048 => Page::Rk1048,
    };
    Model {
        dots: profile.dots.into(),
        pages: profile.pages.iter().map(|choice| (choice.number, page(choice.encoding))).collect(),
        draws_codes: profile.code == CodeBy::Firmware,
    }
}
