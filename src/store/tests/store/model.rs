//! The two stores give the same answers to any sequence of requests.

use engine::ports::{CommitError, DeliveryMark, OperationKind, OperationRecord, Store};
use proptest::prelude::*;
use store::{MemoryStore, PaymentFilter, Records, SqliteStore};

use crate::sample::{
    accept, accepted, after, at, credit, destination, end, id, key, payment_of, settle, step, steps,
};
use crate::subject::Kind;

const PAYMENTS: u32 = 4;

/// One request, in numbers that mean something to both stores.
#[derive(Debug, Clone)]
enum Request {
    Accept { payment: u32, operation: u32 },
    Step { payment: u32, facts: u64, credit: Option<u32>, wake_at: i64 },
    StaleStep { payment: u32 },
    End { payment: u32 },
    Settle { payment: u32 },
    Record { operation: u32, kind: u8 },
    Mark { payment: u32, sequence: u64, parked: bool },
    BeginEpoch,
    OldEpoch { payment: u32 },
}

fn request() -> impl Strategy<Value = Request> {
    let payment = 0..PAYMENTS;
    prop_oneof![
        3 => (payment.clone(), 0..PAYMENTS + 2).prop_map(|(payment, operation)| Request::Accept { payment, operation }),
        6 => (payment.clone(), 1..4_u64, proptest::option::of(0..3_u32), 0..100_i64).prop_map(
            |(payment, facts, credit, wake_at)| Request::Step { payment, facts, credit, wake_at }
        ),
        1 => payment.clone().prop_map(|payment| Request::StaleStep { payment }),
        2 => payment.clone().prop_map(|payment| Request::End { payment }),
        1 => payment.clone().prop_map(|payment| Request::Settle { payment }),
        2 => (0..PAYMENTS + 2, 0..3_u8).prop_map(|(operation, kind)| Request::Record { operation, kind }),
        4 => (payment.clone(), 1..6_u64, any::<bool>())
            .prop_map(|(payment, sequence, parked)| Request::Mark { payment, sequence, parked }),
        1 => Just(Request::BeginEpoch),
        1 => payment.prop_map(|payment| Request::OldEpoch { payment }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn both_stores_answer_alike(requests in proptest::collection::vec(request(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let memory = MemoryStore::empty().await;
            let sqlite = SqliteStore::empty().await;
            for request in requests {
                let answers = [ask(memory.store.as_ref(), &request).await, ask(sqlite.store.as_ref(), &request).await];
                assert_eq!(answers[0], answers[1], "{request:?}");
            }
            assert_eq!(seen(memory.store.as_ref()).await, seen(sqlite.store.as_ref()).await);
        });
    }
}

/// Carries a request out; the answer as a text.
async fn ask<S: Store>(store: &S, request: &Request) -> String {
    let epoch = store.begin_or_newest().await;
    let mut change = match request {
        Request::BeginEpoch => return store.begin_epoch(at(0)).await.unwrap().to_string(),
        Request::Mark { payment, sequence, parked } => {
            let destination = destination("17", "3");
            let mark =
                DeliveryMark { payment: id(*payment), sequence: *sequence, destination, parked: *parked };
            return format!("{:?}", store.mark(&[mark]).await.is_ok());
        }
        Request::Accept { payment, operation } => {
            let mut change = accept(&accepted(*payment));
            change.operation.as_mut().unwrap().key = key("17", "3", &operation.to_string());
            change
        }
        Request::Step { payment, facts, credit: found, wake_at } => {
            let mut change = steps(&current(store, *payment).await, *facts);
            payment_of(&mut change).credits =
                found.iter().map(|number| credit(&number.to_string())).collect();
            payment_of(&mut change).wake_at = Some(at(*wake_at));
            change
        }
        Request::StaleStep { payment } => step(&accepted(*payment)),
        Request::End { payment } => end(&current(store, *payment).await),
        Request::Settle { payment } | Request::OldEpoch { payment } => {
            settle(&current(store, *payment).await)
        }
        Request::Record { operation, kind } => {
            let mut change = step(&accepted(0));
            change.payment = None;
            let kind = match kind {
                0 => OperationKind::Tombstone,
                1 => OperationKind::Pay(id(1)),
                _ => OperationKind::Refund(id(2)),
            };
            let key = key("17", "3", &operation.to_string());
            change.operation = Some(OperationRecord { key, essence: None, kind });
            change
        }
    };
    change.epoch = if matches!(request, Request::OldEpoch { .. }) { epoch.saturating_sub(1) } else { epoch };
    match store.commit(change).await {
        Ok(()) => "done".to_owned(),
        Err(CommitError::Store(_)) => "store".to_owned(),
        Err(named) => named.to_string(),
    }
}

/// The payment as it stands, or as it would be accepted.
async fn current<S: Store>(store: &S, number: u32) -> payment::Payment {
    store.load(id(number)).await.unwrap().map_or_else(|| accepted(number), |stored| stored.payment)
}

trait NewestEpoch: Store {
    /// The newest epoch, found by asking which ones have lapsed.
    async fn begin_or_newest(&self) -> u64 {
        let mut epoch = 0;
        while self.has_lapsed(epoch, at(0)).await.unwrap() {
            epoch += 1;
        }
        epoch
    }
}

impl<S: Store> NewestEpoch for S {}

/// All that can be read.
async fn seen<S: Store + Records>(store: &S) -> Vec<String> {
    let place = destination("17", "3");
    let mut seen = Vec::new();
    for number in 0..PAYMENTS {
        let record = store.payment_record(id(number)).await.unwrap();
        let delivered = store.load(id(number)).await.unwrap().map(|stored| stored.delivered);
        seen.push(format!("{record:#?} {delivered:?}"));
    }
    seen.push(format!("{:#?}", store.due(at(60), None, 100).await.unwrap()));
    seen.push(format!("{:#?}", store.open_payments(&place.store, &place.register).await.unwrap()));
    seen.push(format!("{:#?}", store.newest_payments(&place.store, &place.register, 3).await.unwrap()));
    seen.push(format!("{:#?}", store.undelivered(0, 100).await.unwrap()));
    seen.push(format!("{:#?}", store.find_payments(&PaymentFilter::default()).await.unwrap()));
    seen.push(format!("{:#?}", store.operations_after(None, 100).await.unwrap()));
    seen
}

#[test]
fn a_payment_steps_from_what_is_stored() {
    // Guards the model itself: a step that did not advance would make every later request a conflict.
    assert_eq!(after(&steps(&accepted(1), 2)).state.sequence, 3);
}
