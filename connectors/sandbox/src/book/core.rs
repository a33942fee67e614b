//! The book itself: writing new rows, finding rows, and letting time do its part.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;

use super::{
    index::Index,
    records::{
        Amendment, Code, CodeNo, Kind, Notes, Order, OrderKind, OrderNo, Progress, Records, Refund, RefundNo,
        Transaction, TransactionNo,
    },
};
use crate::{amount::Amount, notify::Notice, options::AfterDecline};

/// The number of a bank's first transaction.
const FIRST_TRANSACTION: i64 = 120_001;

/// What the book does by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) after_decline: AfterDecline,
    /// A begun try that nobody ends is declined after so long.
    pub(crate) payment_limit: Duration,
}

/// What has happened since the book was last asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Begun(TransactionNo),
    Succeeded(TransactionNo),
    Declined(TransactionNo),
    /// Something will happen by itself at this time.
    Due(Timestamp),
}

/// A code to be registered.
#[derive(Debug)]
pub(crate) struct NewCode {
    pub(crate) id: String,
    pub(crate) merchant: String,
    pub(crate) kind: Kind,
    pub(crate) payload: String,
    pub(crate) notes: Notes,
}

/// An order to be registered.
#[derive(Debug)]
pub(crate) struct NewOrder {
    pub(crate) id: String,
    pub(crate) amount: Option<Amount>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) notes: Notes,
}

/// One bank's codes, orders, transactions and refunds.
#[derive(Debug)]
pub(crate) struct Book {
    pub(super) records: Records,
    pub(super) rules: Rules,
    pub(super) index: Index,
    /// When begun tries end by themselves; entries of tries that ended otherwise are skipped.
    pub(super) agenda: BTreeSet<(Timestamp, TransactionNo)>,
    pub(super) news: Vec<News>,
    changes: u64,
}

impl Book {
    /// Opens a book on records, which are empty or come from a snapshot.
    pub(crate) fn new(records: Records, rules: Rules) -> Self {
        let mut book = Self {
            index: Index::of(&records),
            records,
            rules,
            agenda: BTreeSet::new(),
            news: Vec::new(),
            changes: 0,
        };
        for (place, transaction) in book.records.transactions.iter().enumerate() {
            if let Progress::Begun(begun) = &transaction.progress {
                book.agenda.insert((begun.ends_at, TransactionNo(place)));
                book.news.push(News::Due(begun.ends_at));
            }
        }
        book
    }

    /// Counts changes, so that a snapshot is written only when there is something new.
    pub(crate) const fn changes(&self) -> u64 {
        self.changes
    }

    pub(super) fn touch(&mut self) {
        self.changes += 1;
    }

    pub(crate) const fn records(&self) -> &Records {
        &self.records
    }

