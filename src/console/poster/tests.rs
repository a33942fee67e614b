use payment::{CodeId, Plate};

use super::*;

fn plate() -> Plate {
    Plate {
        link: CodeId::parse("BS1R0000000000000000000000000001").unwrap(),
        payload: "https://qr.nspk.ru/BS1R0000000000000000000000000001?type=01&bank=100000000007&crc=ABCD"
            .to_owned(),
    }
}

fn poster(plate: &Plate, language: Language) -> Poster<'_> {
    Poster {
        plate, is_open: false, shop: "Вкусно и рядом", register: "Касса 2", language, is_test: false
    }
}

/// The black rectangles of the code, as the SVG has them.
fn code_of(svg: &str) -> Vec<(i32, i32, i32, i32)> {
    let start = svg.find(r##"<path fill="#000000" d=""##).unwrap();
    let path = &svg[start..].split('"').nth(3).unwrap();
    let rectangle = |part: &str| {
        let points: Vec<i32> =
            part.trim_end_matches('z').split(['L', ' ']).map(|number| number.parse().unwrap()).collect();
        (points[0], points[1], points[2] - points[0], points[5] - points[1])
    };
    path.split('M').skip(1).map(rectangle).collect()
}

#[test]
fn the_posters_code_is_read_and_large_enough_for_a_hand_with_its_quiet_zone_free() {
    let plate = plate();
    for language in Language::ALL {
        let svg = poster(&plate, language).svg(PosterPaper::A6).unwrap();
        let code = code_of(&svg);
        let (left, top) =
            (code.iter().map(|it| it.0).min().unwrap(), code.iter().map(|it| it.1).min().unwrap());
        let (right, bottom) = (
            code.iter().map(|it| it.0 + it.2).max().unwrap(),
            code.iter().map(|it| it.1 + it.3).max().unwrap(),
        );
        let module = code.iter().map(|it| it.3).min().unwrap();
        assert!(module >= 1_200 && right - left >= 55_000, "{language:?}: {module} µm, {} µm", right - left);
        assert!((left + right - WIDTH).abs() <= 2 * module, "{language:?}: in the middle");
        let quiet = 4 * module;
        let scale = 300; // micrometres of a dot of the picture that is read
        let side = usize::try_from((right - left + 2 * quiet) / scale).unwrap();
        let is_black = |x: usize, y: usize| {
            let (x, y) = (
                i32::try_from(x).unwrap() * scale + left - quiet,
                i32::try_from(y).unwrap() * scale + top - quiet,
            );
            code.iter()
                .any(|(a, b, width, height)| (*a..a + width).contains(&x) && (*b..b + height).contains(&y))
        };
        let mut seen =
            rqrr::PreparedImage::prepare_from_greyscale(
                side,
                side,
                |x, y| if is_black(x, y) { 0 } else { 255 },
            );
        let read = seen.detect_grids()[0].decode().unwrap().1;
        assert_eq!(read, plate.payload, "{language:?}");
        let above = |step: &device::Step| match *step {
            device::Step::Move(x, y) | device::Step::Line(x, y) => {
                (left - quiet..right + quiet).contains(&x) && (top - quiet..bottom + quiet).contains(&y)
            }
            _ => false,
        };
        let drawing = poster(&plate, language).drawing().unwrap();
        let others = drawing.shapes.iter().filter(|shape| shape.paint != Paint::Fill(BLACK));
        for shape in others {
            assert!(!shape.steps.iter().any(above), "{language:?}: something stands in the quiet zone");
        }
    }
}

#[test]
fn everything_is_on_the_sheet_in_every_language_also_a_long_shops_name() {
    let plate = plate();
    for language in Language::ALL {
        for (is_open, is_test) in [(false, false), (true, false), (false, true)] {
            let shop = "Гастроном «У Марины Владимировны» на площади Победы";
            let poster = Poster { is_open, shop, is_test, ..poster(&plate, language) };
            for shape in &poster.drawing().unwrap().shapes {
                for step in &shape.steps {
                    let (device::Step::Move(x, y) | device::Step::Line(x, y)) = *step else { continue };
                    assert!((0..=WIDTH).contains(&x) && (0..=HEIGHT).contains(&y), "{language:?}: {x}, {y}");
                }
            }
        }
    }
}

#[test]
fn files_are_of_the_papers_size_and_whole() {
    let plate = plate();
    let poster = poster(&plate, Language::Russian);
    for (paper, svg_size, points) in [
        (PosterPaper::A6, r#"width="105mm" height="148mm""#, ["297.6", "419.5"]),
        (PosterPaper::A5, r#"width="148mm" height="210mm""#, ["419.5", "595.2"]),
    ] {
        assert!(poster.svg(paper).unwrap().contains(svg_size));
        let pdf = poster.pdf(paper).unwrap();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-1.") && text.trim_end().ends_with("%%EOF"));
        let size = text.split("/MediaBox [0 0 ").nth(1).unwrap().split(']').next().unwrap();
        let sides: Vec<&str> = size.split(' ').collect();
        assert!(
            sides.len() == 2 && sides.iter().zip(points).all(|(side, wanted)| side.starts_with(wanted)),
            "{size}"
        );
    }
    let long = Plate { payload: "x".repeat(2332), ..plate.clone() };
    let refused = Poster { plate: &long, ..poster }.svg(PosterPaper::A6);
    assert_eq!(refused, Err(DrawError::TooLong { bytes: 2332 }));
}
