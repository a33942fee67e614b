//! Lines that fit.

use unicode_segmentation::UnicodeSegmentation;

/// More lines than these are a story: they are left as they fall.
const FEW_LINES: usize = 6;

/// Breaks text into as few lines as [`fall`] does, but of about one length: no lone word at the end, no date alone.
pub(crate) fn wrap(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let fallen = fall(text, &fits);
    if !(2..=FEW_LINES).contains(&fallen.len()) {
        return fallen;
    }
    even(&words_of(text), fallen.len(), &fits).unwrap_or(fallen)
}

/// Lines of a name at the left and of its value at the right, the last of the one beside the first of the other if they fit.
pub(crate) fn beside<'a>(names: &'a [String], values: &'a [String], fit: bool) -> Vec<(&'a str, &'a str)> {
    let shared = usize::from(fit && !names.is_empty() && !values.is_empty());
    let alone = names.len() - shared;
    let at = |lines: &'a [String], number: Option<usize>| {
        number.and_then(|number| lines.get(number)).map_or("", String::as_str)
    };
    (0..alone + values.len()).map(|row| (at(names, Some(row)), at(values, row.checked_sub(alone)))).collect()
}

/// The words in so many lines, the sum of the squares of their lengths least. `None`: a word alone is wider than a line.
fn even(words: &[&str], lines: usize, fits: &impl Fn(&str) -> bool) -> Option<Vec<String>> {
    // What the words from each one on cost in one line more each round, and where their first line ends.
    let mut ends: Vec<Vec<usize>> = Vec::new();
    let mut costs: Vec<Option<usize>> = vec![None; words.len()];
    costs.push(Some(0));
    let spans: Vec<Vec<usize>> = (0..words.len()).map(|from| spans(words, from, fits)).collect();
    for _ in 0..lines {
        let best = |from: usize| {
            let ways = spans[from]
                .iter()
                .zip(from + 1..)
                .filter_map(|(length, to)| Some((costs[to]? + length.pow(2), to)));
            ways.min()
        };
        let bests: Vec<Option<(usize, usize)>> = (0..words.len()).map(best).collect();
        ends.push(bests.iter().map(|best| best.map_or(0, |(_, to)| to)).collect());
        costs = bests.into_iter().map(|best| best.map(|(cost, _)| cost)).chain([None]).collect();
    }
    costs[0]?;
    let mut from = 0;
    let mut all = Vec::new();
    for ends in ends.iter().rev() {
        let to = ends[from];
        all.push(words[from..to].join(" "));
        from = to;
    }
    Some(all)
}

/// The lengths of the lines that begin at a word and fit, one word longer each.
fn spans(words: &[&str], from: usize, fits: &impl Fn(&str) -> bool) -> Vec<usize> {
    let lines = (from + 1..=words.len()).map(|to| words[from..to].join(" "));
    lines.take_while(|line| fits(line)).map(|line| line.chars().count()).collect()
}

fn words_of(text: &str) -> Vec<&str> {
    text.split(|letter: char| letter == ' ' || letter.is_control()).filter(|word| !word.is_empty()).collect()
}

/// Breaks text into lines of which each fits. Breaks at spaces (non-breaking ones hold together), and inside of a word only
/// where the word alone does not fit, never inside of what people take for one letter. `fits` is asked for rising prefixes.
fn fall(text: &str, fits: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words_of(text) {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = rest_of(word, fits, &mut lines);
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

    #[test]
    fn a_value_stands_beside_its_name_or_below_it_and_is_never_cut() {
        let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
        let rows = |names: &[&str], values: &[&str], fit| {
            let (names, values) = (lines(names), lines(values));
            beside(&names, &values, fit)
                .iter()
                .map(|(name, value)| format!("{name}|{value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(rows(&["Till"], &["3"], true), ["Till|3"]);
        assert_eq!(rows(&["Payment"], &["019aa5c0", "0000"], false), ["Payment|", "|019aa5c0", "|0000"]);
        assert_eq!(rows(&["A long", "name"], &["1", "2"], true), ["A long|", "name|1", "|2"]);
    }

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
            ("Valid until 21.11.2026\u{a0}13:20", 20, vec!["Valid until", "21.11.2026\u{a0}13:20"]),
            ("one two three four", 14, vec!["one two", "three four"]),
            ("line\nbreak", 20, vec!["line break"]),
            ("क्षत्रिय", 3, vec!["क्ष", "त्रि", "य"]),
        ] {
            assert_eq!(wrap(text, within(columns)), lines, "{text:?}");
        }
    }
}
