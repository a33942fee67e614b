//! The slips of a sample shop, for tests and for admins who choose paper.

use device::Document;
use engine::contract::{Tally, TotalsLine};
use engine::settings::ConsoleKind;
use payment::{
    BankTransaction, Credit, CreditRole, Currency, LastTry, Money, OperationId, Origin, Payment, Phase,
    Refund, RefundState, Timestamp,
};

use super::{Sample, settings};
use crate::{Language, Place, ShiftTotals, Slips};

/// The present of all samples.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:00:00Z").expect("a time")
}

/// Payments of 1 234.56 roubles.
pub fn sample(test: bool) -> Sample {
    let place = Place::parse("17", "3", "printer").expect("names");
    Sample { minor: 123_456, test, ..Sample::at(place, now()) }
}

/// A payment whose code is shown.
pub fn showing(sample: &Sample) -> Payment {
    with_receipt(sample.showing(LastTry::None))
}

/// A payment that is paid.
pub fn paid(sample: &Sample) -> Payment {
    let mut payment = with_receipt(sample.with_phase(Phase::Paid { credit: 0, at: sample.now }));
    payment.state.credits.push(Credit {
        server: payment.checkout.routes[0].server.clone(),
        transaction: BankTransaction::parse("A62951000012345B0000040011370901").expect("a transaction"),
        attempt: payment.state.attempts[0].id,
        amount: payment.checkout.amount,
        found_at: sample.now,
        paid_at: Some(sample.now),
        payer: None,
        instrument: None,
        proven: true,
        taken: true,
        role: CreditRole::Pays,
    });
    payment
}

/// A part of a payment that went back.
pub fn refund(payment: &Payment) -> Refund {
    Refund {
        id: payment.id.refund(1),
        operation: OperationId::parse("return-1").expect("an operation"),
        origin: Origin::Admin { who: "sample".to_owned() },
        credit: 0,
        amount: Money::try_new(23_456, Currency::RUB).expect("an amount"),
        reason: None,
        asked_at: now(),
        state: RefundState::Completed { at: now(), transaction: None },
        fiscal: None,
    }
}

/// All slips with their names in the command line.
pub fn all(language: Language, test: bool) -> [(&'static str, Document); 4] {
    let sample = sample(test);
    let console = (sample.place.clone(), ConsoleKind::Kiosk, None);
    let settings = settings(shop(language), language.code(), &[console]);
    let slips = Slips::of(&settings.stores[&sample.place.store], language);
    let (totals, paid) = (totals(), paid(&sample));
    let totals = ShiftTotals { register: &sample.place.register, shift: Some("42"), lines: &totals };
    let alive = "the sample is what its name says";
    [
        ("pay", slips.pay(&showing(&sample), sample.now).expect(alive)),
        ("paid", slips.paid(&paid).expect(alive)),
        ("refunded", slips.refunded(&paid, &refund(&paid)).expect(alive)),
        ("shift", slips.shift(&totals, sample.now)),
    ]
}

fn shop(language: Language) -> &'static str {
    match language {
        Language::Russian => "ООО «Ромашка», ул. Ленина, 1",
        Language::English => "Corner Shop",
        Language::Kazakh => "«Дәмді нан» дүкені",
        Language::Kyrgyz => "«Даамдуу нан» дүкөнү",
        Language::Hindi => "किराना स्टोर",
    }
}

fn with_receipt(mut payment: Payment) -> Payment {
    let mut checkout = (*payment.checkout).clone();
    checkout.details.receipt = Some("000123".to_owned());
    payment.checkout = checkout.into();
    payment
}

fn totals() -> [TotalsLine; 2] {
    let tally = |count, value| Tally { count, value };
    let line = |payment_type: &str, test, paid, late| TotalsLine {
        payment_type: payment_type.to_owned(),
        currency: "RUB",
        test,
        paid,
        refunded: tally(3, 123_400),
        late,
        review: Tally::default(),
        open: Tally::default(),
    };
    let trained = line("training", true, tally(8, 800_000), Tally::default());
    [line("sbp", false, tally(212, 45_678_900), tally(1, 19_800)), trained]
}
