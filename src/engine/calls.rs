//! Calls to banks, under limits and deadlines.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use payment::{
    Attempt, AttemptId, Call, CallError, CodeId, Input, IssueRequest, PaidNotice, Payment, Phase, Refund,
    RefundId, Refusal, RefusalKind, ServerId, Timestamp,
};

use crate::asking::Question;
use crate::engine::Engine;
use crate::limits::{NoTurn, Place, Rank, Verb};
use crate::ports::Bank;

/// What came of a question that may be put off.
pub(crate) enum Asked {
    /// The bank answered.
    Answered(Input),
    /// The bank is at its limit: not before this time.
    PutOff(Timestamp),
    /// No answer that can be used: asked again by plan.
    Failed,
}

impl Engine {
    pub(crate) async fn issue(&self, payment: &Payment, id: AttemptId) -> Option<Input> {
        let attempt = payment.attempt(id)?;
        let payment::Life::Issuing(call) = attempt.life else { return None };
        let request = IssueRequest {
            order: id,
            amount: payment.checkout.amount,
            kind: payment.checkout.kind,
            expires_at: attempt.expires_at,
            purpose: payment.checkout.details.purpose.clone(),
            plate: payment.route_of(attempt).plate.clone(),
        };
        let of_use_until =
            waits_until(payment).unwrap_or(call.deadline).min(half_time(call.since, attempt.expires_at));
        let latest = last_turn(call).min(of_use_until);
        let answer = match self.turn_for_code(server_of(payment, attempt), latest).await {
            Ok(turn) => turn.call(self, call.deadline, turn.bank.issue(&request)).await,
            Err(error) => Err(CallError::from(error)),
        };
        Some(Input::Issued { attempt: id, answer })
    }

    pub(crate) async fn annul(&self, payment: &Payment, id: AttemptId) -> Option<Input> {
        let attempt = payment.attempt(id)?;
        let payment::Annulment::Calling(call) = attempt.annulment else { return None };
        let request = payment.order_request(attempt);
        let answer = match self.turn(server_of(payment, attempt), Verb::Annul, last_turn(call)).await {
            Ok(turn) => turn.call(self, call.deadline, turn.bank.annul(&request)).await,
            Err(error) => Err(error.not_sent()),
        };
        Some(Input::Annulled { attempt: id, answer })
    }

    pub(crate) async fn refund(&self, payment: &Payment, id: RefundId) -> Option<Input> {
        let refund = payment.refund(id)?;
        let payment::RefundState::Sending(call) = refund.state else { return None };
        let request = payment.refund_request(refund)?;
        let server = server_of_refund(payment, refund)?;
        let answer = match self.turn(server, Verb::Refund, last_turn(call)).await {
            Ok(turn) => turn.call(self, call.deadline, turn.bank.refund(&request)).await,
            Err(error) => Err(error.not_sent()),
        };
        Some(Input::Refunded { refund: id, call, answer })
    }

    /// Asks for an order by plan, unless its bank is at its limit, or ill.
    pub(crate) async fn ask_status(&self, payment: &Payment, id: AttemptId) -> Asked {
        let Some(attempt) = payment.attempt(id) else { return Asked::Failed };
        let server = server_of(payment, attempt);
        let Some(bank) = self.parts().banks.bank(server) else { return Asked::Failed };
        let (question, rank) = (Question::Order(id), rank_of(payment, attempt));
        let call = self.question(payment, attempt);
        match self.limits().turn_to_ask(self, server, question, rank, last_turn(call)).await {
            Ok(Some(place)) => self.status(payment, attempt, &Granted { bank, place }, call).await,
            Ok(None) => Asked::Failed,
            Err(until) => Asked::PutOff(until),
        }
    }

