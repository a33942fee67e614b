#![doc = include_str!("README.md")]

mod answer;
mod apply;
mod ask;
mod checkout;
mod claiming;
mod closing;
mod code;
mod console;
mod credit;
mod crediting;
mod decide;
mod due;
mod fact;
mod fiscalizing;
mod fold;
mod id;
mod input;
mod inspecting;
mod money;
mod opening;
mod refund;
mod refund_answers;
mod refund_limits;
mod refunding;
mod reviewing;
mod showing;
mod state;
mod step;
mod terms;
mod time;
mod view;
mod waiting;
mod watching;
mod withdrawing;
mod word;

pub use answer::{
    AnnulAnswer, CallError, Issued, OrderState, PaidNotice, RefundAnswer, Refusal, RefusalKind, StatusAnswer,
};
pub use apply::apply;
pub use ask::{IssueRequest, OrderRequest, RefundRequest};
pub use checkout::{Checkout, Details, Item, LateMoney, PaperSize, PictureSize, Render};
pub use claiming::{PlateMoney, open_paid};
pub use code::{Code, CodeKind, Plate};
pub use console::{ConsoleKind, ConsoleTerms, ConsoleWay};
pub use credit::{Credit, CreditRole};
pub use decide::{
    Context, Decision, Effect, Rejection, decide, decide_without_link, open, open_without_link,
};
pub use due::wake_at;
pub use fact::{ConsoleReport, Fact, Outcome, Receipted};
pub use fold::fold;
pub use id::{
    AttemptId, BankTransaction, CodeId, ConsoleId, InvalidId, InvalidName, OperationId, PaymentId,
    PaymentTypeCode, RefundId, RegisterId, ServerId, StoreId,
};
pub use input::{Input, RefundOrder, Resolution, Verdict};
pub use inspecting::{Finding, difference_to_bank};
pub use money::{AmountOutOfRange, Currency, Money, UnknownCurrency};
pub use refund::{Origin, Refund, RefundState};
pub use state::{
    Annulment, Attempt, Call, DeathCause, Ending, FiscalReceipt, LastTry, Life, Payment, Phase, Spare, State,
    Wait, Wish,
};
pub use terms::{PollPlan, RefundAbility, RefundTerms, Route, Terms};
pub use time::{Timestamp, TimestampError};
pub use word::{EndCode, EndWord, RejectCode, Status};
