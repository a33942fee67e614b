//! `integrator payments list | show`.

mod list;
mod show;

use clap::{Args, Subcommand};
use payment::{OperationId, PaymentId, RegisterId, Status, StoreId};
use store::{Db, PaymentFilter, Records};

use crate::cli::print;
use crate::config::Config;
use crate::database;

/// What to find.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator payments list --store 17 --open
  integrator payments list --receipt 000123 --json
  integrator payments show 0191f7e25d3a7abc8def012345678000")]
pub(super) enum Command {
    /// List payments, newest first.
    List(Filter),
    /// Show everything that happened to one payment: facts, events, credits, refunds.
    Show {
        /// Our id of the payment, or an order number at a bank.
        payment: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which payments to list.
#[derive(Debug, Args)]
pub(super) struct Filter {
    /// Of this store.
    #[arg(long, value_parser = StoreId::parse)]
    store: Option<StoreId>,
    /// Of this register.
    #[arg(long, value_parser = RegisterId::parse)]
    register: Option<RegisterId>,
    /// With this status, such as `paid`.
    #[arg(long, value_parser = parse_status)]
    status: Option<Status>,
    /// With this receipt number.
    #[arg(long)]
    receipt: Option<String>,
    /// That this operation, a pay or a refund, is of.
    #[arg(long, value_parser = OperationId::parse)]
    operation: Option<OperationId>,
    /// Open ones only.
    #[arg(long)]
    open: bool,
    /// Paid ones of which the register has told no fiscal receipt.
    #[arg(long)]
    not_fiscalized: bool,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

fn parse_status(word: &str) -> Result<Status, String> {
    let found = Status::ALL.iter().copied().find(|status| status.word() == word);
    found.ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.word()).collect();
        format!("there is no status {word:?}; there are: {}", words.join(", "))
    })
}

/// Reads the database, beside a running service or without one.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    let db = database::open(config).await?;
    let status = match command {
        Command::List(filter) => list(&db, filter).await?,
        Command::Show { payment, json } => show(&db, &payment, json).await?,
    };
    db.close().await;
    Ok(status)
}

async fn list(db: &Db, filter: Filter) -> anyhow::Result<u8> {
    let json = filter.json;
    let found = db.find_payments(&filter_of(filter)).await?;
    let lines = if json { list::json_lines(&found) } else { list::table(&found) };
    for line in &lines {
        print(line);
    }
    Ok(0)
}

fn filter_of(filter: Filter) -> PaymentFilter {
    PaymentFilter {
        store: filter.store,
        register: filter.register,
        status: filter.status,
        receipt: filter.receipt,
        operation: filter.operation,
        open_only: filter.open,
        not_fiscalized: filter.not_fiscalized,
        before: None,
        limit: filter.limit,
    }
}

async fn show(db: &Db, text: &str, json: bool) -> anyhow::Result<u8> {
    let id = read_id(text)?;
    let Some(record) = db.payment_record(id).await? else {
        anyhow::bail!("there is no payment {id} in this database: check the configuration's [database]");
    };
    let lines = if json { vec![show::json(&record).to_string()] } else { show::text(&record) };
    for line in &lines {
        print(line);
    }
    Ok(0)
}

/// A payment's id, or the id of one of its attempts or refunds.
fn read_id(text: &str) -> anyhow::Result<PaymentId> {
    let attempt = || text.parse::<payment::AttemptId>().ok().map(payment::AttemptId::payment);
    let refund = || text.parse::<payment::RefundId>().ok().map(payment::RefundId::payment);
    let id = text.parse::<PaymentId>().ok().or_else(attempt).or_else(refund);
    id.ok_or_else(|| {
        anyhow::anyhow!(
            "{text:?} is not an id of ours: 32 hex characters; find it with `integrator payments list`"
        )
    })
}
