//! Dots, one bit each.

/// A picture of black and white dots, row by row from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bitmap {
    width: usize,
    bits: Vec<u8>,
}

impl Bitmap {
    /// A white picture.
    pub(crate) fn white(width: usize, height: usize) -> Self {
        Self { width, bits: vec![0; width.div_ceil(8) * height] }
    }

    /// Bytes in a row; the first dot is the highest bit of the first.
    pub(crate) fn stride(&self) -> usize {
        self.width.div_ceil(8)
    }

    /// Rows from the top.
    pub(crate) fn rows(&self) -> std::slice::Chunks<'_, u8> {
        self.bits.chunks(self.stride())
    }

    /// Dots from the top to the bottom.
    pub(crate) fn height(&self) -> usize {
        self.bits.len() / self.stride()
    }

    /// Makes a dot black. What is outside is cut off: letters may lean over the edge.
    pub(crate) fn blacken(&mut self, x: i32, y: i32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        let stride = self.stride();
        if x < self.width && y < self.height() {
            self.bits[y * stride + x / 8] |= 0x80 >> (x % 8);
        }
    }

    /// Whether a dot is black. It must be inside.
    pub(crate) fn is_black(&self, x: usize, y: usize) -> bool {
        self.bits[y * self.stride() + x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Copies a picture of the same width into this one, from this row on.
    pub(crate) fn put(&mut self, other: &Self, top: usize) {
        let from = top * self.stride();
        self.bits[from..from + other.bits.len()].copy_from_slice(&other.bits);
    }

    /// Makes a rectangle black.
    pub(crate) fn fill(&mut self, left: usize, top: usize, width: usize, height: usize) {
        for y in top..top + height {
            for x in left..left + width {
                if let (Ok(x), Ok(y)) = (i32::try_from(x), i32::try_from(y)) {
                    self.blacken(x, y);
                }
            }
        }
    }
}
