//! The sums of the three views, side by side.

use std::collections::BTreeSet;

use payment::{Payment, RefundState};
use serde::Serialize;

use super::{Books, Check, Difference, ReceivedEvent};

/// Sums of one currency, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// By our records.
    pub journal: Column,
    /// By the events that registers got, as far as somebody listened.
    pub registers: Column,
    /// By the bank.
    pub bank: Column,
}

/// One view's counts and sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Codes that the bank made. Registers know only of those that were shown.
    pub orders: usize,
    /// Credits.
    pub credits: usize,
    /// Their sum, in minor units.
    pub in_minor: i64,
    /// Completed refunds.
    pub refunds: usize,
    /// Their sum, in minor units.
    pub back_minor: i64,
}

impl Totals {
    /// Adds up.
    pub(super) fn of(books: &Books<'_>) -> Self {
        Self { journal: journal(books), registers: registers(books), bank: bank(books) }
    }

    /// The rows for people: what, and the three values.
    pub fn rows(&self) -> Vec<[String; 4]> {
        let columns = [&self.journal, &self.registers, &self.bank];
        let row = |name: &str, value: &dyn Fn(&Column) -> String| {
            let [journal, registers, bank] = columns.map(value);
            [name.to_owned(), journal, registers, bank]
        };
        vec![
            row("codes", &|column| column.orders.to_string()),
            row("money in, times", &|column| column.credits.to_string()),
            row("money in, sum", &|column| decimal(column.in_minor)),
            row("money back, times", &|column| column.refunds.to_string()),
            row("money back, sum", &|column| decimal(column.back_minor)),
            row("kept", &|column| decimal(column.in_minor - column.back_minor)),
        ]
    }

    /// Codes are left out: a bank may have made one whose answer was lost on the way to us.
    pub(super) fn check(&self, differences: &mut Vec<Difference>) {
        let money = |column: &Column| Column { orders: 0, ..*column };
        if money(&self.journal) != money(&self.bank) {
            let says = format!("{:?} by the journal, {:?} by the bank", self.journal, self.bank);
            differences.push(Difference::new(Check::Totals, "journal and bank", says));
        }
    }
}

fn journal(books: &Books<'_>) -> Column {
    let payments = || books.records.iter().map(|record| &record.payment);
    let credits = || payments().flat_map(|payment| &payment.state.credits);
    let refunds = || payments().flat_map(completed);
    Column {
        orders: payments().map(codes).sum(),
        credits: credits().count(),
        in_minor: credits().map(|credit| credit.amount.minor()).sum(),
        refunds: refunds().count(),
        back_minor: refunds().sum(),
    }
}

fn codes(payment: &Payment) -> usize {
    payment.state.attempts.iter().filter(|attempt| attempt.code.is_some()).count()
}

fn completed(payment: &Payment) -> impl Iterator<Item = i64> + '_ {
    let completed = |refund: &&payment::Refund| matches!(refund.state, RefundState::Completed { .. });
    payment.state.refunds.iter().filter(completed).map(|refund| refund.amount.minor())
}

/// A refund that another register asked for is told to both; it is counted once.
fn registers(books: &Books<'_>) -> Column {
    let events =
        || books.received.iter().flat_map(|register| &register.events).filter(|event| !event.is_answer());
    let named = |name: &'static str| events().filter(move |event| event.name() == name);
    let key = |event: &ReceivedEvent, field: &str| {
        let text = |field: &str| event.text(field).unwrap_or_default().to_owned();
        (text("payment"), text(field), event.amount_minor())
    };
    let credits: BTreeSet<_> =
        named("payment.paid").chain(named("payment.paid_late")).map(|event| key(event, "credit")).collect();
    let refunds: BTreeSet<_> = named("refund.completed").map(|event| key(event, "operation")).collect();
    Column {
        orders: named("payment.qr_ready").count(),
        credits: credits.len(),
        in_minor: credits.iter().map(|(.., minor)| minor).sum(),
        refunds: refunds.len(),
        back_minor: refunds.iter().map(|(.., minor)| minor).sum(),
    }
}

fn bank(books: &Books<'_>) -> Column {
    let ledger = books.ledger;
    let refunds = || ledger.refunds.iter().filter(|refund| refund.is_completed());
    Column {
        orders: ledger.orders.len(),
        credits: ledger.payments.len(),
        in_minor: ledger.payments.iter().map(|payment| payment.amount).sum(),
        refunds: refunds().count(),
        back_minor: refunds().map(|refund| refund.amount).sum(),
    }
}

/// Two decimals, as all currencies of the simulated banks have.
fn decimal(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let size = minor.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}
