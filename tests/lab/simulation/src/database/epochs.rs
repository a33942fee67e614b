//! Which instances are alive, as far as the database knows.

use std::time::Duration;

use payment::Timestamp;

/// Who has not been heard of for so long is gone.
pub(crate) const LAPSE: Duration = Duration::from_secs(10);

/// The epochs, in the order in which they began.
pub(super) struct Epochs {
    /// One instance: the newest epoch is the only one. Several: each lives while its instance is heard of.
    is_alone: bool,
    all: Vec<Epoch>,
}

struct Epoch {
    heard_of_at: Timestamp,
    has_lapsed: bool,
}

impl Epochs {
    pub(super) fn new(instances: usize) -> Self {
        Self { is_alone: instances == 1, all: Vec::new() }
    }

    pub(super) fn begin(&mut self, now: Timestamp) -> u64 {
        if self.is_alone {
            self.all.iter_mut().for_each(|epoch| epoch.has_lapsed = true);
        }
        self.all.push(Epoch { heard_of_at: now, has_lapsed: false });
        self.all.len() as u64
    }

    /// The instance of this epoch has said something. Too late is too late.
    pub(super) fn hear_of(&mut self, epoch: u64, now: Timestamp) {
        if !self.has_lapsed(epoch, now)
            && let Some(epoch) = self.get(epoch)
        {
            epoch.heard_of_at = now;
        }
    }

    /// Whether the instance of this epoch is gone for good. Once said, it stays said.
    pub(super) fn has_lapsed(&mut self, epoch: u64, now: Timestamp) -> bool {
        let is_alone = self.is_alone;
        let Some(epoch) = self.get(epoch) else { return true };
        epoch.has_lapsed |= !is_alone && now.since(epoch.heard_of_at) >= LAPSE;
        epoch.has_lapsed
    }

    fn get(&mut self, epoch: u64) -> Option<&mut Epoch> {
        let index = usize::try_from(epoch).ok()?.checked_sub(1)?;
        self.all.get_mut(index)
    }
}
