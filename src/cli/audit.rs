//! `integrator audit payments`.

use clap::Subcommand;
use engine::ports::Clock;
use payment::{PaymentId, Timestamp};
use serde_json::json;
use store::{Db, Records};

use crate::audit::{Finding, Grade, audit};
use crate::cli::print;
use crate::clock::WallClock;
use crate::config::Config;
use crate::database;

const PAGE: usize = 500;

/// What to audit.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator audit payments
  integrator audit payments --since 2026-11-21T00:00:00Z --json

Exit status 1: something is broken. What waits for a person does not change it.")]
pub(super) enum Command {
    /// Check each payment's records against themselves, and list what waits for a person.
    Payments {
        /// Accepted at this time or later (RFC 3339). Without it: all.
        #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
        since: Option<Timestamp>,
        /// Print one JSON object a finding.
        #[arg(long)]
        json: bool,
    },
}

/// Reads the database, beside a running service or without one.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    let Command::Payments { since, json } = command;
    let db = database::open(config).await?;
    let told = payments(&db, since, json).await;
    db.close().await;
    told
}

async fn payments(db: &Db, since: Option<Timestamp>, as_json: bool) -> anyhow::Result<u8> {
    let now = WallClock::start().now();
    let (mut looked_at, mut broken, mut work) = (0_u64, 0_u64, 0_u64);
    let mut after = None;
    loop {
        let page = db.payments_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for id in page {
            let Some(record) = db.payment_record(id).await? else { continue };
            if since.is_some_and(|since| record.payment.opened_at < since) {
                continue;
            }
            looked_at += 1;
            for finding in audit(&record, now) {
                match finding.grade {
                    Grade::Broken => broken += 1,
                    Grade::Work => work += 1,
                }
                tell(id, &finding, as_json);
            }
        }
    }
    if !as_json {
        print(&format!(
            "{looked_at} payments: {broken} findings of what is broken, {work} of what waits for a person"
        ));
    }
    Ok(u8::from(broken > 0))
}

fn tell(payment: PaymentId, finding: &Finding, as_json: bool) {
    let Finding { grade, says } = finding;
    print(&if as_json {
        json!({ "payment": payment.to_string(), "grade": grade.word(), "says": says }).to_string()
    } else {
        format!("{payment}  {:<6}  {says}", grade.word())
    });
}
