//! A drawing as SVG.

use std::fmt::Write;

use device::Step;

use super::drawing::{Colour, Drawing, Paint, Shape};
use super::{HEIGHT, PosterPaper, WIDTH};

/// The whole file; numbers inside are micrometres of A6.
pub(super) fn write(drawing: &Drawing, paper: PosterPaper) -> String {
    let (width, height) = paper.millimetres();
    let mut file = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {WIDTH} {HEIGHT}">"#
    );
    for Shape { paint, steps } in &drawing.shapes {
        let path = path(steps);
        let written = match paint {
            Paint::Fill(colour) => write!(file, r#"<path fill="{}" d="{path}"/>"#, hex(*colour)),
            Paint::Stroke(colour, width) => write!(
                file,
                r#"<path fill="none" stroke="{}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round" d="{path}"/>"#,
                hex(*colour)
            ),
        };
        written.expect("text takes every write");
    }
    file.push_str("</svg>\n");
    file
}

fn hex(Colour(red, green, blue): Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn path(steps: &[Step]) -> String {
    let place = |(x, y): (i32, i32)| format!("{x} {y}");
    let mut path = String::new();
    for step in steps {
        let written = match *step {
            Step::Move(x, y) => write!(path, "M{x} {y}"),
            Step::Line(x, y) => write!(path, "L{x} {y}"),
            Step::Quad(around, to) => write!(path, "Q{} {}", place(around), place(to)),
            Step::Curve(first, second, to) => {
                write!(path, "C{} {} {}", place(first), place(second), place(to))
            }
            Step::Close => write!(path, "z"),
        };
        written.expect("text takes every write");
    }
    path
}
