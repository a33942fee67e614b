//! The symbol of a code as a file of a wanted size.

mod bits;

use device::Caption;
use qrcode::QrCode;

use crate::DrawError;
use crate::code_picture::{path_of, runs, runs_within, symbol};
use bits::Bits;

/// The bytes before the pixels of a BMP: two heads and two colours.
const BMP_HEAD: u32 = 62;
/// 203 dots an inch, as printers have.
const DOTS_PER_METRE: u32 = 7_992;
/// Pixels of a module in pictures that have to fit.
const SMALLEST_MODULE: u32 = 2;
const LARGEST_MODULE: u32 = 20;
/// Light modules around the symbol that scanners need (ISO/IEC 18004).
const WANTED_QUIET: u32 = 4;

/// How a symbol is drawn: black on white, level M, whole pixels a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeImage {
    /// Pixels on the side of a module.
    pub module: u32,
    /// Light modules around the symbol; scanners need 4 (ISO/IEC 18004).
    pub quiet: u32,
    /// Words above the code, such as that it is a test's. The picture is that much higher.
    pub notice: Option<String>,
}

/// The kind of a picture's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageKind {
    /// One bit a pixel.
    Png,
    /// One bit a pixel, rows from the bottom.
    Bmp,
    /// With sharp edges at any size.
    Svg,
}

impl ImageKind {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Bmp => "image/bmp",
            Self::Svg => "image/svg+xml",
        }
    }
}

impl CodeImage {
    /// A picture without words.
    pub fn plain(module: u32, quiet: u32) -> Self {
        Self { module, quiet, notice: None }
    }

    /// As a file.
    pub fn file(&self, payload: &str, kind: ImageKind) -> Result<Vec<u8>, DrawError> {
        match kind {
            ImageKind::Png => self.png(payload),
            ImageKind::Bmp => self.bmp(payload),
            ImageKind::Svg => self.svg(payload).map(String::into_bytes),
        }
    }

    /// As SVG.
    pub fn svg(&self, payload: &str) -> Result<String, DrawError> {
        let symbol = symbol(payload)?;
        let (modules, side, module) = (self.modules(&symbol), self.side(&symbol), self.module);
        let code = runs(&symbol, self.quiet as usize);
        let Some(caption) = self.caption(side) else {
            return Ok(format!(
                r##"<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {modules} {modules}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{modules}v{modules}H0z"/><path fill="#000" d="{code}"/></svg>"##
            ));
        };
        let top = self.top(Some(&caption));
        let (height, words) = (side + top, words_path(&caption));
        Ok(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{height}" viewBox="0 0 {side} {height}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{height}H0z"/><path fill="#000" d="{words}"/><path transform="translate(0 {top}) scale({module})" fill="#000" d="{code}"/></svg>"##
        ))
    }

    /// As PNG with one bit a pixel.
    pub fn png(&self, payload: &str) -> Result<Vec<u8>, DrawError> {
        let bits = self.bits(payload)?;
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, bits.width(), bits.height());
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(bits.as_bytes()));
        written.expect("memory takes every write, and the bits are as many as the header says");
        Ok(file)
    }

    /// As BMP with one bit a pixel: rows from the bottom, each of whole double words; 0 is black.
    pub fn bmp(&self, payload: &str) -> Result<Vec<u8>, DrawError> {
        let bits = self.bits(payload)?;
        let (width, height) = (bits.width(), bits.height());
        let padded = width.div_ceil(32) * 4;
        let length = padded * height;
        let mut file = Vec::with_capacity((BMP_HEAD + length) as usize);
        file.extend(b"BM");
        for number in [BMP_HEAD + length, 0, BMP_HEAD, 40, width, height] {
            file.extend(number.to_le_bytes());
        }
        file.extend([1, 0, 1, 0]); // one plane, one bit a pixel
        for number in [0, length, DOTS_PER_METRE, DOTS_PER_METRE, 2, 2, 0x0000_0000, 0x00FF_FFFF] {
            file.extend(number.to_le_bytes());
        }
        for line in bits.rows().rev() {
            file.extend(line);
            file.resize(file.len() + padded as usize - line.len(), 0);
        }
        Ok(file)
    }

    /// The largest picture of a payload that fits into a square, words and all: whole pixels a module, two at least. `None`:
    /// it does not fit.
    pub fn fitting(payload: &str, side: u32, quiet: u32, notice: Option<&str>) -> Option<Self> {
        let modules = Self::plain(1, quiet).side(&symbol(payload).ok()?);
        let largest = (side / modules).min(LARGEST_MODULE);
        let image = |module| Self { module, quiet, notice: notice.map(str::to_owned) };
        (SMALLEST_MODULE..=largest).rev().map(image).find(|image| {
            let own = modules * image.module;
            own + image.top(image.caption(own).as_ref()) <= side
        })
    }

    /// Whether a reader finds in the picture exactly the payload, byte for byte.
    pub fn reads_back(&self, payload: &str) -> bool {
        let Ok(bits) = self.bits(payload) else { return false };
        // The reader wants three pixels a module; each of ours is as many of its.
        let times = 3_usize.div_ceil(self.module.max(1) as usize);
        let (width, height) = (bits.width() as usize * times, bits.height() as usize * times);
        let grey = |x: usize, y: usize| if bits.is_white(x / times, y / times) { 255 } else { 0 };
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
        let mut read = Vec::new();
        let grids = seen.detect_grids();
        grids.len() == 1 && grids[0].decode_to(&mut read).is_ok() && read == payload.as_bytes()
    }

    fn modules(&self, symbol: &QrCode) -> u32 {
        u32::try_from(symbol.width()).expect("a symbol has at most 177 modules") + 2 * self.quiet
    }

    fn side(&self, symbol: &QrCode) -> u32 {
        self.modules(symbol) * self.module
    }

    fn caption(&self, width: u32) -> Option<Caption> {
        self.notice.as_ref().map(|notice| Caption::within(notice, width as usize))
    }

    /// Pixels above the code's own picture: the words, and light between them and the code where the picture has too little.
    fn top(&self, caption: Option<&Caption>) -> u32 {
        let Some(caption) = caption else { return 0 };
        let missing = WANTED_QUIET.saturating_sub(self.quiet) * self.module;
        u32::try_from(caption.height()).expect("a picture is small") + missing
    }

    fn bits(&self, payload: &str) -> Result<Bits, DrawError> {
        let symbol = symbol(payload)?;
        let side = self.side(&symbol);
        let caption = self.caption(side);
        let top = self.top(caption.as_ref());
        let mut bits = Bits::white(side, side + top);
        if let Some(caption) = &caption {
            bits.blacken_caption(caption);
        }
        bits.blacken_code(&symbol, self.module, (self.quiet * self.module, top + self.quiet * self.module));
        Ok(bits)
    }
}

/// The words as runs of black pixels.
fn words_path(caption: &Caption) -> String {
    let size = (caption.width(), caption.height());
    path_of(runs_within(size, |x, y| caption.is_black(x, y)), 0)
}

#[cfg(test)]
mod tests;
