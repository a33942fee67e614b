//! What happened at the bank: written apart from the engine, with its own idea of what is right.

use std::collections::{BTreeMap, BTreeSet};

use payment::{
    AnnulAnswer, AttemptId, BankTransaction, Code, CodeId, CodeKind, IssueRequest, Issued, OrderState,
    PaidNotice, RefundAnswer, RefundId, RefundRequest, Refusal, RefusalKind, StatusAnswer, Timestamp,
};

/// The bank's books.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) orders: BTreeMap<AttemptId, Order>,
    pub(crate) money: Vec<Money>,
    /// Money that buyers paid at open plates: it is of no order.
    pub(crate) at_plates: Vec<AtPlate>,
    pub(crate) refunds: BTreeMap<RefundId, BankRefund>,
    /// Orders for a plate that carried one already: each is a mistake of ours.
    pub(crate) armed_twice: usize,
    refunds_wait: bool,
    mistakes: Mistakes,
}

/// What the bank does wrong.
#[derive(Default)]
struct Mistakes {
    /// Orders whose state is told as that of another one.
    answers: BTreeMap<AttemptId, Mistake>,
    /// Orders of which nobody is told that they are paid.
    hidden: BTreeSet<AttemptId>,
}

#[derive(Clone, Copy)]
struct Mistake {
    instead: AttemptId,
    is_named: bool,
}

/// An order as the bank has it.
pub(crate) struct Order {
    pub(crate) amount: payment::Money,
    kind: CodeKind,
    /// What is on the plate that it arms.
    plate: Option<String>,
    pub(crate) expires_at: Timestamp,
    /// How often it was created: more than once is a mistake of ours.
    pub(crate) created: usize,
    pub(crate) standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    InProgress,
    /// The buyer's bank refused a try, and the order ended with it or not.
    Declined {
        for_good: bool,
    },
    Annulled,
    Paid,
}

impl Order {
    fn can_be_paid(&self, now: Timestamp) -> bool {
        let can_be_tried = match self.standing {
            Standing::Open | Standing::InProgress | Standing::Declined { for_good: false } => true,
            Standing::Declined { for_good: true } | Standing::Annulled | Standing::Paid => false,
        };
        now < self.expires_at && can_be_tried
    }
}

/// Money that buyers paid.
pub(crate) struct Money {
    pub(crate) transaction: String,
    pub(crate) order: AttemptId,
    pub(crate) amount: i64,
    pub(crate) at: Timestamp,
}

/// Money at an open plate.
pub(crate) struct AtPlate {
    pub(crate) transaction: String,
    plate: CodeId,
    amount: i64,
    at: Timestamp,
}

/// Money that went back.
pub(crate) struct BankRefund {
    pub(crate) transaction: String,
    pub(crate) amount: i64,
    /// How often the money moved: more than once is a mistake of ours.
    pub(crate) moved: usize,
}

impl Ledger {
    /// A plate carries one order at a time: another one is refused.
    pub(super) fn issue(&mut self, request: &IssueRequest, now: Timestamp) -> Result<Issued, Refusal> {
        let plate = request.plate.as_ref().map(|plate| plate.payload.clone());
        if plate.as_ref().is_some_and(|plate| self.armed_by(plate, now).is_some()) {
            self.armed_twice += 1;
            return Err(refusal(RefusalKind::Other));
        }
        let order = self.orders.entry(request.order).or_insert(Order {
            amount: request.amount,
            kind: request.kind,
            plate: plate.clone(),
            expires_at: request.expires_at,
            created: 0,
            standing: Standing::Open,
        });
        order.created += 1;
        let own_id = || CodeId::parse(&format!("C{}", request.order)).unwrap();
        Ok(Code {
            id: request.plate.as_ref().map_or_else(own_id, |plate| plate.link.clone()),
            payload: plate.unwrap_or_else(|| payload_of(request.order)),
            expires_at: Some(order.expires_at),
            payment_url: None,
        })
    }

    /// The order that a plate is armed with.
    fn armed_by(&self, plate: &str, now: Timestamp) -> Option<AttemptId> {
        let is_it = |order: &Order| order.plate.as_deref() == Some(plate) && order.can_be_paid(now);
        self.orders.iter().find(|(_, order)| is_it(order)).map(|(id, _)| *id)
    }

