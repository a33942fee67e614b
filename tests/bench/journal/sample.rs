//! The payments that are copied: a year of forty stores, one of which has a fifth of all.

use std::sync::Arc;
use std::time::Duration;

use engine::ports::{
    Change, CreditRow, Destination, EventDraft, JournalRow, LinkChange, OperationKey, OperationKind,
    OperationRecord, PaymentChange, Store,
};
use payment::{
    Annulment, Attempt, BankTransaction, Checkout, Code, CodeId, CodeKind, Credit, CreditRole, Currency,
    DeathCause, Details, EndCode, EndWord, Ending, Fact, Item, LastTry, LateMoney, Life, Money, OperationId,
    Origin, Payment, PaymentId, PaymentTypeCode, Phase, PollPlan, Refund, RefundAbility, RefundState,
    RefundTerms, RegisterId, Route, ServerId, StoreId, Terms, Timestamp,
};

/// So many payments are written through the store's commit; the others are their copies.
pub(super) const SAMPLES: u64 = 2_000;
/// The store that has a fifth of all payments.
pub(super) const LARGEST_STORE: &str = "1";
/// What stands for the number of a receipt.
pub(super) const RECEIPT: &str = "@receipt@";
/// 2025-11-28 12:00 UTC: a year before the newest.
pub(super) const START: Timestamp = Timestamp::from_micros(1_764_331_200_000_000);

/// Writes the samples.
pub(super) async fn keep<S: Store>(store: &S) {
    let epoch = store.begin_epoch(START).await.expect("a new database takes an instance");
    for number in 0..SAMPLES {
        let change = change(epoch, number);
        store.commit(change).await.expect("a sample is sound");
    }
}

/// How a payment came out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Paid,
    Refunded,
    Late,
    Over(EndWord, EndCode),
    Review,
    Open,
}

/// Of a thousand: 880 paid, 20 of these with money given back; 50 ran out, 40 were cancelled.
fn end_of(number: u64) -> End {
    match number % 1_000 {
        0..850 => End::Paid,
        850..870 => End::Refunded,
        870..880 => End::Late,
        880..930 => End::Over(EndWord::Expired, EndCode::Expired),
        930..970 => End::Over(EndWord::Cancelled, EndCode::Cancelled),
        970..985 => End::Over(EndWord::Declined, EndCode::Declined),
        985..995 => End::Over(EndWord::Failed, EndCode::BankUnavailable),
        995..999 => End::Review,
        _ => End::Open,
    }
}

fn change(epoch: u64, number: u64) -> Change {
    // A place far from its neighbours', so that stores, ends and amounts do not go together.
    let spread = number * 769 % SAMPLES;
    let (end, payment) = (end_of(spread), payment(number, spread));
    let destination =
        Destination { store: payment.checkout.store.clone(), register: payment.checkout.register.clone() };
    let operation = payment.checkout.operation.clone();
    let at = payment.opened_at;
    let event = |name: &'static str| EventDraft {
        destination: destination.clone(),
        name,
        operation: operation.clone(),
        body: body(&payment, name),
        is_delivered: true,
    };
    let mut facts = vec![
        (Fact::Accepted { give_up_at: at.plus(Duration::from_mins(1)) }, vec![event("payment.accepted")]),
        (
            Fact::AttemptDied {
                attempt: payment.id.attempt(1),
                cause: DeathCause::Paid,
                watch_until: at.plus(Duration::from_hours(1)),
            },
            vec![event("payment.qr_ready")],
        ),
    ];
    if end != End::Open {
        facts.push((Fact::Settled, vec![event("payment.paid")]));
    }
    let mut payment = payment;
    payment.state.sequence = facts.len() as u64;
    payment.state.settled = !matches!(end, End::Open | End::Review);
    let credit = |credit: &Credit| CreditRow {
        server: credit.server.clone(),
        transaction: credit.transaction.clone(),
        is_believed: true,
    };
    let record = OperationRecord {
        key: OperationKey { store: destination.store, register: destination.register, operation },
        essence: Some(format!("{number:064x}")),
        kind: OperationKind::Pay(payment.id),
    };
    Change {
        epoch,
        at,
        payment: Some(PaymentChange {
            expected_sequence: None,
            journal: (1..)
                .zip(facts)
                .map(|(sequence, (fact, events))| JournalRow { sequence, fact, events })
                .collect(),
            wake_at: (!payment.state.settled).then(|| at.plus(Duration::from_hours(24 * 800))),
            credits: payment.state.credits.iter().map(credit).collect(),
            links: LinkChange::default(),
            payment: Arc::new(payment),
        }),
        operation: Some(record),
    }
}

/// As long as an event's body is.
fn body(payment: &Payment, name: &str) -> String {
    let checkout = &payment.checkout;
    format!(
        r#"{{"event":"{name}","sequence":1,"operation":"{}","payment":"{}","store":"{}","register":"{}","status":"paid","amount":{{"value":{},"currency":"RUB"}},"refunded_total":{{"value":0,"currency":"RUB"}},"test":false,"occurred_at":"{}","bank":"sbp","bank_transaction":"T{}"}}"#,
        checkout.operation,
        payment.id,
        checkout.store,
        checkout.register,
        checkout.amount.minor(),
        payment.opened_at,
        payment.id
    )
}

