//! What a line display says.

use device::DisplayProfile;
use payment::Money;

use crate::{Language, ScreenState, ScreenView, Words, amount_text};

type Lines = [String; 2];

/// The two lines for what a console shows now, in its language. A display that lacks its letters says it in Russian, and one
/// that lacks those too in English. *Idle* is two empty lines: the display is cleared.
pub fn lines_of(view: &ScreenView, amount: Option<Money>, profile: &DisplayProfile) -> Lines {
    let own = Language::parse(view.language).unwrap_or_default();
    let carried = |language: &Language| {
        let lines = lines_in(view, amount, &language.words());
        lines.iter().all(|line| profile.carries(line)).then_some(lines)
    };
    let languages = [own, Language::Russian, Language::English];
    languages.iter().find_map(carried).unwrap_or_else(|| lines_in(view, amount, &Language::English.words()))
}

fn lines_in(view: &ScreenView, amount: Option<Money>, words: &Words) -> Lines {
    let title = |state: &str| words.text(&format!("{state}-title"));
    let amount = amount.map(|amount| amount_text(amount, words)).unwrap_or_default();
    let said = match view.state {
        ScreenState::Idle => return Lines::default(),
        ScreenState::Code | ScreenState::TryDeclined => words.text("line-scan"),
        state => title(state.word()),
    };
    if view.test {
        return [words.text("test-banner"), amount];
    }
    match broken(&said) {
        [line, rest] if rest.is_empty() => [amount, line],
        both => both,
    }
}

/// Words on two lines, broken at a space where one line is too short.
fn broken(said: &str) -> Lines {
    if said.chars().count() <= DisplayProfile::COLUMNS {
        return [said.to_owned(), String::new()];
    }
    let places = said.char_indices().take(DisplayProfile::COLUMNS + 1);
    match places.filter(|(_, letter)| *letter == ' ').last() {
        Some((space, _)) => [said[..space].to_owned(), said[space + 1..].to_owned()],
        None => [said.to_owned(), String::new()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_state_says_fits_on_two_lines_in_the_languages_that_others_fall_back_to() {
        for language in [Language::Russian, Language::English] {
            let words = language.words();
            let titles = ScreenState::ALL.iter().filter(|state| **state != ScreenState::Code);
            let titles = titles.map(|state| format!("{}-title", state.word()));
            for key in titles.chain(["line-scan".to_owned()]) {
                for line in broken(&words.text(&key)) {
                    assert!(line.chars().count() <= DisplayProfile::COLUMNS, "{language:?} {key}: {line}");
                }
            }
            assert!(words.text("test-banner").chars().count() <= DisplayProfile::COLUMNS, "{language:?}");
        }
    }
}
