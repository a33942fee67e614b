//! The end of a store's day: what was paid, went back, came late, is open, has no fiscal receipt. By payment type, as the
//! contract's `totals` count it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::contract::{Tally, Totals, TotalsLine};
use engine::ports::{Search, StoreError};
use engine::settings::StoreSettings;
use jiff::civil::Date;
use payment::{Credit, Currency, Payment, Status, StoreId, Timestamp};
use serde::Deserialize;
use store::Records;

use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::show::{Clock, State as Shown, amount, date_text, register_name, store_name, sum};
use crate::payments::{PLACE, address};
use crate::state::Admin;
use crate::words::Words;

/// So many payments a day is counted from: as many as `totals` of the contract looks at.
const LOOKED_AT_MOST: usize = 50_000;
const PAGE: usize = 500;
/// What is counted, in the order of the table: the keys of its names.
const COLUMNS: [&str; 7] =
    ["day-paid", "day-refunded", "day-kept", "day-late", "day-review", "day-open", "day-not-fiscalized"];
/// So many payments a work list shows.
const LISTED_AT_MOST: usize = 100;

#[derive(Template)]
#[template(path = "day.html")]
struct DayPage {
    frame: Frame,
    store: String,
    /// As fields have it: `2026-11-28`.
    date: String,
    before: OtherDay,
    after: Option<OtherDay>,
    columns: [String; COLUMNS.len()],
    lines: Vec<Line>,
    lists: Vec<List>,
    /// When it was counted.
    at: String,
    is_over: bool,
}

/// A day to go to: as addresses have it, and as people write it.
struct OtherDay {
    date: String,
    name: String,
}

impl OtherDay {
    fn of(words: &Words, date: Date) -> Self {
        Self { date: date.to_string(), name: date_text(words, date) }
    }
}

struct Line {
    name: String,
    is_test: bool,
    cells: Vec<Cell>,
}

/// A count with its sum.
struct Cell {
    /// Of what: where the table is too wide for a screen, each cell says it.
    name: String,
    count: u64,
    sum: String,
}

/// Payments that somebody has to look at.
struct List {
    name: String,
    text: String,
    payments: Vec<Listed>,
    /// How many more there are.
    more: usize,
}

struct Listed {
    address: String,
    state: Shown,
    time: String,
    register: String,
    receipt: String,
    amount: String,
}

/// The date that is asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    date: String,
}

/// `GET /admin/stores/{store}/day`.
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
    let (clock, now) = (Clock::of(its), admin.now());
    let today = clock.today(now);
    let wanted = wanted.date.trim();
    let (date, mut alarm) = match engine::settings::Zone::read_date(wanted) {
        Some(date) => (date, None),
        None if wanted.is_empty() => (today, None),
        None => (today, Some(words.text("wrong-date"))),
    };
    let (from, to) = clock.day(&date.to_string()).ok_or(Failure::Missing)?;
    let mut day = Day::default();
    if !count(&admin, &store, from, to, &mut day).await? {
        let most = LOOKED_AT_MOST.to_string();
        alarm = Some(words.fill("day-too-long", &[("most", most)]));
    }
    let title = store_name(&store, its);
    let status = if alarm.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = DayPage {
        lines: day.lines(&words, its),
        lists: day.lists(&words, &clock, its),
        store: store.to_string(),
        date: date.to_string(),
        before: OtherDay::of(&words, date.yesterday().unwrap_or(date)),
        after: after(date, today).map(|date| OtherDay::of(&words, date)),
        columns: COLUMNS.map(|name| words.text(name)),
        at: clock.moment(&words, now),
        is_over: now >= to,
        frame: Frame::of(
            &asker,
            words.fill("day-title", &[("store", title), ("date", date_text(&words, date))]),
        )
        .with_alarm(alarm)
        .at(PLACE),
    };
    Ok((status, answer(&page)).into_response())
}

/// The day after, unless it has not begun.
fn after(date: Date, today: Date) -> Option<Date> {
    date.tomorrow().ok().filter(|next| *next <= today)
}

