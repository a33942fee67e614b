//! The state file: a restarted simulator remembers its codes, payments and refunds.
//!
//! It is written when there is something new, at most a few times a second, to a neighbouring file that
//! then takes the old one's place. A killed simulator forgets what happened after the last writing.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{banks::Banks, book::Records, error::Error};

const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// What a snapshot gives back.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Saved {
    #[serde(default)]
    pub(crate) shift_ms: i64,
    #[serde(default)]
    pub(crate) banks: SavedBanks,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct SavedBanks {
    #[serde(default)]
    pub(crate) raiffeisen: Records,
}

#[derive(Serialize)]
struct Saving {
    shift_ms: i64,
    banks: SavingBanks,
}

#[derive(Serialize)]
struct SavingBanks {
    raiffeisen: Box<RawValue>,
}

/// Reads a state file; one that does not exist yet is empty.
pub(crate) fn load(path: &Path) -> Result<Saved, Error> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Saved::default()),
        Err(source) => return Err(Error::StateFile { path: path.to_owned(), source }),
    };
    serde_json::from_slice(&text).map_err(|source| Error::StateContent { path: path.to_owned(), source })
}

/// Writes the state again and again until the simulator stops. The bigger it is, the longer the pauses.
pub(crate) async fn keep(banks: Arc<Banks>, path: PathBuf) {
    let (mut written, mut pause) = (changes(&banks), SHORTEST_PAUSE);
    while !banks.world.stop.is_cancelled() {
        banks.world.hold(pause).await;
        let now = changes(&banks);
        if now == written {
            continue;
        }
        let started = tokio::time::Instant::now();
        if let Err(error) = save(&banks, &path).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the state was not written");
        }
        written = now;
        pause = started.elapsed().saturating_mul(10).max(SHORTEST_PAUSE);
    }
}

/// Writes the state once.
pub(crate) async fn save(banks: &Banks, path: &Path) -> Result<(), Error> {
    let records = banks.raiffeisen.desk.open(|book, _| serde_json::value::to_raw_value(book.records()));
    let failed = |source: io::Error| Error::StateFile { path: path.to_owned(), source };
    let raiffeisen = records.map_err(|error| failed(error.into()))?;
    let saving = Saving { shift_ms: banks.world.clock.shift_ms(), banks: SavingBanks { raiffeisen } };
    let text = serde_json::to_vec(&saving).map_err(|error| failed(error.into()))?;
    let target = path.to_owned();
    let written = tokio::task::spawn_blocking(move || replace(&target, &text)).await;
    written.map_err(io::Error::other).flatten().map_err(failed)
}

fn changes(banks: &Banks) -> (i64, u64) {
    (banks.world.clock.shift_ms(), banks.raiffeisen.desk.open(|book, _| book.changes()))
}

/// Whoever reads the file finds the old text or the new one, never a part.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
