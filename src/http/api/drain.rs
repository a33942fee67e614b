//! Bodies that are too long.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;

/// A body is read on to this length, if only to be thrown away.
///
/// A client that writes its whole body before it reads would find the connection broken if the answer came earlier, and
/// never learn what was wrong. Beyond this length it is not worth the bytes.
const READ_AT_MOST: usize = 16 * 1024 * 1024;

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// It broke off.
    Broken,
}

/// Reads a body of at most so many bytes; a longer one to its end, so that its sender reads the answer.
pub(super) async fn read(body: Body, at_most: usize) -> Result<Bytes, Unread> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut length) = (Vec::new(), 0);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        length += piece.len();
        if length <= at_most {
            kept.extend_from_slice(&piece);
        }
        if length > READ_AT_MOST {
            break;
        }
    }
    if length <= at_most { Ok(kept.into()) } else { Err(Unread::TooLong) }
}
