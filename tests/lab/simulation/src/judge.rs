//! The judge: looks at what the service does at the moment when it does it, by the banks' books and his own notes.

use std::fmt::{self, Write};
use std::sync::Arc;

use engine::ports::{Change, OperationKey, OperationKind};
use payment::{
    AttemptId, BankTransaction, Call, CodeKind, Fact, IssueRequest, OperationId, PaymentId, RefundId,
    RefundRequest, RegisterId,
};

use crate::bank::{Bank, Books, Money, ReturnState};
use crate::broker::Command;
use crate::instance::Life;
use crate::plan::store;
use crate::promise::Promise;
use crate::told::Told;
use crate::world::World;

// ---- commits

/// What a change is about to do, read before it is made.
pub(crate) struct Seen {
    epoch: u64,
    payment: Option<PaymentId>,
    facts: String,
    calls: Vec<Call>,
    failed: Vec<RefundId>,
    sleeps_unsettled: bool,
}

pub(crate) fn before_commit(change: &Change) -> Seen {
    let mut seen = Seen {
        epoch: change.epoch,
        payment: change.payment.as_ref().map(|one| one.payment.id),
        facts: String::new(),
        calls: Vec::new(),
        failed: Vec::new(),
        sleeps_unsettled: change
            .payment
            .as_ref()
            .is_some_and(|one| one.wake_at.is_none() != one.payment.state.settled),
    };
    for row in change.payment.iter().flat_map(|one| &one.journal) {
        let _ = write!(FirstWord(&mut seen.facts), "{:?}", row.fact); // it stops behind the first word
        seen.facts.push(' ');
        match &row.fact {
            Fact::IssueOrdered { attempt } => {
                if let payment::Life::Issuing(call) = attempt.life {
                    seen.calls.push(call);
                }
            }
            Fact::AnnulmentOrdered { call, .. } | Fact::RefundOrdered { call, .. } => seen.calls.push(*call),
            Fact::RefundFailed { refund, .. } => seen.failed.push(*refund),
            _ => {}
        }
    }
    seen
}

/// Takes what is written up to the first blank.
struct FirstWord<'a>(&'a mut String);

