//! What a buyer can do: begin a payment, finish it, be declined.

use jiff::Timestamp;

use super::{
    core::{Book, News},
    records::{Begun, CodeNo, OrderKind, OrderNo, Progress, Transaction, TransactionNo},
};
use crate::{amount::Amount, clock::later, options::AfterDecline};

/// Why a code cannot be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CannotPay {
    Annulled,
    Expired,
    UsedUp,
    /// A link that no open order arms.
    Inactive,
    AmountNeeded,
    AmountDiffers,
    AmountInvalid,
}

impl Book {
    /// Begins a payment, or finds the one that this buyer has already begun.
    pub(crate) fn begin(
        &mut self,
        code: CodeNo,
        amount: Option<Amount>,
        now: Timestamp,
    ) -> Result<TransactionNo, CannotPay> {
        let payable = self.payable(code, now);
        if let Some(begun) = self.begun_on(code, payable.ok(), amount) {
            return Ok(begun);
        }
        let order = payable?;
        let amount = self.amount_for(order, amount)?;
        Ok(self.start(code, order, amount, now))
    }

    /// Pays: finishes what was begun, or does all at once.
    pub(crate) fn pay(
        &mut self,
        code: CodeNo,
        amount: Option<Amount>,
        now: Timestamp,
    ) -> Result<TransactionNo, CannotPay> {
        let no = self.begin(code, amount, now)?;
        self.succeed(no, now);
        Ok(no)
    }

    /// Pays so that the money arrives at `at`; until then the merchant is told that nobody has tried.
    pub(crate) fn pay_at(
        &mut self,
        code: CodeNo,
        amount: Option<Amount>,
        now: Timestamp,
        at: Timestamp,
    ) -> Result<TransactionNo, CannotPay> {
        let no = self.begin(code, amount, now)?;
        self.hide(no, None);
        self.land_at(no, at);
        Ok(no)
    }

    /// The buyer's bank refuses; the order can be tried again unless the rules say otherwise.
    pub(crate) fn decline(
        &mut self,
        code: CodeNo,
        amount: Option<Amount>,
        reason: &str,
        now: Timestamp,
    ) -> Result<TransactionNo, CannotPay> {
        let no = self.begin(code, amount, now)?;
        self.decline_begun(no, now, reason);
        Ok(no)
    }

    /// The order that a new payment of this code would pay.
    pub(crate) fn payable(&self, code: CodeNo, now: Timestamp) -> Result<OrderNo, CannotPay> {
        let code = self.code(code);
        let no = code.current.ok_or(CannotPay::Inactive)?;
        let order = self.order(no);
        let over = if order.kind != OrderKind::Reusable && order.paid.is_some() {
            Some(CannotPay::UsedUp)
        } else if order.cancelled_at.is_some() {
            Some(CannotPay::Annulled)
        } else if order.expires_at.is_some_and(|at| at <= now) {
            Some(CannotPay::Expired)
        } else {
            None
        };
        match over {
            Some(_) if order.kind == OrderKind::Separate => Err(CannotPay::Inactive),
            Some(reason) => Err(reason),
            None => Ok(no),
        }
    }

    /// A begun payment to go on with: of the order that is payable now, else (when nothing is payable any
    /// more) one that began in time.
    fn begun_on(
        &self,
        code: CodeNo,
        payable: Option<OrderNo>,
        amount: Option<Amount>,
    ) -> Option<TransactionNo> {
        self.code(code).begun.iter().copied().find(|no| {
            let transaction = self.transaction(*no);
            payable.is_none_or(|order| order == transaction.order)
                && amount.is_none_or(|amount| amount == transaction.amount)
                && !self.is_of_another_buyer(transaction)
        })
    }

    /// On a static code, a try that will land by itself belongs to a buyer who has already left.
    fn is_of_another_buyer(&self, transaction: &Transaction) -> bool {
        let lands = matches!(&transaction.progress, Progress::Begun(begun) if begun.lands);
        lands && self.order(transaction.order).kind == OrderKind::Reusable
    }

