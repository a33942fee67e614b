//! Lines that fit.

use unicode_segmentation::UnicodeSegmentation;

/// Breaks text into lines of which each fits. Breaks at spaces (non-breaking ones hold together), and inside of a word only
/// where the word alone does not fit, never inside of what people take for one letter. `fits` is asked for rising prefixes.
pub(crate) fn wrap(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let words =
        text.split(|letter: char| letter == ' ' || letter.is_control()).filter(|word| !word.is_empty());
    for word in words {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = rest_of(word, &fits, &mut lines);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Puts all but the last piece of a word into lines. A single letter that is too wide stands alone.
fn rest_of(word: &str, fits: &impl Fn(&str) -> bool, lines: &mut Vec<String>) -> String {
    let mut piece = String::new();
    for letter in word.graphemes(true) {
        let longer = format!("{piece}{letter}");
        if !piece.is_empty() && !fits(&longer) {
            lines.push(std::mem::replace(&mut piece, letter.to_owned()));
        } else {
            piece = longer;
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(columns: usize) -> impl Fn(&str) -> bool {
        move |text| text.chars().count() <= columns
    }

    #[test]
    fn text_is_broken_at_spaces_and_long_words_between_letters() {
        for (text, columns, lines) in [
            ("one two three", 7, vec!["one two", "three"]),
            ("one  two", 20, vec!["one two"]),
            ("", 5, vec![""]),
            ("abcdefgh ij", 3, vec!["abc", "def", "gh", "ij"]),
            ("a 1\u{a0}000", 5, vec!["a", "1\u{a0}000"]),
            ("line\nbreak", 20, vec!["line break"]),
            ("क्षत्रिय", 3, vec!["क्ष", "त्रि", "य"]),
        ] {
            assert_eq!(wrap(text, within(columns)), lines, "{text:?}");
        }
    }
}
