//! The printer's own letters, 12 by 24 dots as font A: a PC Screen Font file (see `fonts/OFL.txt`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Dots of a letter: its width and height.
pub(crate) const LETTER: (usize, usize) = (12, 24);

static FILE: &[u8] = include_bytes!("fonts/letters-12x24.psf");
static LETTERS: LazyLock<BTreeMap<char, usize>> = LazyLock::new(table);

/// Whether a dot of a letter is black. A letter that the typeface lacks is a box.
pub(crate) fn is_black(letter: char, x: usize, y: usize) -> bool {
    let letter = if letter == '\u{a0}' { ' ' } else { letter };
    match LETTERS.get(&letter) {
        Some(start) => FILE[start + y * LETTER.0.div_ceil(8) + x / 8] & (0x80 >> (x % 8)) != 0,
        None => (x == 1 || x == 10 || y == 4 || y == 19) && (1..=10).contains(&x) && (4..=19).contains(&y),
    }
}

fn number(at: usize) -> usize {
    FILE[at..at + 4].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Where each letter's dots begin. The file: a head that says how many letters of how many bytes follow, the letters, and for
/// each the characters that it stands for, up to a byte FF (sequences after FE are passed over).
fn table() -> BTreeMap<char, usize> {
    let (head, count, size) = (number(8), number(16), number(20));
    assert_eq!((number(28), number(24)), LETTER, "the file is of this size");
    let mut letters = BTreeMap::new();
    let names = FILE[head + count * size..].split(|byte| *byte == 0xFF);
    for (index, names) in names.take(count).enumerate() {
        let single = names.split(|byte| *byte == 0xFE).next().unwrap_or_default();
        for letter in std::str::from_utf8(single).unwrap_or_default().chars() {
            letters.insert(letter, head + index * size);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_by_their_characters() {
        let dots = |letter| {
            (0..24)
                .flat_map(|y| (0..12).map(move |x| (x, y)))
                .filter(|(x, y)| is_black(letter, *x, *y))
                .count()
        };
        assert_eq!(dots(' '), 0);
        assert!(dots('Ж') > dots('Г') && dots('Г') > 10);
        assert_eq!(dots('A'), dots('А'), "Latin and Cyrillic look alike");
    }
}
