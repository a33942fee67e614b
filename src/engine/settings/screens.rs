//! What a store's screens do besides showing codes.

use serde::{Deserialize, Serialize};

/// More slides than anybody sees between two buyers; also what keeps settings small, which every instance holds whole.
pub const MOST_SLIDES: usize = 12;

/// How a store's screens pass the time, and what they ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScreenSettings {
    /// What idle screens show in turn, the greeting first. None: the greeting alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slides: Vec<Slide>,
    /// How long each of them stays, in seconds; `None`: 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slide_s: Option<u32>,
    /// Kiosks ask for a rating after a payment.
    pub ask_rating: bool,
    /// Screens sound when a payment ends. Browsers of kiosks must be started so that pages may sound.
    pub sound: bool,
}

/// One thing to show: words, a picture, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Slide {
    /// The big line; also what stands for the picture where it can't be seen.
    pub title: String,
    /// The small lines.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// A PNG, JPEG or WebP picture in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

impl ScreenSettings {
    /// How long a slide stays, in seconds.
    pub fn slide_seconds(&self) -> u32 {
        self.slide_s.unwrap_or(10).max(1)
    }
}

/// The media type of a picture, by its first bytes; `None`: none that screens show.
pub fn media_type_of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slide_stays_ten_seconds_unless_it_is_said_and_never_less_than_one() {
        for (slide_s, seconds) in [(None, 10), (Some(25), 25), (Some(1), 1), (Some(0), 1)] {
            let screens = ScreenSettings { slide_s, ..ScreenSettings::default() };
            assert_eq!(screens.slide_seconds(), seconds, "{slide_s:?}");
        }
    }

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        for (bytes, media_type) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF89a", None),
            (b"<svg/>", None),
            (b"", None),
        ] {
            assert_eq!(media_type_of(bytes), media_type, "{bytes:?}");
        }
    }
}
