//! The verbs of the contract with their arguments, and the commands that they become.

use anyhow::Context;
use clap::{Args, Subcommand};
use payment::{Currency, OperationId};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::errand::{Errand, Goal};
use super::memory::Remembered;
use super::money;

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Ask for a payment, show its code, wait for its end.
    Pay(Pay),
    /// Cancel a payment. If the buyer was faster it is paid: a cancel never refunds.
    Cancel(Cancel),
    /// Give money back.
    Refund(Refund),
    /// Ask where a payment stands.
    Get(Get),
    /// Have the bank asked now, then tell where the payment stands.
    Check(Named),
    /// Take late money that was offered, or money at an open plate of the store.
    Claim(Claim),
    /// Find payments of the store.
    Find(Find),
    /// Counts and sums by payment type, for the end of a shift.
    Totals(Totals),
    /// The payment types of the store, and whether they can be used now.
    Types,
    /// Tell that the fiscal receipt of a payment is printed.
    Fiscalized(Fiscalized),
}

/// Arguments of `pay`.
#[derive(Debug, Args)]
pub(super) struct Pay {
    /// How much, such as 198 or 198.50.
    amount: String,
    /// The currency's ISO code.
    #[arg(long, default_value = "RUB", value_parser = Currency::parse)]
    currency: Currency,
    /// Our own id of this try. Without it: a fresh one.
    #[arg(long, value_parser = OperationId::parse)]
    operation: Option<OperationId>,
    /// The receipt's number.
    #[arg(long)]
    receipt: Option<String>,
    /// The tender's code; the store's default otherwise.
    #[arg(long, value_name = "CODE")]
    payment_type: Option<String>,
    /// dynamic, static or `cash_link`.
    #[arg(long)]
    qr: Option<String>,
    /// Where to show the code: kiosk, display, printer, register or a console's name; several with commas.
    #[arg(long, value_delimiter = ',')]
    show_on: Vec<String>,
    /// What the buyer sees at the bank.
    #[arg(long)]
    purpose: Option<String>,
    /// The life wanted for the code, in seconds.
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u32>,
    /// An operation of this register that is to be resolved first.
    #[arg(long, value_name = "OPERATION")]
    supersedes: Option<String>,
    /// The cashier.
    #[arg(long)]
    cashier: Option<String>,
    /// The shift.
    #[arg(long)]
    shift: Option<String>,
    /// Begin another payment although the end of the last one was not seen.
    #[arg(long)]
    anew: bool,
}

/// Arguments of `cancel`.
#[derive(Debug, Args)]
pub(super) struct Cancel {
    /// The pay's operation; the last one of this terminal otherwise.
    operation: Option<String>,
    /// Why, for people.
    #[arg(long)]
    reason: Option<String>,
}

/// Arguments of `refund`.
#[derive(Debug, Args)]
pub(super) struct Refund {
    /// The pay's operation; the last one of this terminal otherwise.
    payment_operation: Option<String>,
    /// How much; all that is left otherwise.
    #[arg(long)]
    amount: Option<String>,
    /// The currency's ISO code.
    #[arg(long, default_value = "RUB", value_parser = Currency::parse)]
    currency: Currency,
    /// The register that asked for the pay, if it was another one of the store.
    #[arg(long, value_name = "REGISTER")]
    payment_register: Option<String>,
    /// Our own id of this try. Without it: a fresh one.
    #[arg(long, value_parser = OperationId::parse)]
    operation: Option<OperationId>,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    /// Begin another refund although the end of the last operation was not seen.
    #[arg(long)]
    anew: bool,
}

/// Arguments of `get`.
#[derive(Debug, Args)]
pub(super) struct Get {
    /// The pay's operation; the last one of this terminal otherwise.
    operation: Option<String>,
    /// All open payments of the register.
    #[arg(long, conflicts_with = "operation")]
    all: bool,
}

/// A pay's operation.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// The pay's operation; the last one of this terminal otherwise.
    operation: Option<String>,
}

