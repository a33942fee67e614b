//! One change of the engine: one call, one round trip, one transaction.
//!
//! Accepting a checkout is three inserts (operation, payment, journal), issuing a code one update and one insert.

use engine::ports::{Change, CommitError, CreditRow, LinkKey, PaymentChange, StoreError};

use super::call::Call;
use super::{Database, on_connection};
use crate::error::unusable;
use crate::rows::{OperationColumns, PaymentColumns, StateColumns, journal_columns, signed};

/// What a step that refuses after others have written raises: see `migrations/postgres/0003_commit.sql`.
const REFUSAL: &str = "UI001";

/// What PostgreSQL calls two changes that wait for each other. One of them is undone, and may be made again.
const DEADLOCK: &str = "40P01";

/// How often a change is made again that was undone for another's sake.
const TRIES: u32 = 3;

/// Makes all of a change durable, or nothing of it.
pub(super) async fn commit(database: &Database, change: &Change) -> Result<(), CommitError> {
    for _ in 1..TRIES {
        match perform(database, change).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(DEADLOCK) => {}
            done => return told(done),
        }
    }
    told(perform(database, change).await)
}

async fn perform(database: &Database, change: &Change) -> Result<String, sqlx::Error> {
    let call =
        call_of(change, database.lapse_after_micros()).map_err(|error| sqlx::Error::Encode(error.into()))?;
    on_connection!(database, |connection| call.run(connection).await)
}

/// What the last word of the steps means.
fn told(done: Result<String, sqlx::Error>) -> Result<(), CommitError> {
    let word = match done {
        Ok(word) => word,
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(REFUSAL) => {
            error.message().to_owned()
        }
        Err(error) => return Err(unusable(&error).into()),
    };
    Err(match word.as_str() {
        "clean" | "written" => return Ok(()),
        "lapsed" => CommitError::Lapsed,
        "duplicate" => CommitError::Duplicate,
        "register_busy" => CommitError::RegisterBusy,
        "conflict" => CommitError::Conflict,
        "credit_taken" => CommitError::CreditTaken,
        "link_taken" => CommitError::LinkTaken,
        other => StoreError(format!("its steps of a change say {other:?}: start the newer program")).into(),
    })
}

/// The steps. The operation goes first: a known one makes the change a duplicate, whatever else is wrong with it.
fn call_of(change: &Change, lapse_after_micros: i64) -> Result<Call, StoreError> {
    let (epoch, at) = (signed("epoch", change.epoch)?, change.at.as_micros());
    let mut call = Call::default();
    call.step("step_begin").bind(epoch).bind(lapse_after_micros);
    if let Some(operation) = &change.operation {
        know_operation(&mut call, OperationColumns::of(operation), at);
    }
    let Some(change) = &change.payment else { return Ok(call) };
    let id = change.payment.id.to_string();
    let state = StateColumns::of(change)?;
    match change.expected_sequence {
        None => open(&mut call, PaymentColumns::of(&change.payment)?, state, epoch),
        Some(expected) => update(&mut call, state, signed("sequence", expected)?, epoch),
    }
    find_credits(&mut call, &id, &change.credits);
    change_links(&mut call, &id, at, change);
    write_journal(&mut call, id, at, change)?;
    Ok(call)
}

fn know_operation(call: &mut Call, row: OperationColumns, at: i64) {
    call.step("step_operation")
        .bind(row.operation)
        .bind(row.register)
        .bind(row.store)
        .bind(at)
        .bind(row.kind)
        .bind(row.essence)
        .bind(row.payment)
        .bind(row.code)
        .bind(row.field)
        .bind(row.reason);
}

fn open(call: &mut Call, first: PaymentColumns, state: StateColumns, epoch: i64) {
    call.step("step_open")
        .bind(state.id)
        .bind(first.store)
        .bind(first.register)
        .bind(first.operation)
        .bind(first.payment_type)
        .bind(first.amount_minor)
        .bind(first.currency)
        .bind(first.receipt)
        .bind(state.status)
        .bind(state.is_open)
        .bind(first.opened_at)
        .bind(state.wake_at)
        .bind(state.settled)
        .bind(state.sequence)
        .bind(epoch)
        .bind(first.checkout)
        .bind(state.state)
        .bind(first.shift)
        .bind(first.is_sole)
        .bind(state.fiscal_due)
        .bind(first.supersedes)
        .bind(state.code)
        .bind(state.payer);
}

fn update(call: &mut Call, state: StateColumns, expected_sequence: i64, epoch: i64) {
    call.step("step_update")
        .bind(state.id)
        .bind(expected_sequence)
        .bind(state.status)
        .bind(state.is_open)
        .bind(state.wake_at)
        .bind(state.settled)
        .bind(state.sequence)
        .bind(epoch)
        .bind(state.state)
        .bind(state.fiscal_due)
        .bind(state.code)
        .bind(state.payer);
}

fn find_credits(call: &mut Call, payment: &str, credits: &[CreditRow]) {
    if credits.is_empty() {
        return;
    }
    call.step("step_credits")
        .bind(payment.to_owned())
        .bind(credits.iter().map(|credit| credit.server.to_string()).collect::<Vec<_>>())
        .bind(credits.iter().map(|credit| credit.transaction.to_string()).collect::<Vec<_>>())
        .bind(credits.iter().map(|credit| credit.is_believed).collect::<Vec<_>>());
}

fn change_links(call: &mut Call, payment: &str, at: i64, change: &PaymentChange) {
    let columns = |links: &[LinkKey]| -> (Vec<String>, Vec<String>) {
        links.iter().map(|key| (key.server.to_string(), key.link.to_string())).unzip()
    };
    if !change.links.taken.is_empty() {
        let (servers, links) = columns(&change.links.taken);
        call.step("step_take_links").bind(payment.to_owned()).bind(at).bind(servers).bind(links);
    }
    if !change.links.freed.is_empty() {
        let (servers, links) = columns(&change.links.freed);
        call.step("step_free_links").bind(payment.to_owned()).bind(servers).bind(links);
    }
}

fn write_journal(
    call: &mut Call,
    payment: String,
    at: i64,
    change: &PaymentChange,
) -> Result<(), StoreError> {
    let rows = journal_columns(&change.journal)?;
    if rows.is_empty() {
        return Ok(());
    }
    let (mut sequences, mut copies, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    let (mut stores, mut registers, mut operations) = (Vec::new(), Vec::new(), Vec::new());
    let (mut events, mut bodies, mut delivered) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        sequences.push(row.sequence);
        copies.push(row.copy);
        facts.push(row.fact);
        delivered.push(row.event.as_ref().map(|event| event.delivered));
        events.push(row.event.as_ref().map(|event| event.name));
        let texts = row.event.map(|event| (event.store, event.register, event.operation, event.body));
        let (store, register, operation, body) = match texts {
            Some((store, register, operation, body)) => {
                (Some(store), Some(register), Some(operation), Some(body))
            }
            None => (None, None, None, None),
        };
        stores.push(store);
        registers.push(register);
        operations.push(operation);
        bodies.push(body);
    }
    call.step("step_journal").bind(payment).bind(at).bind(sequences).bind(copies).bind(facts).bind(stores);
    call.bind(registers).bind(operations).bind(events).bind(bodies).bind(delivered);
    Ok(())
}
