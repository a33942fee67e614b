//! Payments and changes for tests.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::{
    Change, CreditRow, Destination, EventDraft, JournalRow, LinkChange, LinkKey, OperationKey, OperationKind,
    OperationRecord, PaymentChange,
};
use payment::{
    BankTransaction, Checkout, CodeId, CodeKind, Currency, Details, EndCode, EndWord, Ending, Fact,
    LateMoney, Money, OperationId, Payment, PaymentId, PaymentTypeCode, Phase, PollPlan, RefundAbility,
    RefundTerms, RegisterId, Route, ServerId, State, StoreId, Terms, Timestamp,
};

pub(crate) const SECOND: i64 = 1_000_000;

/// A point in time: so many seconds after the start of the test's world.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000 * SECOND + seconds * SECOND)
}

/// The `number`-th payment's id. Ids rise with numbers.
pub(crate) fn id(number: u32) -> PaymentId {
    PaymentId::from_uuid((0x0191_f7e2_5d3a_7abc_8def_0123_0000_0000 + u128::from(number)) << 12)
}

pub(crate) fn destination(store: &str, register: &str) -> Destination {
    Destination { store: StoreId::parse(store).unwrap(), register: RegisterId::parse(register).unwrap() }
}

pub(crate) fn key(store: &str, register: &str, operation: &str) -> OperationKey {
    let Destination { store, register } = destination(store, register);
    OperationKey { store, register, operation: OperationId::parse(operation).unwrap() }
}

/// A cash link of the sample's bank.
pub(crate) fn link(id: &str) -> LinkKey {
    LinkKey { server: ServerId::parse("raiffeisen").unwrap(), link: CodeId::parse(id).unwrap() }
}

pub(crate) fn credit(transaction: &str) -> CreditRow {
    CreditRow {
        server: ServerId::parse("raiffeisen").unwrap(),
        transaction: BankTransaction::parse(transaction).unwrap(),
        is_believed: true,
    }
}

/// The `number`-th payment as it is accepted, at register 3 of store 17: `number` seconds after the start.
pub(crate) fn accepted(number: u32) -> Payment {
    accepted_at(number, &destination("17", "3"))
}

pub(crate) fn accepted_at(number: u32, register: &Destination) -> Payment {
    let opened_at = at(i64::from(number));
    let give_up_at = opened_at.plus(Duration::from_secs(30));
    Payment {
        id: id(number),
        opened_at,
        checkout: Arc::new(checkout(number, register)),
        state: State {
            sequence: 1,
            phase: Phase::Opening { next_attempt_at: opened_at, give_up_at },
            attempts: Vec::new(),
            credits: Vec::new(),
            refunds: Vec::new(),
            consoles: Vec::new(),
            spares: Vec::new(),
            consoles_held: Vec::new(),
            fiscal: None,
            settled: false,
        },
    }
}

/// The same at a register that may have one open payment only.
pub(crate) fn sole(number: u32, supersedes: Option<&str>) -> Payment {
    let mut payment = accepted(number);
    let checkout = Arc::make_mut(&mut payment.checkout);
    checkout.shares_register = false;
    checkout.supersedes = supersedes.map(|operation| OperationId::parse(operation).unwrap());
    payment
}

/// The change that accepts a payment with its operation.
pub(crate) fn accept(payment: &Payment) -> Change {
    let place = destination(payment.checkout.store.as_str(), payment.checkout.register.as_str());
    let operation = payment.checkout.operation.clone();
    let fact = Fact::Accepted { give_up_at: payment.opened_at.plus(Duration::from_secs(30)) };
    Change {
        epoch: 0,
        at: payment.opened_at,
        payment: Some(PaymentChange {
            expected_sequence: None,
            payment: Arc::new(payment.clone()),
            wake_at: Some(payment.opened_at.plus(Duration::from_secs(1))),
            journal: vec![JournalRow {
                sequence: 1,
                fact,
                events: vec![draft(&place, "payment.accepted", &operation)],
            }],
            credits: Vec::new(),
            links: LinkChange::default(),
        }),
        operation: Some(OperationRecord {
            key: OperationKey { store: place.store, register: place.register, operation },
            essence: Some("e5".repeat(32)),
            kind: OperationKind::Pay(payment.id),
        }),
    }
}

