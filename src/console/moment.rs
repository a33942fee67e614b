//! Points in time as people of a store read them.

use engine::settings::Zone;
use payment::Timestamp;

use crate::Words;

/// The date and the time of day, such as `21.11.2026` and `13:05`, in a zone. UTC where the zone is not known.
pub(crate) fn moment(at: Timestamp, zone: &str, words: &Words) -> (String, String) {
    let local = Zone::named(zone).local(at);
    let places = [
        ("day", format!("{:02}", local.day())),
        ("month", format!("{:02}", local.month())),
        ("year", local.year().to_string()),
    ];
    (words.fill("slip-date", &places), format!("{:02}:{:02}", local.hour(), local.minute()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn times_are_those_of_the_store() {
        let at = Timestamp::parse("2026-11-21T21:15:59Z").unwrap();
        for (zone, language, date, time) in [
            ("Europe/Moscow", Language::Russian, "22.11.2026", "00:15"),
            ("Asia/Almaty", Language::Kazakh, "22.11.2026", "02:15"),
            ("Asia/Kolkata", Language::Hindi, "22/11/2026", "02:45"),
            ("Nowhere/At_All", Language::English, "21/11/2026", "21:15"),
        ] {
            assert_eq!(moment(at, zone, &language.words()), (date.to_owned(), time.to_owned()), "{zone}");
        }
    }
}
