//! Codes that buyers may have before the bank has answered: cash links and the buyer's own code count as shown from the
//! first byte sent to the bank.

use payment::{CodeKind, OrderState, RefusalKind};

use crate::common::shop::{one_bank, two_banks};
use crate::common::story::{Story, second};

const OUT_BEFORE_THE_ANSWER: [CodeKind; 2] = [CodeKind::CashLink, CodeKind::Buyer];

fn each(tell: impl Fn(CodeKind, Story)) {
    for kind in OUT_BEFORE_THE_ANSWER {
        tell(kind, two_banks().kind(kind).open());
    }
}

#[test]
fn kinds_have_the_words_of_the_contract() {
    for (kind, word) in [
        (CodeKind::Dynamic, "dynamic"),
        (CodeKind::Static, "static"),
        (CodeKind::CashLink, "cash_link"),
        (CodeKind::Buyer, "buyer"),
    ] {
        assert_eq!(kind.word(), word);
    }
}

#[test]
fn a_code_made_for_the_sale_is_shown_by_its_answer_the_others_from_the_first_byte() {
    for kind in [CodeKind::Dynamic, CodeKind::Static] {
        let mut story = one_bank().kind(kind).open();
        assert_eq!(story.payment.state.attempts[0].shown_at, None, "{kind:?}");
        story.at(1).code(1);
        assert_eq!(story.payment.state.attempts[0].shown_at, Some(second(1)), "{kind:?}");
    }
    each(|kind, story| assert_eq!(story.payment.state.attempts[0].shown_at, Some(second(0)), "{kind:?}"));
}

#[test]
fn p1_an_unknown_answer_is_not_followed_by_another_order() {
    each(|kind, mut story| {
        story.at(10).code_unknown(1);
        assert_eq!((story.did().as_str(), story.orders().as_str()), ("nothing", "1 payable"), "{kind:?}");
        assert_eq!(story.wakes_in_ms(), Some(1_000), "{kind:?}: it is watched by plan, not in a hot loop");
        story.at(11).wake();
        assert_eq!(story.did(), "ask 1", "{kind:?}");
    });
}

#[test]
fn a_late_answer_shows_the_code_after_all() {
    each(|kind, mut story| {
        story.at(10).code_unknown(1).at(11).code(1);
        assert_eq!((story.told().as_str(), story.did().as_str()), ("code_shown", "nothing"), "{kind:?}");
        assert_eq!(story.stands(), "awaiting_payment", "{kind:?}");
    });
}

#[test]
fn money_pays_although_the_answer_never_came() {
    each(|kind, mut story| {
        story.at(10).code_unknown(1).at(12).paid(1, "T1");
        assert_eq!(story.stands(), "paid by T1", "{kind:?}");
    });
}

#[test]
fn a_refusal_goes_on_at_the_next_bank_since_nothing_is_out() {
    each(|kind, mut story| {
        story.at(1).code_refused(1, RefusalKind::Other);
        assert_eq!(story.did(), "issue 2", "{kind:?}");
        assert_eq!(story.payment.state.attempts[0].shown_at, None, "{kind:?}");
        story.at(2).code_refused(2, RefusalKind::Other);
        assert_eq!(story.stands(), "failed for certain (bank_refused)", "{kind:?}");
        assert!(story.payment.shown_attempt().is_none(), "{kind:?}");
    });
}

#[test]
fn p1_another_order_follows_only_the_confirmed_death_of_the_first() {
    each(|kind, mut story| {
        story.at(10).code_unknown(1).at(12).status(1, OrderState::NotFound);
        assert_eq!(story.did(), "nothing", "{kind:?}: it may still be made");
        story.at(13).status(1, OrderState::Annulled);
        assert_eq!(
            (story.did().as_str(), story.orders().as_str()),
            ("issue 2", "1 dead, 2 issuing"),
            "{kind:?}"
        );
    });
}

#[test]
fn a_terminal_decline_before_the_answer_is_declined_and_not_tried_elsewhere() {
    each(|kind, mut story| {
        story.at(10).code_unknown(1).at(12).declined_for_good(1);
        assert_eq!(story.stands(), "declined for certain (declined)", "{kind:?}");
        assert_eq!(story.did(), "nothing", "{kind:?}");
    });
}

#[test]
fn a_cancel_before_the_answer_is_not_certain() {
    each(|kind, mut story| {
        story.at(1).cancel();
        assert_eq!((story.stands().as_str(), story.did().as_str()), ("cancelling", "nothing"), "{kind:?}");
        let mut refused = story.clone();
        refused.at(2).code_refused(1, RefusalKind::Other);
        assert_eq!(refused.stands(), "cancelled for certain (cancelled)", "{kind:?}");
        story.at(2).code(1);
        assert_eq!(story.told(), "code_kept_aside, annulment_wanted, annulment_ordered", "{kind:?}");
        story.at(3).annulled(1).status(1, OrderState::Annulled);
        assert_eq!(story.stands(), "cancelled for certain (cancelled)", "{kind:?}");
    });
}

#[test]
fn giving_up_waits_for_certainty_and_ends_uncertain_where_nothing_can_be_withdrawn() {
    each(|kind, mut story| {
        story.at(10).code_unknown(1).at(60).wake();
        assert_eq!((story.stands().as_str(), story.did().as_str()), ("cancelling", "ask 1"), "{kind:?}");
        story.at(61).in_progress(1);
        assert_eq!(story.stands(), "cancelling", "{kind:?}");
        story.at(62).unpaid(1);
        assert_eq!(story.stands(), "failed, payable until 302 s", "{kind:?}: the code's id is not known");
    });
}

#[test]
fn giving_up_while_the_bank_is_asked_takes_what_the_answer_says() {
    let slow = || one_bank().banks(|terms| terms.call_timeout = std::time::Duration::from_secs(90));
    for kind in OUT_BEFORE_THE_ANSWER {
        let mut story = slow().kind(kind).open();
        story.at(60).wake();
        assert_eq!(
            (story.stands().as_str(), story.orders().as_str()),
            ("cancelling", "1 issuing"),
            "{kind:?}"
        );
        let mut refused = story.clone();
        refused.at(70).code_refused(1, RefusalKind::Other);
        assert_eq!(refused.stands(), "failed for certain (bank_unavailable)", "{kind:?}");
        story.at(70).code(1);
        assert_eq!(story.did(), "annul 1", "{kind:?}");
        story.at(120).wake();
        assert_eq!(story.stands(), "failed, payable until 302 s", "{kind:?}");
    }
}
