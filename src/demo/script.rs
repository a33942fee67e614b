//! The play of `--once`: payments of every kind, as registers would ask for them.
//!
//! | register | one after the other |
//! |---|---|
//! | 1 | paid, half of it refunded, the rest refunded by register 2; a cancel that comes before its pay |
//! | 2 | left to expire |
//! | 3 | cancelled after the code was shown; cancelled while the buyer pays, so that the money comes late and goes back |

mod acts;

use anyhow::Context;

use super::player::Player;
use super::stage::Stage;

/// Who plays.
pub(super) struct Cast<'a> {
    pub(super) stage: &'a Stage,
    pub(super) players: [Player<'a>; 3],
    /// Makes the operations of this play its own.
    pub(super) tag: String,
}

/// Plays all acts and returns what went wrong, in words.
pub(super) async fn play(cast: &Cast<'_>) -> Vec<String> {
    let first = async {
        let paid = acts::paid_and_refunded(cast).await.context("paid and refunded");
        let early = acts::cancelled_before_its_pay(cast).await.context("cancelled before its pay");
        [paid, early]
    };
    let second = async { [acts::expired(cast).await.context("left to expire")] };
    let third = async {
        let cancelled = acts::cancelled(cast).await.context("cancelled after the code was shown");
        let late = acts::paid_late(cast).await.context("paid late");
        [cancelled, late]
    };
    let (first, second, third) = tokio::join!(first, second, third);
    let outcomes = first.into_iter().chain(second).chain(third);
    outcomes.filter_map(Result::err).map(|error| format!("{error:#}")).collect()
}

impl Cast<'_> {
    /// An operation of this play.
    fn operation(&self, name: &str) -> String {
        format!("{}-{name}", self.tag)
    }
}
