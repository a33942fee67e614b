//! Slips of paper: what is on them.
//!
//! Paper can't be taken back, so a code is printed only while it is live and only if it can be annulled or lives five minutes
//! at most (design.md P8); [`Slips::pay`] holds that. Money that is not money is marked TEST, NOT PAID at the top and at the
//! bottom, so that no half of a torn slip passes for the whole.

use std::time::Duration;

use device::{Block, Document};
use engine::contract::{Tally, TotalsLine};
use engine::settings::StoreSettings;
use payment::{Currency, Payment, Refund, RefundState, RegisterId, Timestamp};

use crate::amount::sum_text;
use crate::moment::moment;
use crate::view::live_code;
use crate::{Language, Words, amount_text};

/// A code that can't be annulled is printed only if it is over within this time.
const LONGEST_ON_PAPER: Duration = Duration::from_mins(5);

/// Writes the slips of one store in one language.
#[derive(Debug)]
pub struct Slips<'a> {
    store: &'a StoreSettings,
    words: Words,
}

/// What is printed at the end of a shift.
#[derive(Debug, Clone)]
pub struct ShiftTotals<'a> {
    /// The register.
    pub register: &'a RegisterId,
    /// The shift's number, if registers tell it.
    pub shift: Option<&'a str>,
    /// The sums, as `register.totals` has them.
    pub lines: &'a [TotalsLine],
}

impl<'a> Slips<'a> {
    /// Slips of a store; times are written in its zone.
    pub fn of(store: &'a StoreSettings, language: Language) -> Self {
        Self { store, words: language.words() }
    }

    /// *Pay by this code*. `None`: there is no live code, or it may not be on paper.
    pub fn pay(&self, payment: &Payment, now: Timestamp) -> Option<Document> {
        let (payload, expires_at) = printable(payment, now)?;
        let mut slip = self.begin(payment.is_test());
        slip.heading(self.words.text("idle-title"));
        slip.middle(self.words.text("pay-label"));
        slip.push(Block::Banner(amount_text(payment.checkout.amount, &self.words)));
        slip.push(Block::Code(payload.to_owned()));
        for (number, step) in (1..).zip(["step-open", "step-scan", "step-confirm"]) {
            slip.line(format!("{number}. {}", self.words.text(step)));
        }
        slip.push(Block::Gap);
        let (date, time) = moment(expires_at, &self.store.zone, &self.words);
        slip.heading(self.words.fill("slip-until", &[("date", date), ("time", time)]));
        slip.push(Block::Rule);
        self.sale(&mut slip, payment);
        slip.line(self.words.text("slip-note"));
        Some(self.end(slip, payment.is_test()))
    }

    /// *Paid*. `None`: it is not.
    pub fn paid(&self, payment: &Payment) -> Option<Document> {
        let (_, credit) = payment.paying_credit()?;
        let mut slip = self.begin(payment.is_test());
        slip.push(Block::Banner(self.words.text("paid-title")));
        slip.push(Block::Banner(amount_text(credit.amount, &self.words)));
        slip.push(Block::Rule);
        self.sale(&mut slip, payment);
        self.at(&mut slip, "slip-at", credit.paid_at.unwrap_or(credit.found_at));
        slip.sides(self.words.text("slip-bank-transaction"), credit.transaction.to_string());
        slip.sides(self.words.text("slip-payment"), payment.id.to_string());
        slip.push(Block::Gap);
        slip.line(self.words.text("slip-paid-note"));
        Some(self.end(slip, payment.is_test()))
    }

    /// *Refunded*. `None`: the money is not back for certain.
    pub fn refunded(&self, payment: &Payment, refund: &Refund) -> Option<Document> {
        let RefundState::Completed { at, transaction } = &refund.state else { return None };
        let mut slip = self.begin(payment.is_test());
        slip.push(Block::Banner(self.words.text("slip-refunded")));
        slip.push(Block::Banner(amount_text(refund.amount, &self.words)));
        slip.push(Block::Rule);
        self.sale(&mut slip, payment);
        let paid = amount_text(payment.checkout.amount, &self.words);
        slip.sides(self.words.text("slip-of-payment"), paid);
        self.at(&mut slip, "slip-at", *at);
        if let Some(transaction) = transaction {
            slip.sides(self.words.text("slip-bank-transaction"), transaction.to_string());
        }
        slip.sides(self.words.text("slip-payment"), payment.id.to_string());
        slip.push(Block::Gap);
        slip.line(self.words.text("slip-refunded-note"));
        Some(self.end(slip, payment.is_test()))
    }

