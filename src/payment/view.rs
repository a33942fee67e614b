//! What a payment's state means: words and sums derived from it, never stored apart.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::{
    Annulment, Attempt, AttemptId, Call, Checkout, CodeId, CodeKind, Credit, CreditRole, EndWord, LastTry,
    Life, OrderRequest, Origin, Payment, PaymentId, Phase, Refund, RefundId, RefundRequest, RefundState,
    RegisterId, Route, ServerId, State, Status, StoreId, Terms, Timestamp, due,
};

impl Payment {
    /// A payment before its first fact: what its journal is folded onto.
    pub fn blank(id: PaymentId, checkout: Arc<Checkout>, opened_at: Timestamp) -> Self {
        let state = State {
            sequence: 0,
            phase: Phase::Opening { next_attempt_at: opened_at, give_up_at: opened_at },
            attempts: Vec::new(),
            credits: Vec::new(),
            refunds: Vec::new(),
            consoles: Vec::new(),
            spares: Vec::new(),
            consoles_held: Vec::new(),
            fiscal: None,
            settled: false,
        };
        Self { id, opened_at, checkout, state }
    }

    /// The `status` of the contract.
    pub fn status(&self) -> Status {
        match &self.state.phase {
            Phase::Waiting { .. } | Phase::Opening { .. } => Status::Accepted,
            Phase::Showing if self.shown_attempt().is_some_and(Attempt::is_in_progress) => Status::Processing,
            Phase::Showing => Status::AwaitingPayment,
            Phase::Closing { .. } => Status::Cancelling,
            Phase::Paid { .. } => Status::Paid,
            Phase::Review { .. } => Status::Review,
            Phase::Ended(ending) => match ending.word {
                EndWord::Declined => Status::Declined,
                EndWord::Expired => Status::Expired,
                EndWord::Cancelled => Status::Cancelled,
                EndWord::Failed => Status::Failed,
            },
        }
    }

    /// Whether neither an end nor a review has been told to the register.
    pub fn is_open(&self) -> bool {
        match self.state.phase {
            Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Showing | Phase::Closing { .. } => true,
            Phase::Paid { .. } | Phase::Ended(_) | Phase::Review { .. } => false,
        }
    }

    /// The attempt whose code buyers have, if one was ever shown. There is at most one that is not dead (P1).
    pub fn shown_attempt(&self) -> Option<&Attempt> {
        self.state.attempts.iter().rev().find(|attempt| attempt.shown_at.is_some())
    }

    /// The credit that pays, once there is one.
    pub fn paying_credit(&self) -> Option<(usize, &Credit)> {
        match self.state.phase {
            Phase::Paid { credit, .. } => self.state.credits.get(credit).map(|found| (credit, found)),
            _ => None,
        }
    }

    /// An attempt by its id.
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.state.attempts.iter().find(|attempt| attempt.id == id)
    }

    /// A refund by its id.
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.state.refunds.iter().find(|refund| refund.id == id)
    }

    /// The way to a bank that an attempt took.
    pub fn route_of(&self, attempt: &Attempt) -> &Route {
        &self.checkout.routes[attempt.route]
    }

    /// The terms that hold where an attempt was made.
    pub fn terms_of(&self, attempt: &Attempt) -> &Terms {
        &self.route_of(attempt).terms
    }

    /// The bank's id of an attempt's code: from its answer, or from the plate that it arms.
    pub fn code_id<'a>(&'a self, attempt: &'a Attempt) -> Option<&'a CodeId> {
        let plate = || self.route_of(attempt).plate.as_ref().map(|plate| &plate.link);
        attempt.code.as_ref().map(|code| &code.id).or_else(plate)
    }

    /// Whether its bank can be asked for an attempt: by the code's id, or by our order number where that is declared.
    pub fn can_be_asked(&self, attempt: &Attempt) -> bool {
        self.code_id(attempt).is_some() || self.terms_of(attempt).status_by_order
    }

    /// Whether its bank has ever told that it has the order of an attempt: by its code, or by money.
    pub(crate) fn is_confirmed(&self, attempt: &Attempt) -> bool {
        let is_its_money = |credit: &Credit| credit.attempt == attempt.id && credit.proven;
        attempt.code.is_some() || self.state.credits.iter().any(is_its_money)
    }

    /// The cash links that this payment keeps from others: armed, or perhaps armed. A link is free again only when the
    /// bank has said that our order is over, which it does not while a payment is in progress (design.md §4 "Cash link").
    pub fn links_held(&self) -> BTreeSet<(&ServerId, &CodeId)> {
        if self.checkout.kind != CodeKind::CashLink {
            return BTreeSet::new();
        }
        let may_be_armed =
            |attempt: &&Attempt| matches!(attempt.life, Life::Issuing(_) | Life::Payable { .. });
        let link_of = |attempt: &Attempt| {
            let route = self.route_of(attempt);
            Some((&route.server, &route.plate.as_ref()?.link))
        };
        self.state.attempts.iter().filter(may_be_armed).filter_map(link_of).collect()
    }

    /// Whether a fiscal receipt of the sale is still to be told: it is paid, with money that is no test.
    pub fn is_fiscal_due(&self) -> bool {
        matches!(self.state.phase, Phase::Paid { .. }) && self.state.fiscal.is_none() && !self.is_test()
    }

    /// Whether no bank was ever asked: it waited for the operation that it supersedes until its end.
    pub fn never_started(&self) -> bool {
        self.checkout.supersedes.is_some() && self.state.attempts.is_empty()
    }

    /// Whether this is test money: any of its ways leads to a test server.
    pub fn is_test(&self) -> bool {
        self.checkout.routes.iter().any(|route| route.terms.test)
    }

    /// Minor units of one credit that are neither given back nor reserved for a refund under way.
    pub fn left_of_minor(&self, credit: usize) -> i64 {
        let taken: i64 = self
            .state
            .refunds
            .iter()
            .filter(|refund| refund.credit == credit)
            .map(Refund::reserved_minor)
            .sum();
        self.state.credits.get(credit).map_or(0, |found| found.amount.minor()) - taken
    }

    /// Minor units of the paying credit that went back for certain: `refunded_total` of the contract.
    pub fn refunded_minor(&self) -> i64 {
        let Some((paying, _)) = self.paying_credit() else { return 0 };
        let completed = |refund: &&Refund| {
            refund.credit == paying && matches!(refund.state, RefundState::Completed { .. })
        };
        self.state.refunds.iter().filter(completed).map(|refund| refund.amount.minor()).sum()
    }

    /// Minor units that people have given back by hand, or are giving back: so that a large refund is not many small ones.
    pub fn returned_by_people_minor(&self) -> i64 {
        let by_people =
            self.state.refunds.iter().filter(|refund| matches!(refund.origin, Origin::Admin { .. }));
        by_people.map(Refund::reserved_minor).sum()
    }

    /// The question to the bank about an attempt.
    pub fn order_request(&self, attempt: &Attempt) -> OrderRequest {
        OrderRequest { order: attempt.id, code: self.code_id(attempt).cloned(), kind: self.checkout.kind }
    }

    /// The question to the bank about a refund; `None` for one whose credit or attempt is not there.
    pub fn refund_request(&self, refund: &Refund) -> Option<RefundRequest> {
        let credit = self.state.credits.get(refund.credit)?;
        Some(RefundRequest {
            refund: refund.id,
            order: credit.attempt,
            transaction: credit.transaction.clone(),
            amount: refund.amount,
            kind: self.checkout.kind,
            purpose: refund.reason.clone(),
        })
    }

    /// The pause before the next status of an attempt, by its own plan.
    pub fn status_pause(&self, attempt: &Attempt, now: Timestamp) -> Duration {
        due::poll_pause(self, attempt, now)
    }

    /// Every call under way.
    pub fn calls(&self) -> impl Iterator<Item = Call> + '_ {
        let attempts =
            self.state.attempts.iter().flat_map(|attempt| [attempt.issue_call(), attempt.annulment_call()]);
        attempts.flatten().chain(self.state.refunds.iter().filter_map(Refund::call))
    }
}

