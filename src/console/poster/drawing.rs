//! Shapes on a sheet, in micrometres right and down from its corner.

use device::Step;

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// How a shape is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// All of its inside.
    Fill(Colour),
    /// A line of this width along it, with round ends.
    Stroke(Colour, i32),
}

/// A shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) paint: Paint,
    pub(super) steps: Vec<Step>,
}

/// Shapes, the lowest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Drawing {
    pub(super) shapes: Vec<Shape>,
}

impl Drawing {
    pub(super) fn fill(&mut self, colour: Colour, steps: Vec<Step>) {
        self.shapes.push(Shape { paint: Paint::Fill(colour), steps });
    }

    /// Puts a shape with its origin at a place.
    pub(super) fn put(&mut self, paint: Paint, steps: &[Step], (x, y): (i32, i32)) {
        let moved = |(a, b): (i32, i32)| (a + x, b + y);
        let steps = steps.iter().map(|step| match *step {
            Step::Move(a, b) => Step::Move(a + x, b + y),
            Step::Line(a, b) => Step::Line(a + x, b + y),
            Step::Quad(around, to) => Step::Quad(moved(around), moved(to)),
            Step::Curve(first, second, to) => Step::Curve(moved(first), moved(second), moved(to)),
            Step::Close => Step::Close,
        });
        self.shapes.push(Shape { paint, steps: steps.collect() });
    }
}

pub(super) fn rectangle(x: i32, y: i32, width: i32, height: i32) -> Vec<Step> {
    vec![
        Step::Move(x, y),
        Step::Line(x + width, y),
        Step::Line(x + width, y + height),
        Step::Line(x, y + height),
        Step::Close,
    ]
}

/// A rectangle whose corners are quarters of circles.
pub(super) fn rounded(x: i32, y: i32, width: i32, height: i32, radius: i32) -> Vec<Step> {
    // How far the controls of a curve are from its corner, so that it is a quarter of a circle.
    let near = radius * 448 / 1_000;
    let (right, bottom) = (x + width, y + height);
    vec![
        Step::Move(x + radius, y),
        Step::Line(right - radius, y),
        Step::Curve((right - near, y), (right, y + near), (right, y + radius)),
        Step::Line(right, bottom - radius),
        Step::Curve((right, bottom - near), (right - near, bottom), (right - radius, bottom)),
        Step::Line(x + radius, bottom),
        Step::Curve((x + near, bottom), (x, bottom - near), (x, bottom - radius)),
        Step::Line(x, y + radius),
        Step::Curve((x, y + near), (x + near, y), (x + radius, y)),
        Step::Close,
    ]
}
