//! People: they end reviews, find out what became of parked refunds, and give back what is left to them. They look into the
//! bank's books before they decide.

use std::sync::Arc;
use std::time::Duration;

use payment::{
    Credit, CreditRole, Input, OperationId, Origin, Payment, Phase, RefundAbility, RefundAnswer, RefundOrder,
    RefundState, Refusal, RefusalKind, Verdict,
};

use crate::bank::Money;
use crate::database::{Row, Tables};
use crate::world::World;

/// How often people look at their work list.
const EVERY: Duration = Duration::from_secs(5);

/// The scheme's limit (see `plan`).
const TRIES_A_DAY: usize = 5;

/// Puts people to work.
pub(crate) fn work(world: &Arc<World>) {
    let world = Arc::clone(world);
    tokio::spawn(async move {
        while !world.is_over() {
            tokio::time::sleep(EVERY).await;
            let tasks: Vec<_> = {
                let tables = world.database.tables();
                let rows = tables.payments.values().filter(|row| is_work(&world, row));
                rows.map(|row| Arc::clone(&row.payment)).collect()
            };
            for payment in tasks {
                if world.weather.is_calm() || world.dice.chance(300) {
                    look_at(&world, &payment).await;
                }
            }
        }
    });
}

/// Whether something waits for people.
pub(crate) fn have_work(world: &World, tables: &Tables) -> bool {
    tables.payments.values().any(|row| is_work(world, row))
}

fn is_work(world: &World, row: &Row) -> bool {
    input_for(world, &row.payment).is_some()
}

async fn look_at(world: &Arc<World>, payment: &Payment) {
    let Some(input) = input_for(world, payment) else { return };
    let Some((engine, life)) = world.some_engine() else { return };
    world.tell("people", format_args!("{input:?}"));
    let is_money_back = matches!(input, Input::Refund(_));
    let fed = tokio::select! {
        biased;
        fed = engine.feed_by_hand(payment.id, input) => fed,
        () = life.died() => return,
    };
    if let Err(reason) = fed {
        world.tell("people", format_args!("are told: {reason}"));
        if is_money_back && reason.contains("the payment scheme allows another try") {
            give_up(world, payment);
        }
    }
}

/// The scheme allows five tries a day: what was refused so often is a matter for tomorrow.
fn give_up(world: &World, payment: &Payment) {
    let left = payment.state.credits.iter().enumerate().filter(|(_, credit)| is_left(world, payment, credit));
    let refused = |index: usize| {
        let refunds = payment.state.refunds.iter().filter(|refund| refund.credit == index);
        refunds.filter(|refund| matches!(refund.state, RefundState::Failed { .. })).count()
    };
    let hopeless: Vec<_> = left
        .filter(|(index, _)| refused(*index) >= TRIES_A_DAY)
        .map(|(_, credit)| credit.transaction.clone())
        .collect();
    world.notes().hopeless.extend(hopeless);
}

/// What people decide on a payment now.
fn input_for(world: &World, payment: &Payment) -> Option<Input> {
    if let Phase::Review { .. } = payment.state.phase {
        return Some(end_of_review(world, payment));
    }
    parked_refund(world, payment).or_else(|| money_to_give_back(world, payment))
}

/// Paid, if money is held that the bank really has for this sale, to the kopeck.
fn end_of_review(world: &World, payment: &Payment) -> Input {
    let is_good = |credit: &&Credit| {
        let money = money_of(world, payment, credit);
        credit.role == CreditRole::Held
            && !credit.taken
            && money.is_some_and(|money| money.amount == credit.amount)
    };
    let verdict = match payment.state.credits.iter().find(is_good) {
        Some(credit) => Verdict::Paid { transaction: credit.transaction.clone() },
        None => Verdict::Failed,
    };
    Input::EndReview { verdict, who: "Petrova".to_owned(), why: "the bank's books say so".to_owned() }
}

/// The bank's money that a credit really is.
fn money_of(world: &World, payment: &Payment, credit: &Credit) -> Option<Money> {
    let bank = world.banks.get(&credit.server)?;
    let books = bank.books();
    let is_it =
        |money: &&Money| money.transaction == credit.transaction && money.order.payment() == payment.id;
    books.money.iter().find(is_it).cloned()
}

/// What became of a refund that was left to people. A *no* is not believed before nothing can be under way any more.
fn parked_refund(world: &World, payment: &Payment) -> Option<Input> {
    let parked =
        payment.state.refunds.iter().find(|refund| matches!(refund.state, RefundState::Parked { .. }))?;
    let credit = payment.state.credits.get(parked.credit)?;
    let bank = world.banks.get(&credit.server)?;
    let answer = match bank.books().refund_status(parked.id) {
        RefundAnswer::Pending => return None,
        RefundAnswer::NotFound if bank.astray().contains(&format!("Refund {}", parked.id)) => return None,
        RefundAnswer::NotFound => RefundAnswer::Declined(Refusal {
            kind: RefusalKind::Other,
            bank_code: "none".to_owned(),
            message: "the bank has never got it".to_owned(),
        }),
        known => known,
    };
    Some(Input::RefundStatus { refund: parked.id, asked_at: world.now(), answer })
}

/// Money that nobody keeps and that has not gone back.
fn money_to_give_back(world: &World, payment: &Payment) -> Option<Input> {
    if payment.state.refunds.iter().any(|refund| !refund.is_final()) {
        return None;
    }
    let left = payment.state.credits.iter().find(|credit| is_left(world, payment, credit))?;
    let money = money_of(world, payment, left)?;
    let has_gone = world.banks.get(&left.server)?.books().sent_back(&left.transaction);
    let amount = money.amount.minor().min(left.amount.minor()) - has_gone; // a bank may have told of another amount
    let number = payment.state.refunds.len() + 1;
    let operation = OperationId::parse(&format!("hand-{number}")).expect("some characters");
    Some(Input::Refund(RefundOrder {
        operation,
        origin: Origin::Admin { who: "Petrova".to_owned() },
        transaction: Some(left.transaction.clone()),
        amount: payment::Money::try_new(amount, money.amount.currency()).ok(),
        reason: None,
        alone_up_to_minor: None,
    }))
}

fn is_left(world: &World, payment: &Payment, credit: &Credit) -> bool {
    let is_nobodys = matches!(credit.role, CreditRole::Manual | CreditRole::Refunding) && !credit.taken;
    if !is_nobodys || world.notes().hopeless.contains(&credit.transaction) {
        return false;
    }
    let Some(bank) = world.banks.get(&credit.server) else { return false };
    let Some(money) = money_of(world, payment, credit) else { return false };
    let can_be_returned = match bank.manners.terms.refund.ability {
        RefundAbility::Part => true,
        RefundAbility::Whole => credit.amount == money.amount, // of another amount nobody can give back the whole
        RefundAbility::None => false,
    };
    can_be_returned && bank.books().sent_back(&credit.transaction) < money.amount.minor()
}