    fn amount_for(&self, order: OrderNo, offered: Option<Amount>) -> Result<Amount, CannotPay> {
        match (self.order(order).amount, offered) {
            (_, Some(offered)) if offered.minor() <= 0 => Err(CannotPay::AmountInvalid),
            (Some(fixed), Some(offered)) if fixed != offered => Err(CannotPay::AmountDiffers),
            (Some(amount), _) | (None, Some(amount)) => Ok(amount),
            (None, None) => Err(CannotPay::AmountNeeded),
        }
    }

    fn start(&mut self, code: CodeNo, order: OrderNo, amount: Amount, now: Timestamp) -> TransactionNo {
        let (no, number) = self.next_transaction();
        let ends_at = later(now, self.rules.payment_limit);
        let begun = Begun { hidden: false, lands_after_cancel_ms: None, ends_at, lands: false, judged_by: 0 };
        self.records.transactions.push(Transaction {
            number,
            order,
            amount,
            begun_at: now,
            progress: Progress::Begun(begun),
            refunds: Vec::new(),
        });
        self.records.orders[order.0].transactions.push(no);
        self.records.codes[code.0].begun.push(no);
        self.agenda.insert((ends_at, no));
        self.news.push(News::Begun(no));
        self.touch();
        no
    }

    /// The money arrives. A second payment of what is paid once is declined instead.
    pub(super) fn succeed(&mut self, no: TransactionNo, at: Timestamp) {
        let order_no = self.transaction(no).order;
        let order = &mut self.records.orders[order_no.0];
        let single = order.kind != OrderKind::Reusable;
        if single && order.paid.is_some() {
            return self.decline_begun(no, at, "Заказ уже оплачен");
        }
        order.paid = Some(no);
        self.end(no, Progress::Succeeded { at });
        self.records.payments.push(no);
        self.news.push(News::Succeeded(no));
        if single {
            self.decline_rivals(order_no, at);
        }
    }

    /// What others began on an order that is now paid cannot succeed.
    fn decline_rivals(&mut self, order: OrderNo, at: Timestamp) {
        let Some(code) = self.order(order).code else { return };
        let rivals = self.code(code).begun.clone();
        for rival in
            rivals.into_iter().filter(|rival| self.transaction(*rival).order == order).collect::<Vec<_>>()
        {
            self.decline_begun(rival, at, "Заказ уже оплачен");
        }
    }

    pub(super) fn decline_begun(&mut self, no: TransactionNo, at: Timestamp, reason: &str) {
        self.end(no, Progress::Declined { at, reason: reason.to_owned() });
        let order = &mut self.records.orders[self.records.transactions[no.0].order.0];
        let may_end = order.kind != OrderKind::Reusable && order.paid.is_none();
        if may_end && self.rules.after_decline == AfterDecline::Ends {
            order.cancelled_at.get_or_insert(at);
        }
        self.news.push(News::Declined(no));
    }

    fn end(&mut self, no: TransactionNo, progress: Progress) {
        let transaction = &mut self.records.transactions[no.0];
        transaction.progress = progress;
        let order = transaction.order;
        if let Some(code) = self.order(order).code {
            self.records.codes[code.0].begun.retain(|begun| *begun != no);
        }
        self.touch();
    }

    /// Hides a begun try from the merchant; with a delay it succeeds so long after the annulment.
    pub(crate) fn hide(&mut self, no: TransactionNo, lands_after_cancel_ms: Option<u64>) {
        if let Progress::Begun(begun) = &mut self.records.transactions[no.0].progress {
            begun.hidden = true;
            begun.lands_after_cancel_ms = lands_after_cancel_ms;
            self.touch();
        }
    }

    /// Remembers which faults have had their say over a begun try.
    pub(crate) fn mark_as_judged(&mut self, no: TransactionNo, fault: u64) {
        if let Progress::Begun(begun) = &mut self.records.transactions[no.0].progress {
            begun.judged_by = fault;
        }
    }

    pub(super) fn land_at(&mut self, no: TransactionNo, at: Timestamp) {
        if let Progress::Begun(begun) = &mut self.records.transactions[no.0].progress {
            (begun.ends_at, begun.lands) = (at, true);
            self.agenda.insert((at, no));
            self.news.push(News::Due(at));
            self.touch();
        }
    }
}
