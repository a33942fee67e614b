//! What holds after every step, whatever the story (design.md §5).

use std::sync::Arc;
use std::time::Duration;

use payment::{
    Annulment, Checkout, CodeKind, Context, CreditRole, Decision, Effect, Fact, Input, Life, OrderState,
    Payment, PaymentId, Phase, Refund, RefundState, State, Timestamp, apply, decide, open,
};

/// A wake that finds nothing to tell must not come again sooner than this.
const SHORTEST_PAUSE: Duration = Duration::from_millis(900);

/// Checks the first step.
pub(crate) fn after_opening(id: PaymentId, checkout: Arc<Checkout>, context: Context, decision: &Decision) {
    assert_eq!(*decision, open(id, Arc::clone(&checkout), context), "the same question has the same answer");
    after_first_facts(&Payment::blank(id, checkout, context.now), context, decision);
}

/// Checks the first facts of a payment, whatever way it came to be.
pub(crate) fn after_first_facts(blank: &Payment, context: Context, decision: &Decision) {
    p9_facts_are_numbered_and_fold_to_the_state(blank, context, decision);
    p6_what_is_not_settled_wakes(decision, context.now);
    calls_are_written_down_before_they_are_made(context, decision);
}

/// Checks one step.
pub(crate) fn after_step(before: &Payment, input: Input, context: Context, decision: &Decision) {
    p9_facts_are_numbered_and_fold_to_the_state(before, context, decision);
    p6_what_is_not_settled_wakes(decision, context.now);
    calls_are_written_down_before_they_are_made(context, decision);
    p1_at_most_one_shown_code_may_be_payable(&decision.payment);
    p3_ends_do_not_change(before, &input, decision);
    p4_refunds_never_exceed_their_credit(&decision.payment);
    p5_paid_is_proven_or_accepted(before, &input, decision);
    only_the_sole_credit_after_an_unpaid_end_is_offered(before, decision);
    p7_unknown_is_never_failed(&input, decision);
    let again = decide(before, input, context);
    assert_eq!(Ok(decision), again.as_ref(), "the same question has the same answer");
}

fn p9_facts_are_numbered_and_fold_to_the_state(before: &Payment, context: Context, decision: &Decision) {
    let expected = before.state.sequence + decision.facts.len() as u64;
    assert_eq!(decision.payment.state.sequence, expected, "each fact takes the next number");
    let mut folded = before.clone();
    for fact in &decision.facts {
        let stored = serde_json::to_string(fact).unwrap();
        let read: Fact = serde_json::from_str(&stored).unwrap();
        assert_eq!(*fact, read, "facts survive being stored");
        apply(&mut folded, &read, context.now);
    }
    assert_eq!(folded, decision.payment, "the state is the fold of the facts");
    let stored = serde_json::to_string(&decision.payment.state).unwrap();
    let read: State = serde_json::from_str(&stored).unwrap();
    assert_eq!(decision.payment.state, read, "the state survives being stored");
}

fn p6_what_is_not_settled_wakes(decision: &Decision, now: Timestamp) {
    assert_eq!(decision.wake_at.is_none(), decision.payment.state.settled, "settled, or it wakes");
    let Some(at) = decision.wake_at else { return };
    let at = at.max(now);
    let next = decide(&decision.payment, Input::Wake { delivered: false }, Context { now: at, epoch: 0 });
    let next = next.expect("a wake is always taken");
    if next.facts.is_empty()
        && let Some(later) = next.wake_at
    {
        let waits = later.since(at);
        let after = decide(&next.payment, Input::Wake { delivered: false }, Context { now: later, epoch: 0 });
        let is_idle = after.expect("a wake is always taken").facts.is_empty();
        assert!(waits >= SHORTEST_PAUSE || !is_idle, "a wake without news comes again after only {waits:?}");
    }
}

/// The state names the call in the same commit that orders it (design.md §3.6), and only declared abilities are used.
fn calls_are_written_down_before_they_are_made(context: Context, decision: &Decision) {
    let payment = &decision.payment;
    for effect in &decision.effects {
        match *effect {
            Effect::Issue(id) => {
                let Life::Issuing(call) = payment.attempt(id).unwrap().life else {
                    panic!("no issuing state")
                };
                assert_eq!((call.since, call.epoch), (context.now, context.epoch));
            }
            Effect::Annul(id) => {
                let attempt = payment.attempt(id).unwrap();
                let Annulment::Calling(call) = attempt.annulment else { panic!("no annulling state") };
                assert_eq!((call.since, call.epoch), (context.now, context.epoch));
                assert!(payment.terms_of(attempt).annul, "the bank can withdraw codes");
                assert!(payment.code_id(attempt).is_some(), "the code is known");
            }
            Effect::Refund(id) => {
                let RefundState::Sending(call) = payment.refund(id).unwrap().state else {
                    panic!("no sending state")
                };
                assert_eq!((call.since, call.epoch), (context.now, context.epoch));
            }
            Effect::AskStatus(id) => {
                let attempt = payment.attempt(id).unwrap();
                assert!(
                    attempt.code.is_some() || payment.terms_of(attempt).status_by_order,
                    "it can be asked"
                );
            }
            Effect::Resolve => {
                assert!(matches!(payment.state.phase, Phase::Waiting { .. }), "it waits for that");
            }
            Effect::Output => {
                assert!(payment.is_code_live(), "outputs get live codes only");
            }
            Effect::AskRefund(id) => {
                let refund = payment.refund(id).unwrap();
                let attempt = payment.attempt(payment.state.credits[refund.credit].attempt).unwrap();
                assert!(payment.terms_of(attempt).refund.lookup_by_key, "it can be asked");
            }
        }
    }
    let busy = |state: &RefundState| {
        matches!(state, RefundState::Sending(_) | RefundState::Unknown { .. } | RefundState::Pending { .. })
    };
    let in_flight = payment.state.refunds.iter().filter(|refund| busy(&refund.state)).count();
    assert!(in_flight <= 1, "one refund in flight per payment");
}

