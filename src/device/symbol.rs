//! A code's symbol in dots.

use qrcode::{Color, EcLevel, QrCode};

use crate::bitmap::Bitmap;
use crate::encode::EncodeError;

/// Light modules around the symbol, which scanners need and printers don't add (ISO/IEC 18004, devices.md §1).
pub(crate) const QUIET_ZONE: usize = 4;
/// The smallest module that a phone reads from a hand: 0.4 mm at 8 dots a millimetre.
const SMALLEST_MODULE: usize = 3;

/// A symbol and how large its modules are on one printer.
pub(crate) struct Symbol {
    symbol: QrCode,
    /// Dots on the side of a module.
    pub(crate) module: usize,
}

impl Symbol {
    /// Makes the symbol of level M with the largest modules that fit, quiet zone included.
    pub(crate) fn fitting(payload: &str, dots: usize, max_module: usize) -> Result<Self, EncodeError> {
        let bytes = payload.len();
        let symbol = QrCode::with_error_correction_level(payload, EcLevel::M)
            .map_err(|_| EncodeError::CodeTooLong { bytes })?;
        let modules = symbol.width() + 2 * QUIET_ZONE;
        let module = (dots / modules).min(max_module);
        if module < SMALLEST_MODULE {
            return Err(EncodeError::CodeTooWide { modules, dots });
        }
        Ok(Self { symbol, module })
    }

    /// The symbol with its quiet zone in the middle of a picture as wide as the paper.
    pub(crate) fn draw(&self, dots: usize) -> Bitmap {
        let side = (self.symbol.width() + 2 * QUIET_ZONE) * self.module;
        let mut picture = Bitmap::white(dots, side);
        let left = (dots - side) / 2;
        for y in 0..self.symbol.width() {
            for x in (0..self.symbol.width()).filter(|x| self.symbol[(*x, y)] == Color::Dark) {
                let at = |module: usize| (module + QUIET_ZONE) * self.module;
                picture.fill(left + at(x), at(y), self.module, self.module);
            }
        }
        picture
    }
}
