//! Whether what idle screens show can be shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::settings::{MOST_SLIDES, ScreenSettings, Slide, media_type_of};

use super::problem::Problems;

/// The largest picture, in bytes as it is shown.
const LARGEST_PICTURE_BYTES: usize = 512 * 1024;
const LONGEST_TITLE_CHARS: usize = 80;
const LONGEST_TEXT_CHARS: usize = 240;

pub(super) fn check_screens(key: &str, screens: &ScreenSettings, problems: &mut Problems) {
    if let Some(seconds) = screens.slide_s.filter(|seconds| !(3..=600).contains(seconds)) {
        problems.wrong(format!("{key}.slide_s"), seconds, "a slide stays 3 to 600 seconds");
    }
    if screens.slides.len() > MOST_SLIDES {
        let cure = format!("too many slides; keep at most {MOST_SLIDES}");
        problems.wrong(format!("{key}.slides"), screens.slides.len(), cure);
    }
    for (index, slide) in screens.slides.iter().enumerate() {
        check_slide(&format!("{key}.slides[{index}]"), slide, problems);
    }
}

fn check_slide(key: &str, slide: &Slide, problems: &mut Problems) {
    if slide.title.trim().is_empty() {
        problems.at(
            format!("{key}.title"),
            "a slide needs a title; it also stands for a picture that can't be seen",
        );
    }
    for (field, text, longest) in
        [("title", &slide.title, LONGEST_TITLE_CHARS), ("text", &slide.text, LONGEST_TEXT_CHARS)]
    {
        if text.chars().count() > longest || text.chars().any(char::is_control) {
            let cure = format!("it would not fit a small screen; at most {longest} characters on one line");
            problems.wrong(format!("{key}.{field}"), text, cure);
        }
    }
    if let Some(picture) = &slide.picture {
        let decoded = STANDARD.decode(picture).ok();
        if decoded.as_deref().is_none_or(|bytes| media_type_of(bytes).is_none()) {
            problems.at(format!("{key}.picture"), "it is not a PNG, JPEG or WebP picture in base64");
        }
        if decoded.is_some_and(|bytes| bytes.len() > LARGEST_PICTURE_BYTES) {
            problems.at(format!("{key}.picture"), "larger than 512 KiB; save it smaller");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(slide: &Slide) -> String {
        let mut problems = Problems::default();
        check_slide("slides[0]", slide, &mut problems);
        problems.into_result().map_or_else(|problems| problems.to_string(), |()| String::new())
    }

    #[test]
    fn a_slide_that_can_not_be_shown_is_named() {
        let good = || Slide { title: "Coffee −20 %".to_owned(), ..Slide::default() };
        let png = STANDARD.encode([0x89, b'P', b'N', b'G', 1, 2]);
        let html = STANDARD.encode("<script>alert(1)</script>");
        let mut large = vec![0xff, 0xd8, 0xff];
        large.resize(LARGEST_PICTURE_BYTES + 1, 0);
        for (slide, complaint) in [
            (good(), ""),
            (Slide { picture: Some(png), ..good() }, ""),
            (Slide::default(), "needs a title"),
            (Slide { text: "x".repeat(241), ..good() }, "240 characters"),
            (Slide { picture: Some("***".to_owned()), ..good() }, "not a PNG"),
            (Slide { picture: Some(html), ..good() }, "not a PNG"),
            (Slide { picture: Some(STANDARD.encode(large)), ..good() }, "512 KiB"),
        ] {
            let found = problems_of(&slide);
            assert_eq!(found.is_empty(), complaint.is_empty(), "{found}");
            assert!(found.contains(complaint), "{found}");
        }
    }
}
