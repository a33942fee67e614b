use qrcode::Color;

use super::*;

const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";

#[test]
fn a_png_has_exactly_the_symbols_dark_modules_in_the_wanted_size() {
    let image = CodeImage::plain(3, 2);
    let file = image.png(PAYLOAD).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut bits = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bits).unwrap();
    let symbol = symbol(PAYLOAD).unwrap();
    let side = u32::try_from((symbol.width() + 4) * 3).unwrap();
    assert_eq!((info.width, info.height, info.bit_depth), (side, side, png::BitDepth::One));
    for y in 0..side as usize {
        for x in 0..side as usize {
            let is_white = bits[y * info.line_size + x / 8] & (0x80 >> (x % 8)) != 0;
            let (column, line) = (x / 3, y / 3);
            let inside = |at: usize| (2..2 + symbol.width()).contains(&at);
            let is_dark = inside(column) && inside(line) && symbol[(column - 2, line - 2)] == Color::Dark;
            assert_eq!(is_white, !is_dark, "pixel {x}, {y}");
        }
    }
}

#[test]
fn a_bmp_has_the_pixels_of_the_png_from_the_bottom() {
    for notice in [None, Some("TEST, NOT PAID".to_owned())] {
        let image = CodeImage { notice, ..CodeImage::plain(3, 4) };
        let file = image.bmp(PAYLOAD).unwrap();
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!((&file[..2], number(2) as usize, number(10)), (&b"BM"[..], file.len(), 62));
        let bits = image.bits(PAYLOAD).unwrap();
        let (width, height) = (bits.width(), bits.height());
        assert_eq!((number(18), number(22), file[28]), (width, height, 1));
        let padded = width.div_ceil(32) as usize * 4;
        for (y, line) in bits.rows().enumerate() {
            let at = 62 + (height as usize - 1 - y) * padded;
            assert_eq!(&file[at..at + line.len()], line, "row {y}");
        }
    }
}

#[test]
fn a_picture_takes_as_many_whole_pixels_a_module_as_fit_words_and_all_and_reads_back() {
    let test = Some("ТЕСТ, НЕ ОПЛАЧЕНО");
    for (side, notice, module) in [
        (97, None, None),
        (98, None, Some(2)),
        (98, test, None),
        (140, test, Some(2)),
        (320, None, Some(6)),
        (320, test, Some(5)),
        (2_000, None, Some(20)),
    ] {
        let image = CodeImage::fitting(PAYLOAD, side, 4, notice);
        assert_eq!(image.as_ref().map(|image| image.module), module, "{side} {notice:?}");
        if let Some(image) = image {
            assert!(image.reads_back(PAYLOAD), "{side} {notice:?}");
            let bits = image.bits(PAYLOAD).unwrap();
            assert!(bits.width() <= side && bits.height() <= side, "{side} {notice:?}");
        }
    }
    assert!(!CodeImage::plain(1, 0).reads_back(&"x".repeat(2332)), "what can't be drawn");
}

#[test]
fn every_size_that_can_be_asked_for_reads_back() {
    for module in [1, 2, 3, 8] {
        for quiet in [0, 4] {
            for notice in [None, Some("TEST, NOT PAID".to_owned())] {
                let image = CodeImage { module, quiet, notice };
                assert!(image.reads_back(PAYLOAD), "{image:?}");
            }
        }
    }
}

#[test]
fn an_svg_says_its_size_in_pixels() {
    let svg = CodeImage::plain(8, 4).svg(PAYLOAD).unwrap();
    assert!(svg.contains(r#"width="392" height="392" viewBox="0 0 49 49""#), "{svg}");
    let marked = CodeImage { notice: Some("TEST".to_owned()), ..CodeImage::plain(8, 4) };
    let svg = marked.svg(PAYLOAD).unwrap();
    let height = marked.bits(PAYLOAD).unwrap().height();
    assert!(svg.contains(&format!(r#"width="392" height="{height}" viewBox="0 0 392 {height}""#)), "{svg}");
    assert!(svg.contains("scale(8)"));
    assert!(CodeImage::plain(1, 0).svg(&"x".repeat(2332)).is_err());
}