/// Arguments of `claim`.
#[derive(Debug, Args)]
pub(super) struct Claim {
    /// The pay whose late money is taken; with --credit, our own id of the sale that the money pays.
    operation: Option<String>,
    /// Money at an open plate, as `find` names it under `unclaimed`.
    #[arg(long)]
    credit: Option<String>,
}

/// Arguments of `find`.
#[derive(Debug, Args)]
pub(super) struct Find {
    /// With this receipt number.
    #[arg(long)]
    receipt: Option<String>,
    /// With this bank transaction.
    #[arg(long)]
    bank_transaction: Option<String>,
    /// Of this amount.
    #[arg(long)]
    amount: Option<String>,
    /// The currency's ISO code.
    #[arg(long, default_value = "RUB", value_parser = Currency::parse)]
    currency: Currency,
    /// Not before this time (RFC 3339).
    #[arg(long)]
    from: Option<String>,
    /// Before this time (RFC 3339).
    #[arg(long)]
    to: Option<String>,
    /// Of this payer, as masked in `payment.paid`.
    #[arg(long)]
    payer: Option<String>,
}

/// Arguments of `totals`.
#[derive(Debug, Args)]
pub(super) struct Totals {
    /// Of this shift.
    #[arg(long, conflicts_with_all = ["from", "to"], required_unless_present_all = ["from", "to"])]
    shift: Option<String>,
    /// Not before this time (RFC 3339).
    #[arg(long)]
    from: Option<String>,
    /// Before this time (RFC 3339).
    #[arg(long)]
    to: Option<String>,
}

/// Arguments of `fiscalized`.
#[derive(Debug, Args)]
pub(super) struct Fiscalized {
    /// The pay's operation; the last one of this terminal otherwise.
    operation: Option<String>,
    /// Fiscal drive number.
    #[arg(long)]
    r#fn: String,
    /// Fiscal document number.
    #[arg(long)]
    fd: String,
    /// Fiscal sign of the document.
    #[arg(long)]
    fp: String,
}

/// What a verb is to an operation whose end this terminal has not seen.
pub(super) enum Again {
    /// The same once more: the same operation is sent.
    Same,
    /// Something else that must wait.
    Other,
    /// Nothing: it may go ahead.
    Unrelated,
}

