//! Reading what is durable, as an auditor would.

use engine::ports::{EventRow, Store};
use futures_util::FutureExt;
use payment::{Payment, PaymentId};
use store::{PaymentRecord, Records};

use super::world::World;

impl World {
    /// All that is recorded of every payment.
    pub(crate) fn records(&self) -> Vec<PaymentRecord> {
        let data = &self.store.data;
        let at_once = "the store in memory never waits";
        let ids: Vec<PaymentId> =
            data.payments_after(None, usize::MAX).now_or_never().expect(at_once).unwrap();
        let record = |id| data.payment_record(id).now_or_never().expect(at_once).unwrap().unwrap();
        ids.into_iter().map(record).collect()
    }

    /// Every payment.
    pub(crate) fn payments(&self) -> Vec<Payment> {
        self.records().into_iter().map(|record| record.payment).collect()
    }

    /// Events that are neither delivered nor parked, and parked ones.
    pub(crate) fn undelivered(&self) -> Vec<EventRow> {
        let rows = self.store.data.undelivered(0, usize::MAX).now_or_never();
        rows.expect("the store in memory never waits").unwrap()
    }

    /// What came of every pay, in words that do not depend on how often the service was killed: how it stands, what arrived for
    /// it, what went back, and how its refunds ended.
    pub(crate) fn outcome(&self) -> Vec<String> {
        let of_payment = |payment: Payment| {
            let arrived: i64 = payment.state.credits.iter().map(|credit| credit.amount.minor()).sum();
            let refunds =
                payment.state.refunds.iter().filter(|refund| refund.origin != payment::Origin::Late);
            let refunds: Vec<String> =
                refunds.map(|refund| format!("{} {}", refund.operation, refund.is_completed())).collect();
            format!(
                "{}: {}, {arrived} arrived, {} went back, refunds {refunds:?}",
                payment.checkout.operation,
                payment.status().word(),
                payment.refunded_minor(),
            )
        };
        let mut outcome: Vec<String> = self.payments().into_iter().map(of_payment).collect();
        outcome.sort();
        outcome
    }

    /// The names of a payment's facts, as the journal has them.
    pub(crate) fn facts(&self, payment: PaymentId) -> Vec<String> {
        let record = self.records().into_iter().find(|record| record.payment.id == payment).unwrap();
        let name =
            |fact: &payment::Fact| serde_json::to_value(fact).unwrap()["fact"].as_str().unwrap().to_owned();
        record.facts.iter().map(|record| name(&record.fact)).collect()
    }
}
