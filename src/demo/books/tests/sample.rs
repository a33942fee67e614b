//! Three views that agree: one payment paid with half of it given back, one paid late with all of it given back.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::Destination;
use payment::{
    AnnulAnswer, AttemptId, CallError, Checkout, Code, CodeId, CodeKind, Context, Currency, Decision,
    Details, Effect, Input, LateMoney, Money, OperationId, OrderState, Origin, PaidNotice, Payment,
    PaymentId, PaymentTypeCode, PollPlan, RefundAbility, RefundAnswer, RefundOrder, RefundState, RefundTerms,
    RegisterId, Route, ServerId, StatusAnswer, StoreId, Terms, Timestamp, decide, open,
};
use serde_json::json;
use store::{DeliveryState, EventRecord, FactRecord, PaymentRecord};

use crate::demo::books::{
    Books, Findings, Ledger, LedgerOrder, LedgerPayment, LedgerRefund, Received, ReceivedEvent,
};

const SUM: i64 = 19_800;
const BANK: &str = "raiffeisen";

/// The three views, to be spoiled.
pub(crate) struct Views {
    pub(crate) records: Vec<PaymentRecord>,
    pub(crate) received: Vec<Received>,
    pub(crate) ledger: Ledger,
}

impl Views {
    pub(super) fn compare(&self) -> Findings {
        let Self { records, received, ledger } = self;
        Books { records, received, ledger }.compare()
    }
}

/// Views that agree.
pub(crate) fn views() -> Views {
    let records = vec![paid().record(), paid_late().record()];
    Views { received: vec![received(&records)], ledger: ledger(&records), records }
}

/// A payment whose first order is not known to have reached the bank, cancelled after the second one's code was shown.
pub(super) fn views_with_an_orphan() -> Views {
    let mut story = Story::begin(3);
    let (orphan, shown) = (story.payment.id.attempt(1), story.payment.id.attempt(2));
    let answer = Err(CallError::Unknown("no answer".to_owned()));
    story.feed(Input::Issued { attempt: orphan, answer });
    story.code(shown);
    story.feed(Input::Cancel { reason: None });
    story.feed(Input::Annulled { attempt: shown, answer: Ok(AnnulAnswer::Annulled) });
    let records = vec![story.record()];
    let mut ledger = ledger(&records);
    ledger.orders[0].status = "NEW".to_owned();
    let (order, status) = (shown.to_string(), "CANCELLED".to_owned());
    ledger.orders.push(LedgerOrder { order, status, ..ledger.orders[0].clone() });
    Views { received: vec![received(&records)], ledger, records }
}

/// A payment that was just accepted.
pub(crate) fn open_payment() -> PaymentRecord {
    Story::begin(9).record()
}

fn paid() -> Story {
    let mut story = Story::begin(1);
    story.code(story.payment.id.attempt(1));
    story.money("120001");
    let operation = OperationId::parse("half").unwrap();
    let origin = Origin::Register { store: store(), register: register() };
    let order = RefundOrder {
        operation,
        origin,
        transaction: None,
        amount: Some(money(SUM / 2)),
        reason: None,
        alone_up_to_minor: None,
    };
    story.feed(Input::Refund(order));
    story.refund();
    story
}

fn paid_late() -> Story {
    let mut story = Story::begin(2);
    let attempt = story.payment.id.attempt(1);
    story.code(attempt);
    story.feed(Input::Cancel { reason: None });
    story.feed(Input::Annulled { attempt, answer: Ok(AnnulAnswer::Annulled) });
    story.money("120002");
    story.refund();
    story
}

/// A payment with its facts, second by second.
struct Story {
    payment: Payment,
    wake_at: Option<Timestamp>,
    facts: Vec<FactRecord>,
    now: Timestamp,
}

impl Story {
    fn begin(number: u128) -> Self {
        let now = Timestamp::from_micros(1_000_000);
        let id = PaymentId::from_uuid(number << 64);
        let decision = open(id, Arc::new(checkout(number)), Context { now, epoch: 1 });
        let payment = decision.payment.clone();
        let mut story = Self { payment, wake_at: None, facts: Vec::new(), now };
        story.take(decision);
        story
    }

    fn feed(&mut self, input: Input) {
        self.now = self.now.plus(Duration::from_secs(1));
        let decision = decide(&self.payment, input, Context { now: self.now, epoch: 1 }).unwrap();
        self.take(decision);
    }

    fn take(&mut self, decision: Decision) {
        for fact in decision.facts {
            let sequence = self.facts.len() as u64 + 1;
            self.facts.push(FactRecord { number: 0, sequence, at: self.now, fact });
        }
        assert!(decision.effects.iter().all(|effect| !matches!(effect, Effect::AskRefund(_))));
        self.payment = decision.payment;
        self.wake_at = decision.wake_at;
    }

    fn code(&mut self, attempt: AttemptId) {
        let code = Code {
            id: CodeId::parse(&format!("AD{attempt}")).unwrap(),
            payload: "https://qr.nspk.ru/AD".to_owned(),
            expires_at: Some(self.now.plus(Duration::from_mins(5))),
            payment_url: None,
        };
        self.feed(Input::Issued { attempt, answer: Ok(code) });
    }

    fn money(&mut self, transaction: &str) {
        let attempt = self.payment.id.attempt(1);
        let notice = PaidNotice {
            transaction: Some(payment::BankTransaction::parse(transaction).unwrap()),
            amount: Some(money(SUM)),
            paid_at: None,
            payer: None,
            instrument: None,
        };
        let answer = StatusAnswer { order: Some(attempt.to_string()), state: OrderState::Paid(notice) };
        self.feed(Input::Status { attempt, asked_at: self.now, answer });
    }

