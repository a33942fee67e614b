//! Two lines of twenty.

use crate::Page;

const COLUMNS: usize = 20;

/// A line display that understands CD5220 and Epson's commands, strictly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDisplay {
    lines: [[char; COLUMNS]; 2],
    /// Code pages by the bytes that choose them.
    pages: Vec<(Vec<u8>, Page)>,
    page: Option<Page>,
    /// Column and line of the next letter.
    cursor: (usize, usize),
}

impl LineDisplay {
    /// An empty display.
    pub fn new(pages: Vec<(Vec<u8>, Page)>) -> Self {
        Self { lines: [[' '; COLUMNS]; 2], pages, page: None, cursor: (0, 0) }
    }

    /// What is on it, without the spaces at the end.
    pub fn lines(&self) -> [String; 2] {
        self.lines.map(|line| line.iter().collect::<String>().trim_end().to_owned())
    }

    /// Takes bytes; what it does not know is told and nothing more is taken.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = self.one(rest)?;
            rest = &rest[length..];
        }
        Ok(())
    }

    /// Takes one command or letter; gives its length.
    fn one(&mut self, bytes: &[u8]) -> Result<usize, String> {
        if let Some((chosen, page)) = self.pages.iter().find(|(chosen, _)| bytes.starts_with(chosen)) {
            self.page = Some(*page);
            return Ok(chosen.len());
        }
        match bytes {
            [0x1B, 0x40, ..] => {
                *self = Self::new(std::mem::take(&mut self.pages));
                Ok(2)
            }
            [0x0C, ..] => {
                self.lines = [[' '; COLUMNS]; 2];
                self.cursor = (0, 0);
                Ok(1)
            }
            [0x1F, 0x01, ..] => Ok(2),
            [0x1F, 0x24, x @ 1..=20, y @ 1..=2, ..] => {
                self.cursor = (usize::from(x - 1), usize::from(y - 1));
                Ok(4)
            }
            [0x1B, 0x51, line @ 0x41..=0x42, text @ ..] => self.whole_line(usize::from(line - 0x41), text),
            [letter @ (0x20..=0x7E | 0x80..=0xFF), ..] => self.write(*letter),
            other => Err(format!("unknown bytes {:02X?}", &other[..other.len().min(4)])),
        }
    }

    fn whole_line(&mut self, line: usize, text: &[u8]) -> Result<usize, String> {
        let end = text.iter().position(|byte| *byte == 0x0D).ok_or("a line that is never ended")?;
        if end > COLUMNS {
            return Err(format!("a line of {end} letters"));
        }
        self.lines[line] = [' '; COLUMNS];
        for (column, byte) in text[..end].iter().enumerate() {
            self.lines[line][column] = self.letter(*byte)?;
        }
        Ok(3 + end + 1)
    }

    fn write(&mut self, byte: u8) -> Result<usize, String> {
        let (column, line) = self.cursor;
        if column >= COLUMNS {
            return Err("a letter beyond the end of the line".to_owned());
        }
        self.lines[line][column] = self.letter(byte)?;
        self.cursor.0 += 1;
        Ok(1)
    }

    fn letter(&self, byte: u8) -> Result<char, String> {
        match (byte, self.page) {
            (0x20..=0x7E, _) => Ok(char::from(byte)),
            (0x80..=0xFF, Some(page)) => Ok(page.letter(byte)),
            _ => Err(format!("byte {byte:02X} without a code page")),
        }
    }
}
