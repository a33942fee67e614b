//! The code as characters: two modules a character, with the quiet zone.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Black modules on white ground, both named outright: a terminal's own colours may be anything. Not decoration, so
/// `NO_COLOR` does not take it away.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const PLAIN: &str = "\u{1b}[0m";

/// The symbol, a line of text per two rows of modules; elsewhere than on a terminal ink is where the symbol is dark.
/// `None`: the text is too long for a symbol.
///
/// Level L: a terminal shows every module clean, and an SBP link then fits into 24 lines.
pub(super) fn draw(payload: &str, on_terminal: bool) -> Option<Vec<String>> {
    let symbol = QrCode::with_error_correction_level(payload.as_bytes(), EcLevel::L).ok()?;
    let text = symbol.render::<Dense1x2>().quiet_zone(true).build();
    let line =
        |line: &str| if on_terminal { format!("{BLACK_ON_WHITE}{line}{PLAIN}") } else { line.to_owned() };
    Some(text.lines().map(line).collect())
}

#[cfg(test)]
mod tests {
    use qrcode::Color;

    use super::*;

    const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";

    /// The modules of drawn lines: whether each is filled.
    fn modules(lines: &[String]) -> Vec<Vec<bool>> {
        let halves = |line: &String, upper: bool| {
            line.chars()
                .map(|character| match character {
                    '█' => true,
                    '▀' => upper,
                    '▄' => !upper,
                    ' ' => false,
                    other => panic!("{other:?} is no part of a symbol"),
                })
                .collect::<Vec<_>>()
        };
        lines.iter().flat_map(|line| [halves(line, true), halves(line, false)]).collect()
    }

    #[test]
    fn the_drawing_is_the_symbol_with_four_light_modules_around_and_fits_a_terminal() {
        let symbol = QrCode::with_error_correction_level(PAYLOAD, EcLevel::L).unwrap();
        let drawn = modules(&draw(PAYLOAD, false).unwrap());
        let width = symbol.width();
        assert!(drawn.len() <= 48 && drawn[0].len() == width + 8, "{} by {}", drawn[0].len(), drawn.len());
        for (y, row) in drawn.iter().enumerate() {
            for (x, filled) in row.iter().enumerate() {
                let inside = (4..width + 4).contains(&x) && (4..width + 4).contains(&y);
                let dark = inside && symbol[(x - 4, y - 4)] == Color::Dark;
                assert_eq!(*filled, dark, "module {x}, {y}");
            }
        }
    }

    #[test]
    fn on_a_terminal_light_is_white_and_dark_is_black_whatever_its_colours_are() {
        let plain = draw(PAYLOAD, false).unwrap();
        for (line, plain) in draw(PAYLOAD, true).unwrap().iter().zip(plain) {
            let inner = line.strip_prefix(BLACK_ON_WHITE).and_then(|line| line.strip_suffix(PLAIN));
            assert_eq!(inner, Some(plain.as_str()));
        }
    }

    #[test]
    fn a_text_that_fits_no_symbol_is_not_drawn() {
        assert_eq!(draw(&"x".repeat(3_000), true), None);
    }
}