    pub(crate) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Ends every try whose time has come.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some((at, no)) = self.agenda.first().copied().filter(|(at, _)| *at <= now) {
            self.agenda.pop_first();
            match &self.transaction(no).progress {
                Progress::Begun(begun) if begun.ends_at == at && begun.lands => self.succeed(no, at),
                Progress::Begun(begun) if begun.ends_at == at => {
                    self.decline_begun(no, at, "Истекло время операции");
                }
                _ => {}
            }
        }
    }

    /// Registers a code and, unless it is a link, the order that lives with it.
    pub(crate) fn add_code(&mut self, code: NewCode, order: Option<NewOrder>, now: Timestamp) -> CodeNo {
        let no = CodeNo(self.records.codes.len());
        self.index.add_code(&code.id, no);
        let kind = if code.kind == Kind::Static { OrderKind::Reusable } else { OrderKind::Single };
        let merchant = code.merchant.clone();
        self.records.codes.push(Code {
            id: code.id,
            merchant: code.merchant,
            kind: code.kind,
            payload: code.payload,
            created_at: now,
            notes: code.notes,
            current: None,
            begun: Vec::new(),
        });
        if let Some(order) = order {
            let order = self.push_order(order, merchant, kind, Some(no), now);
            self.records.codes[no.0].current = Some(order);
        }
        self.touch();
        no
    }

    /// Registers an order by itself; with a link, the order arms it.
    pub(crate) fn add_order(
        &mut self,
        order: NewOrder,
        merchant: &str,
        link: Option<CodeNo>,
        now: Timestamp,
    ) -> OrderNo {
        let no = self.push_order(order, merchant.to_owned(), OrderKind::Separate, link, now);
        if let Some(link) = link {
            self.records.codes[link.0].current = Some(no);
        }
        self.touch();
        no
    }

    fn push_order(
        &mut self,
        order: NewOrder,
        merchant: String,
        kind: OrderKind,
        code: Option<CodeNo>,
        now: Timestamp,
    ) -> OrderNo {
        let no = OrderNo(self.records.orders.len());
        self.index.add_order(&merchant, &order.id, no);
        self.records.orders.push(Order {
            id: order.id,
            merchant,
            kind,
            code,
            amount: order.amount,
            created_at: now,
            expires_at: order.expires_at,
            cancelled_at: None,
            paid: None,
            transactions: Vec::new(),
            notes: order.notes,
        });
        no
    }

    /// Gives a bound plate new texts; what is left out stays.
    pub(crate) fn amend(&mut self, no: CodeNo, change: Amendment) {
        let notes = &mut self.records.codes[no.0].notes;
        notes.description = change.description.or_else(|| notes.description.take());
        notes.redirect_url = change.redirect_url.or_else(|| notes.redirect_url.take());
        self.touch();
    }

    pub(super) fn next_transaction(&self) -> (TransactionNo, i64) {
        let place = self.records.transactions.len();
        let number = i64::try_from(place).map_or(i64::MAX, |place| FIRST_TRANSACTION + place);
        (TransactionNo(place), number)
    }

    pub(crate) fn code(&self, no: CodeNo) -> &Code {
        &self.records.codes[no.0]
    }

    pub(crate) fn order(&self, no: OrderNo) -> &Order {
        &self.records.orders[no.0]
    }

    pub(crate) fn transaction(&self, no: TransactionNo) -> &Transaction {
        &self.records.transactions[no.0]
    }

    pub(crate) fn refund(&self, no: RefundNo) -> &Refund {
        &self.records.refunds[no.0]
    }

    pub(crate) fn find_code(&self, id: &str) -> Option<CodeNo> {
        self.index.code(id)
    }

    /// Every order that a merchant registered under one id, oldest first.
    pub(crate) fn find_orders(&self, merchant: &str, id: &str) -> &[OrderNo] {
        self.index.orders(merchant, id)
    }

    pub(crate) fn find_refund(&self, merchant: &str, id: &str) -> Option<RefundNo> {
        self.index.refund(merchant, id)
    }

    /// A payment that succeeded, by the bank's number and of this merchant only.
    pub(crate) fn find_payment(&self, merchant: &str, number: i64) -> Option<TransactionNo> {
        let place = usize::try_from(number.checked_sub(FIRST_TRANSACTION)?).ok()?;
        let transaction = self.records.transactions.get(place)?;
        let ours = self.order(transaction.order).merchant == merchant;
        let succeeded = matches!(transaction.progress, Progress::Succeeded { .. });
        (ours && succeeded).then_some(TransactionNo(place))
    }

    /// Codes, newest first.
    pub(crate) fn newest_codes(&self) -> impl Iterator<Item = CodeNo> {
        (0..self.records.codes.len()).rev().map(CodeNo)
    }

    pub(crate) fn callback(&self, merchant: &str) -> Option<&str> {
        self.records.callbacks.get(merchant).map(String::as_str)
    }

    pub(crate) fn set_callback(&mut self, merchant: &str, url: &str) {
        self.records.callbacks.insert(merchant.to_owned(), url.to_owned());
        self.touch();
    }

    /// Keeps a notification until it is delivered, and numbers it.
    pub(crate) fn add_notice(&mut self, notice: Notice) -> u64 {
        self.records.last_notice += 1;
        self.records.undelivered.insert(self.records.last_notice, notice);
        self.touch();
        self.records.last_notice
    }

    pub(crate) fn remove_notice(&mut self, number: u64) {
        self.records.undelivered.remove(&number);
        self.touch();
    }

    /// What was on its way when the snapshot was taken.
    pub(crate) fn undelivered(&self) -> Vec<(u64, Notice)> {
        self.records.undelivered.iter().map(|(number, notice)| (*number, notice.clone())).collect()
    }
}
