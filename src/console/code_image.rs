//! The symbol of a code as a file of a wanted size.

use qrcode::{Color, QrCode};

use crate::DrawError;
use crate::code_picture::{runs, symbol};

/// The bytes before the pixels of a BMP: two heads and two colours.
const BMP_HEAD: u32 = 62;
/// 203 dots an inch, as printers have.
const DOTS_PER_METRE: u32 = 7_992;
/// Pixels of a module in pictures that have to fit.
const SMALLEST_MODULE: u32 = 2;
const LARGEST_MODULE: u32 = 20;

/// How a symbol is drawn: black on white, level M.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeImage {
    /// Pixels on the side of a module.
    pub module: u32,
    /// Light modules around the symbol; scanners need 4 (ISO/IEC 18004).
    pub quiet: u32,
}

impl CodeImage {
    /// As SVG.
    pub fn svg(self, payload: &str) -> Result<String, DrawError> {
        let symbol = symbol(payload)?;
        let (modules, side) = (self.modules(&symbol), self.side(&symbol));
        let path = runs(&symbol, self.quiet as usize);
        Ok(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {modules} {modules}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{modules}v{modules}H0z"/><path fill="#000" d="{path}"/></svg>"##
        ))
    }

    /// As PNG with one bit a pixel.
    pub fn png(self, payload: &str) -> Result<Vec<u8>, DrawError> {
        let symbol = symbol(payload)?;
        let side = self.side(&symbol);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let written =
            encoder.write_header().and_then(|mut writer| writer.write_image_data(&self.bits(&symbol)));
        written.expect("memory takes every write, and the bits are as many as the header says");
        Ok(file)
    }

    /// As BMP with one bit a pixel: rows from the bottom, each of whole double words; 0 is black.
    pub fn bmp(self, payload: &str) -> Result<Vec<u8>, DrawError> {
        let symbol = symbol(payload)?;
        let side = self.side(&symbol);
        let (row, padded) = (side.div_ceil(8) as usize, side.div_ceil(32) as usize * 4);
        let bits = self.bits(&symbol);
        let length =
            u32::try_from(padded * side as usize).expect("a picture has at most 3940 pixels on a side");
        let mut file = Vec::with_capacity(BMP_HEAD as usize + length as usize);
        file.extend(b"BM");
        for number in [BMP_HEAD + length, 0, BMP_HEAD, 40, side, side] {
            file.extend(number.to_le_bytes());
        }
        file.extend([1, 0, 1, 0]); // one plane, one bit a pixel
        for number in [0, length, DOTS_PER_METRE, DOTS_PER_METRE, 2, 2, 0x0000_0000, 0x00FF_FFFF] {
            file.extend(number.to_le_bytes());
        }
        for line in bits.chunks(row).rev() {
            file.extend(line);
            file.resize(file.len() + padded - row, 0);
        }
        Ok(file)
    }

    /// The largest picture of a payload that fits into a square: whole pixels a module, two at least. `None`: it does not fit.
    pub fn fitting(payload: &str, side: u32, quiet: u32) -> Option<Self> {
        let modules = Self { module: 1, quiet }.side(&symbol(payload).ok()?);
        let module = (side / modules).min(LARGEST_MODULE);
        (module >= SMALLEST_MODULE).then_some(Self { module, quiet })
    }

    /// Whether a reader finds in the picture exactly the payload, byte for byte.
    pub fn reads_back(self, payload: &str) -> bool {
        let Ok(symbol) = symbol(payload) else { return false };
        let (side, bits) = (self.side(&symbol) as usize, self.bits(&symbol));
        let row = side.div_ceil(8);
        let grey = |x: usize, y: usize| if bits[y * row + x / 8] & (0x80 >> (x % 8)) == 0 { 0 } else { 255 };
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
        let mut read = Vec::new();
        let grids = seen.detect_grids();
        grids.len() == 1 && grids[0].decode_to(&mut read).is_ok() && read == payload.as_bytes()
    }

    fn modules(self, symbol: &QrCode) -> u32 {
        u32::try_from(symbol.width()).expect("a symbol has at most 177 modules") + 2 * self.quiet
    }

    fn side(self, symbol: &QrCode) -> u32 {
        self.modules(symbol) * self.module
    }

    /// Rows of pixels, eight to a byte, each row from a new byte; a set bit is white.
    fn bits(self, symbol: &QrCode) -> Vec<u8> {
        let (module, quiet) = (self.module as usize, self.quiet as usize);
        let side = self.side(symbol) as usize;
        let inside = quiet..quiet + symbol.width();
        let mut bits = Vec::with_capacity(side * side.div_ceil(8));
        for y in 0..self.modules(symbol) as usize {
            let is_light = |x: usize| {
                let is_dark = inside.contains(&x)
                    && inside.contains(&y)
                    && symbol[(x - quiet, y - quiet)] == Color::Dark;
                !is_dark
            };
            let mut row = vec![0_u8; side.div_ceil(8)];
            for pixel in (0..side).filter(|pixel| is_light(pixel / module)) {
                row[pixel / 8] |= 0x80 >> (pixel % 8);
            }
            for _ in 0..module {
                bits.extend_from_slice(&row);
            }
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";

    #[test]
    fn a_png_has_exactly_the_symbols_dark_modules_in_the_wanted_size() {
        let image = CodeImage { module: 3, quiet: 2 };
        let file = image.png(PAYLOAD).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut bits = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bits).unwrap();
        let symbol = symbol(PAYLOAD).unwrap();
        let side = u32::try_from((symbol.width() + 4) * 3).unwrap();
        assert_eq!((info.width, info.height, info.bit_depth), (side, side, png::BitDepth::One));
        for y in 0..side as usize {
            for x in 0..side as usize {
                let is_white = bits[y * info.line_size + x / 8] & (0x80 >> (x % 8)) != 0;
                let (column, line) = (x / 3, y / 3);
                let inside = |at: usize| (2..2 + symbol.width()).contains(&at);
                let is_dark = inside(column) && inside(line) && symbol[(column - 2, line - 2)] == Color::Dark;
                assert_eq!(is_white, !is_dark, "pixel {x}, {y}");
            }
        }
    }

    #[test]
    fn a_bmp_has_the_pixels_of_the_png_from_the_bottom() {
        let image = CodeImage { module: 3, quiet: 4 };
        let file = image.bmp(PAYLOAD).unwrap();
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!((&file[..2], number(2) as usize, number(10)), (&b"BM"[..], file.len(), 62));
        let symbol = symbol(PAYLOAD).unwrap();
        let side = image.side(&symbol);
        assert_eq!((number(18), number(22), file[28]), (side, side, 1));
        let (bits, row, padded) =
            (image.bits(&symbol), side.div_ceil(8) as usize, side.div_ceil(32) as usize * 4);
        for (y, line) in bits.chunks(row).enumerate() {
            let at = 62 + (side as usize - 1 - y) * padded;
            assert_eq!(&file[at..at + row], line, "row {y}");
        }
    }

    #[test]
    fn a_picture_takes_as_many_whole_pixels_a_module_as_fit_and_reads_back() {
        for (side, module) in [(97, None), (98, Some(2)), (320, Some(6)), (2_000, Some(20))] {
            let image = CodeImage::fitting(PAYLOAD, side, 4);
            assert_eq!(image.map(|image| image.module), module, "{side}");
            if let Some(image) = image {
                assert!(image.reads_back(PAYLOAD), "{side}");
            }
        }
        assert!(!CodeImage { module: 1, quiet: 0 }.reads_back(&"x".repeat(2332)), "what can't be drawn");
    }

    #[test]
    fn an_svg_says_its_size_in_pixels() {
        let svg = CodeImage { module: 8, quiet: 4 }.svg(PAYLOAD).unwrap();
        assert!(svg.contains(r#"width="392" height="392" viewBox="0 0 49 49""#), "{svg}");
        assert!(CodeImage { module: 1, quiet: 0 }.svg(&"x".repeat(2332)).is_err());
    }
}
