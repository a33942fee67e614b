//! From bytes to commits: every command ends in a durable effect and, where one is owed, an answer.

mod address;
mod claim;
mod outputs;
mod pay;
mod payments;
mod period;
mod plates;
mod queries;
mod refund;

use std::sync::Arc;

use async_trait::async_trait;
use payment::{OperationId, Payment, RegisterId, RejectCode, StoreId, Timestamp};
use serde_json::{Map, Value};
use tokio::task::JoinHandle;

pub(crate) use claim::claim_by_hand;

use crate::contract::{self, EventBody, Fault, Reply};
use crate::doors::{Incoming, Intake, Outcome, Receipt};
use crate::engine::Engine;
use crate::feed::{FeedError, Request};
use crate::heard;
use crate::outbox::goes_by_queue;
use crate::ports::{
    Delivery, Destination, OperationKey, OperationKind, OperationRecord, OutgoingEvent, StoreError,
};

/// A command may be this long; a longer one is not read.
pub const BODY_AT_MOST_BYTES: usize = 64 * 1024;

/// A command whose sender is known and whose body is an object.
pub(crate) struct Command<'a> {
    pub(crate) from: &'a Destination,
    pub(crate) incoming: &'a Incoming,
    pub(crate) body: Map<String, Value>,
    pub(crate) now: Timestamp,
}

/// A question about a store's payments.
pub(crate) struct Question<'a> {
    pub(crate) store: &'a StoreId,
    /// The register that asks; `None`: its store by itself.
    pub(crate) register: Option<&'a RegisterId>,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) now: Timestamp,
}

impl Command<'_> {
    /// The command as a question about the store of its register.
    fn question(&self) -> Question<'_> {
        let Destination { store, register } = self.from;
        Question { store, register: Some(register), body: &self.body, now: self.now }
    }

    /// What goes with the input that the command leads to.
    pub(crate) fn request(&self, operation: Option<OperationRecord>) -> Request {
        let name = |message_id: &String| Reply { to: self.from.clone(), message_id: message_id.clone() };
        let reply = self.incoming.message_id.as_ref().map(name);
        Request { operation, reply, ..Request::default() }
    }
}

/// What a register is owed at once. Events of payments go their own, durable way.
pub(crate) enum Answer {
    /// A payment has changed: its events say it all.
    Changed(Arc<Payment>),
    /// Snapshots, or the notice of a cancelled pay that never came.
    Events(Vec<EventBody>),
}

/// Why a command has no effect.
pub(crate) enum Failure {
    /// The command is to blame.
    Fault(Fault),
    /// The database is.
    Store(StoreError),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[async_trait]
impl Intake for Engine {
    /// Goes on to its end in a task of its own, so that a transport that gives up waiting stops nothing between a commit
    /// and what follows from it.
    async fn receive(&self, incoming: Incoming) -> Receipt {
        if self.is_stopped() {
            return Receipt::Later;
        }
        let engine = self.clone();
        to_its_end(self.spawn_to_the_end(async move { publish(&engine, &incoming).await }))
            .await
            .unwrap_or(Receipt::Later)
    }

