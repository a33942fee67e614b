//! Black and white pixels, one bit each.

use device::Caption;
use qrcode::{Color, QrCode};

/// Rows of pixels from the top, eight to a byte, each row from a new byte; a set bit is white.
pub(super) struct Bits {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Bits {
    pub(super) fn white(width: u32, height: u32) -> Self {
        let mut row = vec![0xFF_u8; width.div_ceil(8) as usize];
        if let (Some(last), unused @ 1..) = (row.last_mut(), (8 - width % 8) % 8) {
            *last <<= unused;
        }
        Self { width, height, bytes: row.repeat(height as usize) }
    }

    pub(super) fn width(&self) -> u32 {
        self.width
    }

    pub(super) fn height(&self) -> u32 {
        self.height
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn rows(&self) -> std::slice::Chunks<'_, u8> {
        self.bytes.chunks(self.stride())
    }

    pub(super) fn is_white(&self, x: usize, y: usize) -> bool {
        self.bytes[y * self.stride() + x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Puts words at the top.
    pub(super) fn blacken_caption(&mut self, caption: &Caption) {
        for y in 0..caption.height() {
            for x in (0..caption.width()).filter(|x| caption.is_black(*x, y)) {
                self.blacken(x, y);
            }
        }
    }

    /// Puts a symbol of this size of modules with its corner at a pixel.
    pub(super) fn blacken_code(&mut self, symbol: &QrCode, module: u32, (left, top): (u32, u32)) {
        let (module, left, top) = (module as usize, left as usize, top as usize);
        for row in 0..symbol.width() {
            for column in (0..symbol.width()).filter(|column| symbol[(*column, row)] == Color::Dark) {
                for y in 0..module {
                    for x in 0..module {
                        self.blacken(left + column * module + x, top + row * module + y);
                    }
                }
            }
        }
    }

    fn blacken(&mut self, x: usize, y: usize) {
        let at = y * self.stride() + x / 8;
        self.bytes[at] &= !(0x80 >> (x % 8));
    }

    fn stride(&self) -> usize {
        self.width.div_ceil(8) as usize
    }
}