impl Write for FirstWord<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let Some((word, _)) = text.split_once([' ', '(', '{']) {
            self.0.push_str(word);
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

pub(crate) fn after_commit(world: &World, life: &Life, seen: Seen) {
    let Some(payment) = seen.payment else { return };
    world.tell(&life.name, format_args!("commits {payment}: {}", seen.facts));
    if seen.sleeps_unsettled {
        world.broken(Promise::P6, format!("payment {payment} sleeps and is not settled"));
    }
    if seen.calls.iter().any(|call| call.epoch != seen.epoch) {
        let what = format!(
            "payment {payment}: a call was ordered in an epoch that is over, by a commit of another one"
        );
        world.broken(Promise::P6, what);
    }
    for refund in seen.failed {
        let is_under_way = |bank: &Arc<Bank>| {
            let books = bank.books();
            let mut of_key = books.returned.iter().filter(|one| one.key == refund);
            of_key.any(|one| one.state != ReturnState::Declined)
        };
        if world.banks.values().any(is_under_way) {
            world.broken(
                Promise::P7,
                format!("refund {refund} is said to have failed, and the bank carries it out"),
            );
        }
    }
}

// ---- commands

/// A command was acknowledged: its effect must be durable.
pub(crate) fn acknowledged(world: &World, command: &Command) {
    if !matches!(command.verb, "pay" | "refund" | "cancel") {
        return;
    }
    let Some(operation) = command.operation().and_then(|text| OperationId::parse(text).ok()) else { return };
    let key = OperationKey { store: store(), register: command.register.clone(), operation };
    let kind = world.database.tables().operation(&key).map(|record| record.kind.clone());
    match kind {
        None => {
            let what =
                format!("{} of {} was acknowledged, and nothing is recorded", command.verb, key.operation);
            world.broken(Promise::P2, what);
        }
        Some(OperationKind::Tombstone) => world.risk(Promise::P2, 1),
        Some(_) => {}
    }
}

/// Only answers that nobody could get may end among the dead letters.
pub(crate) fn dead_letter(world: &World, command: &Command, reason: &str) {
    if !reason.contains("has no queue") {
        world.broken(Promise::P2, format!("{} became a dead letter: {reason}", command.verb));
    }
}

// ---- banks

/// A bank is about to be asked for a code.
pub(crate) fn before_issue(world: &World, bank: &Bank, request: &IssueRequest) {
    let (payment, now) = (request.order.payment(), world.now());
    if bank.books().orders.contains_key(&request.order) {
        world.broken(Promise::P1, format!("order {} is asked for again", request.order));
    }
    let mut orphans = 0;
    for bank in world.banks.values() {
        let books = bank.books();
        let of_payment = books.orders.range(orders_of(payment));
        orphans += of_payment.filter(|(id, order)| order.is_orphan && books.is_payable(**id, now)).count();
    }
    world.risk(Promise::P1, orphans as u64);
    if request.plate.is_some() && payable_shown(world, payment) > 0 {
        world.broken(
            Promise::P1,
            format!("payment {payment} arms a plate while another code of it can be paid"),
        );
    }
}

/// The numbers that a payment's orders can have.
pub(crate) fn orders_of(payment: PaymentId) -> std::ops::RangeInclusive<AttemptId> {
    payment.attempt(1)..=payment.attempt(0x7FF)
}

/// How many codes of a payment buyers have and could pay now.
fn payable_shown(world: &World, payment: PaymentId) -> usize {
    let shown = world.notes().payments.get(&payment).map(|notes| notes.shown.clone()).unwrap_or_default();
    let now = world.now();
    world
        .banks
        .values()
        .map(|bank| {
            let books = bank.books();
            let is_out =
                |id: &AttemptId, is_plate: bool| is_plate || shown.contains(&(bank.server.clone(), *id));
            let of_payment = books.orders.range(orders_of(payment));
            of_payment
                .filter(|(id, order)| {
                    is_out(id, order.kind == CodeKind::CashLink) && books.is_payable(**id, now)
                })
                .count()
        })
        .sum()
}

/// A bank is about to be asked to give money back.
pub(crate) fn before_refund(world: &World, bank: &Bank, request: &RefundRequest) {
    let key = request.refund;
    let has_worked =
        bank.books().returned.iter().any(|one| one.key == key && one.state != ReturnState::Declined);
    if has_worked || bank.astray().contains(&format!("Refund {key}")) {
        world.broken(Promise::P4, format!("refund {key} is sent again, and its first sending works"));
    }
}

/// Money is going back.
pub(crate) fn money_went_back(world: &World, bank: &Bank, books: &Books, request: &RefundRequest) {
    let going = books.returned.iter().filter(|one| one.transaction == request.transaction);
    let sum: i64 = going.filter(|one| one.state != ReturnState::Declined).map(|one| one.amount.minor()).sum();
    let arrived = books.arrived(&request.transaction);
    let most = arrived.map_or(0, |(amount, _)| amount.minor());
    if sum > most {
        let what = format!("{sum} of {most} go back of {} at {}", request.transaction, bank.server);
        world.broken(Promise::P4, what);
    }
    let owner = arrived.and_then(|(_, payment)| payment);
    if owner.is_some_and(|payment| payment != request.refund.payment()) {
        world.broken(Promise::P4, format!("refund {} gives another payment's money back", request.refund));
    }
}

/// A buyer's money has arrived.
pub(crate) fn money_arrived(world: &World, money: &Money) {
    let payment = money.order.payment();
    let is_over = world.notes().payments.get(&payment).is_some_and(|notes| notes.word.is_some());
    let mut others = 0;
    let mut is_orphan = false;
    for bank in world.banks.values() {
        let books = bank.books();
        others += books.money.iter().filter(|one| one.order.payment() == payment).count();
        is_orphan |= books.orders.get(&money.order).is_some_and(|order| order.is_orphan);
    }
    if is_over {
        world.risk(Promise::P3, 1);
    }
    if is_over || is_orphan || others > 1 {
        world.risk(Promise::P1, 1);
    }
}

// ---- registers

/// An event has reached a register.
pub(crate) fn told(world: &World, register: &RegisterId, told: &Told) {
    if !world.notes().messages.insert((register.clone(), told.message_id.clone())) {
        return world.risk(Promise::P9, 1);
    }
    let operation = told.operation.clone().map(|operation| (register.clone(), operation));
    let Some(payment) = told.payment.as_ref().and_then(|text| text.parse::<PaymentId>().ok()) else {
        if let Some(operation) = operation.filter(|_| told.event == "payment.cancelled") {
            never_starts(world, operation);
        }
        return;
    };
    if let Some(operation) = operation.filter(|_| told.event.starts_with("payment.")) {
        is_one_payment(world, &operation, payment);
    }
    if !told.is_of_journal() {
        return;
    }
    let sequence = told.sequence.unwrap_or_default();
    world.notes().arrived.entry((payment, register.clone())).or_default().push(sequence);
    match told.event.as_str() {
        "payment.qr_ready" => code_is_out(world, payment, told),
        "payment.paid" => {
            is_really_paid(world, payment, told);
            has_one_end(world, register, payment, told);
        }
        "payment.declined" | "payment.expired" | "payment.cancelled" | "payment.failed" => {
            is_really_over(world, payment, told);
            has_one_end(world, register, payment, told);
        }
        "payment.review" => has_one_end(world, register, payment, told),
        _ => {}
    }
}

fn never_starts(world: &World, operation: (RegisterId, String)) {
    if world.notes().operations.contains_key(&operation) {
        world.broken(Promise::P2, format!("{operation:?} was started, and is told never to have been"));
    }
    world.notes().tombstones.insert(operation);
}

fn is_one_payment(world: &World, operation: &(RegisterId, String), payment: PaymentId) {
    if world.notes().tombstones.contains(operation) {
        world.broken(Promise::P2, format!("{operation:?} was cancelled before its pay, and is started"));
    }
    let known = *world.notes().operations.entry(operation.clone()).or_insert(payment);
    if known != payment {
        world.broken(Promise::P2, format!("{operation:?} became two payments, {known} and {payment}"));
    }
}

fn code_is_out(world: &World, payment: PaymentId, told: &Told) {
    let payload = told.qr.as_ref().map(|qr| qr.payload.as_str()).unwrap_or_default();
    let named = payload.strip_prefix("https://qr.example/").and_then(|rest| rest.split_once('/'));
    let Some((server, order)) = named else { return }; // a plate is out from its arming on
    let (Some(bank), Ok(order)) =
        (world.banks.values().find(|bank| bank.server.as_str() == server), order.parse::<AttemptId>())
    else {
        return world.broken(Promise::P8, format!("{payload} is no bank's code"));
    };
    if order.payment() != payment {
        world.broken(Promise::P8, format!("payment {payment} is shown with the code of {order}"));
    }
    if bank.books().orders.get(&order).is_none_or(|order| order.is_orphan) {
        world.broken(Promise::P1, format!("the code of {order} is shown, and its creation was unknown"));
    }
    world.notes().payments.entry(payment).or_default().shown.insert((bank.server.clone(), order));
    let payable = payable_shown(world, payment);
    if payable > 1 {
        world.broken(Promise::P1, format!("{payable} shown codes of payment {payment} can be paid"));
    }
}

fn is_really_paid(world: &World, payment: PaymentId, told: &Told) {
    let credit = told.credit.as_deref().unwrap_or_default();
    let found = credit.split_once(':').and_then(|(server, transaction)| {
        let bank = world.banks.values().find(|bank| bank.server.as_str() == server)?;
        bank.books().arrived(&BankTransaction::parse(transaction).ok()?)
    });
    let Some((arrived, owner)) = found else {
        return world
            .broken(Promise::P5, format!("payment {payment} is paid by {credit:?}, which no bank has"));
    };
    let amount = told.amount.as_ref().map(|sum| sum.value);
    if owner.is_some_and(|owner| owner != payment) || Some(arrived.minor()) != amount {
        world.broken(Promise::P5, format!("payment {payment} is paid by {arrived:?} of {owner:?}"));
    }
    if owner.is_none() {
        let other = world.notes().plate_money.insert(credit.to_owned(), payment);
        if other.is_some_and(|other| other != payment) {
            world.broken(Promise::P12, format!("{credit} pays {payment} and {other:?}"));
        }
    }
}

/// A certain end: no code that buyers have can be paid.
fn is_really_over(world: &World, payment: PaymentId, told: &Told) {
    if told.certain == Some(true) && payable_shown(world, payment) > 0 {
        let what = format!(
            "payment {payment} is told to be {} for certain, and a code of it can be paid",
            told.event
        );
        world.broken(Promise::P7, what);
    }
}

fn has_one_end(world: &World, register: &RegisterId, payment: PaymentId, told: &Told) {
    let mut notes = world.notes();
    let operation = (register.clone(), told.operation.clone().unwrap_or_default());
    let was_claimed = notes.claimed.contains(&operation);
    let notes_of = notes.payments.entry(payment).or_default();
    let before = notes_of.word.replace(told.event.clone());
    drop(notes);
    let may_follow = match before.as_deref() {
        None => true,
        Some("payment.review") => matches!(told.event.as_str(), "payment.paid" | "payment.failed"),
        Some("payment.paid") => false,
        Some(_) => told.event == "payment.paid" && was_claimed,
    };
    if !may_follow {
        world.broken(Promise::P3, format!("payment {payment} was {before:?} and becomes {}", told.event));
    }
}

/// A command comes after the end was told.
pub(crate) fn sent(world: &World, register: &RegisterId, verb: &str, operation: &str) {
    let operation = (register.clone(), operation.to_owned());
    let mut notes = world.notes();
    if verb == "claim" {
        notes.claimed.insert(operation.clone());
    }
    let payment = notes.operations.get(&operation).copied();
    let is_over = payment.and_then(|id| notes.payments.get(&id)).is_some_and(|one| one.word.is_some());
    drop(notes);
    if is_over {
        world.risk(Promise::P3, 1);
    }
}