/// The next change of a payment: one fact without an event, waking a second later.
pub(crate) fn step(before: &Payment) -> Change {
    steps(before, 1)
}

/// A change of several facts without events.
pub(crate) fn steps(before: &Payment, facts: u64) -> Change {
    let mut payment = before.clone();
    let expected = payment.state.sequence;
    payment.state.sequence += facts;
    let now = before.opened_at.plus(Duration::from_secs(payment.state.sequence));
    let fact = Fact::ProcessingSeen { attempt: payment.id.attempt(1) };
    let journal = (expected + 1..=expected + facts)
        .map(|sequence| JournalRow { sequence, fact: fact.clone(), events: Vec::new() })
        .collect();
    Change {
        epoch: 0,
        at: now,
        payment: Some(PaymentChange {
            expected_sequence: Some(expected),
            payment: Arc::new(payment),
            wake_at: Some(now.plus(Duration::from_secs(1))),
            journal,
            credits: Vec::new(),
            links: LinkChange::default(),
        }),
        operation: None,
    }
}

/// The change that ends a payment as expired, with its event.
pub(crate) fn end(before: &Payment) -> Change {
    let mut change = step(before);
    let ending = Ending {
        word: EndWord::Expired,
        code: EndCode::Expired,
        reason: "not paid in time".to_owned(),
        certain: true,
        payable_until: None,
        at: change.at,
    };
    let place = destination(before.checkout.store.as_str(), before.checkout.register.as_str());
    alter(&mut change, |payment| payment.state.phase = Phase::Ended(ending.clone()));
    let row = &mut payment_of(&mut change).journal[0];
    row.fact = Fact::Ended(ending);
    row.events = vec![draft(&place, "payment.expired", &before.checkout.operation)];
    change
}

/// The change after which nothing is left to do.
pub(crate) fn settle(before: &Payment) -> Change {
    let mut change = step(before);
    alter(&mut change, |payment| payment.state.settled = true);
    payment_of(&mut change).wake_at = None;
    payment_of(&mut change).journal[0].fact = Fact::Settled;
    change
}

/// Changes the payment that a change writes.
pub(crate) fn alter(change: &mut Change, how: impl FnOnce(&mut Payment)) {
    how(Arc::make_mut(&mut payment_of(change).payment));
}

pub(crate) fn payment_of(change: &mut Change) -> &mut PaymentChange {
    change.payment.as_mut().expect("a change of a payment")
}

/// The payment as it is after a change.
pub(crate) fn after(change: &Change) -> Payment {
    Payment::clone(&change.payment.as_ref().expect("a change of a payment").payment)
}

pub(crate) fn draft(destination: &Destination, name: &'static str, operation: &OperationId) -> EventDraft {
    EventDraft {
        destination: destination.clone(),
        name,
        operation: operation.clone(),
        body: format!(r#"{{"event":"{name}","operation":"{operation}"}}"#),
        is_delivered: false,
    }
}

fn checkout(number: u32, register: &Destination) -> Checkout {
    Checkout {
        store: register.store.clone(),
        register: register.register.clone(),
        operation: OperationId::parse(&format!("op-{number}")).unwrap(),
        amount: Money::try_new(19_800 + i64::from(number), Currency::RUB).unwrap(),
        payment_type: PaymentTypeCode::parse("sbp").unwrap(),
        kind: CodeKind::Dynamic,
        expires_in_s: None,
        not_after: None,
        routes: vec![Route {
            server: ServerId::parse("raiffeisen").unwrap(),
            module: "raiffeisen".to_owned(),
            terms: terms(),
            plate: None,
        }],
        late_money: LateMoney::Refund,
        show_on: Vec::new(),
        consoles: Vec::new(),
        show_on_register: true,
        supersedes: None,
        shares_register: true,
        details: Details { receipt: Some(format!("{number:06}")), ..Details::default() },
    }
}

fn terms() -> Terms {
    Terms {
        response_timeout: Duration::from_secs(30),
        call_timeout: Duration::from_secs(5),
        code_life: Duration::from_mins(5),
        code_life_min: Duration::from_mins(1),
        code_life_max: Duration::from_hours(24),
        dead_after: Duration::from_mins(1),
        clock_margin: Duration::from_secs(2),
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
