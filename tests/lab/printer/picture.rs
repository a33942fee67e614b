//! Dots on paper.

/// A strip of paper that grows downwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    rows: Vec<Vec<bool>>,
}

impl Picture {
    /// An empty strip.
    pub(crate) fn new(width: usize) -> Self {
        Self { width, rows: Vec::new() }
    }

    /// Dots across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dots down.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// Whether a dot is black; outside of the paper none is.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        self.rows.get(y).and_then(|row| row.get(x)).is_some_and(|black| *black)
    }

    /// A piece of it, from a row down.
    #[must_use]
    pub fn part(&self, top: usize, height: usize) -> Self {
        let rows = self.rows.iter().skip(top).take(height).cloned().collect();
        Self { width: self.width, rows }
    }

    /// Moves the paper on; gives the first new row.
    pub(crate) fn feed(&mut self, dots: usize) -> usize {
        let top = self.rows.len();
        self.rows.resize(top + dots, vec![false; self.width]);
        top
    }

    pub(crate) fn blacken(&mut self, x: usize, y: usize) {
        if let Some(dot) = self.rows.get_mut(y).and_then(|row| row.get_mut(x)) {
            *dot = true;
        }
    }

    /// As PNG with one byte a dot, and a margin as that of the paper.
    pub fn png(&self, margin: usize) -> Vec<u8> {
        let grey = self.grey(margin);
        let (width, height) = (self.width + 2 * margin, self.height() + 2 * margin);
        let mut file = Vec::new();
        let side = |dots: usize| u32::try_from(dots.max(1)).expect("slips are short");
        let mut encoder = png::Encoder::new(&mut file, side(width), side(height));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&grey));
        written.expect("memory takes every write, and the dots are as many as the head says");
        file
    }

    /// One byte a dot, row by row: 0 black, 255 white.
    pub fn grey(&self, margin: usize) -> Vec<u8> {
        let (width, height) = (self.width + 2 * margin, self.height() + 2 * margin);
        let shade = |x: usize, y: usize| match (x.checked_sub(margin), y.checked_sub(margin)) {
            (Some(x), Some(y)) if self.is_black(x, y) => 0,
            _ => 255,
        };
        (0..height).flat_map(|y| (0..width).map(move |x| shade(x, y))).collect()
    }
}
