//! Text as bytes of a code page.
//!
//! What a page lacks is written as people would write it (`₽` as `руб.`, a dash as a hyphen). Nothing is ever sent that the
//! page does not have: the `escpos` crate would send such letters as raw UTF-8, garbage on paper.

use encoding_rs::{IBM866, WINDOWS_1251};
use serde::{Deserialize, Serialize};

/// The characters behind a code page's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Russian as in DOS.
    Cp866,
    /// Russian as in Windows.
    Cp1251,
    /// Kazakh and Russian: CP1251 with other letters in 16 places.
    Rk1048,
}

impl Encoding {
    /// The byte of a character, if the page has it. Control characters are nobody's text.
    fn byte(self, letter: char) -> Option<u8> {
        // Pages that have these draw them in many ways; everybody draws a plain space alike.
        if matches!(letter, '\u{a0}' | '\u{ad}') {
            return None;
        }
        if letter.is_ascii() {
            return (!letter.is_ascii_control()).then_some(u8::try_from(letter).expect("ASCII is one byte"));
        }
        match self {
            Self::Cp866 => one_byte(IBM866, letter),
            Self::Cp1251 => one_byte(WINDOWS_1251, letter),
            Self::Rk1048 => rk1048(letter),
        }
    }

    /// The text in this page, with what it lacks written otherwise. `None`: it has letters that can't be.
    pub(crate) fn bytes(self, text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            if letter.is_control() {
                bytes.push(b' ');
            } else if let Some(byte) = self.byte(letter) {
                bytes.push(byte);
            } else {
                let before_number = letters.peek().is_some_and(char::is_ascii_digit);
                for other in otherwise(letter, before_number)?.chars() {
                    bytes.push(self.byte(other)?);
                }
            }
        }
        Some(bytes)
    }
}

/// Text for a device that can't draw: as [`Encoding::bytes`], Kazakh and Kyrgyz letters as the nearest Russian ones, and a
/// question mark for what is left. Without an encoding there is only ASCII.
pub(crate) fn nearest(encoding: Option<Encoding>, text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let before_number = encoding.is_none() || letters.peek().is_some_and(char::is_ascii_digit);
        let byte = |letter: char| encoding.map_or_else(|| ascii(letter), |encoding| encoding.byte(letter));
        if letter.is_control() {
            bytes.push(b' ');
        } else if let Some(byte) = byte(letter).or_else(|| byte(alike(letter)?)) {
            bytes.push(byte);
        } else {
            let other = otherwise(letter, before_number).unwrap_or("?");
            bytes.extend(other.chars().map(|other| byte(other).unwrap_or(b'?')));
        }
    }
    bytes
}

/// Whether a device that can't draw has every letter of a text, in itself or written otherwise.
pub(crate) fn carries(encoding: Option<Encoding>, text: &str) -> bool {
    match encoding {
        Some(encoding) => encoding.bytes(text).is_some(),
        None => text
            .chars()
            .all(|letter| ascii(letter).is_some() || otherwise(letter, true).is_some_and(str::is_ascii)),
    }
}

fn ascii(letter: char) -> Option<u8> {
    (letter.is_ascii() && !letter.is_ascii_control())
        .then(|| u8::try_from(letter).expect("ASCII is one byte"))
}

fn one_byte(table: &'static encoding_rs::Encoding, letter: char) -> Option<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, is_lossy) = table.encode(letter.encode_utf8(&mut buffer));
    match bytes.as_ref() {
        [byte] if !is_lossy => Some(*byte),
        _ => None,
    }
}

/// Where RK1048 differs from CP1251 (STRK1048-2002).
const RK1048: [(u8, char); 16] = [
    (0x8D, 'Қ'),
    (0x8E, 'Һ'),
    (0x9D, 'қ'),
    (0x9E, 'һ'),
    (0xA1, 'Ұ'),
    (0xA2, 'ұ'),
    (0xA3, 'Ә'),
    (0xA5, 'Ө'),
    (0xAA, 'Ғ'),
    (0xAF, 'Ү'),
    (0xB4, 'ө'),
    (0xBA, 'ғ'),
    (0xBC, 'ә'),
    (0xBD, 'Ң'),
    (0xBE, 'ң'),
    (0xBF, 'ү'),
];

