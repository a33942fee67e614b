//! The pure payment core.

mod answer;
mod ask;
mod code;
mod id;
mod money;
mod terms;
mod time;

pub use answer::{
    AnnulAnswer, CallError, Issued, OrderState, PaidNotice, RefundAnswer, Refusal, RefusalKind, StatusAnswer,
};
pub use ask::{IssueRequest, OrderRequest, RefundRequest};
pub use code::{Code, CodeKind};
pub use id::{
    AttemptId, BankTransaction, CodeId, ConsoleId, InvalidId, InvalidName, OperationId, PaymentId,
    PaymentTypeCode, RefundId, RegisterId, ServerId, StoreId,
};
pub use money::{AmountOutOfRange, Currency, Money, UnknownCurrency};
pub use terms::{PollPlan, RefundAbility, RefundTerms, Route, Terms};
pub use time::{Timestamp, TimestampError};
