//! A bank that keeps its own books and knows nothing of how payments are decided.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::{
    AnnulAnswer, AttemptId, BankTransaction, Code, CodeKind, IssueRequest, Money, OrderState, PaidNotice,
    RefundAnswer, RefundId, RefundRequest, RefusalKind, StatusAnswer, Timestamp,
};

use crate::common::story::{code, refusal};
use crate::setting::Setting;

/// A try takes no longer than this, also when the code dies meanwhile.
const UNDER_WAY: Duration = Duration::from_mins(1);

/// One bank.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    setting: Setting,
    pub(crate) orders: BTreeMap<AttemptId, Order>,
    pub(crate) arrived: Vec<Arrived>,
    pub(crate) returned: Vec<Returned>,
    prefix: usize,
}

/// An order with its code.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    amount: Money,
    ends_at: Option<Timestamp>,
    annulled_at: Option<Timestamp>,
    is_refused_for_good: bool,
    was_declined: bool,
    trying: Option<Try>,
}

/// A buyer is paying. `hidden`: the bank does not show it before it is done.
#[derive(Debug, Clone, Copy)]
struct Try {
    hidden: bool,
    since: Timestamp,
}

/// Money that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) transaction: BankTransaction,
    pub(crate) order: AttemptId,
    pub(crate) amount: Money,
    /// It was under way without the bank showing it.
    pub(crate) was_hidden: bool,
}

/// Money that was sent back, or is being sent back.
#[derive(Debug, Clone)]
pub(crate) struct Returned {
    pub(crate) key: RefundId,
    pub(crate) transaction: BankTransaction,
    pub(crate) amount: Money,
    pub(crate) state: ReturnState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReturnState {
    Pending,
    Done,
    Declined,
}

impl Bank {
    pub(crate) fn new(setting: &Setting, prefix: usize) -> Self {
        Self {
            setting: setting.clone(),
            orders: BTreeMap::new(),
            arrived: Vec::new(),
            returned: Vec::new(),
            prefix,
        }
    }

    fn clock(&self, now: Timestamp) -> Timestamp {
        now.minus(Duration::from_millis(self.setting.clock_lag_ms))
    }

    fn takes_one_payment(&self) -> bool {
        self.setting.kind != CodeKind::Static
    }

    // ---- what we ask of it

    pub(crate) fn issue(&mut self, request: &IssueRequest) -> Code {
        let ends_at = (!self.setting.endless).then_some(request.expires_at);
        let order = Order {
            amount: request.amount,
            ends_at,
            annulled_at: None,
            is_refused_for_good: false,
            was_declined: false,
            trying: None,
        };
        let is_new = self.orders.insert(request.order, order).is_none();
        assert!(is_new, "an order number is used once");
        code(u16::try_from(self.orders.len()).unwrap(), ends_at)
    }

    pub(crate) fn status(&self, order: AttemptId, now: Timestamp) -> StatusAnswer {
        let state = match self.orders.get(&order) {
            None => OrderState::NotFound,
            Some(known) => self.state_of(order, known, now),
        };
        let order = (state != OrderState::NotFound).then(|| order.to_string());
        StatusAnswer { order, state }
    }

    fn state_of(&self, id: AttemptId, order: &Order, now: Timestamp) -> OrderState {
        let latest = self.arrived.iter().rev().find(|money| money.order == id);
        match latest {
            _ if order.trying.is_some_and(|one| !one.hidden) => OrderState::InProgress,
            Some(money) => OrderState::Paid(notice(money)),
            None if order.annulled_at.is_some() => OrderState::Annulled,
            None if order.is_refused_for_good => OrderState::Declined { reason: None, terminal: true },
            None if self.setting.tells_expiry && self.has_ended(order, now) => OrderState::Expired,
            None if order.was_declined => OrderState::Declined { reason: None, terminal: false },
            None => OrderState::Unpaid,
        }
    }

    pub(crate) fn annul(&mut self, id: AttemptId, now: Timestamp) -> AnnulAnswer {
        let is_paid = self.takes_one_payment() && self.is_paid(id);
        let Some(order) = self.orders.get(&id) else { return AnnulAnswer::NotNow };
        if is_paid || order.trying.is_some_and(|one| !one.hidden) {
            return AnnulAnswer::NotNow;
        }
        if self.has_ended(order, now) {
            return AnnulAnswer::Expired;
        }
        self.orders.get_mut(&id).unwrap().annulled_at.get_or_insert(now);
        AnnulAnswer::Annulled
    }

