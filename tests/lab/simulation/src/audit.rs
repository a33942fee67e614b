//! The audit: the banks' books, the journal and what registers were told, compared when everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};

use payment::{
    CodeKind, Credit, CreditRole, Life, Payment, PaymentId, RefundAbility, RefundState, RegisterId, apply,
};

use crate::bank::{AtPlate, Bank, Money, ReturnState};
use crate::database::{Row, Tables};
use crate::promise::Promise;
use crate::world::World;

/// Some time after the last trouble: money that has arrived on an open payment's code is known.
pub(crate) fn goes_on(world: &World) {
    let tables = world.database.tables();
    for (money, _) in all_money(world) {
        let Some(row) = tables.payments.get(&money.order.payment()) else { continue };
        let is_recent = world.now().since(money.at) < std::time::Duration::from_mins(1);
        let is_watched = row.payment.attempt(money.order).is_some_and(|attempt| {
            matches!(attempt.life, Life::Payable { .. }) && row.payment.can_be_asked(attempt)
        });
        if is_watched && !is_recent && row.payment.is_open() && !is_known(&row.payment, &money) {
            let what =
                format!("payment {} is not looked at: {} is not known", row.payment.id, money.transaction);
            world.broken(Promise::P6, what);
        }
    }
}

/// Everything.
pub(crate) fn at_the_end(world: &World) {
    let tables = world.database.tables();
    for row in tables.payments.values() {
        is_settled(world, row);
        is_the_fold(world, row);
        events_arrived(world, row);
        for credit in &row.payment.state.credits {
            credit_is_money(world, &row.payment, credit);
        }
        refunds_agree(world, row);
    }
    for (money, bank) in all_money(world) {
        match tables.payments.get(&money.order.payment()) {
            Some(row) => money_is_accounted_for(world, bank, &row.payment, &money),
            None => world.broken(Promise::P12, format!("{} is of no payment", money.transaction)),
        }
    }
    for bank in world.banks.values() {
        nothing_is_left_open(world, bank, &tables.payments);
        let at_plates = bank.books().at_plates.clone();
        for money in &at_plates {
            plate_money_is_kept(world, bank, &tables, money);
        }
    }
    for (device, payment) in world.devices.left_on() {
        world.broken(Promise::P8, format!("{device} still shows payment {payment} when everything is over"));
    }
    if world.broker.under_way() > 0 {
        let what = format!("{} commands are still not acknowledged", world.broker.under_way());
        world.broken(Promise::P2, what);
    }
}

/// P1 and P12: money at an open plate is kept for whoever claims it, or is the one credit of one payment.
fn plate_money_is_kept(world: &World, bank: &Bank, tables: &Tables, money: &AtPlate) {
    let is_it = |credit: &&Credit| credit.transaction == money.transaction && credit.server == bank.server;
    let claimed: Vec<_> = tables
        .payments
        .values()
        .flat_map(|row| row.payment.state.credits.iter().filter(is_it).map(|credit| (&row.payment, credit)))
        .collect();
    let key = (bank.server.clone(), money.transaction.clone());
    let Some(kept) = tables.unclaimed.get(&key) else {
        return world.broken(Promise::P1, format!("{money:?} at an open plate is not kept"));
    };
    if kept.amount != money.amount {
        world.broken(Promise::P12, format!("{money:?} is kept as {kept:?}"));
    }
    let returned = bank.books().sent_back(&money.transaction);
    match claimed[..] {
        [] if returned == 0 => {}
        [(payment, credit)] if returned == completed(payment, credit) && kept.is_confirmed => {}
        _ => {
            let what = format!("{money:?}: {returned} went back, and it is {} credits", claimed.len());
            world.broken(Promise::P12, what);
        }
    }
}

fn all_money(world: &World) -> Vec<(Money, &Bank)> {
    let banks = world.banks.values().map(|bank| &**bank);
    banks.flat_map(|bank| bank.books().money.clone().into_iter().map(move |money| (money, bank))).collect()
}

fn is_known(payment: &Payment, money: &Money) -> bool {
    payment.state.credits.iter().any(|credit| credit.transaction == money.transaction)
}

fn is_settled(world: &World, row: &Row) {
    let payment = &row.payment;
    if !payment.state.settled {
        let (phase, attempts) = (&payment.state.phase, &payment.state.attempts);
        let what = format!(
            "payment {} does not come to rest: {phase:?} {attempts:?} {:?}",
            payment.id, payment.state.refunds
        );
        world.broken(Promise::P6, what);
    }
}

fn is_the_fold(world: &World, row: &Row) {
    let payment = &*row.payment;
    let mut folded = Payment::blank(payment.id, payment.checkout.clone(), payment.opened_at);
    for (at, fact) in &row.facts {
        apply(&mut folded, fact, *at);
    }
    if folded != *payment {
        world.broken(Promise::P12, format!("payment {} is not the fold of its journal", payment.id));
    }
}