fn rk1048(letter: char) -> Option<u8> {
    if let Some((byte, _)) = RK1048.iter().find(|(_, own)| *own == letter) {
        return Some(*byte);
    }
    one_byte(WINDOWS_1251, letter).filter(|byte| RK1048.iter().all(|(other, _)| other != byte))
}

/// How people write a sign that they don't have. A currency's sign before its number becomes its code.
fn otherwise(letter: char, before_number: bool) -> Option<&'static str> {
    Some(match letter {
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => " ",
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '«' | '»' | '“' | '”' | '„' | '″' => "\"",
        '‘' | '’' | '‚' | '′' | 'ʼ' => "'",
        '…' => "...",
        '•' | '·' => "*",
        '×' => "x",
        '№' => "No.",
        '₽' if before_number => "RUB ",
        '₽' => "руб.",
        '₸' if before_number => "KZT ",
        '₸' => "тг",
        '₹' if before_number => "INR ",
        '₹' => "INR",
        '€' if before_number => "EUR ",
        '€' => "EUR",
        'ё' => "е",
        'Ё' => "Е",
        _ => return None,
    })
}

/// The Russian letter that readers of Kazakh and Kyrgyz take for theirs.
fn alike(letter: char) -> Option<char> {
    Some(match letter {
        'ә' => 'а',
        'Ә' => 'А',
        'ғ' => 'г',
        'Ғ' => 'Г',
        'қ' => 'к',
        'Қ' => 'К',
        'ң' => 'н',
        'Ң' => 'Н',
        'ө' => 'о',
        'Ө' => 'О',
        'ұ' | 'ү' => 'у',
        'Ұ' | 'Ү' => 'У',
        'һ' => 'х',
        'Һ' => 'Х',
        'і' => 'и',
        'І' => 'И',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_is_carried_by_each_page_and_what_it_lacks_is_written_otherwise() {
        for (encoding, text, bytes) in [
            (Encoding::Cp866, "Ёё№", &b"\xF0\xF1\xFC"[..]),
            (Encoding::Cp1251, "Ёё№«»—…", b"\xA8\xB8\xB9\xAB\xBB\x97\x85"),
            (Encoding::Cp866, "«А» — 1\u{a0}234,56\u{a0}₽…", b"\"\x80\" - 1 234,56 \xE0\xE3\xA1...."),
            (Encoding::Cp866, "₽1,234.50", b"RUB 1,234.50"),
            (Encoding::Cp1251, "5 ₸", b"5 \xF2\xE3"),
            (Encoding::Cp1251, "сом", b"\xF1\xEE\xEC"),
            (Encoding::Rk1048, "Қазақ үні", b"\x8D\xE0\xE7\xE0\x9D \xBF\xED\xB3"),
        ] {
            assert_eq!(encoding.bytes(text).as_deref(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn letters_that_no_page_has_are_never_sent() {
        for (encoding, text) in [
            (Encoding::Cp866, "Төлеу"),
            (Encoding::Cp1251, "Төлөө"),
            (Encoding::Rk1048, "भुगतान"),
            (Encoding::Cp866, "付"),
        ] {
            assert_eq!(encoding.bytes(text), None, "{text}");
        }
        assert_eq!(nearest(Some(Encoding::Cp866), "Төлеңіз 付"), Encoding::Cp866.bytes("Толениз ?").unwrap());
        assert_eq!(nearest(None, "₽198.00 да"), b"RUB 198.00 ??");
    }

    #[test]
    fn a_text_carries_no_commands() {
        let text = "Shop\u{1b}@\n\u{1d}V\0\u{7f}\u{85}";
        assert_eq!(Encoding::Cp866.bytes(text).unwrap(), b"Shop @  V   ");
        assert_eq!(nearest(None, text), b"Shop @  V   ");
    }

    #[test]
    fn every_byte_above_ascii_is_the_page_s_own_letter() {
        for encoding in [Encoding::Cp866, Encoding::Cp1251, Encoding::Rk1048] {
            let mut used = std::collections::BTreeMap::new();
            for letter in ('\u{80}'..='\u{2fff}').filter(|letter| !letter.is_control()) {
                if let Some(byte) = encoding.byte(letter) {
                    assert!(byte >= 0x80, "{encoding:?} {letter}");
                    assert_eq!(used.insert(byte, letter), None, "{encoding:?} {letter}");
                }
            }
            assert!(used.len() >= 118, "{encoding:?} has {}", used.len());
        }
    }
}