/// Counts the payments that were accepted in a time. False: there are too many.
async fn count(
    admin: &Admin,
    store: &StoreId,
    from: Timestamp,
    to: Timestamp,
    day: &mut Day,
) -> Result<bool, StoreError> {
    let mut search = Search { from: Some(from), to: Some(to), ..Search::of(store.clone()) };
    let mut seen = 0;
    loop {
        let page = admin.db.search_payments(&search, PAGE).await?;
        for payment in &page {
            day.count(payment);
        }
        seen += page.len();
        match page.last() {
            Some(_) if seen >= LOOKED_AT_MOST => return Ok(false),
            Some(last) if page.len() == PAGE => search.before = Some((last.opened_at, last.id)),
            _ => return Ok(true),
        }
    }
}

/// Sums and work lists.
#[derive(Default)]
struct Day {
    totals: Totals,
    /// Paid, and no fiscal receipt was told: by payment type, currency and whether it is money.
    not_fiscalized: BTreeMap<(String, &'static str, bool), (u64, i64)>,
    lists: BTreeMap<Work, (Vec<Payment>, usize)>,
}

/// Why somebody has to look at a payment, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Review,
    Late,
    NotFiscalized,
    Open,
}

impl Work {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Review, "day-review", "day-review-text"),
        (Self::Late, "day-late", "day-late-text"),
        (Self::NotFiscalized, "day-not-fiscalized", "day-not-fiscalized-text"),
        (Self::Open, "day-open", "day-open-text"),
    ];
}

impl Day {
    fn count(&mut self, payment: &Payment) {
        self.totals.count(payment);
        let status = payment.status();
        if status == Status::Review {
            self.list(Work::Review, payment);
        }
        if payment.state.credits.iter().any(Credit::is_late) {
            self.list(Work::Late, payment);
        }
        if payment.is_fiscal_due() {
            self.list(Work::NotFiscalized, payment);
            let checkout = &payment.checkout;
            let key =
                (checkout.payment_type.to_string(), checkout.amount.currency().code(), payment.is_test());
            let (count, sum) = self.not_fiscalized.entry(key).or_default();
            *count += 1;
            *sum = sum.saturating_add(checkout.amount.minor());
        }
        if payment.is_open() {
            self.list(Work::Open, payment);
        }
    }

    fn list(&mut self, work: Work, payment: &Payment) {
        let (listed, count) = self.lists.entry(work).or_default();
        *count += 1;
        if listed.len() < LISTED_AT_MOST {
            listed.push(payment.clone());
        }
    }

    fn lines(&self, words: &Words, store: Option<&StoreSettings>) -> Vec<Line> {
        let line = |line: TotalsLine| {
            let name = store.and_then(|store| {
                let known = store.payment_types.iter().find(|(code, _)| code.as_str() == line.payment_type);
                known.map(|(_, its)| its.name.clone())
            });
            let currency = Currency::parse(line.currency).unwrap_or(Currency::RUB);
            let key = (line.payment_type.clone(), line.currency, line.test);
            let (count, value) = self.not_fiscalized.get(&key).copied().unwrap_or_default();
            let kept =
                Tally { count: line.paid.count, value: line.paid.value.saturating_sub(line.refunded.value) };
            let not_fiscalized = Tally { count, value };
            let tallies = [line.paid, line.refunded, kept, line.late, line.review, line.open, not_fiscalized];
            let cells = COLUMNS.into_iter().zip(tallies).map(|(name, Tally { count, value })| Cell {
                name: words.text(name),
                count,
                sum: sum(words, value, currency),
            });
            Line { name: name.unwrap_or(line.payment_type), is_test: line.test, cells: cells.collect() }
        };
        self.totals.clone().into_lines().into_iter().map(line).collect()
    }

    fn lists(&self, words: &Words, clock: &Clock, store: Option<&StoreSettings>) -> Vec<List> {
        let list = |(work, name, text): (Work, &'static str, &'static str)| {
            let (payments, count) = self.lists.get(&work)?;
            Some(List {
                name: words.text(name),
                text: words.text(text),
                more: count - payments.len(),
                payments: payments.iter().map(|payment| listed(words, clock, store, payment)).collect(),
            })
        };
        Work::ALL.into_iter().filter_map(list).collect()
    }
}

fn listed(words: &Words, clock: &Clock, store: Option<&StoreSettings>, payment: &Payment) -> Listed {
    let checkout = &payment.checkout;
    Listed {
        address: address(payment),
        state: Shown::of(words, payment.status()),
        time: clock.time(payment.opened_at),
        register: register_name(&checkout.register, store),
        receipt: checkout.details.receipt.clone().unwrap_or_default(),
        amount: amount(words, checkout.amount),
    }
}
