//! `pay`: checked against the contract, the settings and the bank's bounds, then one commit that opens the payment.

use std::time::Duration;

use payment::{
    Checkout, CodeKind, Details, LateMoney, Money, OperationId, PaymentId, PaymentTypeCode, RegisterId,
    RejectCode, Route, StoreId, Timestamp,
};

use super::outputs::outputs_of;
use super::{Answer, Command, Failure, Recorded, address, known, payments, record_rejection};
use crate::contract::{self, Fault, PayBody};
use crate::engine::Engine;
use crate::essence;
use crate::feed::{Fed, FeedError};
use crate::ports::{Destination, Offer, OperationKey, OperationKind, OperationRecord};
use crate::settings::{OpenPayments, PaymentType, PurposeOf, RegisterSettings, StoreSettings};

pub(crate) async fn pay(
    engine: &Engine,
    command: &Command<'_>,
    operation: Option<&OperationId>,
) -> Result<Answer, Failure> {
    let checked = check(engine, command);
    let Some(operation) = operation else {
        return Err(checked.err().unwrap_or_else(|| operation_fault(&command.body)).into());
    };
    let key = key_of(command, operation);
    let essence = essence::of_pay(&command.body);
    let record = match checked {
        Ok(checkout) => match open(engine, command, checkout, &key, &essence).await {
            Ok(fed) => return Ok(Answer::Changed(fed.into_payment())),
            Err(FeedError::Duplicate) => known(engine, &key).await?,
            Err(FeedError::RegisterBusy) => {
                let fault = register_busy(engine, command).await?;
                rejected(engine, command, key, &essence, fault).await?
            }
            Err(error) => return Err(super::failure_of(error)),
        },
        Err(fault) => rejected(engine, command, key, &essence, fault).await?,
    };
    answer_known(engine, command, record, &essence).await
}

/// Records why a pay is not started and fails with it, unless its operation turns out to be known.
async fn rejected(
    engine: &Engine,
    command: &Command<'_>,
    key: OperationKey,
    essence: &str,
    fault: Fault,
) -> Result<OperationRecord, Failure> {
    match record_rejection(engine, key, essence.to_owned(), fault, command.now).await? {
        Recorded::Now(fault) => Err(fault.into()),
        Recorded::Before(record) => Ok(record),
    }
}

/// The register may have one open payment, and has one: the answer names it.
async fn register_busy(engine: &Engine, command: &Command<'_>) -> Result<Fault, Failure> {
    let Destination { store, register } = command.from;
    let mut open = engine.parts().store.open_payments(store, register).await?;
    let newest = match open.pop() {
        Some(id) => {
            engine.parts().store.load(id).await?.map(|stored| stored.payment.checkout.operation.clone())
        }
        None => None, // it has ended meanwhile
    };
    let named = newest.map(|operation| format!(": operation {operation}")).unwrap_or_default();
    let reason = format!(
        "register {register} has an open payment{named}. Wait for its end, cancel it, or name it in supersedes; \
         a new try needs a new operation"
    );
    Ok(Fault::of_field(RejectCode::RegisterBusy, None, reason))
}

/// Why an operation that is not one of ours can't be used.
pub(super) fn operation_fault(body: &serde_json::Map<String, serde_json::Value>) -> Fault {
    let given = body.contains_key("operation");
    Fault::invalid(
        "operation",
        if given { "an operation is a text of 1 to 64 characters" } else { "the operation is missing" },
    )
}

pub(super) fn key_of(command: &Command<'_>, operation: &OperationId) -> OperationKey {
    OperationKey {
        store: command.from.store.clone(),
        register: command.from.register.clone(),
        operation: operation.clone(),
    }
}

async fn open(
    engine: &Engine,
    command: &Command<'_>,
    checkout: Checkout,
    key: &OperationKey,
    essence: &str,
) -> Result<Fed, FeedError> {
    let id = PaymentId::from_uuid(engine.parts().ids.fresh());
    let record =
        OperationRecord { key: key.clone(), essence: Some(essence.to_owned()), kind: OperationKind::Pay(id) };
    engine.open(id, checkout, command.request(Some(record))).await
}

/// A repeat is answered with the state, another essence is a conflict; neither changes anything.
async fn answer_known(
    engine: &Engine,
    command: &Command<'_>,
    record: OperationRecord,
    essence: &str,
) -> Result<Answer, Failure> {
    let is_repeat = record.essence.as_deref().is_none_or(|first| first == essence);
    match record.kind {
        OperationKind::Tombstone => Ok(payments::tombstone(command, &record.key.operation)),
        OperationKind::Pay(payment) if is_repeat => payments::state_of(engine, payment, command.now).await,
        OperationKind::Rejected { code, field, reason } if is_repeat => {
            Err(Fault::of_field(code, field, reason).into())
        }
        OperationKind::Pay(_) | OperationKind::Refund(_) | OperationKind::Rejected { .. } => {
            Err(conflict().into())
        }
    }
}

