//! `GET /api/v1/payments/{payment}`: state, events and refunds, at once or as soon as there is more.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use engine::contract;
use engine::ports::{Destination, EventRow};
use payment::Payment;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::READ_EVERY;
use super::address::{Address, register_of, unknown_operation};
use super::caller::{Caller, later, unavailable};
use super::lists::read;
use crate::changes::Changes;
use crate::door::Door;
use crate::problem::Problem;

/// A call is held no longer than this.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// How the state is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct StateQuery {
    /// How long the call may be held, in seconds: `25s` or `25`.
    wait: Option<String>,
    /// Only events with a greater `sequence`; the call is held until there is one.
    after: Option<u64>,
}

/// A payment with what is told of it.
struct Seen {
    payment: Payment,
    events: Vec<EventRow>,
}

/// The whole state as `payment.state`, with the events behind `after` beside it.
///
/// With `wait` it is held until there is such an event; before the pay has arrived, until it does.
pub(crate) async fn payment(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Path(payment): Path<String>,
    query: Result<Query<StateQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let query = read(query)?;
    let address = Address::parse(&payment)?;
    let until = Instant::now() + wait_of(&query)?;
    let _place = caller.hold(&door)?;
    let operation = address.operation(&door, &caller).await?;
    let register = Destination { store: operation.store, register: operation.register };
    let mut changes = Changes::of(&door, register);
    loop {
        let seen = look(&door, &caller, &address, query.after.unwrap_or(0)).await?;
        let has_news = seen.as_ref().is_some_and(|seen| !seen.events.is_empty());
        let is_over = has_news || Instant::now() >= until;
        if is_over || !changes.wait(&door, until.min(Instant::now() + READ_EVERY)).await {
            return seen.map_or_else(|| Err(unknown_operation()), |seen| draw(&door, &seen));
        }
    }
}

async fn look(door: &Door, caller: &Caller, address: &Address, after: u64) -> Result<Option<Seen>, Problem> {
    let Some(payment) = address.payment(door, caller).await? else { return Ok(None) };
    let mut events = door.parts.registers.events_of_payment(&payment, after).await.map_err(unavailable)?;
    // What was committed between the two reads belongs to the next answer.
    events.retain(|event| event.sequence <= payment.state.sequence);
    Ok(Some(Seen { payment, events }))
}

fn draw(door: &Door, seen: &Seen) -> Result<Response, Problem> {
    let state = contract::state(&seen.payment, door.parts.screens.now());
    let events: Result<Vec<Value>, _> =
        seen.events.iter().map(|event| serde_json::from_str(&event.body)).collect();
    let (Ok(Value::Object(mut body)), Ok(events)) = (serde_json::to_value(&state), events) else {
        let register = register_of(&seen.payment);
        tracing::error!(payment.id = %seen.payment.id, store = %register.store, "stored events can't be read");
        return Err(later());
    };
    body.insert("events".to_owned(), Value::Array(events));
    Ok(Json(body).into_response())
}

/// How long to hold the call.
fn wait_of(query: &StateQuery) -> Result<Duration, Problem> {
    let Some(text) = &query.wait else { return Ok(Duration::ZERO) };
    let seconds = text.strip_suffix('s').unwrap_or(text).parse::<u32>();
    let seconds =
        seconds.map_err(|_| Problem::invalid("wait", "wait is a number of seconds, such as 25s"))?;
    Ok(Duration::from_secs(seconds.into()).min(LONGEST_WAIT))
}
