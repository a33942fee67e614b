//! How banks are called at the moment, and what inspections came to, as metrics. Labels are authorization servers that are
//! set up: bounded.

use std::time::Duration;

use engine::{BankCondition, Engine, Inspected};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);

/// Keeps the gauges true until the service stops.
pub(super) async fn run(engine: Engine, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        engine.bank_conditions().iter().for_each(tell);
        tell_inspected(engine.inspected());
    }
}

fn tell(bank: &BankCondition) {
    let server = || bank.server.to_string();
    metrics::gauge!("bank_is_well", "server" => server()).set(if bank.is_well { 1.0 } else { 0.0 });
    metrics::gauge!("bank_calls_under_way", "server" => server()).set(count(bank.under_way));
    metrics::gauge!("bank_calls_waiting", "server" => server()).set(count(bank.waiting));
}

fn tell_inspected(inspected: Inspected) {
    let Inspected { rows, mended, listed, asked, differed } = inspected;
    metrics::counter!("inspection_rows_total").absolute(rows);
    metrics::counter!("inspection_mended_total").absolute(mended);
    metrics::counter!("inspection_listed_total").absolute(listed);
    metrics::counter!("inspection_orders_asked_total").absolute(asked);
    metrics::counter!("inspection_orders_differed_total").absolute(differed);
}

fn count(calls: usize) -> f64 {
    f64::from(u32::try_from(calls).unwrap_or(u32::MAX))
}
