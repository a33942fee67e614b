//! `refund`: money back for a pay of any register of the store.

use payment::{Input, Money, OperationId, Origin, PaymentId, RefundOrder, RegisterId, RejectCode, StoreId};

use super::pay::{check_reply_to, conflict, key_of, operation_fault, unknown_register};
use super::{Answer, Command, Failure, Recorded, failure_of, known, payments, record_rejection};
use crate::contract::{self, Fault, RefundBody};
use crate::engine::Engine;
use crate::essence;
use crate::feed::FeedError;
use crate::ports::{OperationKey, OperationKind, OperationRecord};

struct Asked {
    payment: PaymentId,
    amount: Option<Money>,
    reason: Option<String>,
}

pub(super) async fn refund(
    engine: &Engine,
    command: &Command<'_>,
    operation: Option<&OperationId>,
) -> Result<Answer, Failure> {
    let checked = match check(engine, command).await {
        Err(Failure::Store(error)) => return Err(error.into()),
        Err(Failure::Fault(fault)) => Err(fault),
        Ok(asked) => Ok(asked),
    };
    let Some(operation) = operation else {
        return Err(checked.err().unwrap_or_else(|| operation_fault(&command.body)).into());
    };
    let key = key_of(command, operation);
    let essence = essence::of_refund(checked.as_ref().ok().map(|asked| asked.payment), &command.body);
    let fault = match checked {
        Err(fault) => fault,
        Ok(asked) => match order(engine, command, operation, asked, &key, &essence).await {
            Ok(()) => return Ok(Answer::Nothing),
            Err(FeedError::Duplicate) => {
                let record = known(engine, &key).await?;
                return answer_known(engine, command, record, &essence).await;
            }
            Err(error) => match failure_of(error) {
                Failure::Fault(fault) => fault,
                store @ Failure::Store(_) => return Err(store),
            },
        },
    };
    match record_rejection(engine, key, essence.clone(), fault, command.now).await? {
        Recorded::Now(fault) => Err(fault.into()),
        Recorded::Before(record) => answer_known(engine, command, record, &essence).await,
    }
}

async fn order(
    engine: &Engine,
    command: &Command<'_>,
    operation: &OperationId,
    asked: Asked,
    key: &OperationKey,
    essence: &str,
) -> Result<(), FeedError> {
    let origin =
        Origin::Register { store: command.from.store.clone(), register: command.from.register.clone() };
    let order =
        RefundOrder { operation: operation.clone(), origin, amount: asked.amount, reason: asked.reason };
    let record = OperationRecord {
        key: key.clone(),
        essence: Some(essence.to_owned()),
        kind: OperationKind::Refund(asked.payment),
    };
    engine.feed_with_operation(asked.payment, Input::Refund(order), record).await.map(|_| ())
}

async fn answer_known(
    engine: &Engine,
    command: &Command<'_>,
    record: OperationRecord,
    essence: &str,
) -> Result<Answer, Failure> {
    let is_repeat = record.essence.as_deref() == Some(essence);
    match record.kind {
        OperationKind::Refund(payment) if is_repeat => payments::state_of(engine, payment, command.now).await,
        OperationKind::Rejected { code, field, reason } if is_repeat => {
            Err(Fault { code, field, reason }.into())
        }
        _ => Err(conflict().into()),
    }
}

async fn check(engine: &Engine, command: &Command<'_>) -> Result<Asked, Failure> {
    let body: RefundBody = contract::parse(&command.body)?;
    OperationId::parse(&body.operation).map_err(|error| Fault::invalid("operation", error.to_string()))?;
    let settings = engine.settings();
    let store = settings.stores.get(&command.from.store);
    if !store.is_some_and(|store| store.registers.contains_key(&command.from.register)) {
        return Err(unknown_register(command).into());
    }
    check_reply_to(command)?;
    if body.to_bank.is_some() {
        let reason = "this payment type can't send money to another bank: leave to_bank out";
        return Err(Fault::new(RejectCode::RefundNotSupported, "to_bank", reason).into());
    }
    let amount = body.amount.as_ref().map(contract::MoneyBody::read).transpose()?;
    let payment = original_of(engine, command, &body).await?;
    Ok(Asked { payment, amount, reason: body.reason })
}

/// The payment that money goes back from, if it is one of the asking store.
async fn original_of(
    engine: &Engine,
    command: &Command<'_>,
    body: &RefundBody,
) -> Result<PaymentId, Failure> {
    if let Some(text) = &body.payment {
        let payment: PaymentId = text.parse().map_err(|_| unknown("payment"))?;
        let stored = engine.parts().store.load(payment).await?.ok_or_else(|| unknown("payment"))?;
        return if stored.payment.checkout.store == command.from.store {
            Ok(payment)
        } else {
            Err(other_store("payment").into())
        };
    }
    let Some(operation) = &body.payment_operation else {
        return Err(Fault::invalid("payment_operation", "name the pay: payment_operation or payment").into());
    };
    let key = original_key(command, body, operation)?;
    match engine.parts().store.operation(&key).await?.map(|record| record.kind) {
        Some(OperationKind::Pay(payment)) => Ok(payment),
        _ => Err(unknown("payment_operation").into()),
    }
}

fn original_key(command: &Command<'_>, body: &RefundBody, operation: &str) -> Result<OperationKey, Fault> {
    let operation = OperationId::parse(operation).map_err(|_| unknown("payment_operation"))?;
    let store = match &body.payment_store {
        Some(store) => {
            StoreId::parse(store).map_err(|error| Fault::invalid("payment_store", error.to_string()))?
        }
        None => command.from.store.clone(),
    };
    if store != command.from.store {
        return Err(other_store("payment_store"));
    }
    let register = match &body.payment_register {
        Some(register) => RegisterId::parse(register)
            .map_err(|error| Fault::invalid("payment_register", error.to_string()))?,
        None => command.from.register.clone(),
    };
    Ok(OperationKey { store, register, operation })
}

fn unknown(field: &str) -> Fault {
    Fault::new(RejectCode::UnknownOperation, field, "no such pay is known")
}

fn other_store(field: &str) -> Fault {
    Fault::new(RejectCode::Forbidden, field, "payments of other stores can't be refunded here")
}
