//! What commands put on the paper.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use crate::typeface::{LETTER, is_black};
use crate::{Command, Fault, Page, Picture, read};

/// What kind of printer it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The print's width in dots.
    pub dots: usize,
    /// Its code pages by their numbers.
    pub pages: Vec<(u8, Page)>,
    /// Whether it draws codes by itself.
    pub draws_codes: bool,
}

/// Dots from line to line, unless letters are higher.
const LINE: usize = 30;
/// From the print head to the knife.
const TO_KNIFE: usize = 60;

/// A printed slip.
#[derive(Debug, Clone)]
pub struct Paper {
    picture: Picture,
    text: String,
    codes: Vec<String>,
}

impl Paper {
    /// Prints bytes.
    pub fn print(model: &Model, bytes: &[u8]) -> Result<Self, Fault> {
        let mut printer = Printer::new(model);
        for (at, command) in read(bytes)?.iter().enumerate() {
            printer
                .take(command)
                .map_err(|what| Fault { at, what: format!("command {command:?}: {what}") })?;
        }
        printer.end()
    }

    /// The dots.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The dots as a file.
    pub fn png(&self) -> Vec<u8> {
        self.picture.png(24)
    }

    /// What a person who can't see the dots is told: lines as they stand, pictures by their size, styles in brackets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the printer was asked to draw as codes by itself.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Style {
    bold: bool,
    size: (u8, u8),
    justify: u8,
}

const PLAIN: Style = Style { bold: false, size: (1, 1), justify: 0 };

struct Printer<'a> {
    model: &'a Model,
    paper: Paper,
    page: Option<Page>,
    style: Style,
    /// Letters of the line that is not printed yet.
    line: Vec<(char, Style)>,
    /// Rows of pictures that follow each other.
    raster_rows: usize,
    code: (Option<u8>, Option<u8>, Option<u8>, Vec<u8>),
    is_initialized: bool,
    is_cut: bool,
}

impl<'a> Printer<'a> {
    fn new(model: &'a Model) -> Self {
        let paper = Paper { picture: Picture::new(model.dots), text: String::new(), codes: Vec::new() };
        Self {
            model,
            paper,
            page: None,
            style: PLAIN,
            line: Vec::new(),
            raster_rows: 0,
            code: (None, None, None, Vec::new()),
            is_initialized: false,
            is_cut: false,
        }
    }

