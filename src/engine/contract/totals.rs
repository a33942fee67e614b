//! Counts and sums of a store's payments: the same for registers (`totals`) and for people (the end of a day).

use std::collections::BTreeMap;

use payment::{CreditRole, Payment, PaymentTypeCode, Phase};
use schemars::JsonSchema;
use serde::Serialize;

/// How many, and how much in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How much, in minor units.
    pub value: i64,
}

impl Tally {
    fn add(&mut self, value: i64) {
        self.count += 1;
        self.value = self.value.saturating_add(value);
    }
}

/// The sums of one payment type and currency in `register.totals`; test money apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TotalsLine {
    /// The tender.
    pub payment_type: String,
    /// The ISO 4217 code of all its sums.
    pub currency: &'static str,
    /// True: not money.
    pub test: bool,
    /// Paid.
    pub paid: Tally,
    /// What went back of it for certain, by refunds.
    pub refunded: Tally,
    /// Late money, whatever became of it, by credits.
    pub late: Tally,
    /// Waits for a person.
    pub review: Tally,
    /// Neither an end nor a review has been told.
    pub open: Tally,
}

impl TotalsLine {
    fn new(of: &Payment) -> Self {
        let (currency, none) = (of.checkout.amount.currency().code(), Tally::default());
        let payment_type = of.checkout.payment_type.to_string();
        let test = of.is_test();
        Self {
            payment_type,
            currency,
            test,
            paid: none,
            refunded: none,
            late: none,
            review: none,
            open: none,
        }
    }

    fn count(&mut self, payment: &Payment) {
        let asked = payment.checkout.amount.minor();
        match &payment.state.phase {
            Phase::Paid { .. } => self.count_paid(payment),
            Phase::Review { .. } => self.review.add(asked),
            Phase::Ended(_) => {}
            _ => self.open.add(asked),
        }
        let is_late = |role| !matches!(role, CreditRole::Pays | CreditRole::Held);
        payment.state.credits.iter().filter(|credit| is_late(credit.role)).for_each(|credit| {
            self.late.add(credit.amount.minor());
        });
    }

    fn count_paid(&mut self, payment: &Payment) {
        let Some((index, credit)) = payment.paying_credit() else { return };
        self.paid.add(credit.amount.minor());
        let refunds = payment.state.refunds.iter().filter(|refund| refund.credit == index);
        refunds.filter(|refund| refund.is_completed()).for_each(|refund| {
            self.refunded.add(refund.amount.minor());
        });
    }
}

/// Sums over payments, by payment type, currency and whether it is money.
#[derive(Debug, Clone, Default)]
pub struct Totals(BTreeMap<(PaymentTypeCode, &'static str, bool), TotalsLine>);

impl Totals {
    /// Counts a payment as it stands.
    pub fn count(&mut self, payment: &Payment) {
        let checkout = &payment.checkout;
        let key = (checkout.payment_type.clone(), checkout.amount.currency().code(), payment.is_test());
        self.0.entry(key).or_insert_with(|| TotalsLine::new(payment)).count(payment);
    }

    /// The lines, by payment type, then currency, test money last.
    pub fn into_lines(self) -> Vec<TotalsLine> {
        self.0.into_values().collect()
    }
}
