//! `claim`: late money that was offered, or money at an open plate of the store.

use std::sync::Arc;

use payment::{
    BankTransaction, Checkout, CodeKind, Details, Input, OperationId, Payment, PaymentId, PaymentTypeCode,
    Plate, PlateMoney, RejectCode, Rejection, Route, ServerId,
};
use serde_json::Map;

use super::pay::{conflict, key_of, late_money_of, unknown_register};
use super::payments::{operation_of, payment_of, snapshot, state_of};
use super::{Answer, Command, Failure, failure_of, known};
use crate::contract::{self, ClaimBody, Fault};
use crate::doors::{Claim, Incoming, Undone};
use crate::engine::Engine;
use crate::essence;
use crate::feed::{Fed, FeedError};
use crate::ports::{OperationKind, OperationRecord, UnclaimedCredit, UnclaimedSearch};
use crate::settings::{PaymentType, StoreSettings};

/// Takes the late money that a pay was offered; or, with a `credit`, makes a payment of money without an order.
pub(super) async fn claim(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: ClaimBody = contract::read_fields(&command.body)?;
    if let Some(credit) = &body.credit {
        let details = Details { reply_to: command.incoming.reply_to.clone(), ..Details::default() };
        return of_plate(engine, command, &body.operation, credit, details).await;
    }
    let payment = payment_of(engine, command, &body.operation).await?;
    let request = command.request(None);
    match engine.feed_request(payment, Input::Claim, request).await.map_err(failure_of)? {
        Fed::Changed(payment) => Ok(Answer::Changed(payment)),
        Fed::Unchanged(payment) => Ok(snapshot(&payment, command.now)),
    }
}

/// The same for a person: a payment of money without an order, in the name of a register.
pub(crate) async fn claim_by_hand(engine: &Engine, claim: Claim) -> Result<Arc<Payment>, Undone> {
    let Claim { register, operation, server, transaction, who, receipt } = claim;
    let incoming = Incoming::default();
    let command = Command { from: &register, incoming: &incoming, body: Map::new(), now: engine.now() };
    let credit = format!("{server}:{transaction}");
    let details = Details { cashier: Some(who), receipt, ..Details::default() };
    match of_plate(engine, &command, operation.as_str(), &credit, details).await {
        Ok(Answer::Changed(payment)) => Ok(payment),
        Ok(Answer::Events(_)) => Err(Undone::Known),
        Err(Failure::Fault(Fault { code, reason, .. })) => {
            Err(Undone::Rejected(Rejection { code, field: None, reason }))
        }
        Err(Failure::Store(error)) => Err(Undone::Later(error.to_string())),
    }
}

/// A claim that is refused is not recorded: the same one may be granted once the bank has told of the money.
async fn of_plate(
    engine: &Engine,
    command: &Command<'_>,
    operation: &str,
    credit: &str,
    details: Details,
) -> Result<Answer, Failure> {
    let operation = operation_of(command, operation)?;
    let key = key_of(command, &operation);
    let essence = essence::of_claim(credit);
    if let Some(record) = engine.parts().store.operation(&key).await? {
        return answer_known(engine, command, &record, &essence).await;
    }
    let credit = find(engine, credit).await?;
    let (checkout, plate) = checkout_of(engine, command, operation, &credit, details)?;
    let id = PaymentId::from_uuid(engine.parts().ids.fresh());
    let money = PlateMoney {
        plate,
        transaction: credit.transaction,
        paid_at: credit.paid_at,
        payer: credit.payer,
        instrument: credit.instrument,
    };
    let record =
        OperationRecord { key: key.clone(), essence: Some(essence.clone()), kind: OperationKind::Pay(id) };
    match engine.open_paid(id, checkout, money, command.request(Some(record))).await {
        Ok(fed) => Ok(Answer::Changed(fed.into_payment())),
        Err(FeedError::Duplicate) => {
            answer_known(engine, command, &known(engine, &key).await?, &essence).await
        }
        Err(FeedError::CreditTaken) => Err(nothing_to_claim("another payment has this money").into()),
        Err(error) => Err(failure_of(error)),
    }
}