    /// *End of shift*.
    pub fn shift(&self, totals: &ShiftTotals<'_>, now: Timestamp) -> Document {
        let mut slip = self.begin(false);
        slip.push(Block::Banner(self.words.text("slip-totals")));
        self.register(&mut slip, totals.register);
        if let Some(shift) = totals.shift {
            slip.sides(self.words.text("slip-shift"), shift);
        }
        self.at(&mut slip, "slip-printed-at", now);
        for line in totals.lines {
            self.totals_line(&mut slip, line);
        }
        slip.push(Block::Rule);
        slip
    }

    fn totals_line(&self, slip: &mut Document, line: &TotalsLine) {
        let Ok(currency) = Currency::parse(line.currency) else { return };
        slip.push(Block::Rule);
        let types = &self.store.payment_types;
        let known = types.iter().find(|(code, _)| code.to_string() == line.payment_type);
        slip.heading(known.map_or(line.payment_type.as_str(), |(_, known)| known.name.as_str()));
        if line.test {
            slip.heading(self.words.text("test-banner"));
        }
        let sum = |minor| sum_text(minor, currency, &self.words);
        let mut row = |key, tally: &Tally| {
            slip.sides(format!("{} ({})", self.words.text(key), tally.count), sum(tally.value));
        };
        row("slip-totals-paid", &line.paid);
        row("slip-totals-refunded", &line.refunded);
        // What is rare is printed only when it is there: it then stands out.
        let rare = [
            ("slip-totals-late", &line.late),
            ("slip-totals-review", &line.review),
            ("slip-totals-open", &line.open),
        ];
        rare.into_iter().filter(|(_, tally)| tally.count > 0).for_each(|(key, tally)| row(key, tally));
        slip.sides(
            self.words.text("slip-totals-left"),
            sum(line.paid.value.saturating_sub(line.refunded.value)),
        );
    }

    fn begin(&self, is_test: bool) -> Document {
        let mut slip = Document::default();
        self.mark_test(&mut slip, is_test);
        slip.heading(&self.store.name);
        slip
    }

    fn end(&self, mut slip: Document, is_test: bool) -> Document {
        self.mark_test(&mut slip, is_test);
        slip
    }

    fn mark_test(&self, slip: &mut Document, is_test: bool) {
        if is_test {
            slip.push(Block::Rule);
            slip.push(Block::Banner(self.words.text("test-banner")));
            slip.push(Block::Rule);
        }
    }

    /// By what the cashier finds the sale again.
    fn sale(&self, slip: &mut Document, payment: &Payment) {
        self.register(slip, &payment.checkout.register);
        if let Some(receipt) = &payment.checkout.details.receipt {
            slip.sides(self.words.text("slip-receipt"), receipt);
        }
    }

    fn register(&self, slip: &mut Document, register: &RegisterId) {
        slip.sides(self.words.text("slip-register"), register.to_string());
    }

    fn at(&self, slip: &mut Document, key: &str, at: Timestamp) {
        let (date, time) = moment(at, &self.store.zone, &self.words);
        slip.sides(self.words.text(key), format!("{date} {time}"));
    }
}

/// The live code and when it is over, if it may be on paper: its life is short, or the bank can annul it and it is for this
/// sale alone. A register's permanent plate is on paper already.
fn printable(payment: &Payment, now: Timestamp) -> Option<(&str, Timestamp)> {
    let (attempt, expires_at) = live_code(payment, now)?;
    let code = attempt.code.as_ref()?;
    let is_short = expires_at.since(now) <= LONGEST_ON_PAPER;
    let may =
        !payment.checkout.kind.is_out_before_the_answer() && (is_short || payment.terms_of(attempt).annul);
    may.then_some((code.payload.as_str(), expires_at))
}
