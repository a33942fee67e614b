//! Whose credentials a call goes by while they change.

use std::sync::Mutex;
use std::time::Duration;

use connector_sdk::{Capabilities, Notification, NotificationError};
use payment::{CodeKind, OrderState, Refusal};

use super::*;

/// The moment of the change.
const CHANGE: Timestamp = Timestamp::from_micros(1_795_867_200_000_000);

struct SetClock(Timestamp);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A way to the bank that notes that it was called, or is not let in.
struct Way {
    name: &'static str,
    is_let_in: bool,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

#[async_trait]
impl Connector for Way {
    fn capabilities(&self) -> Capabilities {
        unreachable!("nobody asks")
    }

    async fn issue(&self, _request: &IssueRequest) -> Result<Issued, CallError> {
        unreachable!("nobody asks")
    }

    async fn status(&self, _request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        self.calls.lock().unwrap().push(self.name);
        if self.is_let_in {
            return Ok(StatusAnswer { order: None, state: OrderState::Unpaid });
        }
        let refusal =
            Refusal { kind: RefusalKind::Settings, bank_code: "401".to_owned(), message: String::new() };
        Err(CallError::Refused(refusal))
    }

    async fn annul(&self, _request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        unreachable!("nobody asks")
    }

    async fn refund(&self, _request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        unreachable!("nobody asks")
    }

    async fn refund_status(&self, _request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        unreachable!("nobody asks")
    }

    fn read_notification(
        &self,
        _header: &dyn for<'a> Fn(&'a str) -> Option<String>,
        _body: &[u8],
    ) -> Result<Notification, NotificationError> {
        unreachable!("nobody asks")
    }
}

/// Who is asked for an order of a payment that was opened so long before or after the change.
async fn asked(now: Timestamp, opened_at: Timestamp, old_is_let_in: bool) -> Vec<&'static str> {
    let calls = Arc::new(Mutex::default());
    let way = |name, is_let_in| Arc::new(Way { name, is_let_in, calls: Arc::clone(&calls) });
    let bank = ConnectedBank {
        present: way("old", old_is_let_in),
        next: Some(Next { at: CHANGE, connector: way("new", true) }),
        clock: Arc::new(SetClock(now)),
    };
    let order = PaymentId::earliest_at(opened_at).attempt(1);
    let _ = bank.status(&OrderRequest { order, code: None, kind: CodeKind::Dynamic }).await;
    let mut calls = calls.lock().unwrap();
    std::mem::take(&mut *calls)
}

#[tokio::test]
async fn a_payment_goes_by_the_credentials_that_it_was_opened_with() {
    let minute = Duration::from_mins(1);
    let (before, after) = (CHANGE.minus(minute), CHANGE.plus(minute));
    for (now, opened_at, old_is_let_in, wanted) in [
        (before, before, true, vec!["old"]),
        (before, before, false, vec!["old"]),
        (CHANGE, before, true, vec!["old"]),
        (after, before, true, vec!["old"]),
        (after, before, false, vec!["old", "new"]),
        (after, CHANGE, true, vec!["new"]),
        (after, after, false, vec!["new"]),
    ] {
        let asked = asked(now, opened_at, old_is_let_in).await;
        assert_eq!(asked, wanted, "at {now} for a payment of {opened_at}, old {old_is_let_in}");
    }
}
