//! The time zone of a store: local times, and when its days begin.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use payment::Timestamp;

use super::StoreSettings;

/// A day as text: `2026-11-21`.
const DAY_LENGTH: usize = "2026-11-21".len();

/// A time zone. UTC where the name is not known (any more): settings do not admit such a name.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of an IANA name, such as `Europe/Moscow`.
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    /// The zone of a store; UTC for one that is not set up any more.
    pub fn of(store: Option<&StoreSettings>) -> Self {
        store.map_or(Self(TimeZone::UTC), |store| Self::named(&store.zone))
    }

    /// The date and the time of day.
    pub fn local(&self, at: Timestamp) -> DateTime {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        self.0.to_datetime(at)
    }

    /// What the zone is called then, as people write it behind a time: `MSK`, `+05`.
    pub fn short_name(&self, at: Timestamp) -> String {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        at.to_zoned(self.0.clone()).strftime("%Z").to_string()
    }

    /// When a date begins: its first moment, which need not be midnight. `None`: no time is so far away.
    pub fn first_moment(&self, date: Date) -> Option<Timestamp> {
        let moment = date.to_zoned(self.0.clone()).ok()?.timestamp();
        Some(Timestamp::from_micros(moment.as_microsecond()))
    }

    /// When a date begins and when the one after it does. `None`: as [`Self::first_moment`].
    pub fn day(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        Some((self.first_moment(date)?, self.first_moment(date.tomorrow().ok()?)?))
    }

    /// A date as people and registers write it, `2026-11-21` and nothing else.
    pub fn read_date(text: &str) -> Option<Date> {
        text.parse().ok().filter(|_| text.len() == DAY_LENGTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Zone::read_date(text).unwrap()
    }

    #[test]
    fn a_date_begins_when_its_day_begins_in_the_zone() {
        for (day, zone, begins) in [
            ("2026-11-21", "Europe/Moscow", "2026-11-20T21:00:00Z"),
            ("2026-11-21", "Asia/Vladivostok", "2026-11-20T14:00:00Z"),
            ("2026-11-21", "UTC", "2026-11-21T00:00:00Z"),
            ("2026-11-21", "Mars/Olympus", "2026-11-21T00:00:00Z"),
            // That day began at one o'clock: the clocks were put forward at midnight.
            ("2026-03-29", "Asia/Beirut", "2026-03-28T22:00:00Z"),
        ] {
            let moment = Zone::named(zone).first_moment(date(day)).unwrap();
            assert_eq!(moment.to_string(), begins, "{day} in {zone}");
        }
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins_however_long_it_is() {
        let (from, to) = Zone::named("Asia/Beirut").day(date("2026-03-29")).unwrap();
        assert_eq!(to.since(from), std::time::Duration::from_hours(23));
    }

    #[test]
    fn local_times_are_those_of_the_store() {
        let at = Timestamp::parse("2026-11-28T21:30:05Z").unwrap();
        assert_eq!(Zone::named("Europe/Moscow").local(at).to_string(), "2026-11-29T00:30:05");
        assert_eq!(Zone::of(None).local(at).to_string(), "2026-11-28T21:30:05");
    }

    #[test]
    fn a_time_is_written_with_the_name_that_people_have_for_its_zone() {
        let at = Timestamp::parse("2026-11-28T21:30:05Z").unwrap();
        for (zone, name) in [("Europe/Moscow", "MSK"), ("Asia/Almaty", "+05"), ("UTC", "UTC")] {
            assert_eq!(Zone::named(zone).short_name(at), name, "{zone}");
        }
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        for wrong in ["", "28.11.2026", "2026-13-01", "2026-11-28T10:00:00Z", "20261128"] {
            assert_eq!(Zone::read_date(wrong), None, "{wrong:?}");
        }
    }
}