    fn take(&mut self, command: &Command) -> Result<(), String> {
        if !self.is_initialized && *command != Command::Initialize {
            return Err("nothing was initialized: the style of the job before still holds".to_owned());
        }
        if self.is_cut {
            return Err("something after the cut".to_owned());
        }
        if !matches!(command, Command::Raster { .. }) {
            self.end_raster();
        }
        let at_start = self.line.is_empty();
        match command {
            Command::Initialize => {
                self.is_initialized = true;
                self.style = PLAIN;
                self.page = None;
            }
            Command::KanjiOff | Command::RealTimeStatus(_) | Command::PaperStatus => {}
            Command::Page(number) => {
                let known = self.model.pages.iter().find(|(known, _)| known == number);
                self.page = Some(known.ok_or_else(|| format!("no code page {number}"))?.1);
            }
            Command::Justify(_) | Command::Raster { .. } | Command::CodePrint | Command::Cut { .. }
                if !at_start =>
            {
                return Err("only at the start of a line".to_owned());
            }
            Command::Justify(justify) => self.style.justify = *justify,
            Command::Bold(bold) => self.style.bold = *bold,
            Command::Size(width, height) => self.style.size = (*width, *height),
            Command::Text(bytes) => self.write(bytes)?,
            Command::LineFeed => self.print_line(),
            Command::Feed(lines) => self.feed(*lines),
            Command::Raster { stride, data } => self.raster(*stride, data)?,
            Command::CodeSetting(0x41, model) => self.code.0 = Some(*model),
            Command::CodeSetting(0x43, module) => self.code.1 = Some(*module),
            Command::CodeSetting(_, level) => self.code.2 = Some(*level),
            Command::CodeData(data) => self.code.3.clone_from(data),
            Command::CodePrint => self.print_code()?,
            Command::Cut { partial } => {
                self.paper.picture.feed(TO_KNIFE);
                self.paper.text.push_str(if *partial { "[cut, but for a bridge]\n" } else { "[cut]\n" });
                self.is_cut = true;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Paper, Fault> {
        self.end_raster();
        let wrong = if self.line.is_empty() { None } else { Some("a line was never ended") };
        let wrong = wrong.or((self.style != PLAIN).then_some("a style was left on"));
        match wrong {
            Some(what) => Err(Fault { at: usize::MAX, what: what.to_owned() }),
            None => Ok(self.paper),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        for byte in bytes {
            let letter = match self.page {
                Some(page) => page.letter(*byte),
                None if byte.is_ascii() => char::from(*byte),
                None => return Err(format!("byte {byte:02X} without a code page")),
            };
            self.line.push((letter, self.style));
        }
        if self.line_dots() > self.model.dots {
            return Err(format!("a line of {} dots on paper of {}", self.line_dots(), self.model.dots));
        }
        Ok(())
    }

    fn line_dots(&self) -> usize {
        self.line.iter().map(|(_, style)| LETTER.0 * usize::from(style.size.0)).sum()
    }

    fn print_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let high = line.iter().map(|(_, style)| LETTER.1 * usize::from(style.size.1)).max().unwrap_or(0);
        let wide: usize = line.iter().map(|(_, style)| LETTER.0 * usize::from(style.size.0)).sum();
        let free = self.model.dots - wide;
        let mut left = [0, free / 2, free][usize::from(self.style.justify)];
        let top = self.paper.picture.feed(if high > LETTER.1 { high + 6 } else { LINE });
        for (letter, style) in &line {
            self.draw(*letter, *style, left, top + high - LETTER.1 * usize::from(style.size.1));
            left += LETTER.0 * usize::from(style.size.0);
        }
        self.tell_line(&line);
    }

    fn draw(&mut self, letter: char, style: Style, left: usize, top: usize) {
        let (wide, high) = (usize::from(style.size.0), usize::from(style.size.1));
        for y in 0..LETTER.1 * high {
            for x in 0..LETTER.0 * wide {
                let is_black = |x: usize| is_black(letter, x / wide, y / high);
                // Thick strokes are printed twice, a dot apart.
                if is_black(x) || (style.bold && x > 0 && is_black(x - 1)) {
                    self.paper.picture.blacken(left + x, top + y);
                }
            }
        }
    }

    fn tell_line(&mut self, line: &[(char, Style)]) {
        let style = line.first().map_or(self.style, |(_, style)| *style);
        let words: String = line.iter().map(|(letter, _)| letter).collect();
        let mut marks = String::new();
        if style.bold {
            marks.push_str("bold ");
        }
        if style.size != (1, 1) {
            let _ = write!(marks, "{}x{} ", style.size.0, style.size.1);
        }
        if style.justify == 1 {
            marks.push_str("middle ");
        }
        let marks = if marks.is_empty() { String::new() } else { format!("  [{}]", marks.trim_end()) };
        let columns = self.model.dots / LETTER.0;
        let length = words.chars().count() * usize::from(style.size.0);
        let indent = if style.justify == 1 { columns.saturating_sub(length) / 2 } else { 0 };
        let told = format!("{}{words}{marks}", " ".repeat(indent));
        let _ = writeln!(self.paper.text, "{}", told.trim_end());
    }

    fn feed(&mut self, lines: u8) {
        self.paper.picture.feed(LINE * usize::from(lines));
        let _ = writeln!(self.paper.text, "[feed {lines}]");
    }

    fn raster(&mut self, stride: usize, data: &[u8]) -> Result<(), String> {
        if stride * 8 > self.model.dots.next_multiple_of(8) {
            return Err(format!("a picture of {} dots on paper of {}", stride * 8, self.model.dots));
        }
        for row in data.chunks(stride) {
            let y = self.paper.picture.feed(1);
            for x in (0..stride * 8).filter(|x| row[x / 8] & (0x80 >> (x % 8)) != 0) {
                self.paper.picture.blacken(x, y);
            }
        }
        self.raster_rows += data.len() / stride;
        Ok(())
    }

    /// Bands follow each other without a gap: to the eye they are one picture.
    fn end_raster(&mut self) {
        if self.raster_rows > 0 {
            let _ = writeln!(self.paper.text, "[picture of {} rows]", self.raster_rows);
            self.raster_rows = 0;
        }
    }

    fn print_code(&mut self) -> Result<(), String> {
        let (model, module, level, data) = std::mem::take(&mut self.code);
        if !self.model.draws_codes {
            return Err("this printer draws no codes".to_owned());
        }
        if model != Some(50) {
            return Err(format!("a code of model {model:?}: phones read model 2"));
        }
        let level = match level {
            Some(48) => EcLevel::L,
            Some(49) => EcLevel::M,
            Some(50) => EcLevel::Q,
            Some(51) => EcLevel::H,
            other => return Err(format!("level {other:?}")),
        };
        let module = usize::from(module.filter(|module| (1..=16).contains(module)).ok_or("no module size")?);
        let symbol = QrCode::with_error_correction_level(&data, level).map_err(|error| error.to_string())?;
        let side = symbol.width() * module;
        if side > self.model.dots {
            return Err(format!("a code of {side} dots: nothing would be printed"));
        }
        let free = self.model.dots - side;
        let left = [0, free / 2, free][usize::from(self.style.justify)];
        let top = self.paper.picture.feed(side);
        for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
            if symbol[(x / module, y / module)] == Color::Dark {
                self.paper.picture.blacken(left + x, top + y);
            }
        }
        let payload = String::from_utf8(data).map_err(|_| "a code that is no text".to_owned())?;
        let _ = writeln!(self.paper.text, "[code of {module} dots a module, level {level:?}: {payload}]");
        self.paper.codes.push(payload);
        Ok(())
    }
}