/// A repeat is answered with the state; an operation that is something else is a conflict.
async fn answer_known(
    engine: &Engine,
    command: &Command<'_>,
    record: &OperationRecord,
    essence: &str,
) -> Result<Answer, Failure> {
    match record.kind {
        OperationKind::Pay(payment) if record.essence.as_deref() == Some(essence) => {
            state_of(engine, payment, command.now).await
        }
        _ => Err(conflict().into()),
    }
}

/// The money by its name, `<authorization server>:<bank transaction>` as `register.found` tells it.
async fn find(engine: &Engine, name: &str) -> Result<UnclaimedCredit, Failure> {
    let unreadable = || {
        Fault::invalid("credit", "a credit is <authorization server>:<bank transaction>, as find tells it")
    };
    let (server, transaction) = name.split_once(':').ok_or_else(unreadable)?;
    let search = UnclaimedSearch {
        server: Some(ServerId::parse(server).map_err(|_| unreadable())?),
        transaction: Some(BankTransaction::parse(transaction).map_err(|_| unreadable())?),
        code: None,
    };
    let mut found = engine.parts().store.unclaimed(&search, 1).await?;
    match found.pop() {
        Some(credit) if credit.is_confirmed => Ok(credit),
        Some(_) => {
            Err(nothing_to_claim("the bank's status has not confirmed this money: a person looks into it")
                .into())
        }
        None => Err(nothing_to_claim(
            "there is no such money, or it was claimed before: find shows what there is",
        )
        .into()),
    }
}

fn nothing_to_claim(reason: &str) -> Fault {
    Fault::new(RejectCode::NothingToClaim, "credit", reason)
}

/// The sale that the money pays, in the name of the register that claims it.
fn checkout_of(
    engine: &Engine,
    command: &Command<'_>,
    operation: OperationId,
    credit: &UnclaimedCredit,
    details: Details,
) -> Result<(Checkout, Plate), Fault> {
    let settings = engine.settings();
    let store = settings.stores.get(&command.from.store);
    let known = store.filter(|store| store.registers.contains_key(&command.from.register));
    let store = known.ok_or_else(|| unknown_register(engine, command))?;
    let Some(plate) = plate_of(store, credit) else {
        let reason = "this money was not paid at an open plate of the store";
        return Err(Fault::new(RejectCode::Forbidden, "credit", reason));
    };
    let (code, payment_type) = payment_type_of(store, &credit.server)?;
    let route = route_of(engine, &credit.server)?;
    let checkout = Checkout {
        store: command.from.store.clone(),
        register: command.from.register.clone(),
        operation,
        amount: credit.amount,
        payment_type: code.clone(),
        kind: CodeKind::Static,
        expires_in_s: None,
        not_after: None,
        routes: vec![route],
        late_money: late_money_of(store, payment_type),
        show_on: Vec::new(),
        consoles: Vec::new(),
        show_on_register: false,
        supersedes: None,
        shares_register: true,
        details,
    };
    Ok((checkout, plate))
}

fn plate_of(store: &StoreSettings, credit: &UnclaimedCredit) -> Option<Plate> {
    let plates = store.registers.values().filter_map(|register| register.open_plates.get(&credit.server));
    plates.into_iter().find(|plate| plate.link == credit.code).cloned()
}

/// The tender that the money came by: the store's default if it goes by that server.
fn payment_type_of<'a>(
    store: &'a StoreSettings,
    server: &ServerId,
) -> Result<(&'a PaymentTypeCode, &'a PaymentType), Fault> {
    let mut types: Vec<_> =
        store.payment_types.iter().filter(|(_, its)| its.servers.contains(server)).collect();
    types.sort_by_key(|(code, _)| **code != store.default_payment_type);
    types.first().copied().ok_or_else(|| {
        let reason = format!("no payment type of the store goes by authorization server {server}");
        Fault::new(RejectCode::UnknownPaymentType, "credit", reason)
    })
}

fn route_of(engine: &Engine, server: &ServerId) -> Result<Route, Fault> {
    let offer = engine.parts().banks.offer(server, CodeKind::Static);
    offer.map(|offer| offer.route).ok_or_else(|| {
        let reason =
            format!("authorization server {server} does not offer static codes, or can't work as it is set");
        Fault::new(RejectCode::NothingToClaim, "credit", reason)
    })
}
