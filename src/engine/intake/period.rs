//! Points in time as registers name them: exact, or by a business date in the store's zone.

use payment::Timestamp;

use crate::contract::Fault;
use crate::settings::{StoreSettings, Zone};

/// The beginning of what a text names: a time, or the first moment of a date.
pub(super) fn from(field: &str, text: &str, store: &StoreSettings) -> Result<Timestamp, Fault> {
    read(field, text, store, |(from, _)| from)
}

/// The end of what a text names, exclusive: a time, or the first moment of the day after a date.
pub(super) fn to(field: &str, text: &str, store: &StoreSettings) -> Result<Timestamp, Fault> {
    read(field, text, store, |(_, to)| to)
}

fn read(
    field: &str,
    text: &str,
    store: &StoreSettings,
    of_day: impl FnOnce((Timestamp, Timestamp)) -> Timestamp,
) -> Result<Timestamp, Fault> {
    if let Ok(time) = Timestamp::parse(text) {
        return Ok(time);
    }
    let day = Zone::read_date(text).and_then(|date| Zone::named(&store.zone).day(date));
    day.map(of_day).ok_or_else(|| {
        Fault::invalid(field, format!("{field} must be an RFC 3339 time or a date such as 2026-11-21"))
    })
}