    fn release_parked(&self, destination: &Destination) {
        self.outbox().release_parked(self, destination);
    }
}

/// What a task found; `None`: it was given up. A panic goes on where it was waited for.
pub(crate) async fn to_its_end<T>(task: JoinHandle<T>) -> Option<T> {
    match task.await {
        Ok(found) => Some(found),
        Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        Err(_) => None,
    }
}

/// Handles one command and sends its register what it is owed at once.
async fn publish(engine: &Engine, incoming: &Incoming) -> Receipt {
    if let Some(from) = address::read(incoming) {
        engine.outbox().release_parked(engine, &from);
    }
    let now = engine.now();
    match handle(engine, incoming, now).await {
        Outcome::Changed(_) => Receipt::Ack,
        Outcome::Told(bodies) => send(engine, incoming, bodies, now).await,
        Outcome::Rejected(body) => send(engine, incoming, vec![*body], now).await,
        Outcome::Unreadable(reason) => Receipt::DeadLetter(reason),
        Outcome::Later => Receipt::Later,
    }
}

/// Handles one command, whatever way it came and its answer goes.
pub(crate) async fn handle(engine: &Engine, incoming: &Incoming, now: Timestamp) -> Outcome {
    let Some(from) = address::read(incoming) else {
        return Outcome::Unreadable(format!(
            "no register can be named {:?} in store {:?}",
            incoming.register, incoming.store
        ));
    };
    heard::note(engine, &from, incoming, now);
    let (operation, result) = run(engine, &from, incoming, now).await;
    outcome(result, |fault| {
        tracing::info!(
            store = %from.store, register = %from.register, verb = incoming.verb, code = fault.code.word(),
            field = fault.field, "a command was rejected"
        );
        let answer = contract::of_register("request.rejected", &from.store, Some(&from.register), now);
        contract::rejected(answer, &incoming.verb, operation.as_ref(), &fault)
    })
}

/// Answers `find`, `totals` or `types` where no register asks, but its store by itself.
pub(crate) async fn handle_of_store(
    engine: &Engine,
    store: &StoreId,
    verb: &str,
    body: &Map<String, Value>,
    now: Timestamp,
) -> Outcome {
    let question = Question { store, register: None, body, now };
    outcome(queries::answer(engine, verb, &question).await, |fault| {
        let answer = contract::of_register("request.rejected", store, None, now);
        contract::rejected(answer, verb, None, &fault)
    })
}

fn outcome(result: Result<Answer, Failure>, reject: impl FnOnce(Fault) -> EventBody) -> Outcome {
    match result {
        Ok(Answer::Changed(payment)) => Outcome::Changed(payment),
        Ok(Answer::Events(bodies)) => Outcome::Told(bodies),
        Err(Failure::Fault(fault)) => Outcome::Rejected(Box::new(reject(fault))),
        Err(Failure::Store(error)) => {
            tracing::warn!(%error, "a command waits for the database");
            Outcome::Later
        }
    }
}

/// Reads and carries out a command. The operation comes back even from a failure, if it could be read.
async fn run(
    engine: &Engine,
    from: &Destination,
    incoming: &Incoming,
    now: Timestamp,
) -> (Option<OperationId>, Result<Answer, Failure>) {
    let body = match read_body(incoming) {
        Ok(body) => body,
        Err(fault) => return (None, Err(fault.into())),
    };
    let operation = contract::operation_of(&body);
    let command = Command { from, incoming, body, now };
    let result = carry_out(engine, &command, operation.as_ref()).await;
    (operation, result)
}

fn read_body(incoming: &Incoming) -> Result<Map<String, Value>, Fault> {
    if incoming.body.len() > BODY_AT_MOST_BYTES {
        let reason = format!("a command is at most {BODY_AT_MOST_BYTES} bytes, not {}", incoming.body.len());
        return Err(Fault::new(RejectCode::TooLarge, "body", reason));
    }
    if let Some(kind) = &incoming.content_type {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.is_empty() && !essence.eq_ignore_ascii_case("application/json") {
            return Err(Fault::invalid("content_type", "the content type must be application/json"));
        }
    }
    contract::read_object(&incoming.body)
}

async fn carry_out(
    engine: &Engine,
    command: &Command<'_>,
    operation: Option<&OperationId>,
) -> Result<Answer, Failure> {
    let verb = command.incoming.verb.as_str();
    if command.incoming.version != "v1" || !VERBS.contains(&verb) {
        let reason = format!(
            "there is no {}.{verb}: the verbs of v1 are {}",
            command.incoming.version,
            VERBS.join(", ")
        );
        return Err(Fault::of_field(RejectCode::UnknownVerb, None, reason).into());
    }
    match verb {
        "pay" => pay::pay(engine, command, operation).await,
        "refund" => refund::refund(engine, command, operation).await,
        "cancel" => payments::cancel(engine, command).await,
        "get" => payments::get(engine, command).await,
        "check" => payments::check(engine, command).await,
        "claim" => claim::claim(engine, command).await,
        "fiscalized" => payments::fiscalized(engine, command).await,
        _ => queries::answer(engine, verb, &command.question()).await,
    }
}

/// The verbs that this service knows.
pub const VERBS: [&str; 10] =
    ["pay", "cancel", "get", "check", "refund", "claim", "find", "fiscalized", "totals", "types"];

/// Publishes answers; the command is acknowledged only when they are out. Registers that get nothing from a queue ask.
async fn send(engine: &Engine, incoming: &Incoming, bodies: Vec<EventBody>, now: Timestamp) -> Receipt {
    let Some(from) = address::read(incoming) else { return Receipt::Ack };
    if !goes_by_queue(engine, &from) {
        return Receipt::Ack;
    }
    let prefix = engine.parts().events.queue_prefix();
    for mut body in bodies {
        body.in_reply_to.clone_from(&incoming.message_id);
        let name = body.event;
        let event = OutgoingEvent {
            message_id: engine.fresh_id(),
            correlation_id: body.operation.clone(),
            name: name.to_owned(),
            store: from.store.clone(),
            register: from.register.clone(),
            body: body.to_json(),
            occurred_at: now,
            reply_to: incoming.reply_to.clone().filter(|queue| address::is_own_queue(prefix, queue, &from)),
        };
        match engine.parts().events.publish(&event).await {
            Delivery::Confirmed => {}
            Delivery::Unroutable => {
                let because = body.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                return Receipt::DeadLetter(format!(
                    "{name} could not be answered, the register has no queue{because}"
                ));
            }
            Delivery::Failed(reason) => {
                tracing::warn!(reason, "an answer did not get out: its command is offered again");
                return Receipt::Later;
            }
        }
    }
    Receipt::Ack
}

/// Records a rejection under its operation, so that a repeat gets the same answer, and returns it; or what the
/// operation turned out to be.
pub(crate) async fn record_rejection(
    engine: &Engine,
    key: OperationKey,
    essence: String,
    fault: Fault,
    now: Timestamp,
) -> Result<Recorded, Failure> {
    let kind = OperationKind::Rejected {
        code: fault.code,
        field: fault.field.clone(),
        reason: fault.reason.clone(),
    };
    let record = OperationRecord { key: key.clone(), essence: Some(essence), kind };
    if engine.record(record, now).await? {
        return Ok(Recorded::Now(fault));
    }
    known(engine, &key).await.map(Recorded::Before)
}

/// Whether a rejection was recorded now, or its operation was known before.
pub(crate) enum Recorded {
    Now(Fault),
    Before(OperationRecord),
}

/// The record of an operation that the store has just called known.
pub(crate) async fn known(engine: &Engine, key: &OperationKey) -> Result<OperationRecord, Failure> {
    let record = engine.parts().store.operation(key).await?;
    record.ok_or_else(|| StoreError("an operation was known and then was not".to_owned()).into())
}

/// The fault that a feed's failure is to the asking register.
pub(crate) fn failure_of(error: FeedError) -> Failure {
    match error {
        FeedError::Rejected(rejection) => Failure::Fault(Fault::of_field(
            rejection.code,
            rejection.field.map(str::to_owned),
            rejection.reason,
        )),
        FeedError::Store(error) => Failure::Store(error),
        other => Failure::Store(StoreError(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_was_given_up_has_found_nothing() {
        assert_eq!(to_its_end(tokio::spawn(async { 7 })).await, Some(7));
        let given_up = tokio::spawn(std::future::pending::<u8>());
        given_up.abort();
        assert_eq!(to_its_end(given_up).await, None);
    }

    #[tokio::test]
    #[should_panic(expected = "the task broke")]
    async fn a_panic_goes_on_where_its_task_was_waited_for() {
        to_its_end(tokio::spawn(async { panic!("the task broke") })).await;
    }
}