fn p1_at_most_one_shown_code_may_be_payable(payment: &Payment) {
    let may_be_payable = payment.state.attempts.iter().filter(|attempt| {
        attempt.shown_at.is_some() && matches!(attempt.life, Life::Issuing(_) | Life::Payable { .. })
    });
    assert!(may_be_payable.count() <= 1, "two codes that buyers may pay");
}

fn p3_ends_do_not_change(before: &Payment, input: &Input, decision: &Decision) {
    let after = &decision.payment.state.phase;
    let is_the_same = before.state.phase == *after;
    match &before.state.phase {
        Phase::Paid { .. } => assert!(is_the_same, "paid stays paid"),
        Phase::Ended(_) => {
            let claimed = *input == Input::Claim && matches!(after, Phase::Paid { .. });
            assert!(is_the_same || claimed, "an end changes only by a claim of late money");
        }
        Phase::Review { .. } => {
            let ended = decision.facts.iter().any(|fact| matches!(fact, Fact::ReviewEnded { .. }));
            assert!(is_the_same || ended, "only a person ends a review");
        }
        Phase::Closing { .. } => {
            let went_back = matches!(after, Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Showing);
            assert!(!went_back, "what is being closed is not opened again");
        }
        Phase::Showing => assert!(!matches!(after, Phase::Opening { .. }), "a shown code is not taken back"),
        Phase::Opening { .. } => {
            let may_wait = before.checkout.kind == CodeKind::CashLink;
            assert!(
                may_wait || !matches!(after, Phase::Waiting { .. }),
                "what began waits for nothing but a plate"
            );
        }
        Phase::Waiting { .. } => {
            let may_follow = matches!(after, Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Ended(_));
            assert!(may_follow, "nothing is asked of a bank while it waits");
        }
    }
    for (old, new) in before.state.refunds.iter().zip(&decision.payment.state.refunds) {
        let but_for_its_receipt = Refund { fiscal: new.fiscal.clone(), ..old.clone() };
        assert!(!old.is_final() || but_for_its_receipt == *new, "a final refund stays as it is");
    }
    for (old, new) in before.state.credits.iter().zip(&decision.payment.state.credits) {
        let may_change = matches!(
            old.role,
            CreditRole::Offered { .. } | CreditRole::Held | CreditRole::Refunding | CreditRole::Manual
        );
        assert!(may_change || old.role == new.role, "money that pays goes on paying");
        assert_eq!(
            (&old.transaction, old.amount),
            (&new.transaction, new.amount),
            "credits are not rewritten"
        );
    }
}

fn p4_refunds_never_exceed_their_credit(payment: &Payment) {
    for (index, credit) in payment.state.credits.iter().enumerate() {
        let of_credit = payment.state.refunds.iter().filter(|refund| refund.credit == index);
        let reserved: i64 = of_credit.map(payment::Refund::reserved_minor).sum();
        assert!(reserved <= credit.amount.minor(), "{reserved} of {:?} are to go back", credit.amount);
    }
}

fn p5_paid_is_proven_or_accepted(before: &Payment, input: &Input, decision: &Decision) {
    let payment = &decision.payment;
    let Some((_, credit)) = payment.paying_credit().filter(|_| before.paying_credit().is_none()) else {
        return;
    };
    let is_decided_by_people = decision.facts.iter().any(|fact| matches!(fact, Fact::ReviewEnded { .. }));
    let is_claimed = *input == Input::Claim;
    if is_decided_by_people || is_claimed {
        return;
    }
    let Input::Status { attempt, answer, .. } = input else { panic!("{input:?} can't pay") };
    let OrderState::Paid(notice) = &answer.state else { panic!("{answer:?} can't pay") };
    assert_eq!(answer.order, Some(attempt.to_string()), "the answer names our order");
    assert!(notice.amount.is_none_or(|amount| amount == payment.checkout.amount), "and our amount");
    assert_eq!(notice.transaction.as_ref(), Some(&credit.transaction), "and its transaction");
    assert!(payment.attempt(*attempt).unwrap().shown_at.is_some(), "and the code was shown");
}

fn only_the_sole_credit_after_an_unpaid_end_is_offered(before: &Payment, decision: &Decision) {
    for (index, credit) in decision.payment.state.credits.iter().enumerate() {
        let was = before.state.credits.get(index).map(|credit| credit.role);
        if matches!(credit.role, CreditRole::Offered { .. }) && was != Some(credit.role) {
            assert_eq!(decision.payment.state.credits.len(), 1, "the sole credit");
            assert!(matches!(before.state.phase, Phase::Ended(_)), "after an end without payment");
            assert!(before.attempt(credit.attempt).unwrap().shown_at.is_some(), "of a code that was shown");
        }
    }
}

fn p7_unknown_is_never_failed(input: &Input, decision: &Decision) {
    let is_unknown = match input {
        Input::Issued { answer: Err(error), .. } | Input::Refunded { answer: Err(error), .. } => {
            matches!(error, payment::CallError::Unknown(_))
        }
        Input::CallsLost { .. } => true,
        _ => false,
    };
    let says_no = |fact: &Fact| matches!(fact, Fact::NotIssued { .. } | Fact::RefundFailed { .. });
    assert!(!is_unknown || !decision.facts.iter().any(says_no), "unknown was taken for a no");
}
