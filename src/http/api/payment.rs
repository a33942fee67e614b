//! `GET /api/v1/payments/{payment}`: state, events and refunds, at once or as soon as there is more.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::contract;
use engine::ports::{Destination, EventRow};
use payment::Payment;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::READ_EVERY;
use super::address::{Address, Found, register_of, unknown_operation};
use super::answer::answer;
use super::body::of_fields;
use super::caller::{Caller, later, unavailable};
use super::query::Asked;
use crate::changes::Changes;
use crate::door::Door;
use crate::problem::Problem;

/// A call is held no longer than this.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// How the state is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct StateQuery {
    /// How long the call may be held, in whole seconds: `25s` or `25`. More than 60 is 60. Left out: not at all.
    #[schemars(regex(pattern = "^[0-9]{1,9}s?$"))]
    wait: Option<String>,
    /// Only events with a greater `sequence`; the call is held until there is one. Left out: all events.
    after: Option<u64>,
}

/// What is known under an address.
#[expect(clippy::large_enum_variant, reason = "one at a time, and taken apart at once")]
enum Look {
    Seen(Seen),
    /// Nothing yet: the pay may still come.
    Nothing,
    /// It is told as a command is answered: cancelled before its pay arrived, or rejected. Nothing more will come.
    Told(Response),
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
    Asked(query): Asked<StateQuery>,
) -> Result<Response, Problem> {
    let address = Address::parse("payment", &payment)?;
    let until = Instant::now() + wait_of(&query)?;
    let _place = caller.hold(&door)?;
    let operation = address.operation(&door, &caller).await?;
    let register = Destination { store: operation.store, register: operation.register };
    let mut changes = Changes::of(&door, vec![register]);
    loop {
        let look = look(&door, &caller, &address, query.after.unwrap_or(0)).await?;
        let has_news = match &look {
            Look::Seen(seen) => !seen.events.is_empty(),
            Look::Nothing => false,
            Look::Told(_) => true,
        };
        let is_over = has_news || Instant::now() >= until;
        if is_over || !changes.wait(&door, until.min(Instant::now() + READ_EVERY)).await {
            return match look {
                Look::Seen(seen) => draw(&door, &seen),
                Look::Nothing => Err(unknown_operation()),
                Look::Told(told) => Ok(told),
            };
        }
    }
}

async fn look(door: &Door, caller: &Caller, address: &Address, after: u64) -> Result<Look, Problem> {
    let payment = match address.find(door, caller).await? {
        Found::Payment(payment) => payment,
        Found::Nothing => return Ok(Look::Nothing),
        Found::NeverStarted(key) => {
            let mut fields = Map::new();
            fields.insert("operation".to_owned(), key.operation.as_str().into());
            let get = of_fields("get", &key.store, &key.register, fields);
            return answer(door, door.parts.registers.answer(get).await, StatusCode::OK).map(Look::Told);
        }
    };
    let mut events = door.parts.registers.events_of_payment(&payment, after).await.map_err(unavailable)?;
    // What was committed between the two reads belongs to the next answer.
    events.retain(|event| event.sequence <= payment.state.sequence);
    Ok(Look::Seen(Seen { payment: *payment, events }))
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
    let seconds = seconds
        .map_err(|_| Problem::invalid("wait", "wait is wrong: it must be whole seconds, such as 25s"))?;
    Ok(Duration::from_secs(seconds.into()).min(LONGEST_WAIT))
}
