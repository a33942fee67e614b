//! The page's script and style sheet, out of the binary.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Embedded;

/// A file that pages refer to.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: String,
}

/// The file of this name; `None`: there is none.
pub fn asset(name: &str) -> Option<Asset> {
    let file = Embedded::get(name)?;
    let media_type = file.metadata.mimetype().to_owned();
    Some(Asset { bytes: file.data, media_type })
}

/// Which edition of the files this is: part of their addresses, so they may be cached for ever.
pub fn assets_mark() -> &'static str {
    static MARK: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Embedded::iter().collect();
        names.sort_unstable();
        let hashes =
            names.iter().filter_map(|name| Embedded::get(name)).map(|file| file.metadata.sha256_hash());
        // Not a secret and not a proof: any mixture that changes with each file will do.
        let mixed =
            hashes.flatten().fold(0_u64, |mark, byte| mark.wrapping_mul(31).wrapping_add(byte.into()));
        format!("{mixed:016x}")
    });
    &MARK
}
