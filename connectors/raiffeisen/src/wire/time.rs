//! Points in time as the bank reads them: ISO 8601 with Moscow's offset.

use jiff::tz::{self, Offset};
use payment::Timestamp;

const MOSCOW: Offset = tz::offset(3);

/// The end of a code's life as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// The text for the bank, such as `2026-11-21T18:05:00+03:00`.
    pub(crate) text: String,
    /// The same point for us.
    pub(crate) at: Timestamp,
}

/// The end at the next whole second, since the bank documents no fractions. Never earlier than asked: a code of one second
/// would be left with nothing. What holds is the end that the bank answers. `None` for a point beyond the calendar.
pub(crate) fn expiry(at: Timestamp) -> Option<Expiry> {
    let second = at.as_micros().checked_add(999_999)?.div_euclid(1_000_000);
    let whole = jiff::Timestamp::from_second(second).ok()?;
    let text = whole.display_with_offset(MOSCOW).to_string();
    Some(Expiry { text, at: Timestamp::from_micros(second * 1_000_000) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_sent_in_moscow_time_by_the_whole_second() {
        for (asked, sent) in [
            ("2026-11-21T15:05:00Z", "2026-11-21T18:05:00+03:00"),
            ("2026-11-21T15:05:00.000001Z", "2026-11-21T18:05:01+03:00"),
            ("2026-12-31T21:00:01Z", "2027-01-01T00:00:01+03:00"),
        ] {
            let expiry = expiry(Timestamp::parse(asked).unwrap()).unwrap();
            assert_eq!(expiry.text, sent);
            assert_eq!(expiry.at, Timestamp::parse(sent).unwrap());
        }
        assert_eq!(expiry(Timestamp::from_micros(i64::MAX)), None);
    }
}
