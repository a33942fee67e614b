//! The text that the buyer and the statement see, within the bank's rules (reference: Raiffeisen §1).

/// The most characters of a purpose: `additionalInfo` and a refund's `paymentDetails` take 140. On registration
/// `paymentDetails` would take 185; the same text in both places is worth more.
pub(crate) const PURPOSE_MAX_CHARS: usize = 140;

/// The purpose with only the characters that the bank shows unharmed: printable ASCII, Russian letters without ё, and №.
/// Relatives of these are replaced by them, everything else falls out, spaces are single. `None` if nothing is left.
pub(crate) fn clean(purpose: Option<&str>) -> Option<String> {
    let text: String = purpose?.chars().filter_map(allowed).collect();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let cut: String = words.join(" ").chars().take(PURPOSE_MAX_CHARS).collect();
    let cut = cut.trim_end();
    (!cut.is_empty()).then(|| cut.to_owned())
}

fn allowed(character: char) -> Option<char> {
    match character {
        ' '..='~' | '\u{410}'..='\u{44F}' | '№' => Some(character),
        'ё' => Some('е'),
        'Ё' => Some('Е'),
        '«' | '»' | '„' | '“' | '”' => Some('"'),
        '‘' | '’' => Some('\''),
        '‐' | '‑' | '–' | '—' | '−' => Some('-'),
        _ if character.is_whitespace() => Some(' '),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_that_the_bank_takes_are_left() {
        for (purpose, cleaned) in [
            ("Чек 1734, касса 3", Some("Чек 1734, касса 3")),
            ("Счёт №5 — «Ёлка»", Some("Счет №5 - \"Елка\"")),
            ("  a\u{a0}b\n\tc  ", Some("a b c")),
            ("coffee ☕ and 🥐 cake", Some("coffee and cake")),
            ("ұлттық", Some("лтты")),
            ("☕", None),
            ("   ", None),
            ("", None),
        ] {
            assert_eq!(clean(Some(purpose)).as_deref(), cleaned, "{purpose:?}");
        }
        assert_eq!(clean(None), None);
    }

    #[test]
    fn a_long_purpose_is_cut_by_characters_not_bytes() {
        assert_eq!(clean(Some(&"я".repeat(141))).unwrap(), "я".repeat(140));
        let ends_at_a_space = format!("{} tail", "x".repeat(139));
        assert_eq!(clean(Some(&ends_at_a_space)).unwrap(), "x".repeat(139));
    }
}
