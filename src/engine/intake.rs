//! From bytes to commits: every command ends in a durable effect and, where one is owed, an answer.

mod address;
mod pay;
mod payments;
mod refund;

use payment::{OperationId, Timestamp};
use serde_json::{Map, Value};

use crate::contract::{self, EventBody, Fault};
use crate::doors::{Incoming, Receipt};
use crate::engine::Engine;
use crate::feed::FeedError;
use crate::ports::{
    Change, CommitError, Delivery, Destination, OperationKey, OperationKind, OperationRecord, OutgoingEvent,
    StoreError,
};

/// A command may be this long; a longer one is not read.
pub(crate) const BODY_AT_MOST_BYTES: usize = 64 * 1024;

/// A command whose sender is known and whose body is an object.
pub(crate) struct Command<'a> {
    pub(crate) from: &'a Destination,
    pub(crate) incoming: &'a Incoming,
    pub(crate) body: Map<String, Value>,
    pub(crate) now: Timestamp,
}

/// What a register is owed at once. Events of payments go their own, durable way.
pub(crate) enum Answer {
    /// The events say it all.
    Nothing,
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

/// Handles one command and answers its register.
pub(crate) async fn receive(engine: &Engine, incoming: Incoming) -> Receipt {
    let Some(from) = address::read(&incoming) else {
        return Receipt::DeadLetter(format!(
            "no register can be named {:?} in store {:?}",
            incoming.register, incoming.store
        ));
    };
    engine.outbox().release_parked(engine, &from);
    let now = engine.now();
    let (operation, result) = run(engine, &from, &incoming, now).await;
    let bodies = match result {
        Ok(Answer::Nothing) => return Receipt::Ack,
        Ok(Answer::Events(bodies)) => bodies,
        Err(Failure::Store(error)) => {
            tracing::warn!(%error, "a command waits for the database");
            return Receipt::Later;
        }
        Err(Failure::Fault(fault)) => {
            tracing::info!(
                store = %from.store, register = %from.register, verb = incoming.verb, code = fault.code.word(),
                field = fault.field, "a command was rejected"
            );
            vec![contract::rejected(&from, &incoming.verb, operation.as_ref(), &fault, now)]
        }
    };
    send(engine, &from, &incoming, bodies, now).await
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
        return Err(Fault { code: payment::RejectCode::TooLarge, field: Some("body".to_owned()), reason });
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
        return Err(Fault { code: payment::RejectCode::UnknownVerb, field: None, reason }.into());
    }
    match verb {
        "pay" => pay::pay(engine, command, operation).await,
        "refund" => refund::refund(engine, command, operation).await,
        "cancel" => payments::cancel(engine, command).await,
        "get" => payments::get(engine, command).await,
        "check" => payments::check(engine, command).await,
        "claim" => payments::claim(engine, command).await,
        _ => unreachable!("the verb was looked up above"),
    }
}

/// The verbs that this service knows.
pub const VERBS: [&str; 6] = ["pay", "cancel", "get", "check", "refund", "claim"];

/// Publishes answers; the command is acknowledged only when they are out.
async fn send(
    engine: &Engine,
    from: &Destination,
    incoming: &Incoming,
    bodies: Vec<EventBody>,
    now: Timestamp,
) -> Receipt {
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
            reply_to: incoming.reply_to.clone().filter(|queue| address::is_own_queue(queue, from)),
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
    let change = Change { epoch: engine.epoch(), at: now, payment: None, operation: Some(record) };
    match engine.parts().store.commit(change).await {
        Ok(()) => Ok(Recorded::Now(fault)),
        Err(CommitError::Duplicate) => known(engine, &key).await.map(Recorded::Before),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(error) => Err(StoreError(error.to_string()).into()),
    }
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
        FeedError::Rejected(rejection) => Failure::Fault(Fault {
            code: rejection.code,
            field: rejection.field.map(str::to_owned),
            reason: rejection.reason,
        }),
        FeedError::UnknownPayment => Failure::Fault(Fault::new(
            payment::RejectCode::UnknownOperation,
            "payment",
            "there is no such payment",
        )),
        FeedError::Store(error) => Failure::Store(error),
        other => Failure::Store(StoreError(other.to_string())),
    }
}
