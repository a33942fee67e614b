//! A drawing as PDF.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "PDF counts in points; no money is near"
)]

use device::Step;
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Finish, Pdf, Rect, Ref};

use super::drawing::{Colour, Drawing, Paint, Shape};
use super::{HEIGHT, PosterPaper, WIDTH};

/// Points of 1/72 inch in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// The whole file.
pub(super) fn write(drawing: &Drawing, paper: PosterPaper) -> Vec<u8> {
    let (width, height) = paper.millimetres();
    let (width, height) = (width as f32 * POINTS, height as f32 * POINTS);
    let (catalog, pages, page, content) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
    let mut file = Pdf::new();
    file.catalog(catalog).pages(pages);
    file.pages(pages).kids([page]).count(1);
    let mut sheet = file.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(content);
    sheet.resources();
    sheet.finish();
    file.stream(content, &shapes(drawing, (width, height)));
    file.finish()
}

fn shapes(drawing: &Drawing, (width, height): (f32, f32)) -> Vec<u8> {
    let mut content = Content::new();
    // From micrometres downwards to points upwards.
    content.transform([width / WIDTH as f32, 0.0, 0.0, -height / HEIGHT as f32, 0.0, height]);
    content.set_line_cap(LineCapStyle::RoundCap).set_line_join(LineJoinStyle::RoundJoin);
    for Shape { paint, steps } in &drawing.shapes {
        let (Paint::Fill(colour) | Paint::Stroke(colour, _)) = paint;
        let [red, green, blue] = parts(*colour);
        match paint {
            Paint::Fill(_) => content.set_fill_rgb(red, green, blue),
            Paint::Stroke(_, width) => content.set_stroke_rgb(red, green, blue).set_line_width(*width as f32),
        };
        follow(&mut content, steps);
        match paint {
            Paint::Fill(_) => content.fill_nonzero(),
            Paint::Stroke(..) => content.stroke(),
        };
    }
    content.finish().to_vec()
}

fn parts(Colour(red, green, blue): Colour) -> [f32; 3] {
    [red, green, blue].map(|part| f32::from(part) / 255.0)
}

fn follow(content: &mut Content, steps: &[Step]) {
    let point = |(x, y): (i32, i32)| (x as f32, y as f32);
    let mut here = (0.0, 0.0);
    for step in steps {
        match *step {
            Step::Move(x, y) => {
                here = point((x, y));
                content.move_to(here.0, here.1);
            }
            Step::Line(x, y) => {
                here = point((x, y));
                content.line_to(here.0, here.1);
            }
            Step::Quad(around, to) => {
                let (around, to) = (point(around), point(to));
                // The same curve with two controls.
                let towards = |from: (f32, f32)| {
                    (from.0 + 2.0 / 3.0 * (around.0 - from.0), from.1 + 2.0 / 3.0 * (around.1 - from.1))
                };
                let (first, second) = (towards(here), towards(to));
                content.cubic_to(first.0, first.1, second.0, second.1, to.0, to.1);
                here = to;
            }
            Step::Curve(first, second, to) => {
                let (first, second, to) = (point(first), point(second), point(to));
                content.cubic_to(first.0, first.1, second.0, second.1, to.0, to.1);
                here = to;
            }
            Step::Close => {
                content.close_path();
            }
        }
    }
}
