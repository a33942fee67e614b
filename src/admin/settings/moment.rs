//! Times that people type: in the zone of the shops that they are about.

use engine::settings::{Settings, StoreSettings};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use payment::{ServerId, Timestamp};

use crate::payments::show::date_text;
use crate::words::Words;

/// A zone by its name.
pub(super) struct Local {
    pub(super) name: String,
    zone: TimeZone,
}

/// What was typed can't be read as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoTime;

impl Local {
    /// The zone of the first store whose payment types lead to a server; of the first store; UTC.
    pub(super) fn of(settings: &Settings, server: Option<&ServerId>) -> Self {
        let leads_there = |store: &&StoreSettings| {
            server.is_some_and(|server| store.payment_types.values().any(|its| its.servers.contains(server)))
        };
        let store = settings.stores.values().find(leads_there).or_else(|| settings.stores.values().next());
        store.map_or_else(Self::utc, Self::of_store)
    }

    /// The zone of a store.
    fn of_store(store: &StoreSettings) -> Self {
        match TimeZone::get(&store.zone) {
            Ok(zone) => Self { name: store.zone.clone(), zone },
            Err(_) => Self::utc(),
        }
    }

    fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// A time as `datetime-local` of HTML has it, to the minute.
    pub(super) fn text(&self, at: Timestamp) -> String {
        let Ok(at) = jiff::Timestamp::from_microsecond(at.as_micros()) else { return String::new() };
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The same for people, as their language writes dates.
    pub(super) fn told(&self, words: &Words, at: Timestamp) -> String {
        let Ok(at) = jiff::Timestamp::from_microsecond(at.as_micros()) else { return String::new() };
        let there = at.to_zoned(self.zone.clone());
        format!("{} {} ({})", date_text(words, there.date()), there.strftime("%H:%M"), self.name)
    }

    /// What was typed; `None`: nothing was.
    pub(super) fn read(&self, text: &str) -> Result<Option<Timestamp>, NoTime> {
        if text.is_empty() {
            return Ok(None);
        }
        let civil: DateTime = text.replace(' ', "T").parse().map_err(|_| NoTime)?;
        let zoned = civil.to_zoned(self.zone.clone()).map_err(|_| NoTime)?;
        Ok(Some(Timestamp::from_micros(zoned.timestamp().as_microsecond())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_its_zone_and_written_as_it_was_typed() {
        let local = Local { name: "Asia/Almaty".to_owned(), zone: TimeZone::get("Asia/Almaty").unwrap() };
        let at = local.read("2026-11-28T17:00").unwrap().unwrap();
        assert_eq!(at.to_string(), "2026-11-28T12:00:00Z");
        assert_eq!(local.text(at), "2026-11-28T17:00");
        assert_eq!(local.read("2026-11-28 17:00:00").unwrap(), Some(at));
        assert_eq!(local.read(""), Ok(None));
        for wrong in ["tomorrow", "2026-13-01T00:00", "17:00"] {
            assert_eq!(local.read(wrong), Err(NoTime), "{wrong}");
        }
    }
}
