//! Characters behind bytes, written out: not the tables by which the bytes were made.

/// A code page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Russian as in DOS.
    Cp866,
    /// Russian as in Windows.
    Cp1251,
    /// Kazakh and Russian.
    Rk1048,
}

impl Page {
    /// The character of a byte.
    pub(crate) fn letter(self, byte: u8) -> char {
        let table = match self {
            Self::Cp866 => CP866,
            Self::Cp1251 => CP1251,
            Self::Rk1048 => RK1048,
        };
        match byte.checked_sub(0x80) {
            None => char::from(byte),
            Some(above) => table.chars().nth(above.into()).unwrap_or('\u{fffd}'),
        }
    }
}

const CP866: &str = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u{a0}";
const CP1251: &str = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{fffd}™љ›њќћџ\u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя";
const RK1048: &str = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊҚҺЏђ‘’“”•–—\u{fffd}™љ›њқһџ\u{a0}ҰұӘ¤Ө¦§Ё©Ғ«¬\u{ad}®Ү°±Ііөµ¶·ё№ғ»әҢңүАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя";
