//! `refund`: money back for a pay of any register of the store.

use payment::{Input, Money, OperationId, Origin, PaymentId, RefundOrder, RegisterId, RejectCode, StoreId};
use serde_json::{Map, Value};

use super::pay::{check_reply_to, conflict, key_of, operation_fault, unknown_register};
use super::{Answer, Command, Failure, Recorded, failure_of, known, payments, record_rejection};
use crate::contract::{self, Fault, RefundBody};
use crate::engine::Engine;
use crate::essence::RefundEssence;
use crate::feed::{Fed, FeedError};
use crate::ports::{OperationKey, OperationKind, OperationRecord, StoreError};

pub(super) async fn refund(
    engine: &Engine,
    command: &Command<'_>,
    operation: Option<&OperationId>,
) -> Result<Answer, Failure> {
    let original = original_of(engine, command).await?;
    let essence = RefundEssence::of(original.as_ref().ok().copied(), &command.body);
    let checked = check(engine, command, original);
    let Some(operation) = operation else {
        return Err(checked.err().unwrap_or_else(|| operation_fault(&command.body)).into());
    };
    let key = key_of(command, operation);
    let fault = match checked {
        Err(fault) => fault,
        Ok(asked) => match order(engine, command, operation, asked, &essence).await {
            Ok(fed) => return Ok(Answer::Changed(fed.into_payment())),
            Err(FeedError::Duplicate) => {
                return answer_known(engine, command, known(engine, &key).await?, &essence).await;
            }
            Err(error) => match failure_of(error) {
                Failure::Fault(fault) => fault,
                store @ Failure::Store(_) => return Err(store),
            },
        },
    };
    match record_rejection(engine, key, essence.recorded(), fault, command.now).await? {
        Recorded::Now(fault) => Err(fault.into()),
        Recorded::Before(record) => answer_known(engine, command, record, &essence).await,
    }
}

/// A refund that may be ordered.
struct Asked {
    payment: PaymentId,
    amount: Option<Money>,
    reason: Option<String>,
}

async fn order(
    engine: &Engine,
    command: &Command<'_>,
    operation: &OperationId,
    asked: Asked,
    essence: &RefundEssence,
) -> Result<Fed, FeedError> {
    let origin =
        Origin::Register { store: command.from.store.clone(), register: command.from.register.clone() };
    let order = RefundOrder {
        operation: operation.clone(),
        origin,
        transaction: None,
        amount: asked.amount,
        reason: asked.reason,
        alone_up_to_minor: None,
    };
    let record = OperationRecord {
        key: key_of(command, operation),
        essence: Some(essence.recorded()),
        kind: OperationKind::Refund(asked.payment),
    };
    let request = command.request(Some(record));
    engine.feed_request(asked.payment, Input::Refund(order), request).await
}

async fn answer_known(
    engine: &Engine,
    command: &Command<'_>,
    record: OperationRecord,
    essence: &RefundEssence,
) -> Result<Answer, Failure> {
    let is_repeat = essence.repeats(record.essence.as_deref());
    match record.kind {
        OperationKind::Refund(payment) if is_repeat => payments::state_of(engine, payment, command.now).await,
        OperationKind::Rejected { code, field, reason } if is_repeat => {
            Err(Fault::of_field(code, field, reason).into())
        }
        _ => Err(conflict().into()),
    }
}

fn check(engine: &Engine, command: &Command<'_>, original: Result<PaymentId, Fault>) -> Result<Asked, Fault> {
    let body: RefundBody = contract::read_fields(&command.body)?;
    OperationId::parse(&body.operation).map_err(|error| Fault::invalid("operation", error.to_string()))?;
    if !payments::is_set_up(engine, command) {
        return Err(unknown_register(engine, command));
    }
    check_reply_to(engine, command)?;
    if body.to_bank.is_some() {
        let reason = "this payment type can't send money to another bank: leave to_bank out";
        return Err(Fault::new(RejectCode::RefundNotSupported, "to_bank", reason));
    }
    let amount = body.amount.as_ref().map(contract::MoneyBody::read).transpose()?;
    Ok(Asked { payment: original?, amount, reason: body.reason })
}

/// The payment that money goes back from, if it is one of the asking store. Found even if the rest of the command is
/// wrong, since a repeat is told by it.
async fn original_of(engine: &Engine, command: &Command<'_>) -> Result<Result<PaymentId, Fault>, StoreError> {
    let store = &engine.parts().store;
    match name_of(command) {
        Err(fault) => Ok(Err(fault)),
        Ok(Name::Payment(payment)) => Ok(match store.load(payment).await? {
            None => Err(unknown("payment")),
            Some(stored) if stored.payment.checkout.store != command.from.store => {
                Err(other_store("payment"))
            }
            Some(_) => Ok(payment),
        }),
        Ok(Name::Operation(key)) => Ok(match store.operation(&key).await?.map(|record| record.kind) {
            Some(OperationKind::Pay(payment)) => Ok(payment),
            _ => Err(unknown("payment_operation")),
        }),
    }
}

/// How a refund names its pay.
enum Name {
    Payment(PaymentId),
    Operation(OperationKey),
}

fn name_of(command: &Command<'_>) -> Result<Name, Fault> {
    let body = &command.body;
    if let Some(text) = text_of(body, "payment")? {
        return text.parse().map(Name::Payment).map_err(|_| unknown("payment"));
    }
    let Some(operation) = text_of(body, "payment_operation")? else {
        return Err(Fault::invalid("payment_operation", "name the pay: payment_operation or payment"));
    };
    let operation = OperationId::parse(operation).map_err(|_| unknown("payment_operation"))?;
    let invalid = |field: &str, error: &dyn std::error::Error| Fault::invalid(field, error.to_string());
    let store = text_of(body, "payment_store")?.map(StoreId::parse).transpose();
    let register = text_of(body, "payment_register")?.map(RegisterId::parse).transpose();
    let store = store.map_err(|error| invalid("payment_store", &error))?;
    let register = register.map_err(|error| invalid("payment_register", &error))?;
    if store.is_some_and(|store| store != command.from.store) {
        return Err(other_store("payment_store"));
    }
    let register = register.unwrap_or_else(|| command.from.register.clone());
    Ok(Name::Operation(OperationKey { store: command.from.store.clone(), register, operation }))
}

fn text_of<'a>(body: &'a Map<String, Value>, field: &str) -> Result<Option<&'a str>, Fault> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Fault::invalid(field, format!("{field} must be text"))),
    }
}

fn unknown(field: &str) -> Fault {
    Fault::new(RejectCode::UnknownOperation, field, "no such pay is known")
}

fn other_store(field: &str) -> Fault {
    Fault::new(RejectCode::Forbidden, field, "payments of other stores can't be refunded here")
}
