//! `integrator audit payments | verify`.

use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use engine::ports::Clock;
use payment::{PaymentId, Timestamp};
use serde_json::json;
use store::{Db, People, Records};

use crate::audit::bank::BankAudit;
use crate::audit::{Finding, Grade, audit};
use crate::banks::ConfiguredBanks;
use crate::cli::print;
use crate::clock::WallClock;
use crate::config::Config;
use crate::{database, service};

const PAGE: usize = 500;
const A_DAY: Duration = Duration::from_hours(24);

/// What to audit.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator audit payments
  integrator audit payments --since 2026-11-21T00:00:00Z --json
  integrator audit payments --bank
  integrator audit verify                               that nobody took anything out of the audit

Exit status 1: something is broken, or a bank says otherwise. What waits for a person does not change it.")]
pub(super) enum Command {
    /// Check each payment's records against themselves, and list what waits for a person.
    Payments {
        /// Accepted at this time or later (RFC 3339). Without it: all.
        #[arg(long, value_name = "TIME", value_parser = Timestamp::parse)]
        since: Option<Timestamp>,
        /// Ask banks as well what they say of each payment that is over, at a quarter of their rates. Without --since:
        /// those of the last 24 hours.
        #[arg(long)]
        bank: bool,
        /// Print one JSON object a finding.
        #[arg(long)]
        json: bool,
    },
    /// Follow the chain of what people changed, and print its newest hash: keep that elsewhere, a forged chain shows by it.
    Verify,
}

/// Reads the database, beside a running service or without one.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    let db = database::open(config).await?;
    let told = match command {
        Command::Verify => verify(&db).await,
        Command::Payments { since, bank, json } => {
            let since = since.or(bank.then(|| WallClock::start().now().minus(A_DAY)));
            match banks(&db, config, bank).await {
                Ok(banks) => payments(&db, since, banks, json).await,
                Err(error) => Err(error),
            }
        }
    };
    db.close().await;
    told
}

async fn verify(db: &Db) -> anyhow::Result<u8> {
    let verdict = db.verify_audit().await?;
    print(&format!("{} entries; the newest has hash {}", verdict.entries, shown(&verdict.head)));
    let Some(problem) = &verdict.problem else {
        print("the chain holds");
        return Ok(0);
    };
    print(&format!("the chain does not hold: {problem}"));
    Ok(1)
}

fn shown(hash: &str) -> &str {
    if hash.is_empty() { "(none)" } else { hash }
}

/// The banks, if they are to be asked.
async fn banks(db: &Db, config: &Config, are_asked: bool) -> anyhow::Result<Option<BankAudit>> {
    if !are_asked {
        return Ok(None);
    }
    connector_sdk::http::install_crypto();
    let banks = ConfiguredBanks::new(Arc::new(WallClock::start()));
    let keyring = database::keyring(config)?;
    let settings = db.settings().await?;
    service::banks_watch::connect(db, &keyring, &banks, &settings).await?;
    Ok(Some(BankAudit::new(banks, settings)))
}

async fn payments(
    db: &Db,
    since: Option<Timestamp>,
    mut banks: Option<BankAudit>,
    as_json: bool,
) -> anyhow::Result<u8> {
    let clock = WallClock::start();
    let (mut looked_at, mut broken, mut differ, mut work) = (0_u64, 0_u64, 0_u64, 0_u64);
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
            let mut findings = audit(&record, clock.now());
            if let Some(banks) = &mut banks {
                findings.extend(banks.of(&record.payment).await);
            }
            for finding in findings {
                match finding.grade {
                    Grade::Broken => broken += 1,
                    Grade::Differs => differ += 1,
                    Grade::Work => work += 1,
                }
                tell(id, &finding, as_json);
            }
        }
    }
    if !as_json {
        print(&format!(
            "{looked_at} payments: {broken} findings of what is broken, {differ} of what banks say otherwise, {work} of what waits for a person"
        ));
    }
    Ok(u8::from(broken + differ > 0))
}

fn tell(payment: PaymentId, finding: &Finding, as_json: bool) {
    let Finding { grade, says } = finding;
    print(&if as_json {
        json!({ "payment": payment.to_string(), "grade": grade.word(), "says": says }).to_string()
    } else {
        format!("{payment}  {:<6}  {says}", grade.word())
    });
}
