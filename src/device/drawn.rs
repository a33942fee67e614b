//! All text as pictures: for printers without a fitting code page, and for letters that no page has.

use crate::bitmap::Bitmap;
use crate::encode::{EncodeError, Paper};
use crate::font::{Line, Weight};
use crate::paged::firmware;
use crate::symbol::Symbol;
use crate::wrap::{beside, wrap};
use crate::{Align, Block, CodeBy, Document, Size};

/// Dots of the em square of plain letters: their capitals are 19 dots (2.3 mm) high, as those of font A.
const PLAIN_EM: u16 = 26;
/// Em squares of a banner, the largest first.
const BANNER_EMS: [u16; 5] = [80, 64, 52, 40, PLAIN_EM];
/// Thickness of a rule and the height that it takes.
const RULE: (usize, usize) = (2, 18);
/// Height of an empty line.
const GAP: usize = 18;

/// Writes all blocks.
pub(crate) fn write(paper: &mut Paper<'_>, document: &Document) -> Result<(), EncodeError> {
    document.blocks.iter().try_for_each(|block| one(paper, block))
}

fn one(paper: &mut Paper<'_>, block: &Block) -> Result<(), EncodeError> {
    let dots = paper.dots();
    match block {
        Block::Text(text) => {
            let em = if text.size == Size::Double { 2 * PLAIN_EM } else { PLAIN_EM };
            let weight = if text.is_bold { Weight::Bold } else { Weight::Plain };
            lines(paper, &text.words, em, weight, text.align)
        }
        Block::Sides { left, right } => sides(paper, left, right),
        Block::Banner(words) => {
            let fits = |em: &u16| Line::shape(words, *em, Weight::Bold).width() <= dots;
            let em = BANNER_EMS.into_iter().find(fits).unwrap_or(PLAIN_EM);
            lines(paper, words, em, Weight::Bold, Align::Middle)
        }
        Block::Rule => {
            let mut picture = Bitmap::white(dots, RULE.1);
            picture.fill(0, (RULE.1 - RULE.0) / 2, dots, RULE.0);
            paper.picture(&picture)
        }
        Block::Gap => paper.picture(&Bitmap::white(dots, GAP)),
        Block::Code(payload) => {
            let symbol = Symbol::fitting(payload, dots, paper.profile.max_module.into())?;
            match paper.profile.code {
                CodeBy::Picture => paper.picture(&symbol.draw(dots)),
                CodeBy::Firmware => firmware(paper, payload, symbol.module),
            }
        }
    }
}

fn lines(
    paper: &mut Paper<'_>,
    words: &str,
    em: u16,
    weight: Weight,
    align: Align,
) -> Result<(), EncodeError> {
    let dots = paper.dots();
    for words in wrap(words, |words| Line::shape(words, em, weight).width() <= dots) {
        let line = Line::shape(&words, em, weight);
        let left = if align == Align::Middle { dots.saturating_sub(line.width()) / 2 } else { 0 };
        let mut picture = Bitmap::white(dots, line.height());
        line.draw(&mut picture, left);
        paper.picture(&picture)?;
    }
    Ok(())
}

fn sides(paper: &mut Paper<'_>, left: &str, right: &str) -> Result<(), EncodeError> {
    let dots = paper.dots();
    let shape = |words: &str| Line::shape(words, PLAIN_EM, Weight::Plain);
    let fits = |words: &str| shape(words).width() <= dots;
    let (names, values) = (wrap(left, fits), wrap(right, fits));
    let width = |words: Option<&String>| words.map_or(0, |words| shape(words).width());
    let fit_beside = width(names.last()) + usize::from(PLAIN_EM / 2) + width(values.first()) <= dots;
    for (name, value) in beside(&names, &values, fit_beside) {
        let (name, value) = (shape(name), shape(value));
        let mut picture = Bitmap::white(dots, name.height());
        name.draw(&mut picture, 0);
        value.draw(&mut picture, dots.saturating_sub(value.width()));
        paper.picture(&picture)?;
    }
    Ok(())
}
