//! Pictures of codes for registers: drawn off the engine's tasks, read back before they are handed out.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use console::{CodeImage, Language, has_wrong_checksum};
use device::{Block, Cut, Document, PrinterProfile, Profiles, encode};
use engine::ports::{Drawing, Drawn, Pictures};
use payment::{PaperSize, PictureSize, Render};

/// Light modules around a code (ISO/IEC 18004).
const QUIET: u32 = 4;
/// The side of a picture that registers may ask for, in pixels.
const SIDE: std::ops::RangeInclusive<u32> = 64..=2_000;

/// Draws what registers ask for. A sale's code is asked for once, with its `qr_ready`: nothing is kept.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RegisterPictures;

#[async_trait]
impl Pictures for RegisterPictures {
    async fn draw(&self, drawing: &Drawing<'_>) -> Drawn {
        let (payload, wanted) = (drawing.payload.to_owned(), drawing.wanted.clone());
        let notice = drawing.is_test.then(|| {
            let language = Language::parse(drawing.language).unwrap_or_default();
            language.words().text("test-banner")
        });
        let drawn = tokio::task::spawn_blocking(move || drawn(&payload, &wanted, notice.as_deref())).await;
        drawn.unwrap_or_else(|error| {
            tracing::error!(%error, "pictures of a code could not be drawn: it goes out without them");
            Drawn::default()
        })
    }
}

fn drawn(payload: &str, wanted: &Render, notice: Option<&str>) -> Drawn {
    if has_wrong_checksum(payload) {
        tracing::warn!("the checksum of a bank's code is wrong: it is shown as the bank gave it");
    }
    let encoded = |bytes: Vec<u8>| STANDARD.encode(bytes);
    let image = |size: PictureSize| readable(payload, size, notice);
    Drawn {
        png: wanted.png.and_then(image).and_then(|image| image.png(payload).ok()).map(encoded),
        bmp: wanted.bmp.and_then(image).and_then(|image| image.bmp(payload).ok()).map(encoded),
        svg: wanted.svg.and_then(image).and_then(|image| image.svg(payload).ok()),
        escpos: wanted.escpos.and_then(|paper| escpos(payload, paper, notice)).map(encoded),
    }
}

/// The largest picture within the side, if a reader reads in it what the bank gave.
fn readable(payload: &str, size: PictureSize, notice: Option<&str>) -> Option<CodeImage> {
    let is_known = SIDE.contains(&size.width);
    let image = CodeImage::fitting(payload, size.width, QUIET, notice).filter(|_| is_known);
    let Some(image) = image else {
        tracing::warn!(width = size.width, "a code does not fit into the picture that a register wants");
        return None;
    };
    if image.reads_back(payload) {
        return Some(image);
    }
    tracing::error!("a picture of a code could not be read back: it goes out without it");
    None
}

/// The code alone, not cut: the till prints it into a slip of its own.
fn escpos(payload: &str, paper: PaperSize, notice: Option<&str>) -> Option<Vec<u8>> {
    let name = format!("generic-{}", paper.paper_mm);
    let Some(profile) = Profiles::built_in().printers.get(&name) else {
        tracing::warn!(
            paper_mm = paper.paper_mm,
            "a register wants bytes for paper that is neither 58 nor 80 mm"
        );
        return None;
    };
    let mut document = Document::default();
    if let Some(notice) = notice {
        document.push(Block::Banner(notice.to_owned()));
    }
    document.push(Block::Code(payload.to_owned()));
    encode(&document, &PrinterProfile { cut: Cut::None, ..profile.clone() }).ok()
}

#[cfg(test)]
mod tests {
    use console::samples::paper;
    use virtual_printer::Paper;

    use super::*;

    const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";

    #[tokio::test]
    async fn what_a_register_asks_for_is_drawn_and_nothing_else() {
        let side = |width| Some(PictureSize { width });
        let wanted = Render {
            png: side(320),
            bmp: side(60),
            svg: side(200),
            escpos: Some(PaperSize { paper_mm: 58 }),
        };
        let drawing = Drawing { payload: PAYLOAD, wanted: &wanted, is_test: false, language: "ru" };
        let drawn = RegisterPictures.draw(&drawing).await;
        let png = STANDARD.decode(drawn.png.unwrap()).unwrap();
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(drawn.bmp, None, "no code can be scanned that is 60 pixels wide");
        assert!(drawn.svg.unwrap().contains("width=\"196\""), "four whole pixels a module");
        assert!(!STANDARD.decode(drawn.escpos.unwrap()).unwrap().is_empty());
        let nothing = Render::default();
        let drawing = Drawing { wanted: &nothing, ..drawing };
        assert_eq!(RegisterPictures.draw(&drawing).await, Drawn::default());
    }

    #[tokio::test]
    async fn every_picture_of_a_tests_code_says_so_and_is_no_larger() {
        let side = Some(PictureSize { width: 320 });
        let wanted = Render { png: side, bmp: side, svg: side, escpos: Some(PaperSize { paper_mm: 80 }) };
        let real = Drawing { payload: PAYLOAD, wanted: &wanted, is_test: false, language: "ru" };
        let (real, test) = (
            RegisterPictures.draw(&real).await,
            RegisterPictures.draw(&Drawing { is_test: true, ..real }).await,
        );
        let drawn = |png: Option<String>| {
            let file = STANDARD.decode(png.unwrap()).unwrap();
            let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
            (number(16), number(20))
        };
        let ((width, height), (test_width, test_height)) = (drawn(real.png), drawn(test.png));
        assert_eq!(width, height);
        assert!(test_height > test_width && test_height <= 320, "the words are above the code");
        assert_ne!(real.bmp, test.bmp);
        assert!(test.svg.unwrap().contains("scale(5)"));
        let height = |escpos: Option<String>| {
            let bytes = STANDARD.decode(escpos.unwrap()).unwrap();
            Paper::print(&paper::model(&Profiles::built_in().printers["generic-80"]), &bytes)
                .unwrap()
                .picture()
                .height()
        };
        assert!(height(test.escpos) > height(real.escpos) + 40, "on paper too");
    }
}