    /// The bank carries out the refund that is being sent.
    fn refund(&mut self) {
        let sending = self.payment.state.refunds.iter().find_map(|refund| match refund.state {
            RefundState::Sending(call) => Some((refund.id, call)),
            _ => None,
        });
        let (refund, call) = sending.expect("a refund is being sent");
        let answer = Ok(RefundAnswer::Completed { transaction: None });
        self.feed(Input::Refunded { refund, call, answer });
    }

    /// Every fact is told by an event of its own, which is more than the service does.
    fn record(self) -> PaymentRecord {
        let events = self.facts.iter().map(|fact| event(&self.payment, fact)).collect();
        PaymentRecord { payment: self.payment, wake_at: self.wake_at, epoch: 1, facts: self.facts, events }
    }
}

fn event(payment: &Payment, fact: &FactRecord) -> EventRecord {
    use payment::Fact::{CodeShown, CreditFound, RefundCompleted};
    let (name, credit, operation, minor) = match &fact.fact {
        CodeShown { .. } => ("payment.qr_ready", None, None, SUM),
        CreditFound { credit } => ("payment.paid", Some(credit.transaction.to_string()), None, SUM),
        RefundCompleted { refund, .. } => {
            let amount = payment.refund(*refund).unwrap().amount.minor();
            ("refund.completed", None, Some(refund.to_string()), amount)
        }
        _ => ("payment.other", None, None, SUM),
    };
    let body = json!({
        "event": name, "payment": payment.id.to_string(), "sequence": fact.sequence, "credit": credit,
        "operation": operation, "amount": {"value": minor, "currency": "RUB"}, "status": "x",
    });
    EventRecord {
        number: 0,
        sequence: fact.sequence,
        at: fact.at,
        destination: Destination { store: store(), register: register() },
        operation: payment.checkout.operation.clone(),
        name: name.to_owned(),
        body: body.to_string(),
        delivery: DeliveryState::Delivered,
    }
}

fn received(records: &[PaymentRecord]) -> Received {
    let one = |record: &PaymentRecord, event: &EventRecord| ReceivedEvent {
        message_id: format!("{}-{}", record.payment.id, event.sequence),
        body: serde_json::from_str(&event.body).unwrap(),
    };
    let events = records.iter().flat_map(|record| record.events.iter().map(move |event| one(record, event)));
    Received { store: store(), register: register(), events: events.collect() }
}

fn ledger(records: &[PaymentRecord]) -> Ledger {
    let mut ledger = Ledger::default();
    for payment in records.iter().map(|record| &record.payment) {
        let attempt = &payment.state.attempts[0];
        ledger.orders.push(LedgerOrder {
            bank: BANK.to_owned(),
            order: attempt.id.to_string(),
            qr: attempt.code.as_ref().map(|code| code.id.to_string()),
            amount: Some(SUM),
            status: "PAID".to_owned(),
        });
        ledger.payments.extend(payment.state.credits.iter().map(|credit| LedgerPayment {
            bank: BANK.to_owned(),
            transaction: credit.transaction.to_string(),
            order: attempt.id.to_string(),
            amount: SUM,
        }));
        ledger.refunds.extend(payment.state.refunds.iter().map(|refund| LedgerRefund {
            bank: BANK.to_owned(),
            refund: refund.id.to_string(),
            transaction: payment.state.credits[refund.credit].transaction.to_string(),
            order: attempt.id.to_string(),
            amount: refund.amount.minor(),
            status: "COMPLETED".to_owned(),
        }));
    }
    ledger
}

fn checkout(number: u128) -> Checkout {
    Checkout {
        store: store(),
        register: register(),
        operation: OperationId::parse(&format!("op-{number}")).unwrap(),
        amount: money(SUM),
        payment_type: PaymentTypeCode::parse("sbp").unwrap(),
        kind: CodeKind::Dynamic,
        expires_in_s: None,
        not_after: None,
        routes: vec![Route {
            server: ServerId::parse(BANK).unwrap(),
            module: BANK.to_owned(),
            terms: terms(),
            plate: None,
        }],
        late_money: LateMoney::Refund,
        show_on: Vec::new(),
        consoles: Vec::new(),
        show_on_register: true,
        supersedes: None,
        shares_register: false,
        details: Details::default(),
    }
}

fn terms() -> Terms {
    Terms {
        response_timeout: Duration::from_secs(15),
        call_timeout: Duration::from_secs(4),
        code_life: Duration::from_mins(5),
        code_life_min: Duration::from_secs(1),
        code_life_max: Duration::from_hours(1),
        dead_after: Duration::from_mins(10),
        clock_margin: Duration::from_secs(1),
        annul: true,
        status_by_order: true,
        latest_credit_only: false,
        refund: RefundTerms {
            ability: RefundAbility::Part,
            lookup_by_key: true,
            keys_idempotent: true,
            retry_pause: Duration::from_hours(1),
            tries_per_day: 5,
        },
        poll: PollPlan::live(),
        test: true,
    }
}

fn money(minor: i64) -> Money {
    Money::try_new(minor, Currency::RUB).unwrap()
}

fn store() -> StoreId {
    StoreId::parse("17").unwrap()
}

fn register() -> RegisterId {
    RegisterId::parse("1").unwrap()
}
