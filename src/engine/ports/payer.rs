//! What a payer is looked for by.

/// So many digits of a mask are what people have in hand: the end of a telephone number or of a card.
const DIGITS: usize = 4;

/// What is the same in all the ways in which banks and people write one masked payer: its last four digits, or, where it has
/// fewer, its letters and digits in lower case. `None`: there is nothing to look for.
pub fn payer_key(shown: &str) -> Option<String> {
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    if let Some(from) = digits.len().checked_sub(DIGITS) {
        return Some(digits[from..].to_owned());
    }
    let rest: String = shown.chars().filter(|sign| sign.is_alphanumeric()).collect();
    Some(rest.to_lowercase()).filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_payer_has_one_key_however_it_is_written() {
        for (shown, key) in [
            ("+7 ••• 12-34", Some("1234")),
            ("+7 (9**) ***-12-34", Some("1234")),
            ("79*****1234", Some("1234")),
            ("1234", Some("1234")),
            ("2200 •••• 0042", Some("0042")),
            ("Иван Петрович С.", Some("иванпетровичс")),
            ("ИВАН ПЕТРОВИЧ С", Some("иванпетровичс")),
            ("•••42", Some("42")),
            (" ••• ", None),
            ("", None),
        ] {
            assert_eq!(payer_key(shown).as_deref(), key, "{shown:?}");
        }
    }
}
