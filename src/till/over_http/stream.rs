//! Server-sent events, read as they come.

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

/// The service gives a sign of life each ten seconds; two missed ones and the connection is dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(25);

/// What is read of a stream, over all of its connections.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The id of the last event.
    pub(super) cursor: Option<String>,
    bytes: Vec<u8>,
}

impl Stream {
    /// The events of the next bytes, perhaps none; `None`: the connection is over.
    pub(super) async fn next(&mut self, answer: &mut Response) -> Option<Vec<Value>> {
        if let Ok(Ok(Some(chunk))) = timeout(SIGN_OF_LIFE, answer.chunk()).await {
            return Some(self.take(&chunk));
        }
        // Half of an event comes again whole.
        self.bytes.clear();
        None
    }

    /// A chunk may end anywhere, in the middle of a character, too.
    fn take(&mut self, chunk: &[u8]) -> Vec<Value> {
        self.bytes.extend_from_slice(chunk);
        let mut events = Vec::new();
        while let Some(length) = self.bytes.windows(2).position(|window| window == b"\n\n") {
            let block: Vec<u8> = self.bytes.drain(..length + 2).collect();
            let block = String::from_utf8_lossy(&block);
            let field = |name: &str| {
                let values = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                values.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>().join("\n")
            };
            // A stream opens with an id alone: the place to go on from if it breaks before the first event.
            self.cursor = Some(field("id")).filter(|id| !id.is_empty()).or(self.cursor.take());
            if let Ok(event) = serde_json::from_str(&field("data")) {
                events.push(event);
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_place_is_known_before_the_first_event() {
        let mut stream = Stream::default();
        assert_eq!(stream.take(b"id: 41\nretry: 1000\n: events follow\n\n"), [] as [Value; 0]);
        assert_eq!(stream.cursor.as_deref(), Some("41"));
    }

    #[test]
    fn events_are_whole_whatever_the_pieces_in_which_they_come() {
        let text =
            ": alive\n\nid: 7\nevent: a\ndata: {\"word\":\"é\"}\n\nid: 8\ndata: {\"n\":1}\n\nid: 9\ndata: {";
        for size in [1, 3, 1_000] {
            let mut stream = Stream::default();
            let events: Vec<Value> =
                text.as_bytes().chunks(size).flat_map(|chunk| stream.take(chunk)).collect();
            assert_eq!(events, [json!({"word": "é"}), json!({"n": 1})], "pieces of {size}");
            assert_eq!(stream.cursor.as_deref(), Some("8"));
        }
    }
}
