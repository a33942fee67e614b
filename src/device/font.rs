//! Text as dots: shaped by `HarfBuzz`'s rules (Devanagari needs them), drawn without greys.

#![expect(clippy::float_arithmetic, reason = "outlines are curves; no money is near")]

use std::sync::LazyLock;

use harfrust::{Buffer, Font, ShapeOptions, ShaperFont, shape};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use zeno::{Command, Mask, Vector};

use crate::bitmap::Bitmap;

/// How thick strokes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// As usual.
    Plain,
    /// Thick.
    Bold,
}

/// Whether the fonts have every letter of a text.
pub fn draws(text: &str) -> bool {
    text.chars().filter(|letter| !letter.is_control()).all(|letter| {
        let face = face(is_devanagari(letter), Weight::Plain);
        is_mark_only(letter) || face.outlines.charmap().map(letter).is_some()
    })
}

/// One line of shaped text.
#[derive(Debug)]
pub(crate) struct Line {
    glyphs: Vec<Placed>,
    em: u16,
    width: usize,
}

#[derive(Debug)]
struct Placed {
    face: &'static Face,
    glyph: GlyphId,
    /// From the line's left and its base line, right and up, in 64ths of a dot.
    x: i32,
    y: i32,
}

impl Line {
    /// Shapes text in letters of `em` dots.
    pub(crate) fn shape(text: &str, em: u16, weight: Weight) -> Self {
        let mut line = Self { glyphs: Vec::new(), em, width: 0 };
        let mut at = 0;
        for (is_devanagari, run) in runs(text) {
            at = line.place(face(is_devanagari, weight), &run, at);
        }
        line.width = usize::try_from((at + 63) / 64).unwrap_or(0);
        line
    }

    /// Dots from its left to its right.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Dots from the top of the highest letter to the bottom of the lowest, and some air.
    pub(crate) fn height(&self) -> usize {
        usize::from(self.em) * 17 / 12
    }

    /// Draws it into a picture of its height.
    pub(crate) fn draw(&self, picture: &mut Bitmap, left: usize) {
        let left = i32::try_from(left).unwrap_or(0);
        let base = i32::from(self.em) * 13 / 12;
        for placed in &self.glyphs {
            let (x, y) = (left + (placed.x + 32) / 64, base - (placed.y + 32).div_euclid(64));
            placed.face.draw(placed.glyph, self.em, x, y, picture);
        }
    }

    /// Places a run of one face; gives where the next one begins.
    fn place(&mut self, face: &'static Face, run: &str, from: i32) -> i32 {
        let mut buffer = Buffer::new();
        buffer.push_str(run);
        buffer.guess_segment_properties();
        let font = ShaperFont::new(&face.shaper).with_scale(i32::from(self.em) * 64);
        if shape(&font, &mut buffer, ShapeOptions::default()).is_err() {
            return from;
        }
        let mut at = from;
        for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
            let glyph = GlyphId::new(info.glyph_id);
            self.glyphs.push(Placed { face, glyph, x: at + position.x_offset, y: position.y_offset });
            at += position.x_advance;
        }
        at
    }
}

/// A step of an outline, in the units of the letters' size, right and down from where the line begins on its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Begin here.
    Move(i32, i32),
    /// Straight to here.
    Line(i32, i32),
    /// Around one point to another.
    Quad((i32, i32), (i32, i32)),
    /// Around two points to a third.
    Curve((i32, i32), (i32, i32), (i32, i32)),
    /// Back to the beginning.
    Close,
}

impl Line {
    /// The outlines of all letters.
    pub(crate) fn outline(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for placed in &self.glyphs {
            let (x, y) = ((placed.x + 32).div_euclid(64), -(placed.y + 32).div_euclid(64));
            steps.extend(
                placed.face.outline(placed.glyph, self.em).iter().map(|command| step(command, (x, y))),
            );
        }
        steps
    }
}

#[expect(clippy::cast_possible_truncation, reason = "letters are smaller than the millions that fit")]
fn step(command: &Command, (x, y): (i32, i32)) -> Step {
    let point = |at: &Vector| (x + at.x.round() as i32, y + at.y.round() as i32);
    match command {
        Command::MoveTo(to) => Step::Move(point(to).0, point(to).1),
        Command::LineTo(to) => Step::Line(point(to).0, point(to).1),
        Command::QuadTo(around, to) => Step::Quad(point(around), point(to)),
        Command::CurveTo(first, second, to) => Step::Curve(point(first), point(second), point(to)),
        Command::Close => Step::Close,
    }
}

