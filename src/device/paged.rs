//! Text as characters of a code page, which the printer draws.

use escpos::utils::{JustifyMode, QRCodeCorrectionLevel, QRCodeModel, QRCodeOption};

use crate::encode::{EncodeError, Paper};
use crate::symbol::{QUIET_ZONE, Symbol};
use crate::wrap::{beside, wrap};
use crate::{Align, Block, CodeBy, Document, PageChoice, Size};

/// Choose a code page. By number, not by the library's names: makers number differently.
const ESC_PAGE: [u8; 2] = [0x1B, 0x74];
/// Widths and heights of a banner's letters, the largest first.
const BANNER_SIZES: [(u8, u8); 4] = [(3, 3), (2, 2), (1, 2), (1, 1)];
/// Dots from one line of text to the next after initialization (1/6 inch at 203 dpi, less where lines are set closer).
const LINE_DOTS: usize = 30;

/// Writes all blocks.
pub(crate) fn write(paper: &mut Paper<'_>, document: &Document, page: PageChoice) -> Result<(), EncodeError> {
    paper.printer.custom(&[ESC_PAGE[0], ESC_PAGE[1], page.number])?;
    let mut writer = Writer { paper, page };
    document.blocks.iter().try_for_each(|block| writer.block(block))
}

struct Writer<'a, 'p> {
    paper: &'a mut Paper<'p>,
    page: PageChoice,
}

impl Writer<'_, '_> {
    fn block(&mut self, block: &Block) -> Result<(), EncodeError> {
        match block {
            Block::Text(text) => {
                let scale = if text.size == Size::Double { 2 } else { 1 };
                self.styled(text.is_bold, (scale, scale), text.align, &text.words)
            }
            Block::Sides { left, right } => self.sides(left, right),
            Block::Banner(words) => {
                let fits = |(width, _): &(u8, u8)| self.length(words) * usize::from(*width) <= self.columns();
                let size = BANNER_SIZES.into_iter().find(fits).unwrap_or((1, 1));
                self.styled(true, size, Align::Middle, words)
            }
            Block::Rule => self.plain(Align::Left, &"-".repeat(self.columns())),
            Block::Gap => self.plain(Align::Left, ""),
            Block::Code(payload) => self.code(payload),
        }
    }

    fn styled(
        &mut self,
        is_bold: bool,
        size: (u8, u8),
        align: Align,
        words: &str,
    ) -> Result<(), EncodeError> {
        if is_bold {
            self.paper.printer.bold(true)?;
        }
        if size != (1, 1) {
            self.paper.printer.size(size.0, size.1)?;
        }
        for line in wrap(words, |line| self.length(line) * usize::from(size.0) <= self.columns()) {
            self.plain(align, &line)?;
        }
        if size != (1, 1) {
            self.paper.printer.reset_size()?;
        }
        if is_bold {
            self.paper.printer.bold(false)?;
        }
        Ok(())
    }

    fn sides(&mut self, left: &str, right: &str) -> Result<(), EncodeError> {
        let columns = self.columns();
        let fits = |line: &str| self.length(line) <= columns;
        let (names, values) = (wrap(left, fits), wrap(right, fits));
        let length = |line: Option<&String>| line.map_or(0, |line| self.length(line));
        let fit_beside = length(names.last()) + 1 + length(values.first()) <= columns;
        for (name, value) in beside(&names, &values, fit_beside) {
            let between = columns.saturating_sub(self.length(name) + self.length(value));
            self.plain(Align::Left, &format!("{name}{}{value}", " ".repeat(between)))?;
        }
        Ok(())
    }

    fn plain(&mut self, align: Align, line: &str) -> Result<(), EncodeError> {
        let mut bytes = self.bytes(line);
        bytes.push(b'\n');
        if align == Align::Middle {
            self.paper.printer.justify(JustifyMode::CENTER)?;
            self.paper.printer.custom(&bytes)?;
            self.paper.printer.justify(JustifyMode::LEFT)?;
        } else {
            self.paper.printer.custom(&bytes)?;
        }
        Ok(())
    }

    fn code(&mut self, payload: &str) -> Result<(), EncodeError> {
        let (dots, max_module) = (self.paper.dots(), self.paper.profile.max_module.into());
        let symbol = Symbol::fitting(payload, dots, max_module)?;
        if self.paper.profile.code == CodeBy::Picture {
            return self.paper.picture(&symbol.draw(dots));
        }
        firmware(self.paper, payload, symbol.module)
    }

    fn columns(&self) -> usize {
        self.paper.profile.columns.into()
    }

    fn length(&self, words: &str) -> usize {
        self.bytes(words).len()
    }

    fn bytes(&self, words: &str) -> Vec<u8> {
        self.page.encoding.bytes(words).expect("the page was chosen because it carries all words")
    }
}

/// The code by the printer's own means: Model 2, level M, and the quiet zone above and below as empty lines; at the sides it
/// is there because the symbol was measured with it.
pub(crate) fn firmware(paper: &mut Paper<'_>, payload: &str, module: usize) -> Result<(), EncodeError> {
    let lines = u8::try_from((QUIET_ZONE * module).div_ceil(LINE_DOTS)).expect("modules are at most 16 dots");
    let module = u8::try_from(module).expect("modules are at most 16 dots");
    let option = QRCodeOption::new(QRCodeModel::Model2, module, QRCodeCorrectionLevel::M);
    paper.printer.feeds(lines)?.justify(JustifyMode::CENTER)?;
    paper.printer.qrcode_option(payload, option)?.justify(JustifyMode::LEFT)?.feeds(lines)?;
    Ok(())
}
