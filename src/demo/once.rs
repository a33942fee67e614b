//! `--once`: the play, then the books.

use std::sync::Arc;
use std::time::Duration;

use payment::Timestamp;
use tokio::time::{Instant, sleep};

use super::books::{Books, Findings, Parted, Received, records_since};
use super::player::Player;
use super::report::{self, Report};
use super::script::{self, Cast};
use super::shop::REGISTERS;
use super::stage::Stage;
use super::timeline::{HEADER, Timeline};
use crate::cli::print;

/// How long after the last act everything may take to come to rest: marks of delivery are made durable in batches.
const REST_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Plays, compares, prints; 0 only if everything agrees.
pub(super) async fn play(stage: &Stage, is_json: bool) -> anyhow::Result<u8> {
    let timeline = Arc::new(Timeline::new(stage.began, !is_json));
    let [first, second, third] = REGISTERS;
    let (first, second, third) = tokio::try_join!(
        Player::enter(stage, &timeline, first),
        Player::enter(stage, &timeline, second),
        Player::enter(stage, &timeline, third),
    )?;
    let cast = Cast { stage, players: [first, second, third], tag: tag(stage.began) };
    if !is_json {
        print(HEADER);
    }
    let failures = script::play(&cast).await;
    let books = at_rest(&cast).await?;
    for player in cast.players {
        player.leave().await;
    }
    let report = Report { failures, books, timeline: timeline.entries() };
    if is_json {
        print(&serde_json::to_string(&report)?);
    } else {
        print(&report::text(&report));
    }
    Ok(u8::from(!report.is_good()))
}

/// Compares until the books agree, or until everything should have come to rest.
async fn at_rest(cast: &Cast<'_>) -> anyhow::Result<Findings> {
    let deadline = Instant::now() + REST_WITHIN;
    loop {
        let findings = compare(cast).await?;
        if findings.agree() || Instant::now() >= deadline {
            return Ok(findings);
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Payments of an earlier demo with the same data may still be ending: they are left out.
async fn compare(cast: &Cast<'_>) -> anyhow::Result<Findings> {
    let stage = cast.stage;
    let Parted { older, records } = records_since(stage.service.db(), stage.began).await?;
    let ledger = stage.bank.ledger().await?.without(&older);
    let received =
        cast.players.iter().map(|player| Received::by(player.register()).since(stage.began).without(&older));
    let received: Vec<Received> = received.collect();
    Ok(Books { records: &records, received: &received, ledger: &ledger }.compare())
}

/// A few characters that differ from play to play.
fn tag(began: Timestamp) -> String {
    format!("{:04x}", (began.as_micros() / 1_000_000) & 0xFFFF)
}
