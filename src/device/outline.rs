//! Words as outlines, for what is printed at any size, such as posters.

use crate::font::{Line, Step, Weight};
use crate::wrap::wrap;

/// One line of words as outlines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// From its left to its right, in the units of the letters' size.
    pub width: i32,
    /// The letters, from the left end of the base line.
    pub steps: Vec<Step>,
}

impl Outline {
    /// Words in bold or plain letters whose em square has a side of `em` units, in lines no wider than `width`.
    pub fn lines(words: &str, em: u16, is_bold: bool, width: u32) -> Vec<Self> {
        let weight = if is_bold { Weight::Bold } else { Weight::Plain };
        let shaped = |line: &str| Line::shape(line, em, weight);
        wrap(words, |line| shaped(line).width() <= width as usize)
            .iter()
            .map(|line| {
                let line = shaped(line);
                Self { width: i32::try_from(line.width()).unwrap_or(i32::MAX), steps: line.outline() }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_closed_outlines_within_their_width_also_in_devanagari() {
        for words in ["Оплата по QR", "QR कोड से भुगतान"] {
            let lines = Outline::lines(words, 6_000, true, 105_000);
            assert_eq!(lines.len(), 1, "{words}");
            let line = &lines[0];
            let xs: Vec<i32> = line
                .steps
                .iter()
                .filter_map(|step| match step {
                    Step::Move(x, _)
                    | Step::Line(x, _)
                    | Step::Quad(_, (x, _))
                    | Step::Curve(_, _, (x, _)) => Some(*x),
                    Step::Close => None,
                })
                .collect();
            let (left, right) = (xs.iter().min().unwrap(), xs.iter().max().unwrap());
            assert!(
                *left >= -600 && *right <= line.width + 600,
                "{words}: {left} to {right} of {}",
                line.width
            );
            let count = |wanted: fn(&Step) -> bool| line.steps.iter().filter(|step| wanted(step)).count();
            assert_eq!(
                count(|step| matches!(step, Step::Move(..))),
                count(|step| matches!(step, Step::Close))
            );
        }
        assert!(Outline::lines("Оплата по QR", 6_000, true, 30_000).len() > 1);
    }
}
