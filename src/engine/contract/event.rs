//! What registers get. One shape for all events: fields that do not belong to an event are left out.

use payment::{ConsoleReport, FiscalReceipt, Money};
use schemars::JsonSchema;
use serde::Serialize;

use super::query::{FoundBody, TypeBody, UnclaimedBody};
use super::totals::TotalsLine;

/// A sum of money that may be zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sum {
    /// Minor units.
    pub value: i64,
    /// The ISO 4217 code.
    pub currency: &'static str,
}

impl From<Money> for Sum {
    fn from(money: Money) -> Self {
        Self { value: money.minor(), currency: money.currency().code() }
    }
}

/// A code as a register may show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct QrBody {
    /// The text of the symbol, byte for byte the bank's.
    pub payload: String,
    /// `dynamic`, `static`, `cash_link` or `buyer`.
    pub kind: &'static str,
    /// When the bank stops taking money for it.
    pub expires_at: String,
}

/// A till.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RegisterBody {
    /// Its store.
    pub store: String,
    /// Its register.
    pub register: String,
}

/// What a console did.
pub type ConsoleBody = ConsoleReport;

/// A credit in `payment.state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CreditBody {
    /// Its name: authorization server and bank transaction.
    pub credit: String,
    /// How much arrived.
    pub amount: Sum,
    /// `paid`, or the handling of late money, or `held` during a review.
    pub handling: &'static str,
    /// The bank's id of the money.
    pub bank_transaction: String,
    /// When the money moved, by the bank, else when we learned of it.
    pub paid_at: String,
    /// Until when late money can be claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_until: Option<String>,
    /// The masked payer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// How it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
}

/// A refund in `payment.state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RefundBodyOut {
    /// The refund's id by who asked, or `auto-…`.
    pub operation: String,
    /// `accepted`, `pending`, `completed`, `failed` or `review`.
    pub status: &'static str,
    /// How much.
    pub amount: Sum,
    /// `register`, `admin` or `late`.
    pub origin: &'static str,
    /// The register that asked for it; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<RegisterBody>,
    /// The bank's id of the refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_transaction: Option<String>,
    /// Why it was asked for; of one that failed or waits for a person, why that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the same money may be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// The fiscal receipt of the return, once it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fiscal_receipt: Option<FiscalReceipt>,
}

/// An event's body (contract.md §3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventBody {
    /// The event's name.
    pub event: &'static str,
    /// The fact's number within the payment: it rises, and may have gaps. `null` where no payment is meant.
    pub sequence: Option<u64>,
    /// The operation that it speaks of: the pay's, or the refund's.
    pub operation: Option<String>,
    /// Our id of the payment.
    pub payment: Option<String>,
    /// The paying store.
    pub store: String,
    /// The paying register; in answers about a whole store that no register asked for: `null`.
    pub register: Option<String>,
    /// Where the payment stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// What was asked for; once it is paid, what paid it. In `payment.paid_late` the late money's, in refund events the refund's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Sum>,
    /// What went back of it for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded_total: Option<Sum>,
    /// True: not money, never fiscalize.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<bool>,
    /// When it happened.
    pub occurred_at: String,
    /// The command that asked, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The live code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr: Option<QrBody>,
    /// The bank's module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// A page that opens the payment on the buyer's phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_url: Option<String>,
    /// The code as PNG in Base64, if the pay asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub png: Option<String>,
    /// The code as BMP in Base64, if the pay asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bmp: Option<String>,
    /// The code as SVG, if the pay asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub svg: Option<String>,
    /// The code as bytes for an ESC/POS printer in Base64, if the pay asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escpos: Option<String>,
    /// What each console did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consoles: Option<Vec<ConsoleBody>>,
    /// When the money moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<String>,
    /// The credit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
    /// The bank's id of the money, or of the refund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_transaction: Option<String>,
    /// How it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// The masked payer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// What happens to late money: `refunding`, `offered`, `manual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handling: Option<&'static str>,
    /// Until when late money can be claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_until: Option<String>,
    /// A stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The field to mend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Whether no shown code can be paid any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certain: Option<bool>,
    /// Until when the code may still be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payable_until: Option<String>,
    /// In refund events: the pay's operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_operation: Option<String>,
    /// In refund events: who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
    /// In refund events: the register that asked; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<RegisterBody>,
    /// In `refund.failed`: whether trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// In `refund.failed`: not before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// In `refund.failed`: what else can be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<Vec<&'static str>>,
    /// In refund events: whether the register that gets this event owes a return receipt. Of two that are told, the one that asked
    /// does. Late money never had a receipt, test money must not have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fiscal_receipt_due: Option<bool>,
    /// In `request.rejected`: the verb.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// In `payment.state`: all money that arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits: Option<Vec<CreditBody>>,
    /// In `payment.state`: all refunds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunds: Option<Vec<RefundBodyOut>>,
    /// In `payment.state`: the fiscal receipt of the sale, once it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fiscal_receipt: Option<FiscalReceipt>,
    /// In `register.state`: the operations of open payments. Over AMQP the list is empty, since each open one is answered by
    /// its own `payment.state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<Vec<String>>,
    /// In `register.found`: the payments, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payments: Option<Vec<FoundBody>>,
    /// In `register.found`: money at the store's open plates that nobody has claimed, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unclaimed: Option<Vec<UnclaimedBody>>,
    /// In `register.found`: whether there may be more payments that match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
    /// In `register.found`, if there may be more: what to send as `before`, with the same question, to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// In `register.totals`: the shift that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// In `register.totals` and `register.found`: payments that were accepted from this time on were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// In `register.totals` and `register.found`: those that were accepted before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// In `register.totals`: the time zone of the store, which dates were read in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// In `register.totals`: a line for each payment type and currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Vec<TotalsLine>>,
    /// In `register.types`: the payment types of the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<TypeBody>>,
}

impl EventBody {
    /// The body as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers always serialize")
    }
}
