//! What has happened to a payment. Facts are the journal; [`crate::apply`] folds them into the state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Attempt, AttemptId, BankTransaction, Call, Code, ConsoleId, Credit, CreditRole, DeathCause, Ending,
    Finding, FiscalReceipt, OperationId, Refund, RefundId, Refusal, Timestamp, Wait, Wish,
};

/// One thing that happened. Each is durable before anything follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The checkout was accepted.
    Accepted {
        /// Without a code by then the payment fails.
        give_up_at: Timestamp,
    },
    /// No bank may be asked before something else is over.
    WaitBegan {
        /// What it waits for.
        what: Wait,
    },
    /// It is over: a bank may be asked.
    WaitEnded {
        /// Without a code by then the payment fails.
        give_up_at: Timestamp,
    },
    /// A bank is about to be asked for a code.
    IssueOrdered {
        /// The new attempt, in its calling state.
        attempt: Attempt,
    },
    /// The bank certainly has no such order.
    NotIssued {
        /// Which attempt.
        attempt: AttemptId,
        /// Why, for people.
        cause: String,
        /// The bank's explicit no; `None`: the request was not sent.
        refusal: Option<Refusal>,
        /// When another attempt may start.
        next_attempt_at: Timestamp,
    },
    /// It is not known whether the bank made a code: the attempt is an orphan from now on.
    IssueUnknown {
        /// Which attempt.
        attempt: AttemptId,
        /// Why, for people.
        cause: String,
        /// When another attempt may start.
        next_attempt_at: Timestamp,
    },
    /// A code that will never be shown became known.
    CodeKeptAside {
        /// Which attempt.
        attempt: AttemptId,
        /// The code.
        code: Code,
    },
    /// The code is out: buyers may pay from now on.
    CodeShown {
        /// Which attempt.
        attempt: AttemptId,
        /// The code.
        code: Code,
    },
    /// Outputs reported what they did with the code.
    OutputsTold {
        /// Each console's report.
        consoles: Vec<ConsoleReport>,
    },
    /// Consoles that several registers share show this payment's code from now on.
    ConsolesHeld {
        /// The consoles.
        consoles: Vec<ConsoleId>,
    },
    /// None of the consoles that were asked for shows the code: another one of the register steps in.
    SpareCalled {
        /// The console.
        console: ConsoleId,
    },
    /// The buyer's bank carries a payment out.
    ProcessingSeen {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// A payment that was being carried out is not any more, without a reason.
    ProcessingGone {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// The buyer's bank refused a try; the code may still be paid.
    TryDeclined {
        /// Which attempt.
        attempt: AttemptId,
        /// The bank's reason.
        reason: Option<String>,
    },
    /// The end is wanted.
    ClosingBegan {
        /// Why.
        wish: Wish,
        /// For people.
        reason: Option<String>,
        /// When the end is told even if it is not certain.
        tell_by: Timestamp,
    },
    /// A code that nobody should pay is to be withdrawn.
    AnnulmentWanted {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// The bank is about to be asked to withdraw a code.
    AnnulmentOrdered {
        /// Which attempt.
        attempt: AttemptId,
        /// The call.
        call: Call,
    },
    /// The withdrawal gave no certainty; it is tried again after a status.
    AnnulmentUncertain {
        /// Which attempt.
        attempt: AttemptId,
        /// Why, for people.
        cause: String,
        /// Not before this time.
        not_before: Timestamp,
    },
    /// A code can certainly not be paid any more.
    AttemptDied {
        /// Which attempt.
        attempt: AttemptId,
        /// Why.
        cause: DeathCause,
        /// Until when status is still asked.
        watch_until: Timestamp,
    },
    /// A dead code is no longer watched.
    WatchEnded {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// Money was found. With the role *pays* the payment is paid.
    CreditFound {
        /// The credit.
        credit: Credit,
    },
    /// A register claimed money that has no order of ours: the payment is made of it.
    PlateMoneyClaimed {
        /// What stands for the order.
        attempt: Attempt,
        /// The money.
        credit: Credit,
    },
    /// Money that was known is now proven ours: a status named our order and the right amount.
    CreditProven {
        /// The credit, as an index.
        credit: usize,
    },
    /// Money that was reported to us belongs to another payment.
    CreditTaken {
        /// The credit, as an index.
        credit: usize,
    },
    /// A credit got another role: claimed, accepted, to be refunded, left to people.
    CreditAssigned {
        /// The credit, as an index.
        credit: usize,
        /// Its new role.
        role: CreditRole,
        /// Who decided, if a person or a register did.
        by: Option<String>,
    },
    /// The end was told.
    Ended(Ending),
    /// A person must decide.
    ReviewBegan {
        /// A stable word.
        code: String,
        /// For people.
        reason: String,
    },
    /// A person ended the review.
    ReviewEnded {
        /// Who.
        who: String,
        /// Why.
        why: String,
    },
    /// A refund was asked for.
    RefundAccepted {
        /// The refund.
        refund: Refund,
    },
    /// The bank is about to be asked to give money back.
    RefundOrdered {
        /// Which refund.
        refund: RefundId,
        /// The call.
        call: Call,
    },
    /// The refund certainly did not reach the bank, or the bank certainly does not know it: it is sent again.
    RefundNotSent {
        /// Which refund.
        refund: RefundId,
        /// Why, for people.
        cause: String,
        /// Not before this time.
        not_before: Timestamp,
    },
    /// The refund may have worked.
    RefundUnknown {
        /// Which refund.
        refund: RefundId,
        /// Why, for people.
        cause: String,
    },
    /// The bank does not know the refund, asked the first time.
    RefundNotFound {
        /// Which refund.
        refund: RefundId,
    },
    /// The bank works on the refund.
    RefundPending {
        /// Which refund.
        refund: RefundId,
    },
    /// The money went back.
    RefundCompleted {
        /// Which refund.
        refund: RefundId,
        /// The bank's id of it.
        transaction: Option<BankTransaction>,
    },
    /// The bank refused the refund.
    RefundFailed {
        /// Which refund.
        refund: RefundId,
        /// The bank's no.
        refusal: Refusal,
        /// When the same money may be tried again.
        retry_at: Option<Timestamp>,
    },
    /// A person must find out what became of the refund.
    RefundParked {
        /// Which refund.
        refund: RefundId,
        /// Why.
        reason: String,
    },
    /// A register printed a fiscal receipt.
    Fiscalized {
        /// What it calls the pay or the refund that the receipt is for.
        operation: OperationId,
        /// Which of them that is; `None`: written before this was noted, the operation alone says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<Receipted>,
        /// The receipt.
        receipt: FiscalReceipt,
    },
    /// The payment was inspected, and was not as it should be.
    Inspected {
        /// What was found.
        finding: Finding,
    },
    /// Nothing is left to do.
    Settled,
}

/// What a fiscal receipt is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipted {
    /// The sale.
    Sale,
    /// Money that went back.
    Refund(RefundId),
}

/// What one console did with a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsoleReport {
    /// The console.
    #[schemars(with = "String")]
    pub console: ConsoleId,
    /// Its kind, such as `kiosk`.
    pub kind: String,
    /// What happened.
    pub outcome: Outcome,
    /// Why, if it did not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a console did with a code (contract.md §3 `payment.shown`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// On the screen.
    Shown,
    /// On paper.
    Printed,
    /// Perhaps on paper.
    NotConfirmed,
    /// Not shown.
    Failed,
    /// Shows another payment.
    Busy,
}
