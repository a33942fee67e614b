//! A bank's own books: what really happened to orders and money. They know nothing of how payments are decided, and they refuse
//! nothing that a careless bank would let pass: that is what is being tested.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::{
    AnnulAnswer, AttemptId, BankTransaction, Code, CodeId, CodeKind, IssueRequest, OrderState, PaidNotice,
    PaymentId, RefundAnswer, RefundId, RefundRequest, Refusal, RefusalKind, StatusAnswer, Timestamp,
};

use crate::plan::Manners;

/// A buyer's try takes no longer than this, also when the code dies meanwhile: less than what banks declare as `dead_after`.
pub(crate) const UNDER_WAY: Duration = Duration::from_secs(18);

/// The books of one bank.
pub(crate) struct Books {
    name: String,
    manners: Manners,
    pub(crate) orders: BTreeMap<AttemptId, Order>,
    pub(crate) money: Vec<Money>,
    /// Money that buyers paid at open plates: it is of no order.
    pub(crate) at_plates: Vec<AtPlate>,
    pub(crate) returned: Vec<Returned>,
}

/// An order with its code.
pub(crate) struct Order {
    pub(crate) amount: payment::Money,
    pub(crate) kind: CodeKind,
    plate: Option<String>,
    ends_at: Option<Timestamp>,
    /// How often it was created: more than once is a mistake of ours.
    pub(crate) created: u32,
    /// It is not known to have told its code to anybody: the answer to its creation did not arrive as an answer.
    pub(crate) is_orphan: bool,
    pub(crate) is_annulled: bool,
    is_refused_for_good: bool,
    was_declined: bool,
    trying: Option<Try>,
    /// Its money, as indexes.
    pub(crate) money: Vec<usize>,
}

/// A buyer is paying. `hidden`: the bank does not show it before it is done.
#[derive(Clone, Copy)]
struct Try {
    hidden: bool,
    since: Timestamp,
}

/// Money that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Money {
    pub(crate) transaction: BankTransaction,
    pub(crate) order: AttemptId,
    pub(crate) amount: payment::Money,
    pub(crate) at: Timestamp,
}

/// Money at an open plate.
#[derive(Debug, Clone)]
pub(crate) struct AtPlate {
    pub(crate) transaction: BankTransaction,
    pub(crate) plate: CodeId,
    pub(crate) amount: payment::Money,
    pub(crate) at: Timestamp,
}

impl AtPlate {
    /// As a status or a notification tells of it.
    pub(crate) fn notice(&self) -> PaidNotice {
        PaidNotice {
            transaction: Some(self.transaction.clone()),
            amount: Some(self.amount),
            paid_at: Some(self.at),
            payer: None,
            instrument: Some("sbp".to_owned()),
        }
    }
}

/// Money that goes back, or went.
pub(crate) struct Returned {
    pub(crate) key: RefundId,
    pub(crate) transaction: BankTransaction,
    pub(crate) amount: payment::Money,
    pub(crate) state: ReturnState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReturnState {
    Pending,
    Done,
    Declined,
}

impl Books {
    pub(super) fn new(name: &str, manners: Manners) -> Self {
        Self {
            name: name.to_owned(),
            manners,
            orders: BTreeMap::new(),
            money: Vec::new(),
            at_plates: Vec::new(),
            returned: Vec::new(),
        }
    }

    // ---- what the service asks

    /// A plate carries one order at a time: another one is refused.
    pub(super) fn issue(&mut self, request: &IssueRequest, now: Timestamp) -> Result<Code, Refusal> {
        let plate = request.plate.as_ref().map(|plate| plate.payload.clone());
        if plate.as_ref().is_some_and(|plate| self.armed_by(plate, now).is_some()) {
            return Err(refusal(RefusalKind::Other));
        }
        let is_endless = request.kind == CodeKind::Static && self.manners.static_is_endless;
        let ends_at = (!is_endless).then_some(request.expires_at);
        let order = self.orders.entry(request.order).or_insert_with(|| Order {
            amount: request.amount,
            kind: request.kind,
            plate: plate.clone(),
            ends_at,
            created: 0,
            is_orphan: false,
            is_annulled: false,
            is_refused_for_good: false,
            was_declined: false,
            trying: None,
            money: Vec::new(),
        });
        order.created += 1;
        let own_id = || CodeId::parse(&format!("C{}", request.order)).expect("33 characters");
        Ok(Code {
            id: request.plate.as_ref().map_or_else(own_id, |plate| plate.link.clone()),
            payload: plate.unwrap_or_else(|| format!("https://qr.example/{}/{}", self.name, request.order)),
            expires_at: ends_at,
            payment_url: None,
        })
    }

