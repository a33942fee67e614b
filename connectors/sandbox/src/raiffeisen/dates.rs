//! The bank's times: printed with Moscow's offset, read in any, or relative to now.

use jiff::{Span, Timestamp, tz};

/// Moscow has no summer time.
fn moscow(at: Timestamp) -> jiff::Zoned {
    at.to_zoned(tz::TimeZone::fixed(tz::offset(3)))
}

/// `2026-11-21T18:05:00+03:00`; parts of a second only where there are any.
pub(super) fn to_seconds(at: Timestamp) -> String {
    let format = if at.subsec_nanosecond() == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.f%:z" };
    moscow(at).strftime(format).to_string()
}

/// `2026-11-21T18:01:13.109227+03:00`
pub(super) fn to_micros(at: Timestamp) -> String {
    moscow(at).strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string()
}

/// `2026-11-21T15:00:02.000Z`, the form of orders.
pub(super) fn to_utc_millis(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads an expiry: absolute with an offset, or relative such as `+5m`, `+1d5m`, `+1H30m`.
pub(super) fn read_expiry(text: &str, now: Timestamp) -> Option<Timestamp> {
    match text.strip_prefix('+') {
        Some(relative) => moscow(now).checked_add(read_span(relative)?).ok().map(|at| at.timestamp()),
        None => text.parse().ok(),
    }
}

/// `M` month, `d` day, `H` hour, `m` minute, `s` second, each after its number.
fn read_span(text: &str) -> Option<Span> {
    let mut span = Span::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        span = match unit {
            'M' => span.try_months(span.get_months().checked_add(i32::try_from(number).ok()?)?),
            'd' => span.try_days(span.get_days().checked_add(i32::try_from(number).ok()?)?),
            'H' => span.try_hours(span.get_hours().checked_add(i32::try_from(number).ok()?)?),
            'm' => span.try_minutes(span.get_minutes().checked_add(number)?),
            's' => span.try_seconds(span.get_seconds().checked_add(number)?),
            _ => return None,
        }
        .ok()?;
        rest = &rest[end + unit.len_utf8()..];
    }
    (!span.is_zero()).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T15:00:02.566125Z".parse().unwrap()
    }

    #[test]
    fn times_are_printed_as_the_bank_prints_them() {
        assert_eq!(to_micros(now()), "2026-11-21T18:00:02.566125+03:00");
        assert_eq!(to_seconds("2026-11-21T15:05:00Z".parse().unwrap()), "2026-11-21T18:05:00+03:00");
        assert_eq!(to_seconds("2026-11-21T15:05:00.25Z".parse().unwrap()), "2026-11-21T18:05:00.25+03:00");
        assert_eq!(to_utc_millis(now()), "2026-11-21T15:00:02.566Z");
    }

    #[test]
    fn an_expiry_is_read_absolute_and_relative() {
        let rows = [
            ("2026-11-21T18:05:00+03:00", Some("2026-11-21T15:05:00Z")),
            ("2026-11-21T15:05:00.000Z", Some("2026-11-21T15:05:00Z")),
            ("2026-11-21T21:23:50.897611685Z[Etc/UTC]", Some("2026-11-21T21:23:50.897611685Z")),
            ("+5m", Some("2026-11-21T15:05:02.566125Z")),
            ("+1d5m", Some("2026-11-22T15:05:02.566125Z")),
            ("+1H30m", Some("2026-11-21T16:30:02.566125Z")),
            ("+1M", Some("2026-12-21T15:00:02.566125Z")),
            ("+90s", Some("2026-11-21T15:01:32.566125Z")),
            ("+", None),
            ("+5", None),
            ("+5x", None),
            ("+m", None),
            ("+0m", None),
            ("+99999999999999999999m", None),
            ("+5ё", None),
            ("2026-11-21T18:05:00", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let expected = expected.map(|at| at.parse().unwrap());
            assert_eq!(read_expiry(text, now()), expected, "{text}");
        }
    }
}
