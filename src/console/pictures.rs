//! Pictures that were drawn lately.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{CodeImage, CodePicture, DrawError, ImageKind};

/// The pictures drawn last: a screen asks for the same one every few seconds, drawing takes half a millisecond and reading it
/// back some more. Bounded; the one not asked for longest goes first. Each was read back before it is handed out.
#[derive(Debug)]
pub struct Pictures {
    drawn: Kept<String, CodePicture>,
    files: Kept<(String, CodeImage, ImageKind), Vec<u8>>,
}

impl Pictures {
    /// Keeps at most `limit` pictures of pages, about 7 KB each, and an eighth as many files, which may be larger.
    pub fn keeping(limit: usize) -> Self {
        Self { drawn: Kept::at_most(limit), files: Kept::at_most(limit.div_ceil(8)) }
    }

    /// The picture of a payload for pages.
    pub fn picture(&self, payload: &str) -> Result<Arc<CodePicture>, DrawError> {
        self.drawn.get_or(&payload.to_owned(), || {
            ensure_readable(&CodeImage::plain(3, 4), payload)?;
            CodePicture::draw(payload)
        })
    }

    /// The file of a payload for outputs that draw by themselves.
    pub fn file(&self, payload: &str, image: &CodeImage, kind: ImageKind) -> Result<Arc<Vec<u8>>, DrawError> {
        self.files.get_or(&(payload.to_owned(), image.clone(), kind), || {
            let file = image.file(payload, kind)?;
            ensure_readable(image, payload).map(|()| file)
        })
    }
}

fn ensure_readable(image: &CodeImage, payload: &str) -> Result<(), DrawError> {
    // What does not fit into a symbol is told as such.
    image.svg(payload)?;
    if image.reads_back(payload) { Ok(()) } else { Err(DrawError::Unreadable) }
}

#[derive(Debug)]
struct Kept<K, V> {
    entries: Mutex<VecDeque<(K, Arc<V>)>>,
    limit: usize,
}

impl<K: Clone + PartialEq, V> Kept<K, V> {
    fn at_most(limit: usize) -> Self {
        Self { entries: Mutex::new(VecDeque::with_capacity(limit)), limit }
    }

    fn get_or<E>(&self, key: &K, draw: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        if let Some(found) = self.recall(key) {
            return Ok(found);
        }
        // Drawn outside of the lock: two screens may draw the same one, no screen waits for another.
        let drawn = Arc::new(draw()?);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push_back((key.clone(), Arc::clone(&drawn)));
        if entries.len() > self.limit {
            entries.pop_front();
        }
        Ok(drawn)
    }

    fn recall(&self, key: &K) -> Option<Arc<V>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let at = entries.iter().rposition(|(known, _)| known == key)?;
        let entry = entries.remove(at)?;
        let value = Arc::clone(&entry.1);
        entries.push_back(entry);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_not_asked_for_longest_is_forgotten_first() {
        let pictures = Pictures::keeping(2);
        let first = pictures.picture("first").unwrap();
        let second = pictures.picture("second").unwrap();
        assert!(Arc::ptr_eq(&first, &pictures.picture("first").unwrap()), "still kept");
        pictures.picture("third").unwrap();
        assert!(Arc::ptr_eq(&first, &pictures.picture("first").unwrap()), "asked for lately");
        assert!(!Arc::ptr_eq(&second, &pictures.picture("second").unwrap()), "drawn anew");
    }

    #[test]
    fn a_file_is_kept_by_what_it_shows_how_and_as_what() {
        let pictures = Pictures::keeping(64);
        let file = |module, kind| pictures.file("first", &CodeImage::plain(module, 4), kind).unwrap();
        let png = file(3, ImageKind::Png);
        assert!(Arc::ptr_eq(&png, &file(3, ImageKind::Png)));
        for other in [file(4, ImageKind::Png), file(3, ImageKind::Bmp), file(3, ImageKind::Svg)] {
            assert_ne!(png, other);
        }
        let long = "x".repeat(2332);
        assert_eq!(pictures.picture(&long), Err(DrawError::TooLong { bytes: 2332 }));
    }
}
