//! Points in time as registers name them: exact, or by a business date in the store's zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use payment::Timestamp;

use crate::contract::Fault;
use crate::settings::StoreSettings;

/// The beginning of what a text names: a time, or the first moment of a date.
pub(super) fn from(field: &str, text: &str, store: &StoreSettings) -> Result<Timestamp, Fault> {
    read(field, text, store, Some)
}

/// The end of what a text names, exclusive: a time, or the first moment of the day after a date.
pub(super) fn to(field: &str, text: &str, store: &StoreSettings) -> Result<Timestamp, Fault> {
    read(field, text, store, |date| date.tomorrow().ok())
}

fn read(
    field: &str,
    text: &str,
    store: &StoreSettings,
    day: impl FnOnce(Date) -> Option<Date>,
) -> Result<Timestamp, Fault> {
    if let Ok(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    let wrong =
        || Fault::invalid(field, format!("{field} must be an RFC 3339 time or a date such as 2026-11-21"));
    let is_date = text.len() == "2026-11-21".len();
    let date: Date = text.parse().ok().filter(|_| is_date).ok_or_else(wrong)?;
    first_moment(day(date).ok_or_else(wrong)?, &store.zone).ok_or_else(wrong)
}

/// When a date begins in a zone. A zone that is not known any more is UTC: the settings do not admit one.
fn first_moment(date: Date, zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let moment = date.to_zoned(zone).ok()?.timestamp();
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(date: &str, zone: &str) -> String {
        first_moment(date.parse().unwrap(), zone).unwrap().to_string()
    }

    #[test]
    fn a_date_begins_when_its_day_begins_in_the_zone() {
        assert_eq!(moment("2026-11-21", "Europe/Moscow"), "2026-11-20T21:00:00Z");
        assert_eq!(moment("2026-11-21", "Asia/Vladivostok"), "2026-11-20T14:00:00Z");
        assert_eq!(moment("2026-11-21", "UTC"), "2026-11-21T00:00:00Z");
        // That day began at one o'clock: the clocks were put forward at midnight.
        assert_eq!(moment("2026-03-29", "Asia/Beirut"), "2026-03-28T22:00:00Z");
    }
}
