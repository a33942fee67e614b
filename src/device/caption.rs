//! A few words as dots, for pictures that must say something beside a code.

use crate::bitmap::Bitmap;
use crate::font::{Line, Weight};

/// Dots of the em square: below the smallest, letters can't be read; above the largest, they shout.
const EMS: std::ops::RangeInclusive<u16> = 8..=64;
/// Words stand in two lines if one line would have letters smaller than this.
const SMALL: u16 = 14;

/// Words in the middle of one line or two, bold, as large as fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    dots: Bitmap,
    width: usize,
}

impl Caption {
    /// Draws words that fit into a width. Words that don't fit even in the smallest letters are cut at the edge.
    pub fn within(words: &str, width: usize) -> Self {
        let one = vec![words.to_owned()];
        let two = halves(words).filter(|_| em_of(&one, width) < SMALL);
        let lines = two.filter(|two| em_of(two, width) > em_of(&one, width)).unwrap_or(one);
        let em = em_of(&lines, width);
        let shaped: Vec<Line> = lines.iter().map(|line| Line::shape(line, em, Weight::Bold)).collect();
        let height = shaped.iter().map(Line::height).sum();
        let mut dots = Bitmap::white(width, height);
        let mut top = 0;
        for line in &shaped {
            let mut part = Bitmap::white(width, line.height());
            line.draw(&mut part, width.saturating_sub(line.width()) / 2);
            dots.put(&part, top);
            top += line.height();
        }
        Self { dots, width }
    }

    /// Dots from its left to its right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dots from its top to its bottom.
    pub fn height(&self) -> usize {
        self.dots.height()
    }

    /// Whether a dot is black; outside none is.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dots.is_black(x, y)
    }
}

/// The largest letters in which every line fits.
fn em_of(lines: &[String], width: usize) -> u16 {
    let fits = |em: &u16| lines.iter().all(|line| Line::shape(line, *em, Weight::Bold).width() <= width);
    let largest = u16::try_from(width / 8).unwrap_or(u16::MAX).clamp(*EMS.start(), *EMS.end());
    (*EMS.start()..=largest).rev().find(fits).unwrap_or(*EMS.start())
}

/// The words in two lines of about one length.
fn halves(words: &str) -> Option<Vec<String>> {
    let length = words.chars().count();
    let spaces = words.char_indices().enumerate().filter(|(_, (_, letter))| *letter == ' ');
    let (_, (at, _)) = spaces.min_by_key(|(number, _)| number.abs_diff(length / 2))?;
    Some(vec![words[..at].to_owned(), words[at + 1..].to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_large_as_fits_and_in_two_lines_where_one_would_be_small() {
        for (width, is_in_two) in [(98, true), (392, false)] {
            let caption = Caption::within("ТЕСТ, НЕ ОПЛАЧЕНО", width);
            let rows: Vec<bool> =
                (0..caption.height()).map(|y| (0..width).any(|x| caption.is_black(x, y))).collect();
            let lines = rows.windows(2).filter(|rows| !rows[0] && rows[1]).count();
            assert!(lines > usize::from(is_in_two), "{width}: {lines} lines");
            let edge = |x: usize| (0..caption.height()).any(|y| caption.is_black(x, y));
            assert!(!edge(0) || !edge(width - 1), "{width}: it is cut");
            assert!(caption.height() <= width * 2 / 5, "{width}: {} high", caption.height());
        }
    }
}