    pub(super) fn status(&self, asked: AttemptId, now: Timestamp) -> StatusAnswer {
        let mistake = self.mistakes.answers.get(&asked);
        let id = mistake.map_or(asked, |mistake| mistake.instead);
        let state = match self.orders.get(&id) {
            None => OrderState::NotFound,
            Some(_) if self.mistakes.hidden.contains(&asked) => OrderState::Unpaid,
            Some(order) => self.state_of(id, order, now),
        };
        let named = if mistake.is_some_and(|mistake| mistake.is_named) { id } else { asked };
        StatusAnswer { order: Some(named.to_string()), state }
    }

    /// The state of one order is told as that of another, under the name that was asked for.
    pub(crate) fn report_for(&mut self, order: AttemptId, instead: AttemptId) {
        self.mistakes.answers.insert(order, Mistake { instead, is_named: false });
    }

    /// Questions for one order are answered with another one, name and all.
    pub(crate) fn answer_with(&mut self, order: AttemptId, instead: AttemptId) {
        self.mistakes.answers.insert(order, Mistake { instead, is_named: true });
    }

    /// Nobody is told that the order is paid.
    pub(crate) fn hide(&mut self, order: AttemptId) {
        self.mistakes.hidden.insert(order);
    }

    /// The truth about the order is told again.
    pub(crate) fn show(&mut self, order: AttemptId) {
        self.mistakes.hidden.remove(&order);
    }

    fn state_of(&self, id: AttemptId, order: &Order, now: Timestamp) -> OrderState {
        match order.standing {
            _ if self.money.iter().any(|money| money.order == id) => {
                let paid = self.money.iter().rev().find(|money| money.order == id).expect("it is paid");
                OrderState::Paid(PaidNotice {
                    transaction: Some(BankTransaction::parse(&paid.transaction).unwrap()),
                    amount: Some(order.amount),
                    paid_at: Some(paid.at),
                    payer: Some("И. И.".to_owned()),
                    instrument: Some("sbp".to_owned()),
                })
            }
            Standing::Paid => unreachable!("there is no such money"),
            Standing::InProgress => OrderState::InProgress,
            Standing::Declined { for_good } => OrderState::Declined {
                reason: Some("too little on the account".to_owned()),
                terminal: for_good,
            },
            Standing::Annulled => OrderState::Annulled,
            Standing::Open if now >= order.expires_at => OrderState::Expired,
            Standing::Open => OrderState::Unpaid,
        }
    }

    pub(super) fn annul(&mut self, id: AttemptId, now: Timestamp) -> Result<AnnulAnswer, Refusal> {
        let order = self.orders.get_mut(&id).ok_or_else(|| refusal(RefusalKind::Other))?;
        Ok(match order.standing {
            Standing::Paid | Standing::InProgress => AnnulAnswer::NotNow,
            Standing::Open if now >= order.expires_at => AnnulAnswer::Expired,
            Standing::Open | Standing::Declined { .. } | Standing::Annulled => {
                order.standing = Standing::Annulled;
                AnnulAnswer::Annulled
            }
        })
    }

    pub(super) fn refund(&mut self, request: &RefundRequest) -> Result<RefundAnswer, Refusal> {
        let transaction = request.transaction.to_string();
        if !self.refunds.contains_key(&request.refund) {
            let at_plates = self.at_plates.iter().filter(|money| money.transaction == transaction);
            let paid: i64 = self.money_of(&transaction).map(|money| money.amount).sum();
            let paid = paid + at_plates.map(|money| money.amount).sum::<i64>();
            if self.refunded_of(&transaction) + request.amount.minor() > paid {
                return Err(refusal(RefusalKind::AmountOutOfRange));
            }
            let amount = request.amount.minor();
            self.refunds.insert(request.refund, BankRefund { transaction, amount, moved: 1 });
        }
        Ok(self.refund_status(request))
    }

    pub(super) fn refund_status(&self, request: &RefundRequest) -> RefundAnswer {
        match self.refunds.get(&request.refund) {
            Some(_) if self.refunds_wait => RefundAnswer::Pending,
            Some(_) => RefundAnswer::Completed {
                transaction: Some(BankTransaction::parse(&format!("R{}", request.refund)).unwrap()),
            },
            None => RefundAnswer::NotFound,
        }
    }

