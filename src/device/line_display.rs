//! What is written on a line display.

use crate::page::{carries, nearest};
use crate::{DisplayProfile, Protocol};

const INITIALIZE: [u8; 2] = [0x1B, 0x40];
const CLEAR: u8 = 0x0C;
/// CD5220: write the upper or the lower line whole; ends with a carriage return.
const WRITE_LINE: [[u8; 3]; 2] = [[0x1B, 0x51, 0x41], [0x1B, 0x51, 0x42]];
const END_LINE: u8 = 0x0D;
/// Epson: what is written takes the place of what is there; the cursor to the first column of a line.
const OVERWRITE: [u8; 2] = [0x1F, 0x01];
const MOVE_TO: [[u8; 4]; 2] = [[0x1F, 0x24, 1, 1], [0x1F, 0x24, 1, 2]];

/// The bytes that show two lines. What is longer than a line is cut off; letters that the display lacks are written by the
/// nearest that it has.
pub fn shown(profile: &DisplayProfile, lines: &[String; 2]) -> Vec<u8> {
    let mut bytes = cleared(profile);
    if profile.protocol == Protocol::Escpos {
        bytes.extend(OVERWRITE);
    }
    for (number, line) in lines.iter().enumerate() {
        let mut text = nearest(profile.encoding, line);
        text.truncate(DisplayProfile::COLUMNS);
        match profile.protocol {
            Protocol::Cd5220 => {
                bytes.extend(WRITE_LINE[number]);
                bytes.extend(text);
                bytes.push(END_LINE);
            }
            Protocol::Escpos => {
                bytes.extend(MOVE_TO[number]);
                bytes.extend(text);
            }
        }
    }
    bytes
}

/// The bytes that leave nothing on the display.
pub fn cleared(profile: &DisplayProfile) -> Vec<u8> {
    let mut bytes = INITIALIZE.to_vec();
    bytes.extend(&profile.code_page);
    bytes.push(CLEAR);
    bytes
}

impl DisplayProfile {
    /// Whether a text is shown whole and in its own letters: what a display can't show is better said in another language.
    pub fn carries(&self, line: &str) -> bool {
        carries(self.encoding, line) && nearest(self.encoding, line).len() <= Self::COLUMNS
    }
}

#[cfg(test)]
mod tests {
    use crate::Profiles;

    use super::*;

    #[test]
    fn both_protocols_write_two_lines_of_twenty() {
        let lines = ["СБП 198,00 ₽".to_owned(), "a line that is longer than twenty".to_owned()];
        for (name, bytes) in [
            (
                "generic-cd5220",
                &b"\x1B\x40\x0C\x1BQA??? 198,00 RUB \x0D\x1BQBa line that is longe\x0D"[..],
            ),
            (
                "ocd-300",
                b"\x1B\x40\x1B\x74\x0B\x0C\x1F\x01\x1F\x24\x01\x01\x91\x81\x8F 198,00 \xE0\xE3\xA1.\x1F\x24\x01\x02a line that is longe",
            ),
        ] {
            let profile = &Profiles::built_in().displays[name];
            assert_eq!(shown(profile, &lines), bytes, "{name}");
        }
    }

    #[test]
    fn a_display_says_which_lines_it_can_show() {
        let displays = &Profiles::built_in().displays;
        for (name, line, can) in [
            ("generic-cd5220", "RUB 198.00", true),
            ("generic-cd5220", "₽198.00", true),
            ("generic-cd5220", "198,00 руб.", false),
            ("ocd-300", "198,00 ₽", true),
            ("ocd-300", "Төлеу", false),
            ("ocd-300", "a line that is longer than twenty", false),
        ] {
            assert_eq!(displays[name].carries(line), can, "{name} {line}");
        }
    }
}