    /// Asks for an order because something has happened, or somebody waits for the answer, unless its bank is ill.
    pub(crate) async fn ask_status_now(&self, payment: &Payment, id: AttemptId) -> Asked {
        let Some(attempt) = payment.attempt(id) else { return Asked::Failed };
        let server = server_of(payment, attempt);
        let Some(bank) = self.parts().banks.bank(server) else { return Asked::Failed };
        let call = self.question(payment, attempt);
        let question = Question::Order(id);
        match self.limits().turn_to_ask_at_once(self, server, question, last_turn(call)).await {
            Ok(Some(place)) => self.status(payment, attempt, &Granted { bank, place }, call).await,
            Ok(None) => Asked::Failed,
            Err(until) => Asked::PutOff(until),
        }
    }

    async fn status(&self, payment: &Payment, attempt: &Attempt, turn: &Granted, call: Call) -> Asked {
        let request = payment.order_request(attempt);
        let asked_at = self.now();
        match turn.call(self, call.deadline, turn.bank.status(&request)).await {
            Ok(answer) => Asked::Answered(Input::Status { attempt: attempt.id, asked_at, answer }),
            Err(error) => {
                tracing::debug!(payment.id = %payment.id, %error, "a status call failed: it is asked again by plan");
                Asked::Failed
            }
        }
    }

    /// Asks for the latest money on a code that we have no order for.
    pub(crate) async fn latest_credit(
        &self,
        server: &ServerId,
        code: &CodeId,
        call: Call,
    ) -> Result<Option<PaidNotice>, CallError> {
        let turn = self.turn(server, Verb::AskOrder, last_turn(call)).await.map_err(NotCalled::not_sent)?;
        turn.call(self, call.deadline, turn.bank.latest_credit(code)).await
    }

    /// Asks for a refund unless its bank is at its limit, or ill.
    pub(crate) async fn ask_refund(&self, payment: &Payment, id: RefundId) -> Asked {
        self.try_ask_refund(payment, id).await.unwrap_or(Asked::Failed)
    }

    async fn try_ask_refund(&self, payment: &Payment, id: RefundId) -> Option<Asked> {
        let refund = payment.refund(id)?;
        let request = payment.refund_request(refund)?;
        let server = server_of_refund(payment, refund)?;
        let bank = self.parts().banks.bank(server)?;
        let call = self.question(payment, payment.attempt(request.order)?);
        let question = Question::Refund(id);
        let turn = self.limits().turn_to_ask(self, server, question, Rank::Buyer, last_turn(call)).await;
        let turn = match turn {
            Ok(place) => Granted { bank, place: place? },
            Err(until) => return Some(Asked::PutOff(until)),
        };
        let asked_at = self.now();
        let answer = turn.call(self, call.deadline, turn.bank.refund_status(&request)).await.ok()?;
        Some(Asked::Answered(Input::RefundStatus { refund: id, asked_at, answer }))
    }

    /// A question has no effect at the bank, so it is written nowhere; its time is counted like a call's.
    fn question(&self, payment: &Payment, attempt: &Attempt) -> Call {
        let since = self.now();
        Call { since, deadline: since.plus(payment.terms_of(attempt).call_timeout), epoch: self.epoch() }
    }

    /// Why people want no new codes of a server now; `None`: they do. One that is not set up bars nothing: it is not called.
    pub(crate) fn bars_codes(&self, server: &ServerId) -> Option<&'static str> {
        self.settings().servers.get(server)?.usage.bars_codes_at(self.now())
    }

    /// A call for a new code would be turned away now: its bank is ill, or people want no codes of it.
    pub(crate) fn gives_no_codes(&self, server: &ServerId, now: Timestamp) -> bool {
        self.bars_codes(server).is_some() || self.limits().turns_away_codes(server, now)
    }

    /// Like [`Self::turn`], for a new code. What was asked there before is asked after all the same, whatever people want now.
    async fn turn_for_code(&self, server: &ServerId, latest: Timestamp) -> Result<Granted, NotCalled> {
        match self.bars_codes(server) {
            Some(why) => Err(NotCalled { server: server.clone(), why: WhyNot::Barred(why) }),
            None => self.turn(server, Verb::Issue, latest).await,
        }
    }

    /// Waits for a turn to call a server, at the longest until `latest`.
    async fn turn(&self, server: &ServerId, verb: Verb, latest: Timestamp) -> Result<Granted, NotCalled> {
        let not_called = |why| NotCalled { server: server.clone(), why };
        let bank = self.parts().banks.bank(server).ok_or_else(|| not_called(WhyNot::NotSetUp))?;
        match self.limits().turn(self, server, verb, latest).await {
            Ok(place) => Ok(Granted { bank, place }),
            Err(why) => Err(not_called(WhyNot::NoTurn(why))),
        }
    }
}

