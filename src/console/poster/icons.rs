//! The steps in pictures, as on screens: strokes on a square of twelve millimetres.

use device::Step;

use super::drawing::rounded;

/// Half a micrometre times a thousand: screens draw the same pictures on a grid of 24.
const UNIT: i32 = 500;

/// A place on the screens' grid, in tenths.
fn at(tenths: i32) -> i32 {
    tenths * UNIT / 10
}

fn line(points: &[(i32, i32)]) -> Vec<Step> {
    let steps = points.iter().enumerate().map(|(number, (x, y))| {
        let (x, y) = (at(*x), at(*y));
        if number == 0 { Step::Move(x, y) } else { Step::Line(x, y) }
    });
    steps.collect()
}

fn box_of(x: i32, y: i32, width: i32, height: i32, radius: i32) -> Vec<Step> {
    rounded(at(x), at(y), at(width), at(height), at(radius))
}

fn phone() -> [Vec<Step>; 2] {
    [box_of(65, 25, 110, 190, 25), line(&[(110, 187), (130, 187)])]
}

/// A phone with the bank's app.
pub(super) fn open_app() -> Vec<Vec<Step>> {
    [phone().to_vec(), vec![box_of(95, 80, 50, 50, 13)]].concat()
}

/// A code between the corners of a camera.
pub(super) fn scan() -> Vec<Vec<Step>> {
    let corners = [
        [(35, 80), (35, 35), (80, 35)],
        [(160, 35), (205, 35), (205, 80)],
        [(205, 160), (205, 205), (160, 205)],
        [(80, 205), (35, 205), (35, 160)],
    ];
    let finders = [box_of(80, 80, 30, 30, 3), box_of(135, 80, 25, 30, 3), box_of(80, 135, 30, 25, 3)];
    let last = line(&[(135, 135), (160, 135), (160, 160), (135, 160), (135, 135)]);
    corners.iter().map(|corner| line(corner)).chain(finders).chain([last]).collect()
}

/// A phone with a tick.
pub(super) fn confirm() -> Vec<Vec<Step>> {
    [phone().to_vec(), vec![line(&[(93, 112), (113, 132), (148, 92)])]].concat()
}
