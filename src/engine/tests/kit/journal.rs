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

    /// The names of a payment's facts, as the journal has them.
    pub(crate) fn facts(&self, payment: PaymentId) -> Vec<String> {
        let record = self.records().into_iter().find(|record| record.payment.id == payment).unwrap();
        let name =
            |fact: &payment::Fact| serde_json::to_value(fact).unwrap()["fact"].as_str().unwrap().to_owned();
        record.facts.iter().map(|record| name(&record.fact)).collect()
    }
}