/// A bank that may be called now, with the place that the call takes.
struct Granted {
    bank: Arc<dyn Bank>,
    place: Place,
}

impl Granted {
    /// Makes a call under its deadline. No answer by then: the bank may have acted.
    async fn call<T>(
        &self,
        engine: &Engine,
        deadline: Timestamp,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let answer = tokio::time::timeout(deadline.since(engine.now()), call).await;
        let answer =
            answer.unwrap_or_else(|_| Err(CallError::Unknown("no answer before the deadline".to_owned())));
        self.place.saw(&answer);
        answer
    }
}

/// A call that was not made: nothing has happened at the bank.
struct NotCalled {
    server: ServerId,
    why: WhyNot,
}

/// Why a call was not made.
#[derive(Clone, Copy)]
enum WhyNot {
    NotSetUp,
    NoTurn(NoTurn),
    /// People want no new codes of it now.
    Barred(&'static str),
}

impl NotCalled {
    /// For calls that are made later all the same: when, is for their own wake to say.
    fn not_sent(self) -> CallError {
        CallError::NotSent(self.to_string())
    }
}

/// For a code: of a bank that is ill, or that nobody wants codes of now, there is none, and the buyer waits for it no longer.
impl From<NotCalled> for CallError {
    fn from(not_called: NotCalled) -> Self {
        if !matches!(not_called.why, WhyNot::NoTurn(NoTurn::Ill) | WhyNot::Barred(_)) {
            return not_called.not_sent();
        }
        Self::Refused(Refusal {
            kind: RefusalKind::Unavailable,
            bank_code: "not_called".to_owned(),
            message: not_called.to_string(),
        })
    }
}

impl fmt::Display for NotCalled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            WhyNot::NotSetUp => "is not set up",
            WhyNot::NoTurn(NoTurn::Late) => "had no free turn in time",
            WhyNot::NoTurn(NoTurn::Ill) => "has not answered for a while and is not called",
            WhyNot::Barred(why) => why,
        };
        write!(formatter, "authorization server {} {why}", self.server)
    }
}

/// A turn that leaves less than half of the call's time is no use: the call would end as unknown, which costs more than
/// not having been sent.
fn last_turn(call: Call) -> Timestamp {
    half_time(call.since, call.deadline)
}

fn half_time(from: Timestamp, to: Timestamp) -> Timestamp {
    from.plus(to.since(from) / 2)
}

/// Live buyers before the watch of codes that nobody should pay (P13).
fn rank_of(payment: &Payment, attempt: &Attempt) -> Rank {
    if payment.is_open() && attempt.shown_at.is_some() { Rank::Buyer } else { Rank::Watch }
}

/// When a payment without a code gives up: a code that comes later is of no use to anybody.
fn waits_until(payment: &Payment) -> Option<Timestamp> {
    match payment.state.phase {
        Phase::Opening { give_up_at, .. } => Some(give_up_at),
        _ => None,
    }
}

fn server_of<'a>(payment: &'a Payment, attempt: &Attempt) -> &'a ServerId {
    &payment.route_of(attempt).server
}

fn server_of_refund<'a>(payment: &'a Payment, refund: &Refund) -> Option<&'a ServerId> {
    Some(&payment.state.credits.get(refund.credit)?.server)
}