impl Attempt {
    /// Whether the last status said that a payment is being carried out.
    pub fn is_in_progress(&self) -> bool {
        self.last_try == LastTry::InProgress
    }

    /// Whether its code may still be paid, as far as is known.
    pub fn is_payable(&self) -> bool {
        matches!(self.life, Life::Payable { .. })
    }

    /// Whether status is asked for it: payable, or dead a short time ago.
    pub fn is_watched(&self) -> bool {
        matches!(self.life, Life::Payable { .. } | Life::Dead { .. })
    }

    /// From when its age is counted for the poll plan: shown, made, or dead.
    pub(crate) fn watched_since(&self) -> Timestamp {
        match self.life {
            Life::Issuing(call) => call.since,
            Life::Dead { at, .. } => at,
            Life::Payable { since } => self.shown_at.unwrap_or(since),
            Life::NotIssued { .. } | Life::Closed { .. } => self.expires_at,
        }
    }

    pub(crate) fn issue_call(&self) -> Option<Call> {
        match self.life {
            Life::Issuing(call) => Some(call),
            _ => None,
        }
    }

    pub(crate) fn annulment_call(&self) -> Option<Call> {
        match self.annulment {
            Annulment::Calling(call) => Some(call),
            _ => None,
        }
    }
}

impl Credit {
    /// Whether it counts as this payment's own: proven, or accepted or given back by a person. Of all payments only one may believe in
    /// the same money; what is merely reported is nobody's yet.
    pub fn is_believed(&self) -> bool {
        self.proven || matches!(self.role, CreditRole::Pays | CreditRole::Refunding)
    }

    /// Whether it is late money: beyond the first, or after the end was told.
    pub fn is_late(&self) -> bool {
        matches!(self.role, CreditRole::Refunding | CreditRole::Offered { .. } | CreditRole::Manual)
    }
}

impl Refund {
    /// The register among whose operations its own is unique: the one that asked, else the one that was paid at.
    pub fn named_at<'a>(&'a self, checkout: &'a Checkout) -> (&'a StoreId, &'a RegisterId) {
        match &self.origin {
            Origin::Register { store, register } => (store, register),
            Origin::Admin { .. } | Origin::Late => (&checkout.store, &checkout.register),
        }
    }

    /// Whether nothing will happen to it any more.
    pub fn is_final(&self) -> bool {
        matches!(self.state, RefundState::Completed { .. } | RefundState::Failed { .. })
    }

    /// Whether the money went back.
    pub fn is_completed(&self) -> bool {
        matches!(self.state, RefundState::Completed { .. })
    }

    /// Whether it is under way: neither final nor parked for a person.
    pub fn is_in_flight(&self) -> bool {
        !self.is_final() && !matches!(self.state, RefundState::Parked { .. })
    }

    /// Minor units that it takes, or may take, from its credit: nothing once it has failed for certain.
    pub fn reserved_minor(&self) -> i64 {
        if matches!(self.state, RefundState::Failed { .. }) { 0 } else { self.amount.minor() }
    }

    /// The call under way, if one is.
    pub fn call(&self) -> Option<Call> {
        match self.state {
            RefundState::Sending(call) => Some(call),
            _ => None,
        }
    }
}
