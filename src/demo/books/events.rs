//! The journal's events against what registers got.

use std::collections::{BTreeMap, HashMap};

use payment::PaymentId;
use serde_json::Value;
use store::{DeliveryState, EventRecord, PaymentRecord};

use super::{Check, Difference, Received, ReceivedEvent};

/// Checks every register that was listened for.
pub(super) fn check(records: &[PaymentRecord], received: &[Received], differences: &mut Vec<Difference>) {
    for register in received {
        let mut expected = Expected::of(records, register, differences);
        for event in register.events.iter().filter(|event| !event.is_answer()) {
            expected.meet(event, differences);
        }
        expected.report_missing(differences);
    }
}

/// What one register should have got.
struct Expected<'a> {
    register: &'a Received,
    by_id: BTreeMap<String, &'a EventRecord>,
    met: HashMap<String, u64>,
    /// The last number that arrived, by payment.
    last: HashMap<String, u64>,
}

impl<'a> Expected<'a> {
    fn of(records: &'a [PaymentRecord], register: &'a Received, differences: &mut Vec<Difference>) -> Self {
        let mut by_id = BTreeMap::new();
        for record in records {
            for event in &record.events {
                if event.destination.store != register.store
                    || event.destination.register != register.register
                {
                    continue;
                }
                note_undelivered(record.payment.id, event, differences);
                by_id.insert(format!("{}-{}", record.payment.id, event.sequence), event);
            }
        }
        Self { register, by_id, met: HashMap::new(), last: HashMap::new() }
    }

    fn meet(&mut self, event: &ReceivedEvent, differences: &mut Vec<Difference>) {
        let id = &event.message_id;
        let mut differs = |says: String| {
            let about = format!("register {}, {id} {}", self.register.register, event.name());
            differences.push(Difference::new(Check::Events, about, says));
        };
        let Some(told) = self.by_id.get(id) else {
            return differs("arrived, but the journal has no such event".to_owned());
        };
        *self.met.entry(id.clone()).or_default() += 1;
        if self.met[id] > 1 {
            return differs("arrived more than once".to_owned());
        }
        if serde_json::from_str::<Value>(&told.body).ok().as_ref() != Some(&event.body) {
            differs("arrived with another body than the journal's".to_owned());
        }
        let payment = event.text("payment").unwrap_or_default().to_owned();
        let last = self.last.entry(payment).or_default();
        if told.sequence <= *last {
            differs(format!("arrived after number {last}"));
        }
        *last = told.sequence.max(*last);
    }

    fn report_missing(&self, differences: &mut Vec<Difference>) {
        for (id, told) in &self.by_id {
            if !self.met.contains_key(id) {
                let about = format!("register {}, {id} {}", self.register.register, told.name);
                let says = format!("did not arrive ({} in the journal)", told.delivery.word());
                differences.push(Difference::new(Check::Events, about, says));
            }
        }
    }
}

fn note_undelivered(payment: PaymentId, event: &EventRecord, differences: &mut Vec<Difference>) {
    if event.delivery != DeliveryState::Delivered {
        let about = format!("{payment}-{} {}", event.sequence, event.name);
        let says = format!("is {} in the journal, although its register listens", event.delivery.word());
        differences.push(Difference::new(Check::Events, about, says));
    }
}
