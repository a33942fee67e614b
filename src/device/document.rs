//! What is on the paper, and nothing of any printer.

/// A slip from top to bottom. What comes after its last block (feeding, cutting) is the printer's profile's business.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its parts in order.
    pub blocks: Vec<Block>,
}

/// A part of a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Words, broken into as many lines as they need.
    Text(Text),
    /// A name at the left and its value at the right.
    Sides {
        /// The name.
        left: String,
        /// The value; on a line of its own where both do not fit on one.
        right: String,
    },
    /// One line in the middle, in the largest letters in which it fits: an amount, an outcome.
    Banner(String),
    /// A line across the paper.
    Rule,
    /// An empty line.
    Gap,
    /// A QR code with this payload, byte for byte.
    Code(String),
}

/// Words in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The words. Spaces break, non-breaking ones do not; control characters count as spaces.
    pub words: String,
    /// Where its lines stand.
    pub align: Align,
    /// How large its letters are.
    pub size: Size,
    /// Whether its strokes are thick.
    pub is_bold: bool,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Middle,
}

/// How large letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// As usual: 3 mm high.
    Plain,
    /// Twice as high and wide.
    Double,
}

impl Document {
    /// Plain words at the left.
    pub fn line(&mut self, words: impl Into<String>) {
        self.text(words, Align::Left, Size::Plain, false);
    }

    /// Plain words in the middle.
    pub fn middle(&mut self, words: impl Into<String>) {
        self.text(words, Align::Middle, Size::Plain, false);
    }

    /// Bold words in the middle.
    pub fn heading(&mut self, words: impl Into<String>) {
        self.text(words, Align::Middle, Size::Plain, true);
    }

    /// A name and its value.
    pub fn sides(&mut self, left: impl Into<String>, right: impl Into<String>) {
        self.blocks.push(Block::Sides { left: left.into(), right: right.into() });
    }

    /// Any other block.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    fn text(&mut self, words: impl Into<String>, align: Align, size: Size, is_bold: bool) {
        self.blocks.push(Block::Text(Text { words: words.into(), align, size, is_bold }));
    }

    /// All words on it, in order; codes are not words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.blocks
            .iter()
            .flat_map(|block| match block {
                Block::Text(text) => [Some(text.words.as_str()), None],
                Block::Sides { left, right } => [Some(left.as_str()), Some(right.as_str())],
                Block::Banner(words) => [Some(words.as_str()), None],
                Block::Rule | Block::Gap | Block::Code(_) => [None, None],
            })
            .flatten()
    }
}
