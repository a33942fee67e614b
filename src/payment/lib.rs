//! The pure payment core.

mod answer;
mod ask;
mod checkout;
mod code;
mod fact;
mod id;
mod input;
mod money;
mod state;
mod terms;
mod time;
mod word;

pub use answer::{
    AnnulAnswer, CallError, Issued, OrderState, PaidNotice, RefundAnswer, Refusal, RefusalKind, StatusAnswer,
};
pub use ask::{IssueRequest, OrderRequest, RefundRequest};
pub use checkout::{Checkout, Details, Item, LateMoney};
pub use code::{Code, CodeKind};
pub use fact::{ConsoleReport, Fact, Outcome};
pub use id::{
    AttemptId, BankTransaction, CodeId, ConsoleId, InvalidId, InvalidName, OperationId, PaymentId,
    PaymentTypeCode, RefundId, RegisterId, ServerId, StoreId,
};
pub use input::{Input, RefundOrder, Verdict};
pub use money::{AmountOutOfRange, Currency, Money, UnknownCurrency};
pub use state::{
    Annulment, Attempt, Call, Credit, CreditRole, DeathCause, Ending, LastTry, Life, Origin, Payment, Phase,
    Refund, RefundState, State, Wish,
};
pub use terms::{PollPlan, RefundAbility, RefundTerms, Route, Terms};
pub use time::{Timestamp, TimestampError};
pub use word::{EndCode, EndWord, RejectCode, Status};