    /// The order that a plate is armed with.
    pub(crate) fn armed_by(&self, plate: &str, now: Timestamp) -> Option<AttemptId> {
        let armed = self.orders.iter().rev().filter(|(_, order)| order.plate.as_deref() == Some(plate));
        let mut ids = armed.map(|(id, _)| *id);
        ids.find(|id| self.is_payable(*id, now) || self.is_being_paid(*id, now))
    }

    pub(crate) fn status(&self, order: AttemptId, now: Timestamp) -> StatusAnswer {
        let state = match self.orders.get(&order) {
            None => OrderState::NotFound,
            Some(known) => self.state_of(known, now),
        };
        StatusAnswer { order: Some(order.to_string()), state }
    }

    fn state_of(&self, order: &Order, now: Timestamp) -> OrderState {
        if let Some(newest) = order.money.last() {
            return OrderState::Paid(notice(&self.money[*newest]));
        }
        if order.trying.is_some_and(|one| !one.hidden && is_fresh(one, now)) {
            return OrderState::InProgress;
        }
        if order.is_annulled {
            return OrderState::Annulled;
        }
        if order.is_refused_for_good {
            return OrderState::Declined { reason: Some("no".to_owned()), terminal: true };
        }
        if self.has_ended(order, now) && self.manners.tells_expiry {
            return OrderState::Expired;
        }
        if order.was_declined {
            return OrderState::Declined { reason: Some("not enough money".to_owned()), terminal: false };
        }
        OrderState::Unpaid
    }

    /// Of an open plate the bank shows the latest money only.
    pub(super) fn latest_at_plate(&self, plate: &CodeId) -> Option<PaidNotice> {
        self.at_plates.iter().rev().find(|money| money.plate == *plate).map(AtPlate::notice)
    }

    pub(super) fn annul(&mut self, id: AttemptId, now: Timestamp) -> Result<AnnulAnswer, Refusal> {
        let is_used_up = self.is_used_up(id);
        let Some(order) = self.orders.get(&id) else { return Err(refusal(RefusalKind::Other)) };
        if is_used_up || order.trying.is_some_and(|one| !one.hidden && is_fresh(one, now)) {
            return Ok(AnnulAnswer::NotNow);
        }
        if self.has_ended(order, now) {
            return Ok(AnnulAnswer::Expired);
        }
        if let Some(order) = self.orders.get_mut(&id) {
            order.is_annulled = true;
        }
        Ok(AnnulAnswer::Annulled)
    }