    /// A buyer pays. False: the code can't be paid.
    pub(crate) fn pay(&mut self, payload: &str, now: Timestamp) -> bool {
        let Some(id) = order_of(payload).or_else(|| self.armed_by(payload, now)) else { return false };
        let is_open = self.orders.get(&id).is_some_and(|order| order.can_be_paid(now));
        if is_open {
            self.take(id, now);
        }
        is_open
    }

    /// A buyer types an amount at an open plate, and pays.
    pub(crate) fn pay_at_plate(&mut self, plate: &str, amount: i64, now: Timestamp) -> PaidNotice {
        let transaction = format!("P{}", self.at_plates.len() + 1);
        let plate = CodeId::parse(plate).unwrap();
        let money = AtPlate { transaction, plate, amount, at: now };
        let notice = notice_of(&money);
        self.at_plates.push(money);
        notice
    }

    /// The money at open plates that the bank tells of again, since nobody took it.
    pub(crate) fn told_at_plate(&self) -> PaidNotice {
        notice_of(self.at_plates.last().expect("somebody has paid at a plate"))
    }

    /// The money of an order as the bank tells of it unasked.
    pub(crate) fn told_of(&self, transaction: &str) -> PaidNotice {
        let money = self.money_of(transaction).next().expect("somebody has paid");
        PaidNotice {
            transaction: Some(BankTransaction::parse(transaction).unwrap()),
            amount: Some(payment::Money::try_new(money.amount, payment::Currency::RUB).unwrap()),
            paid_at: Some(money.at),
            payer: None,
            instrument: None,
        }
    }

    pub(super) fn latest_credit(&self, plate: &CodeId) -> Option<PaidNotice> {
        self.at_plates.iter().rev().find(|money| money.plate == *plate).map(notice_of)
    }

    /// A buyer begins to pay, or gives it up again.
    pub(crate) fn begin_to_pay(&mut self, id: AttemptId, begins: bool) {
        let order = self.orders.get_mut(&id).expect("buyers pay known codes");
        order.standing = if begins { Standing::InProgress } else { Standing::Open };
    }

    /// The buyer's bank refuses a try, and the order ends with it or not.
    pub(crate) fn decline(&mut self, id: AttemptId, for_good: bool) {
        let order = self.orders.get_mut(&id).expect("buyers pay known codes");
        order.standing = Standing::Declined { for_good };
    }

    /// Refunds are accepted and stay under way.
    pub(crate) fn work_on_refunds(&mut self) {
        self.refunds_wait = true;
    }

    /// A buyer's payment was under way when the code died, and succeeds all the same.
    pub(crate) fn pay_late(&mut self, id: AttemptId, now: Timestamp) {
        self.take(id, now);
    }

    fn take(&mut self, id: AttemptId, now: Timestamp) {
        let transaction = format!("T{}", self.money.len() + 1);
        let order = self.orders.get_mut(&id).expect("buyers pay known codes");
        if order.kind != CodeKind::Static {
            order.standing = Standing::Paid; // a static code takes more
        }
        let amount = order.amount.minor();
        self.money.push(Money { transaction, order: id, amount, at: now });
    }

    /// All money of a transaction.
    pub(crate) fn money_of(&self, transaction: &str) -> impl Iterator<Item = &Money> {
        self.money.iter().filter(move |money| money.transaction == transaction)
    }

    /// What went back of a transaction, in minor units.
    pub(crate) fn refunded_of(&self, transaction: &str) -> i64 {
        self.refunds
            .values()
            .filter(|refund| refund.transaction == transaction)
            .map(|refund| refund.amount)
            .sum()
    }
}

fn notice_of(money: &AtPlate) -> PaidNotice {
    PaidNotice {
        transaction: Some(BankTransaction::parse(&money.transaction).unwrap()),
        amount: Some(payment::Money::try_new(money.amount, payment::Currency::RUB).unwrap()),
        paid_at: Some(money.at),
        payer: Some("+7 9** ***-**-12".to_owned()),
        instrument: Some("sbp".to_owned()),
    }
}

/// The text of an order's code.
pub(crate) fn payload_of(order: AttemptId) -> String {
    format!("https://qr.example/{order}")
}

/// The order that a code's text belongs to.
pub(crate) fn order_of(payload: &str) -> Option<AttemptId> {
    payload.strip_prefix("https://qr.example/")?.parse().ok()
}

pub(super) fn refusal(kind: RefusalKind) -> Refusal {
    Refusal { kind, bank_code: "E7".to_owned(), message: "the bank does not want it".to_owned() }
}