struct Face {
    shaper: Font,
    outlines: FontRef<'static>,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Face")
    }
}

impl Face {
    fn read(file: &'static [u8]) -> Self {
        let shaper = Font::new(file, 0).expect("a test reads the fonts of the program");
        let outlines = FontRef::new(file).expect("a test reads the fonts of the program");
        Self { shaper, outlines }
    }

    /// The outline of a glyph; empty for a space.
    fn outline(&self, glyph: GlyphId, em: u16) -> Vec<Command> {
        let Some(outline) = self.outlines.outline_glyphs().get(glyph) else { return Vec::new() };
        let mut path = Path::default();
        let settings = DrawSettings::unhinted(Size::new(f32::from(em)), LocationRef::default());
        if outline.draw(settings, &mut path).is_err() { Vec::new() } else { path.0 }
    }

    /// Draws a glyph with its origin at a dot: a dot is black where half of it is covered.
    fn draw(&self, glyph: GlyphId, em: u16, x: i32, y: i32, picture: &mut Bitmap) {
        let path = self.outline(glyph, em);
        if path.is_empty() {
            return;
        }
        let (cover, place) = Mask::new(&path).render();
        let Ok(width) = i32::try_from(place.width) else { return };
        for (row, dots) in (0..).zip(cover.chunks(place.width.max(1) as usize)) {
            for (column, _) in (0..width).zip(dots).filter(|(_, cover)| **cover >= 0x80) {
                picture.blacken(x + place.left + column, y + place.top + row);
            }
        }
    }
}

/// The face of a run.
fn face(is_devanagari: bool, weight: Weight) -> &'static Face {
    static PLAIN: LazyLock<Face> = LazyLock::new(|| Face::read(include_bytes!("fonts/NotoSans-Regular.ttf")));
    static BOLD: LazyLock<Face> = LazyLock::new(|| Face::read(include_bytes!("fonts/NotoSans-Bold.ttf")));
    static PLAIN_DEVANAGARI: LazyLock<Face> =
        LazyLock::new(|| Face::read(include_bytes!("fonts/NotoSansDevanagari-Regular.ttf")));
    static BOLD_DEVANAGARI: LazyLock<Face> =
        LazyLock::new(|| Face::read(include_bytes!("fonts/NotoSansDevanagari-Bold.ttf")));
    match (is_devanagari, weight) {
        (false, Weight::Plain) => &PLAIN,
        (false, Weight::Bold) => &BOLD,
        (true, Weight::Plain) => &PLAIN_DEVANAGARI,
        (true, Weight::Bold) => &BOLD_DEVANAGARI,
    }
}

fn is_devanagari(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{97f}' | '\u{200c}' | '\u{200d}')
}

/// Signs that only steer the letters beside them.
fn is_mark_only(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{ad}')
}

/// Stretches of one face. Control characters are spaces; a sign that no face has is a question mark.
fn runs(text: &str) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for letter in text.chars() {
        let letter = match letter {
            letter if letter.is_control() => ' ',
            '\u{2011}' => '\u{2010}',
            letter if !draws(letter.encode_utf8(&mut [0; 4])) => '?',
            letter => letter,
        };
        match runs.last_mut() {
            Some((of_run, run)) if *of_run == is_devanagari(letter) => run.push(letter),
            _ => runs.push((is_devanagari(letter), letter.to_string())),
        }
    }
    runs
}

/// An outline whose y grows downwards.
#[derive(Default)]
struct Path(Vec<Command>);

fn at(x: f32, y: f32) -> Vector {
    Vector::new(x, -y)
}

impl OutlinePen for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Command::MoveTo(at(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Command::LineTo(at(x, y)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.push(Command::QuadTo(at(cx, cy), at(x, y)));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.0.push(Command::CurveTo(at(cx0, cy0), at(cx1, cy1), at(x, y)));
    }

    fn close(&mut self) {
        self.0.push(Command::Close);
    }
}