fn payment(number: u64, spread: u64) -> Payment {
    let id =
        PaymentId::from_uuid((0x0000_1900_0000_0007_0008_0000_0000_0000_u128 + u128::from(number)) << 12);
    let opened_at = START.plus(Duration::from_micros(number));
    // A fifth at the largest store, the others evenly; every third amount is one that many pay.
    let (store, registers) = if spread.is_multiple_of(5) { (1, 30) } else { (2 + spread % 39, 6) };
    let minor = if spread.is_multiple_of(3) {
        9_900 + i64::try_from(spread % 7).unwrap_or(0) * 5_000
    } else {
        10_037 + i64::try_from(spread).unwrap_or(0) * 131
    };
    let amount = Money::try_new(minor, Currency::RUB).expect("an amount above zero");
    let server = ServerId::parse("sbp").expect("a server's id");
    let item = |name: &str, minor: i64| Item {
        name: name.to_owned(),
        quantity: Some("1".to_owned()),
        price: Some(minor),
        amount: Some(minor),
    };
    let checkout = Checkout {
        store: StoreId::parse(&store.to_string()).expect("a store's id"),
        register: RegisterId::parse(&(1 + spread / 7 % registers).to_string()).expect("a register's id"),
        operation: OperationId::parse(&format!("op-{id}")).expect("an operation's id"),
        amount,
        payment_type: PaymentTypeCode::parse("sbp").expect("a payment type's code"),
        kind: CodeKind::Dynamic,
        expires_in_s: None,
        not_after: None,
        routes: vec![Route {
            server: server.clone(),
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
        details: Details {
            receipt: Some(RECEIPT.to_owned()),
            purpose: Some("Receipt at the till".to_owned()),
            cashier: Some("Ivanova".to_owned()),
            shift: Some((number / 100).to_string()),
            items: vec![item("Milk 1 l", minor / 2), item("Bread", minor - minor / 2)],
            ..Details::default()
        },
    };
    let mut payment = Payment::blank(id, Arc::new(checkout), opened_at);
    payment.state.attempts.push(attempt(&payment));
    come_out(&mut payment, end_of(spread), &server, spread);
    payment
}

fn attempt(payment: &Payment) -> Attempt {
    let expires_at = payment.opened_at.plus(Duration::from_mins(5));
    Attempt {
        id: payment.id.attempt(1),
        route: 0,
        expires_at,
        life: Life::Closed { cause: DeathCause::Expired },
        code: Some(Code {
            id: CodeId::parse(&format!("AS{}", payment.id)).expect("a code's id"),
            payload: format!(
                "https://qr.nspk.ru/AS{}?type=02&bank=100000000007&sum=19800&cur=RUB&crc=AB75",
                payment.id
            ),
            expires_at: Some(expires_at),
            payment_url: None,
        }),
        shown_at: Some(payment.opened_at),
        annulment: Annulment::NotWanted,
        last_try: LastTry::None,
    }
}

fn come_out(payment: &mut Payment, end: End, server: &ServerId, spread: u64) {
    let at = payment.opened_at.plus(Duration::from_secs(40));
    let is_paid = matches!(end, End::Paid | End::Refunded | End::Late);
    if is_paid || end == End::Review {
        let role = match end {
            End::Late => CreditRole::Manual,
            End::Review => CreditRole::Held,
            _ => CreditRole::Pays,
        };
        payment.state.credits.push(Credit {
            server: server.clone(),
            transaction: BankTransaction::parse(&format!("T{}", payment.id)).expect("a transaction's name"),
            attempt: payment.id.attempt(1),
            amount: payment.checkout.amount,
            found_at: at,
            paid_at: Some(at),
            payer: Some(format!("+7 ••• {:02}-{:02}", spread % 100, spread * 7 % 100)),
            instrument: Some("SBP".to_owned()),
            proven: true,
            taken: false,
            role,
        });
    }
    payment.state.phase = match end {
        End::Paid | End::Refunded => Phase::Paid { credit: 0, at },
        End::Late => ended(EndWord::Cancelled, EndCode::Cancelled, at),
        End::Over(word, code) => ended(word, code, at),
        End::Review => {
            Phase::Review { code: "amount".to_owned(), reason: "it differs".to_owned(), since: at }
        }
        End::Open => Phase::Showing,
    };
    if end == End::Refunded {
        let id = payment.id.refund(1);
        payment.state.refunds.push(Refund {
            id,
            operation: OperationId::parse(&format!("r-{id}")).expect("an operation's id"),
            origin: Origin::Late,
            credit: 0,
            amount: payment.checkout.amount,
            reason: None,
            asked_at: at,
            state: RefundState::Completed { at, transaction: None },
            fiscal: None,
        });
    }
}

fn ended(word: EndWord, code: EndCode, at: Timestamp) -> Phase {
    let reason = "nobody paid".to_owned();
    Phase::Ended(Ending { word, code, reason, certain: true, payable_until: None, at })
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
