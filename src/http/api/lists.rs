//! Calls that ask about a store: `find`, `totals`, `types`, and what a register has open.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use engine::contract::{EventBody, open_of};
use engine::doors::Outcome;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::answer;
use super::body::{of_fields, register_named};
use super::caller::Caller;
use super::query::Asked;
use crate::door::Door;
use crate::problem::Problem;

/// What `find` may ask for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct FindQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register that asks; left out, the store by itself. The answer is the whole store's in any case.
    #[schemars(length(min = 1, max = 40))]
    register: Option<String>,
    /// The receipt's number.
    receipt: Option<String>,
    /// The bank's id of the money.
    #[schemars(length(min = 1, max = 64))]
    bank_transaction: Option<String>,
    /// The exact amount asked, in minor units.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_i64))]
    amount: Option<i64>,
    /// The currency of the amount; left out, the store's.
    #[schemars(length(min = 3, max = 3), regex(pattern = "^[A-Z]+$"))]
    currency: Option<String>,
    /// Accepted from this time on: RFC 3339, or a date of the store's zone. Left out, and without a receipt or a bank
    /// transaction: 31 days before `to`, or before now.
    from: Option<String>,
    /// Accepted before this time; a date counts whole. Left out: until now.
    to: Option<String>,
    /// A part of the masked payer.
    payer: Option<String>,
    /// The `next` of an answer with `more`: goes on behind it.
    before: Option<String>,
}

/// What `totals` may ask for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TotalsQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register whose totals they are; left out, the whole store's.
    #[schemars(length(min = 1, max = 40))]
    register: Option<String>,
    /// The shift, as the pays of the register named it.
    shift: Option<String>,
    /// Accepted from this time on: RFC 3339, or a date of the store's zone. Left out where a shift is named: the last 31 days.
    from: Option<String>,
    /// Accepted before this time; a date counts whole. Left out: until now.
    to: Option<String>,
}

/// What `types` may ask for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TypesQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register that asks; left out, the store by itself: then a kind of code counts that some register of it offers.
    #[schemars(length(min = 1, max = 40))]
    register: Option<String>,
}

/// Whose open payments are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct OpenQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register.
    #[schemars(length(min = 1, max = 40))]
    register: String,
}

/// `GET /api/v1/payments`: payments of the store.
pub(crate) async fn find(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Asked(query): Asked<FindQuery>,
) -> Result<Response, Problem> {
    let store = caller.own(query.store.as_deref())?;
    if query.currency.is_some() && query.amount.is_none() {
        return Err(Problem::invalid("currency", "currency goes with an amount, and there is none"));
    }
    let amount = query.amount.map(|value| {
        let settings = door.parts.screens.settings();
        let of_store = settings.stores.get(&store).map(|store| store.currency.code());
        json!({ "value": value, "currency": query.currency.as_deref().or(of_store) })
    });
    let fields = fields([
        ("receipt", query.receipt.map(Value::from)),
        ("bank_transaction", query.bank_transaction.map(Value::from)),
        ("amount", amount),
        ("from", query.from.map(Value::from)),
        ("to", query.to.map(Value::from)),
        ("payer", query.payer.map(Value::from)),
        ("before", query.before.map(Value::from)),
    ]);
    let told = ask(&door, &caller, "find", query.register.as_deref(), fields).await?;
    answer(&door, with_parameters_named(told), StatusCode::OK)
}

/// `GET /api/v1/totals`: counts and sums of a shift or of a time.
pub(crate) async fn totals(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Asked(query): Asked<TotalsQuery>,
) -> Result<Response, Problem> {
    caller.own(query.store.as_deref())?;
    let fields = fields([
        ("shift", query.shift.map(Value::from)),
        ("from", query.from.map(Value::from)),
        ("to", query.to.map(Value::from)),
    ]);
    let told = ask(&door, &caller, "totals", query.register.as_deref(), fields).await?;
    answer(&door, told, StatusCode::OK)
}

/// `GET /api/v1/types`: the payment types of the store.
pub(crate) async fn types(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Asked(query): Asked<TypesQuery>,
) -> Result<Response, Problem> {
    caller.own(query.store.as_deref())?;
    let told = ask(&door, &caller, "types", query.register.as_deref(), Map::new()).await?;
    answer(&door, told, StatusCode::OK)
}

/// `GET /api/v1/open`: a `get` without an operation. The operations of what the register has open.
pub(crate) async fn open(
    State(door): State<Arc<Door>>,
    caller: Caller,
    Asked(query): Asked<OpenQuery>,
) -> Result<Response, Problem> {
    caller.own(query.store.as_deref())?;
    let told = match ask(&door, &caller, "get", Some(&query.register), Map::new()).await? {
        Outcome::Told(states) => Outcome::Told(open_of(&states).into_iter().collect()),
        other => other,
    };
    answer(&door, told, StatusCode::OK)
}

fn fields<const N: usize>(given: [(&str, Option<Value>); N]) -> Map<String, Value> {
    given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The register that is named asks, or the caller's store by itself.
async fn ask(
    door: &Door,
    caller: &Caller,
    verb: &str,
    register: Option<&str>,
    fields: Map<String, Value>,
) -> Result<Outcome, Problem> {
    let registers = &door.parts.registers;
    Ok(match register.map(register_named).transpose()? {
        Some(register) => registers.answer(of_fields(verb, &caller.store, &register, fields)).await,
        None => registers.answer_store(&caller.store, verb, &fields).await,
    })
}

/// The fields of the body's amount are parameters of their own.
fn with_parameters_named(outcome: Outcome) -> Outcome {
    let Outcome::Rejected(body) = outcome else { return outcome };
    let field = body.field.map(|field| match field.as_str() {
        "amount.value" => "amount".to_owned(),
        "amount.currency" => "currency".to_owned(),
        _ => field,
    });
    Outcome::Rejected(Box::new(EventBody { field, ..*body }))
}
