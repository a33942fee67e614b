//! What happens to a code between the print head and a phone, and a phone.

#![expect(clippy::float_arithmetic, reason = "optics, not money")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "dots are few"
)]

use virtual_printer::Picture;

/// A picture in greys.
#[derive(Clone)]
pub(super) struct Grey {
    width: usize,
    height: usize,
    shades: Vec<u8>,
}

impl Grey {
    /// A picture with the paper around it.
    pub(super) fn of(picture: &Picture) -> Self {
        let margin = 16;
        Self {
            width: picture.width() + 2 * margin,
            height: picture.height() + 2 * margin,
            shades: picture.grey(margin),
        }
    }

    fn shade(&self, x: i64, y: i64) -> f32 {
        let inside = |at: i64, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
        match (inside(x, self.width), inside(y, self.height)) {
            (Some(x), Some(y)) => f32::from(self.shades[y * self.width + x]),
            _ => 255.0,
        }
    }

    /// Dots on the side of a module, found by the three equal patterns in corners: the longest run of rows of the code that
    /// begin with the same black run of seven modules.
    pub(super) fn module(&self) -> usize {
        let run = |y: usize| {
            let row = &self.shades[y * self.width..(y + 1) * self.width];
            let start = row.iter().position(|shade| *shade == 0)?;
            let length = row[start..].iter().take_while(|shade| **shade == 0).count();
            Some((start, length))
        };
        // The top row of a code: seven black modules, repeated for a module's height, then two single black modules with the
        // same left edge.
        (1..self.height)
            .find_map(|y| {
                let (start, length) = run(y).filter(|(_, length)| length % 7 == 0)?;
                let module = length / 7;
                let whole =
                    (0..module).all(|row| y + row < self.height && run(y + row) == Some((start, length)));
                let below = (module..6 * module)
                    .all(|row| y + row < self.height && run(y + row) == Some((start, module)));
                (module >= 3 && whole && below).then_some(module)
            })
            .unwrap_or(0)
    }

    /// Out of focus: a Gaussian of a quarter of a module.
    pub(super) fn blurred(&self, module: usize) -> Self {
        let sigma = module as f32 / 4.0;
        let reach = (3.0 * sigma).ceil() as i64;
        let weights: Vec<(i64, f32)> =
            (-reach..=reach).map(|at| (at, (-(at * at) as f32 / (2.0 * sigma * sigma)).exp())).collect();
        let sum: f32 = weights.iter().map(|(_, weight)| weight).sum();
        let across = self
            .map(|x, y| weights.iter().map(|(at, weight)| self.shade(x + at, y) * weight).sum::<f32>() / sum);
        across.map(|x, y| {
            weights.iter().map(|(at, weight)| across.shade(x, y + at) * weight).sum::<f32>() / sum
        })
    }

    /// Held crookedly: turned by two degrees.
    pub(super) fn turned(&self) -> Self {
        let (sin, cos) = 2_f32.to_radians().sin_cos();
        let (middle_x, middle_y) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        self.map(|x, y| {
            let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
            let (from_x, from_y) = (middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos);
            let (left, top) = (from_x.floor(), from_y.floor());
            let (right_share, low_share) = (from_x - left, from_y - top);
            let at = |x: i64, y: i64| self.shade(left as i64 + x, top as i64 + y);
            let upper = at(0, 0) * (1.0 - right_share) + at(1, 0) * right_share;
            let lower = at(0, 1) * (1.0 - right_share) + at(1, 1) * right_share;
            upper * (1.0 - low_share) + lower * low_share
        })
    }

    fn map(&self, shade: impl Fn(i64, i64) -> f32) -> Self {
        let mut shades = Vec::with_capacity(self.shades.len());
        for y in 0..self.height {
            for x in 0..self.width {
                shades.push(shade(x as i64, y as i64).round() as u8);
            }
        }
        Self { shades, ..*self }
    }
}

/// What a decoder of another lineage than the encoder reads; `None`: nothing, or more than one code.
pub(super) fn read_code(picture: &Grey) -> Option<String> {
    let shade = |x: usize, y: usize| picture.shades[y * picture.width + x];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(picture.width, picture.height, shade);
    let mut found: Vec<String> =
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect();
    if found.len() == 1 { found.pop() } else { None }
}
