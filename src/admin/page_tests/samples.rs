//! Payments of store 17 in every state that pages tell of.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::{
    Change, Destination, EventDraft, JournalRow, LinkChange, OperationKey, OperationKind, OperationRecord,
    PaymentChange, Store,
};
use engine::settings::StoreSettings;
use payment::{
    Annulment, Attempt, BankTransaction, Checkout, Code, CodeId, CodeKind, Credit, CreditRole, Currency,
    Details, Fact, LastTry, LateMoney, Life, Money, OperationId, Origin, Payment, PaymentId, PaymentTypeCode,
    Phase, PollPlan, Refund, RefundAbility, RefundState, RefundTerms, RegisterId, Route, ServerId, StoreId,
    Terms, Timestamp,
};

/// 2026-11-28 12:00 UTC, as the kit's clock begins.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_867_200_000_000);

pub(crate) fn id(number: u32) -> PaymentId {
    PaymentId::from_uuid((0x0191_f7e2_5d3a_7abc_8def_0123_0000_0000 + u128::from(number)) << 12)
}

fn roubles(minor: i64) -> Money {
    Money::try_new(minor, Currency::RUB).unwrap()
}

/// The `number`-th payment as it is accepted, so many seconds after noon.
pub(crate) fn accepted(number: u32) -> Payment {
    let opened_at = NOW.plus(Duration::from_secs(number.into()));
    let checkout = Checkout {
        store: StoreId::parse("17").unwrap(),
        register: RegisterId::parse("1").unwrap(),
        operation: OperationId::parse(&format!("op-{number}")).unwrap(),
        amount: roubles(19_800),
        payment_type: PaymentTypeCode::parse("sbp").unwrap(),
        kind: CodeKind::Dynamic,
        expires_in_s: None,
        not_after: None,
        routes: vec![Route {
            server: ServerId::parse("bank").unwrap(),
            module: "raiffeisen".to_owned(),
            terms: terms(),
            plate: None,
        }],
        late_money: LateMoney::Refund,
        show_on: vec![],
        consoles: vec![],
        show_on_register: true,
        supersedes: None,
        shares_register: true,
        details: Details { receipt: Some(format!("{number:06}")), ..Details::default() },
    };
    let mut payment = Payment::blank(id(number), Arc::new(checkout), opened_at);
    payment.state.sequence = 1;
    payment
}

fn terms() -> Terms {
    let seconds = Duration::from_secs;
    Terms {
        response_timeout: seconds(30),
        call_timeout: seconds(10),
        code_life: seconds(300),
        code_life_min: seconds(60),
        code_life_max: seconds(3_600),
        dead_after: seconds(600),
        clock_margin: seconds(5),
        annul: true,
        status_by_order: true,
        latest_credit_only: false,
        refund: RefundTerms {
            ability: RefundAbility::Part,
            lookup_by_key: true,
            keys_idempotent: true,
            retry_pause: seconds(3_600),
            tries_per_day: 5,
        },
        poll: PollPlan::live(),
        test: false,
    }
}

/// With a code that buyers have.
pub(crate) fn shown(number: u32) -> Payment {
    let mut payment = accepted(number);
    let expires_at = payment.opened_at.plus(Duration::from_mins(5));
    payment.state.attempts.push(Attempt {
        id: payment.id.attempt(1),
        route: 0,
        expires_at,
        life: Life::Payable { since: payment.opened_at },
        code: Some(Code {
            id: CodeId::parse("AS1A").unwrap(),
            payload: "https://qr.example/AS1A".to_owned(),
            expires_at: Some(expires_at),
            payment_url: None,
        }),
        shown_at: Some(payment.opened_at),
        annulment: Annulment::NotWanted,
        last_try: LastTry::None,
    });
    payment.state.phase = Phase::Showing;
    payment
}

pub(crate) fn paid(number: u32) -> Payment {
    let mut payment = shown(number);
    add_credit(&mut payment, CreditRole::Pays);
    payment.state.phase = Phase::Paid { credit: 0, at: NOW };
    payment
}

pub(crate) fn add_credit(payment: &mut Payment, role: CreditRole) {
    let number = payment.state.credits.len() + 1;
    payment.state.credits.push(Credit {
        server: ServerId::parse("bank").unwrap(),
        transaction: BankTransaction::parse(&format!("T{number}")).unwrap(),
        attempt: payment.id.attempt(1),
        amount: roubles(19_800),
        found_at: NOW,
        paid_at: Some(NOW),
        payer: Some("+7 ••• 12-34".to_owned()),
        instrument: None,
        proven: true,
        taken: false,
        role,
    });
}

/// A refund of 50 roubles.
pub(crate) fn add_refund(payment: &mut Payment, credit: usize, origin: Origin, state: RefundState) {
    let number = u16::try_from(payment.state.refunds.len() + 1).unwrap();
    let id = payment.id.refund(number);
    payment.state.refunds.push(Refund {
        id,
        operation: OperationId::parse(&format!("hand-{number:032}")).unwrap(),
        origin,
        credit,
        amount: roubles(5_000),
        reason: None,
        asked_at: NOW,
        state,
        fiscal: None,
    });
}

pub(crate) fn set_ability(payment: &mut Payment, ability: RefundAbility) {
    Arc::make_mut(&mut payment.checkout).routes[0].terms.refund.ability = ability;
}

/// Puts a payment as it stands, with these facts, into a store.
pub(crate) async fn keep<S: Store>(store: &S, mut payment: Payment, facts: Vec<Fact>) {
    let destination =
        Destination { store: payment.checkout.store.clone(), register: payment.checkout.register.clone() };
    payment.state.sequence = facts.len() as u64;
    let operation = payment.checkout.operation.clone();
    let event = EventDraft {
        destination: destination.clone(),
        name: "payment.accepted",
        operation: operation.clone(),
        body: "{}".to_owned(),
        is_delivered: false,
    };
    let journal = (1..).zip(facts).map(|(sequence, fact)| JournalRow {
        sequence,
        fact,
        events: if sequence == 1 { vec![event.clone()] } else { vec![] },
    });
    let (at, id) = (payment.opened_at, payment.id);
    let change = Change {
        epoch: 0,
        at,
        payment: Some(PaymentChange {
            expected_sequence: None,
            journal: journal.collect(),
            wake_at: Some(at.plus(Duration::from_secs(1))),
            credits: vec![],
            links: LinkChange::default(),
            payment: Arc::new(payment),
        }),
        operation: Some(OperationRecord {
            key: OperationKey { store: destination.store, register: destination.register, operation },
            essence: None,
            kind: OperationKind::Pay(id),
        }),
    };
    store.commit(change).await.unwrap();
}

/// A store without registers in a time zone.
pub(crate) fn store_in(zone: &str) -> StoreSettings {
    StoreSettings {
        name: "Shop".to_owned(),
        zone: zone.to_owned(),
        language: "ru".to_owned(),
        currency: Currency::RUB,
        default_payment_type: PaymentTypeCode::parse("sbp").unwrap(),
        late_money: LateMoney::Refund,
        second_person_above_minor: None,
        screens: engine::settings::ScreenSettings::default(),
        registers: [].into(),
        payment_types: [].into(),
    }
}
