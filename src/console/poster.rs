//! A plate's poster, ready to print: the code at the size that phones read from a hand, and what to do in pictures.
//!
//! Drawn once in micrometres, written as SVG and as PDF; letters are outlines, so no printer needs our fonts.

mod drawing;
mod icons;
mod pdf;
mod svg;

use device::Outline;
use payment::Plate;

use crate::code_picture::{runs_within, symbol};
use crate::{CodeImage, DrawError, Language, Words};
use drawing::{Colour, Drawing, Paint};

/// The paper of a poster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PosterPaper {
    /// 105 by 148 mm: for a stand beside the till.
    #[default]
    A6,
    /// 148 by 210 mm: for a wall, read from farther away.
    A5,
}

/// What stands on a poster.
#[derive(Debug, Clone, Copy)]
pub struct Poster<'a> {
    /// The plate.
    pub plate: &'a Plate,
    /// An open plate: buyers type the amount.
    pub is_open: bool,
    /// The shop's name.
    pub shop: &'a str,
    /// The register's name.
    pub register: &'a str,
    /// The language.
    pub language: Language,
    /// Its bank's money is a test's.
    pub is_test: bool,
}

const INK: Colour = Colour(0x0d, 0x15, 0x26);
const SOFT: Colour = Colour(0x4d, 0x59, 0x73);
const ACCENT: Colour = Colour(0x2b, 0x4f, 0xd8);
const PALE: Colour = Colour(0xdd, 0xe5, 0xfc);
const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const BLACK: Colour = Colour(0, 0, 0);
const WARNING: Colour = Colour(0xff, 0xd2, 0x1f);

/// The sheet that everything is placed on, in micrometres: A6. Larger paper enlarges it.
const WIDTH: i32 = 105_000;
const HEIGHT: i32 = 148_000;
const MARGIN: i32 = 7_000;
/// Light modules around the symbol (ISO/IEC 18004).
const QUIET: i32 = 4;
/// The side that the code and its quiet zone may take: 68 mm, read from half a metre.
const CODE: i32 = 68_000;

impl PosterPaper {
    /// Its size in millimetres.
    fn millimetres(self) -> (u32, u32) {
        match self {
            Self::A6 => (105, 148),
            Self::A5 => (148, 210),
        }
    }
}

impl Poster<'_> {
    /// As SVG of the paper's size.
    pub fn svg(&self, paper: PosterPaper) -> Result<String, DrawError> {
        Ok(svg::write(&self.drawing()?, paper))
    }

    /// As PDF with one page of the paper's size.
    pub fn pdf(&self, paper: PosterPaper) -> Result<Vec<u8>, DrawError> {
        Ok(pdf::write(&self.drawing()?, paper))
    }

    fn drawing(&self) -> Result<Drawing, DrawError> {
        if !CodeImage::plain(3, 4).reads_back(&self.plate.payload) {
            symbol(&self.plate.payload)?;
            return Err(DrawError::Unreadable);
        }
        let words = self.language.words();
        let mut drawing = Drawing::default();
        drawing.fill(WHITE, drawing::rectangle(0, 0, WIDTH, HEIGHT));
        self.head(&mut drawing, &words);
        self.code(&mut drawing, 33_000)?;
        let amount = if self.is_open { "poster-amount-typed" } else { "poster-amount-comes" };
        text(
            &mut drawing,
            &words.text(amount),
            &Letters { em: 4_600, is_bold: true, colour: INK },
            WIDTH / 2,
            106_500,
        );
        steps(&mut drawing, &words, 110_500);
        let foot = format!("{} · {}", self.register, self.plate.link);
        text(&mut drawing, &foot, &Letters { em: 2_300, is_bold: false, colour: SOFT }, WIDTH / 2, 143_500);
        Ok(drawing)
    }

    fn head(&self, drawing: &mut Drawing, words: &Words) {
        let (ground, ink) = if self.is_test { (WARNING, INK) } else { (ACCENT, WHITE) };
        drawing.fill(ground, drawing::rectangle(0, 0, WIDTH, 18_000));
        let test = words.text("test-banner");
        let name = if self.is_test { &test } else { self.shop };
        fitted(drawing, name, ink, 12_000);
        let letters = Letters { em: 7_000, is_bold: true, colour: INK };
        text(drawing, &words.text("idle-title"), &letters, WIDTH / 2, 28_500);
    }

    /// The code in the middle, black on white whatever the rest is.
    fn code(&self, drawing: &mut Drawing, top: i32) -> Result<(), DrawError> {
        let symbol = symbol(&self.plate.payload)?;
        let modules = i32::try_from(symbol.width()).expect("a symbol has at most 177 modules");
        let module = CODE / (modules + 2 * QUIET);
        let (left, top) = ((WIDTH - module * modules) / 2, top + QUIET * module);
        let number = |at: usize| i32::try_from(at).expect("a symbol has at most 177 modules");
        let side = (symbol.width(), symbol.width());
        let steps = runs_within(side, |x, y| symbol[(x, y)] == qrcode::Color::Dark).flat_map(|run| {
            let (x, y) = (left + number(run.x) * module, top + number(run.y) * module);
            drawing::rectangle(x, y, number(run.length) * module, module)
        });
        let steps = steps.collect();
        drawing.fill(BLACK, steps);
        Ok(())
    }
}