pub(super) fn conflict() -> Fault {
    Fault::new(
        RejectCode::Conflict,
        "operation",
        "this operation is known with other contents, and may be open or paid: ask for it before any new try",
    )
}

/// Checks everything that can be known without asking a bank.
fn check(engine: &Engine, command: &Command<'_>) -> Result<Checkout, Fault> {
    let settings = engine.settings();
    let body: PayBody = contract::read_fields(&command.body)?;
    let operation = OperationId::parse(&body.operation)
        .map_err(|error| Fault::invalid("operation", error.to_string()))?;
    let store = settings.stores.get(&command.from.store);
    let register = store.and_then(|store| store.registers.get(&command.from.register));
    let (Some(store), Some(register)) = (store, register) else {
        return Err(unknown_register(engine, command));
    };
    let amount = body.amount.read()?;
    check_reply_to(engine, command)?;
    let not_after = check_age(&body, command)?;
    let (code, payment_type) = payment_type_of(&body, store)?;
    let kind = kind_of(&body, payment_type)?;
    let routes = routes_of(engine, payment_type, register, kind, amount)?;
    let expires_in_s = body.expires_in_s.or(payment_type.code_life_s);
    let wanted_life = expires_in_s.map(|seconds| Duration::from_secs(seconds.into()));
    let outputs = outputs_of(&body, store, &command.from.register, &routes, wanted_life, command.now)?;
    let supersedes = supersedes_of(&body, &operation)?;
    let purpose = body.purpose.clone().or_else(|| purpose_of(payment_type, store, command, &body));
    Ok(Checkout {
        store: command.from.store.clone(),
        register: command.from.register.clone(),
        operation,
        amount,
        payment_type: code,
        kind,
        expires_in_s,
        not_after,
        routes,
        late_money: late_money_of(store, payment_type),
        show_on: outputs.show_on,
        consoles: outputs.consoles,
        show_on_register: outputs.show_on_register,
        supersedes,
        shares_register: register.open_payments == OpenPayments::Many,
        details: Details {
            receipt: body.receipt,
            purpose,
            cashier: body.cashier,
            shift: body.shift,
            reply_to: command.incoming.reply_to.clone(),
            render: body.render,
            items: body.items.unwrap_or_default(),
        },
    })
}

/// What the payment type's template makes of the checkout.
fn purpose_of(
    payment_type: &PaymentType,
    store: &StoreSettings,
    command: &Command<'_>,
    body: &PayBody,
) -> Option<String> {
    let of = PurposeOf {
        shop: &store.name,
        store: &command.from.store,
        register: &command.from.register,
        receipt: body.receipt.as_deref(),
        operation: &body.operation,
    };
    let filled = payment_type.purpose.as_deref().map(|template| of.fill(template));
    filled.filter(|purpose| !purpose.is_empty())
}

pub(super) fn late_money_of(store: &StoreSettings, payment_type: &PaymentType) -> LateMoney {
    payment_type.late_money.unwrap_or(store.late_money)
}

pub(super) fn unknown_register(engine: &Engine, command: &Command<'_>) -> Fault {
    let Destination { store, register } = command.from;
    unknown_place(engine, store, register)
}

/// What a store or a register is told that is not set up.
pub(super) fn unknown_place(engine: &Engine, store: &StoreId, register: &RegisterId) -> Fault {
    if engine.settings().stores.contains_key(store) {
        let reason = format!("register {register} of store {store} is not set up: add it on the admin pages");
        return Fault::new(RejectCode::UnknownRegister, "register", reason);
    }
    unknown_store(store)
}

/// What is told of a store that is not set up.
pub(super) fn unknown_store(store: &StoreId) -> Fault {
    let reason = format!("store {store} is not set up: add it on the admin pages");
    Fault::new(RejectCode::UnknownRegister, "store", reason)
}

pub(super) fn check_reply_to(engine: &Engine, command: &Command<'_>) -> Result<(), Fault> {
    let prefix = engine.parts().events.queue_prefix();
    match &command.incoming.reply_to {
        Some(queue) if !address::is_own_queue(prefix, queue, command.from) => {
            let reason =
                format!("reply_to may only name a queue {prefix}.till.{}.<register>", command.from.store);
            Err(Fault::new(RejectCode::Forbidden, "reply_to", reason))
        }
        _ => Ok(()),
    }
}

