//! Calls that ask about a store: `find`, `totals`, `types`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::ports::Destination;
use payment::RegisterId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::answer;
use super::body::{of_fields, register_named};
use super::caller::Caller;
use crate::door::Door;
use crate::problem::Problem;

/// What `find` may ask for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FindQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register that asks; left out, any of the store.
    register: Option<String>,
    /// The receipt's number.
    receipt: Option<String>,
    /// The bank's id of the money.
    bank_transaction: Option<String>,
    /// The exact amount asked, in minor units.
    amount: Option<i64>,
    /// The currency of the amount; left out, the store's.
    currency: Option<String>,
    /// Accepted from this time on: RFC 3339, or a date of the store's zone.
    from: Option<String>,
    /// Accepted before this time; a date counts whole.
    to: Option<String>,
    /// A part of the masked payer.
    payer: Option<String>,
}

/// What `totals` may ask for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TotalsQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register whose totals they are; left out, the whole store's.
    register: Option<String>,
    /// The shift, as the pays of the register named it.
    shift: Option<String>,
    /// Accepted from this time on: RFC 3339, or a date of the store's zone.
    from: Option<String>,
    /// Accepted before this time; a date counts whole.
    to: Option<String>,
}

/// What `types` may ask for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TypesQuery {
    /// The store; left out, the key's.
    store: Option<String>,
    /// The register that asks; left out, any of the store.
    register: Option<String>,
}

type Read<T> = Result<Query<T>, axum::extract::rejection::QueryRejection>;

/// `GET /api/v1/payments`: payments of the store.
pub(crate) async fn find(
    State(door): State<Arc<Door>>,
    caller: Caller,
    query: Read<FindQuery>,
) -> Result<Response, Problem> {
    let query = read(query)?;
    let asker = asker(&door, &caller, query.store.as_deref(), query.register.as_deref())?;
    let amount = query.amount.map(|value| {
        let settings = door.parts.screens.settings();
        let of_store = settings.stores.get(&asker.store).map(|store| store.currency.code());
        json!({ "value": value, "currency": query.currency.as_deref().or(of_store) })
    });
    let fields = fields([
        ("receipt", query.receipt.map(Value::from)),
        ("bank_transaction", query.bank_transaction.map(Value::from)),
        ("amount", amount),
        ("from", query.from.map(Value::from)),
        ("to", query.to.map(Value::from)),
        ("payer", query.payer.map(Value::from)),
    ]);
    ask(&door, "find", &asker, fields).await
}

/// `GET /api/v1/totals`: counts and sums of a shift or of a time.
pub(crate) async fn totals(
    State(door): State<Arc<Door>>,
    caller: Caller,
    query: Read<TotalsQuery>,
) -> Result<Response, Problem> {
    let query = read(query)?;
    let asker = asker(&door, &caller, query.store.as_deref(), query.register.as_deref())?;
    let fields = fields([
        ("shift", query.shift.map(Value::from)),
        ("from", query.from.map(Value::from)),
        ("to", query.to.map(Value::from)),
        ("whole_store", query.register.is_none().then_some(Value::Bool(true))),
    ]);
    ask(&door, "totals", &asker, fields).await
}

/// `GET /api/v1/types`: the payment types of the store.
pub(crate) async fn types(
    State(door): State<Arc<Door>>,
    caller: Caller,
    query: Read<TypesQuery>,
) -> Result<Response, Problem> {
    let query = read(query)?;
    let asker = asker(&door, &caller, query.store.as_deref(), query.register.as_deref())?;
    ask(&door, "types", &asker, Map::new()).await
}

/// Reads a query; an error names what is wrong.
pub(crate) fn read<T>(query: Read<T>) -> Result<T, Problem> {
    query.map(|query| query.0).map_err(|error| Problem::invalid("query", error.body_text()))
}

/// Who asks: the register that is named, else any one of the store, since the answer is the store's.
fn asker(
    door: &Door,
    caller: &Caller,
    store: Option<&str>,
    register: Option<&str>,
) -> Result<Destination, Problem> {
    let store = caller.own(store)?;
    let any = || {
        let settings = door.parts.screens.settings();
        let first: Option<RegisterId> =
            settings.stores.get(&store).and_then(|its| its.registers.keys().next().cloned());
        first.ok_or_else(|| Problem::invalid("register", "The store has no registers yet: add one."))
    };
    let register = register.map_or_else(any, register_named)?;
    Ok(Destination { store, register })
}

fn fields<const N: usize>(given: [(&str, Option<Value>); N]) -> Map<String, Value> {
    given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

async fn ask(
    door: &Door,
    verb: &str,
    asker: &Destination,
    fields: Map<String, Value>,
) -> Result<Response, Problem> {
    let incoming = of_fields(verb, &asker.store, &asker.register, fields);
    answer(door, door.parts.registers.answer(incoming).await, StatusCode::OK)
}