    /// Sends money back. It does not check that there is enough: that is what is being tested.
    pub(crate) fn refund(&mut self, request: &RefundRequest, state: ReturnState) -> RefundAnswer {
        let is_known = self.returned.iter().any(|known| known.key == request.refund);
        if !(self.setting.keys_idempotent && is_known) {
            self.returned.push(Returned {
                key: request.refund,
                transaction: request.transaction.clone(),
                amount: request.amount,
                state,
            });
        }
        self.refund_status(request.refund)
    }

    pub(crate) fn refund_status(&self, key: RefundId) -> RefundAnswer {
        match self.returned.iter().rev().find(|known| known.key == key).map(|known| known.state) {
            None => RefundAnswer::NotFound,
            Some(ReturnState::Pending) => RefundAnswer::Pending,
            Some(ReturnState::Done) => RefundAnswer::Completed { transaction: None },
            Some(ReturnState::Declined) => RefundAnswer::Declined(refusal(RefusalKind::InsufficientFunds)),
        }
    }

    // ---- what buyers do

    /// Whether a buyer who has the code could begin to pay now.
    pub(crate) fn is_payable(&self, id: AttemptId, now: Timestamp) -> bool {
        let is_used_up = self.takes_one_payment() && self.is_paid(id);
        let is_over = |order: &Order| {
            self.has_ended(order, now) || order.annulled_at.is_some() || order.is_refused_for_good
        };
        !is_used_up && self.orders.get(&id).is_some_and(|order| !is_over(order))
    }

    pub(crate) fn begin(&mut self, id: AttemptId, hidden: bool, now: Timestamp) {
        if self.is_payable(id, now)
            && let Some(order) = self.orders.get_mut(&id)
        {
            order.trying.get_or_insert(Try { hidden, since: now });
        }
    }

    pub(crate) fn pay(&mut self, id: AttemptId, now: Timestamp) {
        let may_pay = self.is_payable(id, now) || self.is_still_trying(id, now);
        let Some(order) = self.orders.get_mut(&id).filter(|_| may_pay) else { return };
        let was_hidden = order.trying.take().is_some_and(|one| one.hidden);
        let amount = order.amount;
        let transaction = BankTransaction::parse(&format!("{}-{}", self.prefix, self.arrived.len())).unwrap();
        self.arrived.push(Arrived { transaction, order: id, amount, was_hidden });
    }

    /// A try fails. `for_good`: the bank takes no other.
    pub(crate) fn decline(&mut self, id: AttemptId, for_good: bool, now: Timestamp) {
        if self.is_payable(id, now)
            && let Some(order) = self.orders.get_mut(&id)
        {
            order.trying = None;
            order.was_declined = true;
            order.is_refused_for_good = for_good;
        }
    }

    /// Tries that have been under way for too long are over.
    pub(crate) fn drop_old_tries(&mut self, now: Timestamp) {
        for order in self.orders.values_mut() {
            order.trying = order.trying.filter(|one| now < one.since.plus(UNDER_WAY));
        }
    }

    fn is_still_trying(&self, id: AttemptId, now: Timestamp) -> bool {
        let is_paid = self.takes_one_payment() && self.is_paid(id);
        let trying = self.orders.get(&id).and_then(|order| order.trying);
        !is_paid && trying.is_some_and(|one| now < one.since.plus(UNDER_WAY))
    }

    fn has_ended(&self, order: &Order, now: Timestamp) -> bool {
        order.ends_at.is_some_and(|end| self.clock(now) >= end)
    }

    fn is_paid(&self, id: AttemptId) -> bool {
        self.arrived.iter().any(|money| money.order == id)
    }
}

/// Money as a status, a notification or the bank's register tells of it.
pub(crate) fn notice(money: &Arrived) -> PaidNotice {
    PaidNotice {
        transaction: Some(money.transaction.clone()),
        amount: Some(money.amount),
        paid_at: None,
        payer: None,
        instrument: None,
    }
}
