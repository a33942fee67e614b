//! The symbol of a code as a picture.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the symbol, which scanners need (ISO/IEC 18004).
const QUIET_ZONE: usize = 4;

/// A drawn code: black on white, level M, one unit of the drawing a module, the quiet zone included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePicture {
    /// Modules on a side, the quiet zone included: 49 for a usual SBP link.
    pub modules: usize,
    /// The drawing as an SVG element.
    pub svg: String,
}

/// A code can't be shown as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// The text does not fit into a QR symbol of level M (2331 bytes).
    #[error("a text of {bytes} bytes does not fit into a QR symbol")]
    TooLong {
        /// The text's length.
        bytes: usize,
    },
    /// A reader does not find the text in the picture, byte for byte: it is not handed out.
    #[error("the picture of a code could not be read back")]
    Unreadable,
}

impl CodePicture {
    /// Draws a payload, byte for byte.
    ///
    /// Level M, no logo, the whole quiet zone: the choice for screens in `devices.md` §1. Drawn as one path of runs, a
    /// third of the size of a rectangle per module; `crispEdges` keeps the modules sharp without smoothing.
    pub fn draw(payload: &str) -> Result<Self, DrawError> {
        let symbol = symbol(payload)?;
        let modules = symbol.width() + 2 * QUIET_ZONE;
        let path = runs(&symbol, QUIET_ZONE);
        let svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules} {modules}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{modules}v{modules}H0z"/><path fill="#000" d="{path}"/></svg>"##
        );
        Ok(Self { modules, svg })
    }
}

/// The symbol of a payload, byte for byte, with the level of error correction for screens.
pub(crate) fn symbol(payload: &str) -> Result<QrCode, DrawError> {
    QrCode::with_error_correction_level(payload.as_bytes(), EcLevel::M)
        .map_err(|_| DrawError::TooLong { bytes: payload.len() })
}

/// Every run of dark modules as a rectangle of height one.
pub(crate) fn runs(symbol: &QrCode, quiet: usize) -> String {
    let side = symbol.width();
    path_of(runs_within((side, side), |x, y| symbol[(x, y)] == Color::Dark), quiet)
}

/// Runs as a path of SVG, so many units from its edges.
pub(crate) fn path_of(runs: impl Iterator<Item = Run>, margin: usize) -> String {
    let mut path = String::new();
    for Run { x, y, length } in runs {
        let (left, top) = (x + margin, y + margin);
        write!(path, "M{left} {top}h{length}v1h-{length}z").expect("text takes every write");
    }
    path
}

/// Dots in a row that are dark, with light on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) length: usize,
}

/// The runs of a picture, row by row, each from the left.
pub(crate) fn runs_within(
    (width, height): (usize, usize),
    is_dark: impl Fn(usize, usize) -> bool,
) -> impl Iterator<Item = Run> {
    (0..height).flat_map(move |y| {
        let row: Vec<bool> = (0..width).map(|x| is_dark(x, y)).collect();
        let mut x = 0;
        let runs = row.chunk_by(PartialEq::eq).filter_map(|run| {
            let from = x;
            x += run.len();
            run[0].then_some(Run { x: from, y, length: run.len() })
        });
        runs.collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";

    #[test]
    fn an_sbp_link_is_49_modules_wide_with_its_quiet_zone() {
        let picture = CodePicture::draw(PAYLOAD).unwrap();
        assert_eq!(picture.modules, 49);
        assert!(picture.svg.contains(r#"viewBox="0 0 49 49""#));
        assert!(picture.svg.len() < 8_000, "{} bytes", picture.svg.len());
    }

    #[test]
    fn the_drawing_has_exactly_the_symbols_dark_modules() {
        let symbol = QrCode::with_error_correction_level(PAYLOAD, EcLevel::M).unwrap();
        let picture = CodePicture::draw(PAYLOAD).unwrap();
        let side = picture.modules;
        let mut drawn = vec![false; side * side];
        let path = picture.svg.split("d=\"").nth(2).unwrap().split('"').next().unwrap();
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let (x, y, length): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            drawn[y * side + x..][..length].fill(true);
        }
        for y in 0..side {
            for x in 0..side {
                let inside = |at: usize| (QUIET_ZONE..side - QUIET_ZONE).contains(&at);
                let dark = inside(x) && inside(y) && symbol[(x - QUIET_ZONE, y - QUIET_ZONE)] == Color::Dark;
                assert_eq!(drawn[y * side + x], dark, "module {x}, {y}");
            }
        }
    }

    #[test]
    fn a_text_that_fits_no_symbol_is_an_error() {
        assert_eq!(CodePicture::draw(&"x".repeat(2332)), Err(DrawError::TooLong { bytes: 2332 }));
        assert!(CodePicture::draw(&"x".repeat(2331)).is_ok());
    }
}
