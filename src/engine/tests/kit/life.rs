//! One engine at work, and the tills that speak to it.

use std::ops::Deref;
use std::time::Duration;

use engine::Engine;
use engine::doors::{Incoming, Intake, Receipt};
use engine::ports::{OperationKey, OperationKind, Store};
use payment::{OperationId, Payment, PaymentId, RegisterId, StoreId};
use serde_json::{Value, json};

use super::settings::STORE;
use super::world::World;
use super::{START, ms};

/// What every buyer has to pay unless a test says otherwise: 198 roubles.
const PRICE: i64 = 19_800;

/// An engine that runs in a world.
pub(crate) struct Life<'a> {
    pub(crate) engine: Engine,
    world: &'a World,
}

impl Deref for Life<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        self.world
    }
}

impl<'a> Life<'a> {
    pub(super) async fn start(world: &'a World) -> Self {
        Self { engine: Engine::start(world.parts()).await.unwrap(), world }
    }

    /// A command of a till, as a transport hands it over.
    pub(crate) async fn send(&self, register: &str, verb: &str, body: Value) -> Receipt {
        self.receive(command(register, verb, &body)).await
    }

    /// Any message.
    pub(crate) async fn receive(&self, incoming: Incoming) -> Receipt {
        self.engine.receive(incoming).await
    }

    /// Till 1 wants 198 roubles.
    pub(crate) async fn pay(&self, operation: &str) -> Receipt {
        self.send("1", "pay", pay_body(operation)).await
    }

    /// Till 1 cancels.
    pub(crate) async fn cancel(&self, operation: &str) -> Receipt {
        self.send("1", "cancel", json!({ "operation": operation })).await
    }

    /// A till gives money back for a pay of till 1.
    pub(crate) async fn refund(
        &self,
        register: &str,
        operation: &str,
        of: &str,
        kopecks: Option<i64>,
    ) -> Receipt {
        let amount = kopecks.map(|value| json!({ "value": value, "currency": "RUB" }));
        let body = json!({
            "operation": operation, "payment_operation": of, "payment_register": "1", "amount": amount,
        });
        self.send(register, "refund", body).await
    }

    /// The buyer in front of till 1 pays the code that is shown. False: it can't be paid.
    pub(crate) fn buyer_pays(&self) -> bool {
        let shown = self.sink.last("1", "payment.qr_ready").expect("a code is shown");
        let payload = shown.body["qr"]["payload"].as_str().unwrap().to_owned();
        self.bank.ledger().pay(&payload, self.now())
    }

    /// The buyer of a pay of till 1 pays the code that was made for it, whether a till has told of it or not.
    pub(crate) async fn buyer_pays_order(&self, operation: &str) {
        let payment = self.payment(operation).await;
        let code = payment.shown_attempt().and_then(|attempt| attempt.code.clone()).expect("a code was made");
        assert!(self.bank.ledger().pay(&code.payload, self.now()), "it can be paid");
    }

    /// Waits until so many milliseconds after the world began.
    pub(crate) async fn until_ms(&self, millis: u64) {
        let wait = START.plus(Duration::from_millis(millis)).since(self.now());
        tokio::time::sleep(wait).await;
    }

    /// Waits until so many seconds after the world began.
    pub(crate) async fn until(&self, seconds: u64) {
        self.until_ms(seconds * 1_000).await;
    }

    /// Lets everything happen that needs no time.
    pub(crate) async fn breathe(&self) {
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
    }

    /// The payment of a pay of till 1.
    pub(crate) async fn payment(&self, operation: &str) -> Payment {
        let id = self.payment_id(operation).await;
        self.store.data.load(id).await.unwrap().unwrap().payment
    }

    /// The id of the payment of a pay of till 1.
    pub(crate) async fn payment_id(&self, operation: &str) -> PaymentId {
        match self.operation("1", operation).await {
            Some(OperationKind::Pay(payment)) => payment,
            other => panic!("{operation} is no pay but {other:?}"),
        }
    }

    /// What is recorded under an operation.
    pub(crate) async fn operation(&self, register: &str, operation: &str) -> Option<OperationKind> {
        let key = OperationKey {
            store: StoreId::parse(STORE).unwrap(),
            register: RegisterId::parse(register).unwrap(),
            operation: OperationId::parse(operation).unwrap(),
        };
        self.store.data.operation(&key).await.unwrap().map(|record| record.kind)
    }

    /// How a pay of till 1 stands.
    pub(crate) async fn status(&self, operation: &str) -> &'static str {
        self.payment(operation).await.status().word()
    }

    /// Milliseconds since the world began.
    pub(crate) fn clock_ms(&self) -> u64 {
        ms(self.now())
    }
}

/// A pay of 198 roubles.
pub(crate) fn pay_body(operation: &str) -> Value {
    json!({ "operation": operation, "receipt": "000123", "amount": { "value": PRICE, "currency": "RUB" } })
}

/// A command as it comes from the broker.
pub(crate) fn command(register: &str, verb: &str, body: &Value) -> Incoming {
    Incoming {
        version: "v1".to_owned(),
        store: STORE.to_owned(),
        register: register.to_owned(),
        verb: verb.to_owned(),
        body: body.to_string().into_bytes(),
        content_type: Some("application/json".to_owned()),
        message_id: Some(format!("{register}-{verb}-{}", body["operation"].as_str().unwrap_or_default())),
        reply_to: None,
        is_stale: false,
    }
}
