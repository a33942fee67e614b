//! `cancel`, `get`, `check`, `fiscalized`: commands about a pay that is known, or that may still come.

use payment::{FiscalReceipt, Input, OperationId, PaymentId, RejectCode, Timestamp};

use super::pay::{key_of, operation_fault, unknown_register};
use super::{Answer, Command, Failure, failure_of, known};
use crate::contract::{self, CancelBody, Fault, FiscalizedBody, GetBody};
use crate::engine::Engine;
use crate::feed::Fed;
use crate::ports::{OperationKind, OperationRecord, StoreError};

/// Ends what is open; a cancel that comes before its pay makes sure that the pay never starts. Never stale.
pub(super) async fn cancel(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: CancelBody = contract::read_fields(&command.body)?;
    let operation = operation_of(command, &body.operation)?;
    match lay_tombstone(engine, command, &operation).await? {
        OperationKind::Tombstone | OperationKind::Rejected { .. } => Ok(tombstone(command, &operation)),
        OperationKind::Refund(_) => Err(Fault::invalid("operation", "a refund can't be cancelled").into()),
        OperationKind::Pay(payment) => {
            let input = Input::Cancel { reason: body.reason };
            let request = command.request(None);
            match engine.feed_request(payment, input, request).await.map_err(failure_of)? {
                Fed::Changed(payment) => Ok(Answer::Changed(payment)),
                Fed::Unchanged(payment) => Ok(snapshot(&payment, command.now)),
            }
        }
    }
}

/// Records a tombstone under an operation that is not known; returns what the operation is.
async fn lay_tombstone(
    engine: &Engine,
    command: &Command<'_>,
    operation: &OperationId,
) -> Result<OperationKind, Failure> {
    let key = key_of(command, operation);
    if let Some(record) = engine.parts().store.operation(&key).await? {
        return Ok(record.kind);
    }
    if !is_set_up(engine, command) {
        return Err(unknown_register(engine, command).into());
    }
    let record = OperationRecord { key: key.clone(), essence: None, kind: OperationKind::Tombstone };
    if engine.record(record, command.now).await? {
        return Ok(OperationKind::Tombstone);
    }
    Ok(known(engine, &key).await?.kind)
}

pub(super) fn is_set_up(engine: &Engine, command: &Command<'_>) -> bool {
    let settings = engine.settings();
    settings
        .stores
        .get(&command.from.store)
        .is_some_and(|store| store.registers.contains_key(&command.from.register))
}

/// The whole state of one payment, or of all that are open. When none is, the answer says so: silence would look like a
/// broken connection.
pub(super) async fn get(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: GetBody = contract::read_fields(&command.body)?;
    if let Some(operation) = &body.operation {
        return match look_up(engine, command, operation).await? {
            Known::Of(payment) => state_of(engine, payment, command.now).await,
            Known::Cancelled(operation) => Ok(tombstone(command, &operation)),
        };
    }
    if !is_set_up(engine, command) {
        return Err(unknown_register(engine, command).into());
    }
    let mut states = Vec::new();
    for payment in engine.parts().store.open_payments(&command.from.store, &command.from.register).await? {
        if let Some(stored) = engine.parts().store.load(payment).await? {
            states.push(contract::state(&stored.payment, command.now));
        }
    }
    if states.is_empty() {
        states.push(contract::nothing_open(command.from, command.now));
    }
    Ok(Answer::Events(states))
}

/// The bank is asked now, then the state is told.
pub(super) async fn check(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: GetBody = contract::read_fields(&command.body)?;
    let Some(operation) = &body.operation else { return Err(operation_fault(&command.body).into()) };
    match look_up(engine, command, operation).await? {
        Known::Of(payment) => {
            engine.ask_now(payment).await.map_err(failure_of)?;
            state_of(engine, payment, command.now).await
        }
        Known::Cancelled(operation) => Ok(tombstone(command, &operation)),
    }
}

/// Keeps the numbers of a fiscal receipt that the register printed for a sale or a return.
pub(super) async fn fiscalized(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: FiscalizedBody = contract::read_fields(&command.body)?;
    for (field, number) in [("fn", &body.drive), ("fd", &body.fd), ("fp", &body.fp)] {
        if number.is_empty() || number.len() > 20 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Fault::invalid(field, format!("{field} must be text of 1 to 20 digits")).into());
        }
    }
    let payment = payment_of(engine, command, &body.operation).await?;
    let receipt = FiscalReceipt { drive: body.drive, document: body.fd, sign: body.fp };
    let input = Input::Fiscalized {
        store: command.from.store.clone(),
        register: command.from.register.clone(),
        operation: operation_of(command, &body.operation)?,
        receipt,
    };
    let fed = engine.feed_request(payment, input, command.request(None)).await.map_err(failure_of)?;
    Ok(snapshot(&fed.into_payment(), command.now))
}

/// What an operation turned out to be, for whoever asks about it.
enum Known {
    /// A pay or a refund of this payment.
    Of(PaymentId),
    /// Cancelled before its pay arrived: there is no payment, and there will be none.
    Cancelled(OperationId),
}

/// Looks an operation up. One that was rejected is answered with its rejection, as a repeat of it would be.
async fn look_up(engine: &Engine, command: &Command<'_>, operation: &str) -> Result<Known, Failure> {
    let operation = operation_of(command, operation)?;
    match engine.parts().store.operation(&key_of(command, &operation)).await?.map(|record| record.kind) {
        Some(OperationKind::Pay(payment) | OperationKind::Refund(payment)) => Ok(Known::Of(payment)),
        Some(OperationKind::Tombstone) => Ok(Known::Cancelled(operation)),
        Some(OperationKind::Rejected { code, field, reason }) => {
            Err(Fault::of_field(code, field, reason).into())
        }
        // A register that was taken out of the settings still learns what became of its payments.
        None if !is_set_up(engine, command) => Err(unknown_register(engine, command).into()),
        None => {
            let reason = "neither a pay nor a refund of this register with this operation has arrived; it may still \
                          come: cancel a pay to be sure that it never starts, send a refund again";
            Err(Fault::new(RejectCode::UnknownOperation, "operation", reason).into())
        }
    }
}

/// The payment of an operation, for commands that need one.
pub(super) async fn payment_of(
    engine: &Engine,
    command: &Command<'_>,
    operation: &str,
) -> Result<PaymentId, Failure> {
    match look_up(engine, command, operation).await? {
        Known::Of(payment) => Ok(payment),
        Known::Cancelled(_) => {
            let reason = "this operation was cancelled before its pay arrived: nothing was or will be paid";
            Err(Fault::new(RejectCode::NotPaid, "operation", reason).into())
        }
    }
}

pub(super) fn operation_of(command: &Command<'_>, text: &str) -> Result<OperationId, Fault> {
    OperationId::parse(text).map_err(|_| operation_fault(&command.body))
}

pub(super) async fn state_of(engine: &Engine, payment: PaymentId, now: Timestamp) -> Result<Answer, Failure> {
    let stored = engine.parts().store.load(payment).await?;
    let stored =
        stored.ok_or_else(|| StoreError(format!("payment {payment} of a known operation is missing")))?;
    Ok(snapshot(&stored.payment, now))
}

pub(super) fn snapshot(payment: &payment::Payment, now: Timestamp) -> Answer {
    Answer::Events(vec![contract::state(payment, now)])
}

pub(super) fn tombstone(command: &Command<'_>, operation: &OperationId) -> Answer {
    Answer::Events(vec![contract::tombstone(command.from, operation, command.now)])
}
