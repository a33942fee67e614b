//! The bank's books against ours.

use std::collections::BTreeMap;

use payment::{Attempt, CodeKind, CreditRole, DeathCause, Life, Phase, RefundAbility, RefundState};

use crate::bank::{Arrived, Bank, ReturnState, Returned};
use crate::world::World;

/// What must hold at the banks at any time.
pub(crate) fn on_the_way(world: &World) {
    p1_at_most_one_shown_code_is_payable(world);
    a_certain_end_is_certain(world);
    for bank in &world.banks {
        p4_no_money_is_sent_back_twice(bank);
    }
}

fn payable_shown_codes(world: &World) -> usize {
    let attempts = &world.story.payment.state.attempts;
    attempts
        .iter()
        .filter(|attempt| attempt.shown_at.is_some() && is_payable_by_somebody(world, attempt))
        .count()
}

/// A static code exists in its answer only: one whose answer never came can't be paid by anybody.
fn is_out(world: &World, attempt: &Attempt) -> bool {
    attempt.code.is_some() || world.story.payment.checkout.kind != CodeKind::Static
}

fn is_payable_by_somebody(world: &World, attempt: &Attempt) -> bool {
    is_out(world, attempt) && world.banks[attempt.route].is_payable(attempt.id, world.story.now)
}

fn p1_at_most_one_shown_code_is_payable(world: &World) {
    assert!(payable_shown_codes(world) <= 1, "P1: two shown codes are payable at the banks");
}

fn a_certain_end_is_certain(world: &World) {
    if let Phase::Ended(ending) = &world.story.payment.state.phase
        && ending.certain
    {
        assert_eq!(payable_shown_codes(world), 0, "a certain end, and a shown code is payable");
        let attempts = world.story.payment.state.attempts.iter().filter(|attempt| attempt.shown_at.is_some());
        for attempt in attempts {
            let unseen = unseen_money(world, attempt);
            assert!(unseen.is_none(), "a certain end, and a shown code was paid: {unseen:?}");
        }
    }
}

/// Money that a status would have told of and that is not known. Of several payments on one static code it tells one; and
/// a static code that was withdrawn is certain also if no status came in time.
fn unseen_money<'a>(world: &'a World, attempt: &Attempt) -> Option<&'a Arrived> {
    let of_attempt = || world.banks[attempt.route].arrived.iter().filter(|money| money.order == attempt.id);
    let was_withdrawn = matches!(
        attempt.life,
        Life::Dead { cause: DeathCause::Annulled, .. } | Life::Closed { cause: DeathCause::Annulled }
    );
    let may_be_unseen = was_withdrawn && world.story.payment.checkout.kind == CodeKind::Static;
    if may_be_unseen || !is_out(world, attempt) || of_attempt().any(|money| is_known(world, money)) {
        return None;
    }
    of_attempt().find(|money| !money.was_hidden)
}

fn is_known(world: &World, money: &Arrived) -> bool {
    world.story.payment.state.credits.iter().any(|credit| credit.transaction == money.transaction)
}

fn p4_no_money_is_sent_back_twice(bank: &Bank) {
    let mut keys = BTreeMap::new();
    let mut sums = BTreeMap::new();
    for returned in bank.returned.iter().filter(|one| one.state != ReturnState::Declined) {
        *keys.entry(returned.key).or_insert(0) += 1;
        *sums.entry(&returned.transaction).or_insert(0) += returned.amount.minor();
    }
    assert!(keys.values().all(|times| *times == 1), "P4: one refund was carried out twice");
    for (transaction, sum) in sums {
        let money = bank.arrived.iter().find(|money| money.transaction == *transaction);
        let most = money.expect("what goes back has arrived").amount.minor();
        assert!(sum <= most, "P4: {sum} of {most} went back");
    }
}

/// What must hold when everything has settled.
pub(crate) fn at_the_end(world: &World) {
    on_the_way(world);
    assert!(world.story.payment.state.settled);
    let open = world.story.payment.state.attempts.iter().find(|one| is_payable_by_somebody(world, one));
    assert_eq!(open, None, "settled, and an order is payable at its bank");
    for bank in &world.banks {
        every_payment_is_one_credit(world, bank);
        refunds_agree(world, bank);
    }
    let arrived: usize = world.banks.iter().map(|bank| bank.arrived.len()).sum();
    assert_eq!(world.story.payment.state.credits.len(), arrived, "no credit without money");
}

fn every_payment_is_one_credit(world: &World, bank: &Bank) {
    for money in &bank.arrived {
        let all = world.story.payment.state.credits.iter().enumerate();
        let mut of_money = all
            .filter(|(_, credit)| credit.transaction == money.transaction && credit.attempt == money.order);
        let (index, credit) = of_money.next().expect("P1: every payment is found");
        assert!(of_money.next().is_none(), "P1: and only once");
        let is_for_people = world.for_people.contains(&money.transaction);
        assert!(is_for_people || credit.amount == money.amount, "with its amount");
        match credit.role {
            CreditRole::Pays => {
                assert_eq!(world.story.payment.paying_credit().map(|(paying, _)| paying), Some(index));
                assert_eq!(sent_back(bank, money), world.story.payment.refunded_minor());
            }
            CreditRole::Refunding => {
                assert_eq!(sent_back(bank, money), credit.amount.minor(), "P1: late money went back");
            }
            CreditRole::Manual => {
                let terms = &world.story.payment.checkout.routes[0].terms;
                let is_by_design = is_for_people || terms.refund.ability == RefundAbility::None;
                assert!(is_by_design, "P1: late money was left to people");
            }
            CreditRole::Offered { .. } | CreditRole::Held => {
                panic!("settled, and a credit is {:?}", credit.role)
            }
        }
    }
}

fn sent_back(bank: &Bank, money: &Arrived) -> i64 {
    let done = bank.returned.iter().filter(|one| one.state == ReturnState::Done);
    done.filter(|one| one.transaction == money.transaction).map(|one| one.amount.minor()).sum()
}

/// What we say went back is what the bank says went back.
fn refunds_agree(world: &World, bank: &Bank) {
    for refund in &world.story.payment.state.refunds {
        let is_ours = |one: &&Returned| one.key == refund.id && one.state == ReturnState::Done;
        let Some(credit) = world.story.payment.state.credits.get(refund.credit) else { continue };
        if !bank.orders.contains_key(&credit.attempt) {
            continue;
        }
        let at_bank = bank.returned.iter().find(is_ours).map(|one| one.amount);
        let at_ours = matches!(refund.state, RefundState::Completed { .. }).then_some(refund.amount);
        assert_eq!(at_ours, at_bank, "P12: refund {} is the same in both books", refund.id);
    }
}
