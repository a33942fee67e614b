//! The journal of a store: payments newest first, and the search in it.

use std::cmp::Reverse;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::ports::{Search, StoreError};
use engine::settings::StoreSettings;
use payment::{Currency, Payment, Status, StoreId};
use store::Records;

use super::asked::Asked;
use super::one::address;
use super::place::PLACE;
use super::show::{Clock, State as Shown, amount, marks, register_name, store_name};
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;
use crate::words::Words;

/// Payments on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalPage {
    frame: Frame,
    store: String,
    registers: Vec<(String, String)>,
    /// Words of the contract with those of the reader.
    statuses: Vec<(&'static str, String)>,
    asked: Asked,
    /// It begins with the newest payments, so it is worth its while to listen for newer ones.
    is_newest: bool,
    lines: Vec<Line>,
    older: Option<String>,
}

struct Line {
    address: String,
    state: Shown,
    marks: Vec<String>,
    date: String,
    time: String,
    register: String,
    amount: String,
    receipt: String,
    operation: String,
}

/// `GET /admin/stores/{store}/payments`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(store): Path<String>,
    Query(wanted): Query<Asked>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let store = StoreId::parse(&store).map_err(|_| Failure::Missing)?;
    let settings = admin.db.settings().await?;
    let its = settings.stores.get(&store);
    let clock = Clock::of(its);
    if let Some(payment) = named(&admin, &store, &wanted).await? {
        return Ok(Redirect::to(&address(&payment)).into_response());
    }
    let currency = its.map_or(Currency::RUB, |its| its.currency);
    let (found, alarm) = match wanted.searches(&store, currency, &clock) {
        Ok(searches) => (newest(&admin, &searches).await?, None),
        Err(wrong) => {
            let told = wrong.into_iter().map(|name| words.text(&format!("wrong-search-{name}")));
            (Vec::new(), Some(told.collect::<Vec<_>>().join(" ")))
        }
    };
    let status = if alarm.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let last = found.get(PAGE - 1).filter(|_| found.len() > PAGE);
    let page = answer(&JournalPage {
        older: last.map(|last| wanted.address_behind(&store, (last.opened_at, last.id))),
        lines: found.iter().take(PAGE).map(|payment| line(&words, &clock, its, payment)).collect(),
        registers: its.map(registers).unwrap_or_default(),
        frame: Frame::of(&asker, title(&words, &store, its)).with_alarm(alarm).at(PLACE),
        store: store.to_string(),
        statuses: statuses(&words),
        is_newest: wanted.is_newest(),
        asked: wanted,
    });
    Ok((status, page).into_response())
}

fn title(words: &Words, store: &StoreId, its: Option<&StoreSettings>) -> String {
    words.fill("payments-title", &[("store", store_name(store, its))])
}

fn statuses(words: &Words) -> Vec<(&'static str, String)> {
    Status::ALL.iter().map(|status| (status.word(), Shown::of(words, *status).word)).collect()
}

fn registers(store: &StoreSettings) -> Vec<(String, String)> {
    store.registers.iter().map(|(id, its)| (id.to_string(), its.name.clone())).collect()
}

/// A payment of this store that was named by an id of ours.
async fn named(admin: &Admin, store: &StoreId, asked: &Asked) -> Result<Option<Payment>, StoreError> {
    let Some(id) = asked.payment() else { return Ok(None) };
    let record = admin.db.payment_record(id).await?;
    Ok(record.map(|record| record.payment).filter(|payment| payment.checkout.store == *store))
}

/// A page of the payments of all searches together, and one more if there is one. Each search begins behind the same
/// payment, so what is first among all is first.
async fn newest(admin: &Admin, searches: &[Search]) -> Result<Vec<Payment>, StoreError> {
    let mut found = Vec::new();
    for search in searches {
        found.extend(admin.db.search_payments(search, PAGE + 1).await?);
    }
    found.sort_by_key(|payment| Reverse((payment.opened_at, payment.id)));
    found.dedup_by_key(|payment| payment.id);
    found.truncate(PAGE + 1);
    Ok(found)
}

fn line(words: &Words, clock: &Clock, store: Option<&StoreSettings>, payment: &Payment) -> Line {
    let checkout = &payment.checkout;
    Line {
        address: address(payment),
        state: Shown::of(words, payment.status()),
        marks: marks(words, payment),
        date: clock.date(words, payment.opened_at),
        time: clock.time(payment.opened_at),
        register: register_name(&checkout.register, store),
        amount: amount(words, checkout.amount),
        receipt: checkout.details.receipt.clone().unwrap_or_default(),
        operation: checkout.operation.to_string(),
    }
}