    /// Sends money back. It does not check that there is enough.
    pub(super) fn refund(&mut self, request: &RefundRequest, state: ReturnState) -> RefundAnswer {
        let is_known = self.returned.iter().any(|known| known.key == request.refund);
        if !(self.manners.terms.refund.keys_idempotent && is_known) {
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

    /// The bank makes up its mind about what it works on.
    pub(crate) fn settle_return(&mut self, key: RefundId, works: bool) {
        let pending =
            self.returned.iter_mut().find(|one| one.key == key && one.state == ReturnState::Pending);
        if let Some(one) = pending {
            one.state = if works { ReturnState::Done } else { ReturnState::Declined };
        }
    }

    // ---- what buyers do

    /// Whether a buyer who has the code could begin to pay now.
    pub(crate) fn is_payable(&self, id: AttemptId, now: Timestamp) -> bool {
        let is_over =
            |order: &Order| self.has_ended(order, now) || order.is_annulled || order.is_refused_for_good;
        !self.is_used_up(id) && self.orders.get(&id).is_some_and(|order| !is_over(order))
    }

    /// A buyer's payment is under way, shown or hidden.
    fn is_being_paid(&self, id: AttemptId, now: Timestamp) -> bool {
        let trying = self.orders.get(&id).and_then(|order| order.trying);
        !self.is_used_up(id) && trying.is_some_and(|one| is_fresh(one, now))
    }

    /// A buyer begins to pay. False: the code can't be paid.
    pub(crate) fn begin(&mut self, id: AttemptId, hidden: bool, now: Timestamp) -> bool {
        let can_begin = self.is_payable(id, now);
        if can_begin && let Some(order) = self.orders.get_mut(&id) {
            order.trying = Some(Try { hidden, since: now });
        }
        can_begin
    }

    /// A buyer's payment succeeds, if the code may be paid or it was begun in time.
    pub(crate) fn pay(&mut self, id: AttemptId, now: Timestamp) -> Option<Money> {
        let can_be_paid = self.is_payable(id, now) || self.is_being_paid(id, now);
        let order = self.orders.get_mut(&id).filter(|_| can_be_paid)?;
        order.trying = None;
        order.money.push(self.money.len());
        let name = format!("{}-{}", self.name, self.money.len() + 1);
        let transaction = BankTransaction::parse(&name).expect("some characters");
        let money = Money { transaction, order: id, amount: order.amount, at: now };
        self.money.push(money.clone());
        Some(money)
    }

    /// A buyer types an amount at an open plate, and pays.
    pub(crate) fn pay_at_plate(&mut self, plate: &CodeId, amount: payment::Money, now: Timestamp) -> AtPlate {
        let name = format!("{}-P{}", self.name, self.at_plates.len() + 1);
        let transaction = BankTransaction::parse(&name).expect("some characters");
        let money = AtPlate { transaction, plate: plate.clone(), amount, at: now };
        self.at_plates.push(money.clone());
        money
    }

    /// How much of a transaction has arrived, and for which payment; of money at an open plate any may claim it.
    pub(crate) fn arrived(
        &self,
        transaction: &BankTransaction,
    ) -> Option<(payment::Money, Option<PaymentId>)> {
        let ordered = self.money.iter().find(|money| money.transaction == *transaction);
        let ordered = ordered.map(|money| (money.amount, Some(money.order.payment())));
        let at_plate = || self.at_plates.iter().find(|money| money.transaction == *transaction);
        ordered.or_else(|| at_plate().map(|money| (money.amount, None)))
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

    // ---- what an auditor asks

    /// Minor units of a transaction that went back.
    pub(crate) fn sent_back(&self, transaction: &BankTransaction) -> i64 {
        let done = self.returned.iter().filter(|one| one.state == ReturnState::Done);
        done.filter(|one| one.transaction == *transaction).map(|one| one.amount.minor()).sum()
    }

    fn has_ended(&self, order: &Order, now: Timestamp) -> bool {
        order.ends_at.is_some_and(|end| now.minus(self.manners.clock_lag) >= end)
    }

    /// It takes one payment and has it.
    fn is_used_up(&self, id: AttemptId) -> bool {
        self.orders.get(&id).is_some_and(|order| order.kind.takes_one_payment() && !order.money.is_empty())
    }
}

fn is_fresh(one: Try, now: Timestamp) -> bool {
    now < one.since.plus(UNDER_WAY)
}

/// Money as a status or a notification tells of it.
pub(crate) fn notice(money: &Money) -> PaidNotice {
    PaidNotice {
        transaction: Some(money.transaction.clone()),
        amount: Some(money.amount),
        paid_at: Some(money.at),
        payer: None,
        instrument: Some("sbp".to_owned()),
    }
}

pub(super) fn refusal(kind: RefusalKind) -> Refusal {
    Refusal { kind, bank_code: "E7".to_owned(), message: "the bank does not want it".to_owned() }
}
