//! What decisions are made on.

use crate::{
    AnnulAnswer, AttemptId, BankTransaction, Call, CallError, ConsoleId, ConsoleReport, Finding,
    FiscalReceipt, Issued, Money, OperationId, Origin, PaidNotice, RefundAnswer, RefundId, RegisterId,
    StatusAnswer, StoreId, Timestamp,
};

/// One thing that reached a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Time has passed: do what is due. `delivered`: every event so far has reached its register or is parked.
    Wake {
        /// Whether the outbox of this payment is empty.
        delivered: bool,
    },
    /// The calls of these epochs were lost with their instances: their outcome is unknown.
    CallsLost {
        /// Epochs that have lapsed.
        epochs: Vec<u64>,
    },
    /// A bank answered a request for a code, or did not.
    Issued {
        /// Which attempt.
        attempt: AttemptId,
        /// The answer.
        answer: Result<Issued, CallError>,
    },
    /// A bank told the state of an order.
    Status {
        /// Which attempt.
        attempt: AttemptId,
        /// When it was asked: certainty needs a status asked after the code's end.
        asked_at: Timestamp,
        /// The answer.
        answer: StatusAnswer,
    },
    /// A bank answered a withdrawal, or did not.
    Annulled {
        /// Which attempt.
        attempt: AttemptId,
        /// The answer.
        answer: Result<AnnulAnswer, CallError>,
    },
    /// A bank's status reported money for an order, and that money is another payment's already.
    MoneyTaken {
        /// Which attempt.
        attempt: AttemptId,
        /// When it was asked.
        asked_at: Timestamp,
        /// The money.
        notice: PaidNotice,
    },
    /// A bank told of money unasked, in a notification with a valid signature, and its status shows other money.
    Notified {
        /// Which attempt.
        attempt: AttemptId,
        /// The money.
        notice: PaidNotice,
    },
    /// A bank answered a refund, or did not.
    Refunded {
        /// Which refund.
        refund: RefundId,
        /// The call that this answers, as the refund's state named it: a refund may be sent more than once, and what
        /// is said of one sending says nothing of another.
        call: Call,
        /// The answer.
        answer: Result<RefundAnswer, CallError>,
    },
    /// A bank told the state of a refund.
    RefundStatus {
        /// Which refund.
        refund: RefundId,
        /// When it was asked.
        asked_at: Timestamp,
        /// The answer.
        answer: RefundAnswer,
    },
    /// Outputs reported what they did with the code.
    OutputsTold {
        /// Each console's report.
        consoles: Vec<ConsoleReport>,
    },
    /// The payment has got hold of consoles that several registers share.
    ConsolesHeld {
        /// The consoles.
        consoles: Vec<ConsoleId>,
    },
    /// The register, or a person, wants the end.
    Cancel {
        /// For people.
        reason: Option<String>,
    },
    /// Money is to go back.
    Refund(RefundOrder),
    /// The register takes the late money that it was offered.
    Claim,
    /// What the payment supersedes is resolved.
    Resolved(Resolution),
    /// A register printed a fiscal receipt.
    Fiscalized {
        /// Its store.
        store: StoreId,
        /// The register: operations are unique by register only.
        register: RegisterId,
        /// Its pay or refund that the receipt is for.
        operation: OperationId,
        /// The receipt.
        receipt: FiscalReceipt,
    },
    /// The payment was inspected, and was not as it should be. What is due by its state is done with this input.
    Inspected {
        /// What was found.
        finding: Finding,
    },
    /// A person ends a review.
    EndReview {
        /// How.
        verdict: Verdict,
        /// Who.
        who: String,
        /// Why.
        why: String,
    },
}

/// A refund as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// The asker's own id of the refund.
    pub operation: OperationId,
    /// Who asks.
    pub origin: Origin,
    /// The money that goes back, for people who hand back what is left to them; `None`: that which pays.
    pub transaction: Option<BankTransaction>,
    /// How much; `None`: all that is left.
    pub amount: Option<Money>,
    /// Why.
    pub reason: Option<String>,
    /// People may have given back no more than so many minor units with this, or it is refused: more needs a second person.
    /// `None`: no such limit.
    pub alone_up_to_minor: Option<i64>,
}

/// What became of an operation that is superseded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It is over without money, certain or not, or it will never start.
    Over,
    /// It is paid.
    Paid,
    /// A person must decide on it.
    Review,
}

/// How a person ends a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Paid, by this credit.
    Paid {
        /// The bank's id of the money.
        transaction: BankTransaction,
    },
    /// Not paid.
    Failed,
}
