//! The end of every row: everybody has been served; now the books of tills, service and bank must agree, and the world is put
//! away.

use std::time::Duration;

use tokio::time::Instant;
use universal_integrator::till::AmqpRegister;

use crate::lab::customers::Surprise;
use crate::lab::{Service, World};
use crate::rows::Row;
use crate::scene::Notes;
use crate::verdict::Verdict;

/// How long the books may take to agree after the last customer: an owner must lapse, a watch must end.
pub(crate) const SETTLED_WITHIN: Duration = Duration::from_mins(2);

/// What a row came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) notes: Notes,
    /// Payments in all.
    pub(crate) payments: usize,
    /// From the last customer to books that agree.
    pub(crate) settled_after: Duration,
    /// How many lines for people the service logged.
    pub(crate) loud_lines: usize,
    pub(crate) took: Duration,
}

/// A row that was played, before anybody has looked into the books.
pub(crate) struct Played<'a> {
    pub(crate) row: &'a Row,
    pub(crate) began: Instant,
    /// The registers that were told something.
    pub(crate) tills: Vec<AmqpRegister>,
    /// The other instance, if there is one.
    pub(crate) another: Option<Service>,
    /// What surprised the customers.
    pub(crate) surprises: Vec<Surprise>,
    pub(crate) notes: Notes,
    pub(crate) payments: usize,
}

/// Waits until the books agree, judges by them, and puts the world away; where something is to be said against the service, its
/// files are kept.
pub(crate) async fn settle(mut world: World, played: Played<'_>) -> Outcome {
    let Played { row, began, tills, another, surprises, notes, payments } = played;
    let mut verdict = Verdict::default();
    verdict.take_surprises(row, surprises);
    verdict.unexpected.extend(notes.wrong.iter().cloned());
    let ended_at = Instant::now();
    let findings = world.books_within(SETTLED_WITHIN, &tills.iter().collect::<Vec<_>>()).await;
    let settled_after = ended_at.elapsed();
    let (records, ledger) = (world.records().await, world.bank.ledger().await);
    verdict.take_books(&records, &ledger, world.orders_asked_twice().0, &findings);
    let buried = world.waiting("dead").await;
    if buried > 0 {
        verdict.lost.push(format!("{buried} messages were buried"));
    }
    if let Some(mut another) = another {
        another.stop().await;
    }
    world.service.stop().await;
    let loud = world.loud_lines();
    verdict.unexpected.extend(loud.iter().filter(|line| line.contains("panicked")).cloned());
    if verdict.is_good() {
        world.tidy().await;
    } else {
        world.keep();
    }
    Outcome { verdict, notes, payments, settled_after, loud_lines: loud.len(), took: began.elapsed() }
}