/// Until when the pay may be started, if it names a time.
fn check_age(body: &PayBody, command: &Command<'_>) -> Result<Option<Timestamp>, Fault> {
    let not_after = match &body.not_after {
        Some(text) => {
            Some(Timestamp::parse(text).map_err(|error| Fault::invalid("not_after", error.to_string()))?)
        }
        None => None,
    };
    if command.incoming.is_stale || not_after.is_some_and(|limit| command.now > limit) {
        let reason = "it came too late to be started: nothing was asked of a bank";
        return Err(Fault::new(RejectCode::Stale, "not_after", reason));
    }
    Ok(not_after)
}

fn payment_type_of<'a>(
    body: &PayBody,
    store: &'a StoreSettings,
) -> Result<(PaymentTypeCode, &'a PaymentType), Fault> {
    let wanted = body.payment_type.as_deref().unwrap_or(store.default_payment_type.as_str());
    let found = PaymentTypeCode::parse(wanted).ok().and_then(|code| {
        let payment_type = store.payment_types.get(&code)?;
        Some((code, payment_type))
    });
    found.ok_or_else(|| {
        let known: Vec<&str> = store.payment_types.keys().map(PaymentTypeCode::as_str).collect();
        let wanted: String = wanted.chars().take(40).collect();
        let reason = format!("the store has no payment type {wanted:?}; it has: {}", known.join(", "));
        Fault::new(RejectCode::UnknownPaymentType, "payment_type", reason)
    })
}

fn supersedes_of(body: &PayBody, operation: &OperationId) -> Result<Option<OperationId>, Fault> {
    let Some(text) = &body.supersedes else { return Ok(None) };
    let superseded =
        OperationId::parse(text).map_err(|error| Fault::invalid("supersedes", error.to_string()))?;
    if superseded == *operation {
        return Err(Fault::invalid("supersedes", "a pay can't supersede itself: name the other operation"));
    }
    Ok(Some(superseded))
}

fn kind_of(body: &PayBody, payment_type: &PaymentType) -> Result<CodeKind, Fault> {
    if body.buyer_code.is_some() {
        return Err(Fault::invalid("buyer_code", "this payment type does not scan the buyer's code"));
    }
    match body.qr.as_deref() {
        None => Ok(payment_type.code),
        Some("dynamic") => Ok(CodeKind::Dynamic),
        Some("static") => Ok(CodeKind::Static),
        Some("cash_link") => Ok(CodeKind::CashLink),
        Some(_) => Err(Fault::invalid("qr", "qr is dynamic, static or cash_link")),
    }
}

/// The authorization servers that can take this checkout, in the payment type's order.
fn routes_of(
    engine: &Engine,
    payment_type: &PaymentType,
    register: &RegisterSettings,
    kind: CodeKind,
    amount: Money,
) -> Result<Vec<Route>, Fault> {
    let banks = &engine.parts().banks;
    let offers: Vec<_> = payment_type.servers.iter().filter_map(|server| banks.offer(server, kind)).collect();
    let offers = if kind == CodeKind::CashLink { with_plates(offers, register)? } else { offers };
    if offers.is_empty() {
        let reason = format!("no authorization server of this payment type offers {} codes", kind.word());
        return Err(Fault::invalid("qr", reason));
    }
    let in_currency: Vec<_> =
        offers.into_iter().filter(|offer| offer.currencies.contains(&amount.currency())).collect();
    if in_currency.is_empty() {
        let reason = format!("no authorization server of this payment type takes {}", amount.currency());
        return Err(Fault::new(RejectCode::CurrencyNotSupported, "amount.currency", reason));
    }
    let bounds = in_currency[0].amount_minor;
    let fits = |bounds: (i64, i64)| (bounds.0..=bounds.1).contains(&amount.minor());
    let mut routes: Vec<Route> =
        in_currency.into_iter().filter(|offer| fits(offer.amount_minor)).map(|offer| offer.route).collect();
    // A bank that is ill, or that people don't want codes of, comes last.
    let now = engine.now();
    routes.sort_by_key(|route| engine.gives_no_codes(&route.server, now));
    if routes.is_empty() {
        let reason = format!("this payment type takes {} to {} minor units", bounds.0, bounds.1);
        return Err(Fault::new(RejectCode::AmountOutOfRange, "amount.value", reason));
    }
    Ok(routes)
}

/// A cash link is paid at a plate of the register: only banks where it has one can take the checkout.
fn with_plates(offers: Vec<Offer>, register: &RegisterSettings) -> Result<Vec<Offer>, Fault> {
    let are_offered = !offers.is_empty();
    let with_plate = |mut offer: Offer| {
        offer.route.plate = Some(register.plates.get(&offer.route.server)?.clone());
        Some(offer)
    };
    let offers: Vec<_> = offers.into_iter().filter_map(with_plate).collect();
    if are_offered && offers.is_empty() {
        let reason = "the register has no plate at an authorization server of this payment type";
        return Err(Fault::invalid("qr", reason));
    }
    Ok(offers)
}
