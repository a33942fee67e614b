//! Pictures that were drawn lately.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::{CodePicture, DrawError};

/// The pictures drawn last, by payload: a screen asks for the same one every few seconds, drawing takes half a
/// millisecond. Bounded; the one not asked for longest goes first.
#[derive(Debug)]
pub struct Pictures {
    kept: Mutex<VecDeque<(String, Arc<CodePicture>)>>,
    limit: usize,
}

impl Pictures {
    /// Keeps at most `limit` pictures, about 7 KB each.
    pub fn keeping(limit: usize) -> Self {
        Self { kept: Mutex::new(VecDeque::with_capacity(limit)), limit }
    }

    /// The picture of a payload.
    pub fn picture(&self, payload: &str) -> Result<Arc<CodePicture>, DrawError> {
        if let Some(found) = self.recall(payload) {
            return Ok(found);
        }
        // Drawn outside of the lock: two screens may draw the same one, no screen waits for another.
        let drawn = Arc::new(CodePicture::draw(payload)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((payload.to_owned(), Arc::clone(&drawn)));
        if kept.len() > self.limit {
            kept.pop_front();
        }
        Ok(drawn)
    }

    fn recall(&self, payload: &str) -> Option<Arc<CodePicture>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().rposition(|(known, _)| known == payload)?;
        let entry = kept.remove(at)?;
        let picture = Arc::clone(&entry.1);
        kept.push_back(entry);
        Some(picture)
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
        assert_eq!(pictures.kept.lock().unwrap().len(), 2);
    }
}
