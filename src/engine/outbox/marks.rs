//! What became of events, on its way to the database: as many at once as there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use payment::PaymentId;
use tokio::sync::Notify;

use crate::ports::{DeliveryMark, Destination, Store, StoreError};

/// Delivery marks that are not durable yet. Losing them costs a second delivery, never an event.
#[derive(Default)]
pub(super) struct Marks {
    waiting: Mutex<Vec<DeliveryMark>>,
    added: Notify,
}

impl Marks {
    pub(super) fn add(&self, mark: DeliveryMark) {
        self.lock().push(mark);
        self.added.notify_one();
    }

    /// Whether an event's mark waits.
    pub(super) fn has(&self, destination: &Destination, payment: PaymentId, sequence: u64) -> bool {
        let is_it = |mark: &DeliveryMark| {
            mark.payment == payment && mark.sequence == sequence && mark.destination == *destination
        };
        self.lock().iter().any(is_it)
    }

    /// Waits until there is a mark that nobody has flushed.
    pub(super) async fn added(&self) {
        self.added.notified().await;
    }

    /// Makes the marks of now durable, in the order in which they were added. After an error they wait on.
    pub(super) async fn flush(&self, store: &dyn Store) -> Result<(), StoreError> {
        let marks = std::mem::take(&mut *self.lock());
        if marks.is_empty() {
            return Ok(());
        }
        let done = store.mark(&marks).await;
        if done.is_err() {
            self.lock().splice(0..0, marks);
        }
        done
    }

    fn lock(&self) -> MutexGuard<'_, Vec<DeliveryMark>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use payment::{RegisterId, StoreId};

    use super::*;

    #[test]
    fn a_mark_is_of_one_event_to_one_register() {
        let marks = Marks::default();
        let to = |register| {
            let (store, register) = (StoreId::parse("17").unwrap(), RegisterId::parse(register).unwrap());
            Destination { store, register }
        };
        let payment = |number: u128| PaymentId::from_uuid(number << 12);
        marks.add(DeliveryMark { payment: payment(1), sequence: 1, destination: to("1"), parked: false });
        for (number, sequence, register, waits) in [
            (1, 1, "1", true),
            (2, 1, "1", false),
            (1, 2, "1", false),
            (1, 1, "2", false),
            (2, 2, "1", false),
            (2, 1, "2", false),
            (1, 2, "2", false),
        ] {
            let has = marks.has(&to(register), payment(number), sequence);
            assert_eq!(has, waits, "fact {sequence} of payment {number} to register {register}");
        }
    }
}
