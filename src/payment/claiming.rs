//! Payments that are made of money without an order: a register claims what arrived on its open plate (design.md §4
//! "Credits").

use std::sync::Arc;

use crate::decide::finish;
use crate::step::Step;
use crate::{
    Annulment, Attempt, BankTransaction, Checkout, Code, Context, Credit, CreditRole, DeathCause, Decision,
    Fact, LastTry, Life, Payment, PaymentId, Plate, Timestamp,
};

/// Money without an order of ours that a bank's status has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlateMoney {
    /// The open plate that it was paid at.
    pub plate: Plate,
    /// The bank's id of it.
    pub transaction: BankTransaction,
    /// When it moved, by the bank's clock.
    pub paid_at: Option<Timestamp>,
    /// The masked payer.
    pub payer: Option<String>,
    /// How it was paid.
    pub instrument: Option<String>,
}

/// Makes a payment of money that has arrived already: it is paid from its first commit on. The checkout's amount is the
/// money's, its only route the way that the money came. Nothing is asked of the bank: the plate stays as it is.
pub fn open_paid(id: PaymentId, checkout: Arc<Checkout>, money: PlateMoney, context: Context) -> Decision {
    let mut step = Step::new(Payment::blank(id, checkout, context.now), context);
    let attempt = attempt_of(&step.payment, money.plate);
    let credit = Credit {
        server: step.payment.route_of(&attempt).server.clone(),
        transaction: money.transaction,
        attempt: attempt.id,
        amount: step.payment.checkout.amount,
        found_at: step.now,
        paid_at: money.paid_at,
        payer: money.payer,
        instrument: money.instrument,
        proven: true,
        taken: false,
        role: CreditRole::Pays,
    };
    step.record(Fact::PlateMoneyClaimed { attempt, credit });
    finish(step)
}

/// What stands for the order that the money has not: it was over before it began, so no bank is ever asked for it.
fn attempt_of(payment: &Payment, plate: Plate) -> Attempt {
    Attempt {
        id: payment.id.attempt(1),
        route: 0,
        expires_at: payment.opened_at,
        life: Life::Closed { cause: DeathCause::Paid },
        code: Some(Code { id: plate.link, payload: plate.payload, expires_at: None, payment_url: None }),
        shown_at: None,
        annulment: Annulment::NotWanted,
        last_try: LastTry::None,
    }
}