/// How words are drawn.
struct Letters {
    /// The side of their em square, in micrometres.
    em: u16,
    is_bold: bool,
    colour: Colour,
}

/// One line in the middle of the head, as large as fits.
fn fitted(drawing: &mut Drawing, words: &str, colour: Colour, base: i32) {
    let width = u32::try_from(WIDTH - 2 * MARGIN).expect("paper has a width");
    let fits = |em: &u16| Outline::lines(words, *em, true, width).len() == 1;
    let em = [8_000, 7_000, 6_000, 5_000, 4_200, 3_600, 3_000].into_iter().find(fits).unwrap_or(2_600);
    text(drawing, words, &Letters { em, is_bold: true, colour }, WIDTH / 2, base);
}

/// Lines around a middle, the first on this base; words that are too long for the sheet take more lines.
fn text(drawing: &mut Drawing, words: &str, letters: &Letters, middle: i32, base: i32) {
    column(drawing, words, letters, middle, base, WIDTH - 2 * MARGIN);
}

fn column(drawing: &mut Drawing, words: &str, letters: &Letters, middle: i32, base: i32, width: i32) {
    let most = u32::try_from(width).expect("a column has a width");
    for (number, line) in (0..).zip(Outline::lines(words, letters.em, letters.is_bold, most)) {
        let at = (middle - line.width / 2, base + number * i32::from(letters.em) * 5 / 4);
        drawing.put(Paint::Fill(letters.colour), &line.steps, at);
    }
}

/// What to do, in three pictures.
fn steps(drawing: &mut Drawing, words: &Words, top: i32) {
    let width = (WIDTH - 2 * MARGIN) / 3;
    let pictures = [icons::open_app(), icons::scan(), icons::confirm()];
    for ((number, key), picture) in (0..).zip(["step-open", "step-scan", "step-confirm"]).zip(pictures) {
        let middle = MARGIN + width * number + width / 2;
        drawing.fill(PALE, drawing::rounded(middle - 7_500, top, 15_000, 15_000, 3_500));
        for steps in picture {
            drawing.put(Paint::Stroke(ACCENT, 800), &steps, (middle - 6_000, top + 1_500));
        }
        let letters = Letters { em: 3_100, is_bold: false, colour: INK };
        let caption = format!("{}. {}", number + 1, words.text(key));
        column(drawing, &caption, &letters, middle, top + 19_500, width - 2_000);
    }
}

#[cfg(test)]
mod tests;