impl Verb {
    /// The command. `last`: what this terminal asked last.
    pub(super) fn errand(&self, last: Option<&Remembered>) -> anyhow::Result<Errand> {
        let of_pay = |given: &Option<String>| -> anyhow::Result<String> {
            let known = given.clone().or_else(|| last?.pay_operation().map(str::to_owned));
            known.context("which payment? This terminal remembers none: name its operation")
        };
        let (verb, body, goal) = match self {
            Self::Pay(pay) => ("pay", pay.body()?, Goal::Pay),
            Self::Refund(refund) => {
                ("refund", refund.body(&of_pay(&refund.payment_operation)?)?, Goal::Refund)
            }
            Self::Cancel(cancel) => {
                let body = json!({ "operation": of_pay(&cancel.operation)?, "reason": cancel.reason });
                ("cancel", body, Goal::Pay)
            }
            Self::Get(get) if get.all => ("get", json!({}), Goal::Answers),
            Self::Get(get) => ("get", json!({ "operation": of_pay(&get.operation)? }), Goal::Answer),
            Self::Check(named) => ("check", json!({ "operation": of_pay(&named.operation)? }), Goal::Answer),
            Self::Claim(claim) => ("claim", claim.body(of_pay)?, Goal::Pay),
            Self::Find(find) => ("find", find.body()?, Goal::Answer),
            Self::Totals(totals) => ("totals", totals.body(), Goal::Answer),
            Self::Types => ("types", json!({}), Goal::Answer),
            Self::Fiscalized(paper) => {
                let (operation, Fiscalized { r#fn, fd, fp, .. }) = (of_pay(&paper.operation)?, paper);
                let body = json!({ "operation": operation, "fn": r#fn, "fd": fd, "fp": fp });
                ("fiscalized", body, Goal::Answer)
            }
        };
        Ok(Errand { verb: verb.to_owned(), body: without_nulls(body), goal })
    }

    /// What this is to an operation that is open.
    pub(super) fn again(&self, open: &Remembered) -> Again {
        let (verb, anew, body) = match self {
            Self::Pay(pay) => ("pay", pay.anew, pay.body()),
            Self::Refund(refund) => {
                let of = refund.payment_operation.clone().or_else(|| open.pay_operation().map(str::to_owned));
                ("refund", refund.anew, refund.body(&of.unwrap_or_default()))
            }
            _ => return Again::Unrelated,
        };
        if anew {
            return Again::Unrelated;
        }
        let named = match self {
            Self::Pay(pay) => pay.operation.as_ref(),
            Self::Refund(refund) => refund.operation.as_ref(),
            _ => None,
        };
        let is_same = open.verb == verb
            && named.is_none_or(|named| named.as_str() == open.operation())
            && body.is_ok_and(|body| asks_the_same(&without_nulls(body), &open.body));
        if is_same { Again::Same } else { Again::Other }
    }
}

/// Whether two commands of one verb differ in nothing but their operation.
fn asks_the_same(one: &Value, other: &Value) -> bool {
    let rest = |body: &Value| -> Map<String, Value> {
        let fields = body.as_object().cloned().unwrap_or_default();
        fields.into_iter().filter(|(name, _)| name != "operation").collect()
    };
    rest(one) == rest(other)
}

fn without_nulls(body: Value) -> Value {
    match body {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}

/// A fresh id: times in it rise, the rest is random.
fn fresh_operation() -> String {
    format!("t-{}", Uuid::now_v7().simple())
}

fn operation_or_fresh(given: Option<&OperationId>) -> String {
    given.map_or_else(fresh_operation, ToString::to_string)
}

fn amount(text: &str, currency: Currency) -> anyhow::Result<Value> {
    money::parse(text, currency).map(money::body).map_err(anyhow::Error::msg)
}

impl Pay {
    fn body(&self) -> anyhow::Result<Value> {
        let show_on = (!self.show_on.is_empty()).then_some(&self.show_on);
        Ok(json!({
            "operation": operation_or_fresh(self.operation.as_ref()),
            "amount": amount(&self.amount, self.currency)?,
            "receipt": self.receipt, "payment_type": self.payment_type, "qr": self.qr, "show_on": show_on,
            "purpose": self.purpose, "expires_in_s": self.expires_in, "supersedes": self.supersedes,
            "cashier": self.cashier, "shift": self.shift,
        }))
    }
}

impl Claim {
    /// `of_pay` names the payment that is meant, for late money.
    fn body(&self, of_pay: impl Fn(&Option<String>) -> anyhow::Result<String>) -> anyhow::Result<Value> {
        let operation = match (&self.operation, &self.credit) {
            (None, Some(_)) => fresh_operation(),
            (given, _) => of_pay(given)?,
        };
        Ok(json!({ "operation": operation, "credit": self.credit }))
    }
}

impl Refund {
    fn body(&self, payment_operation: &str) -> anyhow::Result<Value> {
        let sum = self.amount.as_deref().map(|text| amount(text, self.currency)).transpose()?;
        Ok(json!({
            "operation": operation_or_fresh(self.operation.as_ref()),
            "payment_operation": payment_operation, "payment_register": self.payment_register,
            "amount": sum, "reason": self.reason,
        }))
    }
}

impl Find {
    fn body(&self) -> anyhow::Result<Value> {
        let sum = self.amount.as_deref().map(|text| amount(text, self.currency)).transpose()?;
        Ok(json!({
            "receipt": self.receipt, "bank_transaction": self.bank_transaction, "amount": sum,
            "from": self.from, "to": self.to, "payer": self.payer,
        }))
    }
}

impl Totals {
    fn body(&self) -> Value {
        json!({ "shift": self.shift, "from": self.from, "to": self.to })
    }
}
