//! A payment's story: inputs at points in time, and what followed from them.

use std::sync::Arc;
use std::time::Duration;

use payment::{
    AnnulAnswer, AttemptId, BankTransaction, Call, CallError, Checkout, Code, CodeId, Context, Decision,
    Input, Issued, Money, OperationId, OrderState, Origin, PaidNotice, Payment, PaymentId, Plate, PlateMoney,
    Refund, RefundAnswer, RefundId, RefundOrder, Refusal, RefusalKind, RejectCode, StatusAnswer, Timestamp,
    Verdict, decide, decide_without_link, open, open_paid, open_without_link,
};

use super::law;
use super::shop::roubles;

/// The call of an answer that comes when nothing is under way.
const NO_CALL: Call = Call { since: START, deadline: START, epoch: 0 };

/// When every story begins.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

/// A payment with its clock and what its last step led to.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    /// The payment now.
    pub(crate) payment: Payment,
    /// The present.
    pub(crate) now: Timestamp,
    /// The instance that decides.
    pub(crate) epoch: u64,
    /// What the last step led to.
    pub(crate) last: Decision,
}

/// The point so many seconds after the beginning.
pub(crate) fn second(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

impl Story {
    /// Accepts a checkout.
    pub(crate) fn open(checkout: Arc<Checkout>) -> Self {
        let context = Context { now: START, epoch: 1 };
        let id = PaymentId::from_uuid(0x0191_f7e2_5d3a_7abc_8def_0123_4567_89ab);
        let last = open(id, Arc::clone(&checkout), context);
        law::after_opening(id, checkout, context, &last);
        Self { payment: last.payment.clone(), now: START, epoch: 1, last }
    }

    /// Accepts a checkout whose plate belongs to another payment.
    pub(crate) fn open_without_link(checkout: Arc<Checkout>) -> Self {
        let context = Context { now: START, epoch: 1 };
        let id = PaymentId::from_uuid(0x0191_f7e2_5d3a_7abc_8def_0123_4567_89ab);
        let last = open_without_link(id, checkout, context);
        Self { payment: last.payment.clone(), now: START, epoch: 1, last }
    }

    /// A register claims money at its open plate.
    pub(crate) fn open_paid(checkout: Arc<Checkout>, transaction: &str) -> Self {
        let context = Context { now: START, epoch: 1 };
        let id = PaymentId::from_uuid(0x0191_f7e2_5d3a_7abc_8def_0123_4567_89ab);
        let link = CodeId::parse("AS200000000000000000000000000001").unwrap();
        let money = PlateMoney {
            plate: Plate { link, payload: "https://qr.nspk.ru/AS2?type=01".to_owned() },
            transaction: BankTransaction::parse(transaction).unwrap(),
            paid_at: None,
            payer: None,
            instrument: None,
        };
        let last = open_paid(id, Arc::clone(&checkout), money, context);
        law::after_first_facts(&Payment::blank(id, checkout, START), context, &last);
        Self { payment: last.payment.clone(), now: START, epoch: 1, last }
    }

    /// Time has passed, and the plate still belongs to another payment.
    pub(crate) fn wake_without_link(&mut self) -> &mut Self {
        let context = Context { now: self.now, epoch: self.epoch };
        let wake = Input::Wake { delivered: false };
        self.last = decide_without_link(&self.payment, wake, context).expect("a wake is taken");
        self.payment = self.last.payment.clone();
        self
    }

    /// The time is now so many seconds after the beginning.
    pub(crate) fn at(&mut self, seconds: u64) -> &mut Self {
        self.at_ms(seconds * 1_000)
    }

    /// The time is now so many milliseconds after the beginning.
    pub(crate) fn at_ms(&mut self, millis: u64) -> &mut Self {
        let then = START.plus(Duration::from_millis(millis));
        assert!(then >= self.now, "time runs forwards");
        self.now = then;
        self
    }

    /// Feeds an input; a rejection changes nothing.
    pub(crate) fn try_feed(&mut self, input: Input) -> Result<&mut Self, RejectCode> {
        let context = Context { now: self.now, epoch: self.epoch };
        match decide(&self.payment, input.clone(), context) {
            Ok(decision) => {
                law::after_step(&self.payment, input, context, &decision);
                self.payment = decision.payment.clone();
                self.last = decision;
                Ok(self)
            }
            Err(rejection) => Err(rejection.code),
        }
    }

    /// Feeds an input that must be taken.
    pub(crate) fn feed(&mut self, input: Input) -> &mut Self {
        self.try_feed(input).expect("the input is taken")
    }

    /// Feeds an input without checking the laws: for stories of many hundred steps.
    pub(crate) fn rush(&mut self, input: Input) -> Result<&mut Self, RejectCode> {
        let decision = decide(&self.payment, input, Context { now: self.now, epoch: self.epoch });
        self.last = decision.map_err(|rejection| rejection.code)?;
        self.payment = self.last.payment.clone();
        Ok(self)
    }

    /// Time has passed; events are still on their way.
    pub(crate) fn wake(&mut self) -> &mut Self {
        self.feed(Input::Wake { delivered: false })
    }

    /// Time has passed; all events have reached the register.
    pub(crate) fn wake_delivered(&mut self) -> &mut Self {
        self.feed(Input::Wake { delivered: true })
    }

    /// Another instance takes over: the calls of the one before are lost.
    pub(crate) fn crash(&mut self) -> &mut Self {
        let lost = self.epoch;
        self.epoch += 1;
        self.feed(Input::CallsLost { epochs: vec![lost] })
    }

    /// The register wants the end.
    pub(crate) fn cancel(&mut self) -> &mut Self {
        self.feed(Input::Cancel { reason: None })
    }

    /// The order number of the `n`-th attempt.
    pub(crate) fn order(&self, n: u16) -> AttemptId {
        self.payment.id.attempt(n)
    }

    /// The key of the `n`-th refund.
    pub(crate) fn key(&self, n: u16) -> RefundId {
        self.payment.id.refund(n)
    }

    // ---- a bank answers a request for a code

    /// The bank gives a code that ends when it was asked to.
    pub(crate) fn code(&mut self, n: u16) -> &mut Self {
        let expires_at = self.payment.attempt(self.order(n)).map(|attempt| attempt.expires_at);
        self.issued(n, Ok(code(n, expires_at)))
    }

    /// The bank gives a code that has no end of its own.
    pub(crate) fn endless_code(&mut self, n: u16) -> &mut Self {
        self.issued(n, Ok(code(n, None)))
    }

    /// It is not known whether the bank made a code.
    pub(crate) fn code_unknown(&mut self, n: u16) -> &mut Self {
        self.issued(n, Err(CallError::Unknown("time-out".to_owned())))
    }

    /// The request for a code did not reach the bank.
    pub(crate) fn code_not_sent(&mut self, n: u16) -> &mut Self {
        self.issued(n, Err(CallError::NotSent("no connection".to_owned())))
    }

    /// The bank refuses to make a code.
    pub(crate) fn code_refused(&mut self, n: u16, kind: RefusalKind) -> &mut Self {
        self.issued(n, Err(CallError::Refused(refusal(kind))))
    }

    fn issued(&mut self, n: u16, answer: Result<Issued, CallError>) -> &mut Self {
        let attempt = self.order(n);
        self.feed(Input::Issued { attempt, answer })
    }

    // ---- a bank answers a question

    /// A status that was asked just now.
    pub(crate) fn status(&mut self, n: u16, state: OrderState) -> &mut Self {
        let asked_at = self.now;
        self.status_asked(n, asked_at, state)
    }

    /// A status that was asked earlier.
    pub(crate) fn status_asked(&mut self, n: u16, asked_at: Timestamp, state: OrderState) -> &mut Self {
        let order = Some(self.order(n).to_string());
        self.status_of(n, order, asked_at, state)
    }

    /// A status whose answer carries this order number.
    pub(crate) fn status_of(
        &mut self,
        n: u16,
        order: Option<String>,
        asked_at: Timestamp,
        state: OrderState,
    ) -> &mut Self {
        let attempt = self.order(n);
        self.feed(Input::Status { attempt, asked_at, answer: StatusAnswer { order, state } })
    }

    /// Nobody has paid.
    pub(crate) fn unpaid(&mut self, n: u16) -> &mut Self {
        self.status(n, OrderState::Unpaid)
    }

    /// Somebody is paying.
    pub(crate) fn in_progress(&mut self, n: u16) -> &mut Self {
        self.status(n, OrderState::InProgress)
    }

    /// A try was refused; the order can still be paid.
    pub(crate) fn try_declined(&mut self, n: u16) -> &mut Self {
        self.status(n, OrderState::Declined { reason: Some("no money".to_owned()), terminal: false })
    }

    /// A try was refused, and the order can never be paid.
    pub(crate) fn declined_for_good(&mut self, n: u16) -> &mut Self {
        self.status(n, OrderState::Declined { reason: Some("blocked".to_owned()), terminal: true })
    }

    /// The whole price has arrived.
    pub(crate) fn paid(&mut self, n: u16, transaction: &str) -> &mut Self {
        self.status(n, OrderState::Paid(notice(Some(transaction), Some(self.payment.checkout.amount))))
    }

    /// The whole price has arrived, but the money is another payment's.
    pub(crate) fn paid_with_others_money(&mut self, n: u16, transaction: &str) -> &mut Self {
        let (attempt, asked_at) = (self.order(n), self.now);
        let notice = notice(Some(transaction), Some(self.payment.checkout.amount));
        self.feed(Input::MoneyTaken { attempt, asked_at, notice })
    }

    // ---- a bank answers a withdrawal

    /// The code is withdrawn.
    pub(crate) fn annulled(&mut self, n: u16) -> &mut Self {
        self.annulment(n, Ok(AnnulAnswer::Annulled))
    }

    /// The code can't be withdrawn now.
    pub(crate) fn not_now(&mut self, n: u16) -> &mut Self {
        self.annulment(n, Ok(AnnulAnswer::NotNow))
    }

    /// An answer to a withdrawal.
    pub(crate) fn annulment(&mut self, n: u16, answer: Result<AnnulAnswer, CallError>) -> &mut Self {
        let attempt = self.order(n);
        self.feed(Input::Annulled { attempt, answer })
    }

    // ---- money goes back

    /// The register asks for money back; no amount: all that is left.
    pub(crate) fn refund(&mut self, kopecks: Option<i64>) -> Result<&mut Self, RejectCode> {
        let number = self.payment.state.refunds.len() + 1;
        self.try_feed(Input::Refund(RefundOrder {
            operation: OperationId::parse(&format!("17-3-000123-r{number}")).unwrap(),
            origin: Origin::Register {
                store: self.payment.checkout.store.clone(),
                register: self.payment.checkout.register.clone(),
            },
            transaction: None,
            amount: kopecks.map(roubles),
            reason: None,
            alone_up_to_minor: None,
        }))
    }

    /// The bank's answer to the refund call that is under way, or was last.
    pub(crate) fn refunded(&mut self, n: u16, answer: Result<RefundAnswer, CallError>) -> &mut Self {
        let refund = self.key(n);
        let call = self.payment.refund(refund).and_then(Refund::call).unwrap_or(NO_CALL);
        self.feed(Input::Refunded { refund, call, answer })
    }

    /// The money went back.
    pub(crate) fn refund_done(&mut self, n: u16) -> &mut Self {
        self.refunded(n, Ok(RefundAnswer::Completed { transaction: None }))
    }

    /// The refund may have worked.
    pub(crate) fn refund_unknown(&mut self, n: u16) -> &mut Self {
        self.refunded(n, Err(CallError::Unknown("time-out".to_owned())))
    }

    /// The bank refuses the refund.
    pub(crate) fn refund_refused(&mut self, n: u16, kind: RefusalKind) -> &mut Self {
        self.refunded(n, Err(CallError::Refused(refusal(kind))))
    }

    /// A refund's state that was asked just now.
    pub(crate) fn refund_looked_up(&mut self, n: u16, answer: RefundAnswer) -> &mut Self {
        let asked_at = self.now;
        let refund = self.key(n);
        self.feed(Input::RefundStatus { refund, asked_at, answer })
    }

    // ---- people

    /// A person ends the review as paid by this credit.
    pub(crate) fn accept(&mut self, transaction: &str) -> Result<&mut Self, RejectCode> {
        self.end_review(Verdict::Paid { transaction: BankTransaction::parse(transaction).unwrap() })
    }

    /// A person ends the review.
    pub(crate) fn end_review(&mut self, verdict: Verdict) -> Result<&mut Self, RejectCode> {
        self.try_feed(Input::EndReview { verdict, who: "petrova".to_owned(), why: "statement".to_owned() })
    }

    /// Milliseconds from now to the next wake; `None`: settled.
    pub(crate) fn wakes_in_ms(&self) -> Option<u128> {
        self.last.wake_at.map(|at| {
            assert!(at >= self.now, "a wake in the past");
            at.since(self.now).as_millis()
        })
    }
}

/// A code of the `n`-th attempt.
pub(crate) fn code(n: u16, expires_at: Option<Timestamp>) -> Code {
    Code {
        id: CodeId::parse(&format!("AD{n}")).unwrap(),
        payload: format!("https://qr.nspk.ru/AD{n}?type=02"),
        expires_at,
        payment_url: None,
    }
}

/// A bank's no.
pub(crate) fn refusal(kind: RefusalKind) -> Refusal {
    Refusal { kind, bank_code: "E1".to_owned(), message: "no".to_owned() }
}

/// Money that a status reports.
pub(crate) fn notice(transaction: Option<&str>, amount: Option<Money>) -> PaidNotice {
    PaidNotice {
        transaction: transaction.map(|text| BankTransaction::parse(text).unwrap()),
        amount,
        paid_at: None,
        payer: None,
        instrument: None,
    }
}