/// P9: by their first arrival, each register has its events complete and in order.
fn events_arrived(world: &World, row: &Row) {
    let registers: BTreeSet<&RegisterId> =
        row.events.iter().map(|one| &one.row.destination.register).collect();
    for register in registers {
        let own = row.events.iter().filter(|one| one.row.destination.register == *register);
        let expected: Vec<u64> = own.map(|one| one.row.sequence).collect();
        let key = (row.payment.id, register.clone());
        let arrived = world.notes().arrived.get(&key).cloned().unwrap_or_default();
        if arrived != expected {
            let what = format!(
                "register {register} got of payment {} the events {arrived:?}, not {expected:?}",
                row.payment.id
            );
            world.broken(Promise::P9, what);
        }
    }
}

/// What is believed is at the bank.
fn credit_is_money(world: &World, payment: &Payment, credit: &Credit) {
    if !credit.is_believed() {
        return;
    }
    let Some(bank) = world.banks.get(&credit.server) else { return };
    let money = bank.books().arrived(&credit.transaction);
    let is_right = money.is_some_and(|(amount, owner)| {
        owner.is_none_or(|owner| owner == payment.id)
            && (amount == credit.amount || (owner.is_some() && is_lied_about(world, payment.id)))
    });
    if !is_right {
        let what = format!("payment {} believes in {credit:?}, the bank has {money:?}", payment.id);
        world.broken(Promise::P5, what);
    }
}

fn is_lied_about(world: &World, payment: PaymentId) -> bool {
    world.notes().lies.contains(&payment)
}

/// P12: what is said to have gone back has, and nothing else.
fn refunds_agree(world: &World, row: &Row) {
    let payment = &row.payment;
    for refund in &payment.state.refunds {
        let server = payment.state.credits.get(refund.credit).map(|credit| &credit.server);
        let Some(bank) = server.and_then(|server| world.banks.get(server)) else { continue };
        let books = bank.books();
        let is_done = books.returned.iter().any(|one| one.key == refund.id && one.state == ReturnState::Done);
        drop(books);
        let is_said = matches!(refund.state, RefundState::Completed { .. });
        if is_done != is_said {
            let what =
                format!("refund {} went back: {is_done} by the bank, {:?} by us", refund.id, refund.state);
            world.broken(Promise::P12, what);
        }
    }
}

/// P1 and P12: each sum of money is one credit of its payment, and was kept by it, or went back.
fn money_is_accounted_for(world: &World, bank: &Bank, payment: &Payment, money: &Money) {
    let is_it = |credit: &&Credit| credit.transaction == money.transaction && credit.server == bank.server;
    let found: Vec<&Credit> = payment.state.credits.iter().filter(is_it).collect();
    let is_often_moved = payment.state.credits.len() > 1 || !payment.state.refunds.is_empty();
    if is_often_moved || is_lied_about(world, payment.id) {
        world.risk(Promise::P12, 1);
    }
    let [credit] = found[..] else {
        let can_be_asked = payment.attempt(money.order).is_some_and(|one| payment.can_be_asked(one));
        let is_hidden = !can_be_asked || world.notes().mixed_up.contains(&payment.id);
        if is_hidden && found.is_empty() {
            return; // only the bank's register can tell of it, which people compare with ours
        }
        let what = format!(
            "{} of {} is {} credits of payment {}",
            money.transaction,
            money.order,
            found.len(),
            payment.id
        );
        return world.broken(Promise::P1, what);
    };
    let returned = bank.books().sent_back(&money.transaction);
    let can_go_back = match bank.manners.terms.refund.ability {
        RefundAbility::Part => true,
        RefundAbility::Whole => credit.amount == money.amount, // of another amount nobody can give back the whole
        RefundAbility::None => false,
    } && !world.notes().hopeless.contains(&money.transaction);
    let is_cleared = match credit.role {
        CreditRole::Pays => returned == completed(payment, credit),
        CreditRole::Refunding | CreditRole::Manual => {
            returned == money.amount.minor() || !can_go_back || credit.taken
        }
        CreditRole::Offered { .. } | CreditRole::Held => false,
    };
    if !is_cleared {
        let what =
            format!("{money:?}: {returned} went back, and it is {:?} to payment {}", credit.role, payment.id);
        world.broken(Promise::P1, what);
    }
}

/// Minor units of a credit that are said to have gone back.
fn completed(payment: &Payment, credit: &Credit) -> i64 {
    let index = payment.state.credits.iter().position(|one| one == credit);
    let done =
        payment.state.refunds.iter().filter(|refund| refund.is_completed() && Some(refund.credit) == index);
    done.map(|refund| refund.amount.minor()).sum()
}

/// An order whose answer nobody took in is nobody's to pay: of a static code the answer is the only place where it stands.
fn nothing_is_left_open(world: &World, bank: &Bank, payments: &BTreeMap<PaymentId, Row>) {
    let books = bank.books();
    for (id, order) in &books.orders {
        if order.created > 1 {
            world.broken(Promise::P1, format!("order {id} was created {} times", order.created));
        }
        let attempt = payments.get(&id.payment()).and_then(|row| row.payment.attempt(*id));
        let was_given =
            order.kind != CodeKind::Static || attempt.is_some_and(|attempt| attempt.code.is_some());
        if books.is_payable(*id, world.now()) && !order.is_orphan && was_given {
            world.broken(Promise::P1, format!("order {id} can still be paid when everything is over"));
        }
    }
}
