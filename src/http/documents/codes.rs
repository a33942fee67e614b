//! The stable words that say why, and what a cashier can do. The one source of the documents, of the guide's table and of
//! the HTTP status of a rejection.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::commands::COMMANDS;

/// One code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The stable word.
    pub word: &'static str,
    /// The HTTP status of a problem document with it; `None`: it is only told in events.
    pub status: Option<u16>,
    /// What it means.
    pub meaning: &'static str,
    /// What the next try needs.
    pub again: Again,
    /// What the cashier says or does.
    pub cashier: &'static str,
}

/// What the next try needs after a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// A new operation: the answer stands under this one for good.
    New,
    /// A new operation if the answer names the operation; otherwise nothing was recorded.
    NewIfNamed,
    /// The same operation: nothing was recorded.
    Same,
    /// There is nothing to try again.
    Never,
}

impl Again {
    /// In words of the documents.
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "a new operation",
            Self::NewIfNamed => "a new operation if the answer names one, else the same",
            Self::Same => "the same operation",
            Self::Never => "–",
        }
    }
}

const fn code(
    word: &'static str,
    status: u16,
    again: Again,
    meaning: &'static str,
    cashier: &'static str,
) -> Code {
    Code { word, status: Some(status), meaning, again, cashier }
}

const fn event_code(word: &'static str, again: Again, meaning: &'static str, cashier: &'static str) -> Code {
    Code { word, status: None, meaning, again, cashier }
}

use Again::{Never, New, NewIfNamed, Same};

/// All codes of rejections, ends, reviews, refunds and problem documents, in alphabetical order so that people find them.
pub const CODES: &[Code] = &[
    event_code(
        "amount_mismatch",
        Never,
        "the bank reports another amount than was asked for; a person decides",
        "sets the receipt aside and takes no other money",
    ),
    code(
        "amount_out_of_range",
        422,
        New,
        "the amount is outside of the contract's bounds, or the bank does not take such an amount",
        "“Please pay in another way”: takes another tender",
    ),
    event_code(
        "bank_refused",
        New,
        "the bank would not do it",
        "“The bank refuses; please pay in another way”; calls the admin if it comes again",
    ),
    event_code(
        "bank_unavailable",
        New,
        "no bank answers, or none did in time",
        "“The bank does not answer; shall we try again?”: again, or another tender",
    ),
    event_code("cancelled", New, "cancelled by the register or a person", "“Cancelled; nothing was taken”"),
    code(
        "conflict",
        409,
        New,
        "the operation is known with other contents; the first stays as it is and may be open or paid: ask for it first",
        "calls the help desk: the till's program used an operation twice",
    ),
    code(
        "currency_not_supported",
        422,
        New,
        "there is no such currency, or the store or the bank does not take it",
        "takes another tender",
    ),
    event_code(
        "declined",
        New,
        "the buyer's bank refused for good",
        "“Your bank refused; please use another account or pay in another way”",
    ),
    event_code("expired", New, "not paid in time", "“Time is up; shall I make a new code?”"),
    code("forbidden", 403, NewIfNamed, "this register, or this key, may not do that", "calls the admin"),
    event_code(
        "insufficient_funds",
        New,
        "the shop's account can't give the money back now",
        "“The refund takes a little longer”: tries again later, or gives cash back",
    ),
    code(
        "internal",
        500,
        Same,
        "the service failed; it is in its log",
        "nothing: the till repeats the call; calls the help desk if it comes again",
    ),
    code(
        "invalid",
        400,
        NewIfNamed,
        "the till sent something wrong; `field` and `reason` tell its programmer where. Status 415 where the content type is",
        "calls the help desk",
    ),
    event_code(
        "link_busy",
        New,
        "the plate was still busy with the sale before when the pay's time was over",
        "waits a moment, tries again, or shows a new code instead",
    ),
    code(
        "method_not_allowed",
        405,
        Same,
        "the address does not take this method; the header `Allow` names those that it takes",
        "calls the help desk",
    ),
    code(
        "no_output",
        422,
        New,
        "nothing can show the code; no bank was asked",
        "calls the admin: no screen of this register shows codes",
    ),
    code("not_found", 404, Same, "there is nothing at this address, or not any more", "calls the help desk"),
    code(
        "not_paid",
        409,
        New,
        "there is nothing to give back, to claim or to print a receipt for: no money has moved",
        "checks the receipt",
    ),
    code(
        "nothing_to_claim",
        409,
        Never,
        "there is no such money: it was given back, or claimed before, or the time is over and it goes back",
        "“The money goes back to you by itself”; asks for the state, or finds what is unclaimed",
    ),
    event_code(
        "order_mismatch",
        Never,
        "the bank's answer names another order than ours; a person decides",
        "sets the receipt aside and takes no other money",
    ),
    code(
        "rate_limited",
        429,
        Same,
        "the till calls too often, or holds too many calls; see `Retry-After`",
        "nothing: the till waits and repeats the call",
    ),
    code(
        "refund_exceeds_paid",
        422,
        New,
        "more than what is left of the payment",
        "checks the receipt and what was given back already",
    ),
    code(
        "refund_in_progress",
        409,
        New,
        "another refund of this payment is under way",
        "waits for its end, then gives back again",
    ),
    code(
        "refund_limit",
        422,
        New,
        "the scheme allows one try an hour and five a day",
        "tries again at `retry_at`, or gives cash back if the shop allows",
    ),
    code(
        "refund_not_supported",
        422,
        New,
        "this bank can't give this back",
        "gives cash back if the shop allows, or sends the buyer to the bank",
    ),
    code(
        "register_busy",
        409,
        New,
        "another payment of this register is open; `reason` names it",
        "waits for its end, cancels it, or starts a pay that `supersedes` it",
    ),
    event_code(
        "review_failed",
        New,
        "a person ended the review as not paid",
        "“It was not paid; please pay again”",
    ),
    code("stale", 422, New, "the pay came too late to be started; no bank was asked", "tries again"),
    event_code(
        "superseded_paid",
        Never,
        "the operation that was to be replaced is paid, or may be",
        "prints the receipt of that one; takes no other money",
    ),
    code(
        "test_money",
        409,
        Never,
        "it is test money: no fiscal receipt may be printed for it",
        "nothing: the till's program must look at `test`",
    ),
    code("timeout", 503, Same, "the request took too long to arrive", "nothing: the till repeats the call"),
    code("too_large", 413, Same, "the command is longer than 64 KiB (65,536 bytes)", "calls the help desk"),
    event_code(
        "transaction_mismatch",
        Never,
        "the bank reports money that belongs, or seems to belong, to another payment; a person decides",
        "sets the receipt aside and takes no other money",
    ),
    code(
        "unauthorized",
        401,
        Same,
        "no API key, or one that is not known: `detail` says which",
        "calls the admin",
    ),
    code(
        "unavailable",
        503,
        Same,
        "the service can't do it now; see `Retry-After`",
        "nothing: the till repeats the call",
    ),
    event_code(
        "unknown",
        Never,
        "what became of a refund is not known; a person looks into it",
        "“We look into it”: notes the receipt, pays nothing out yet",
    ),
    code(
        "unknown_operation",
        404,
        NewIfNamed,
        "nothing is known of this operation, yet; it may still come",
        "cancels it and waits for the answer before taking other money",
    ),
    code("unknown_payment_type", 422, New, "the store has no such payment type", "calls the admin"),
    code("unknown_register", 422, New, "the store or the register is not set up", "calls the admin"),
    code(
        "unknown_verb",
        400,
        Same,
        "this version of the service does not know this command",
        "calls the help desk: the till needs a newer service",
    ),
];

/// The HTTP status of a rejection. A word that is not here would be a fault of ours, but the request is still to blame.
pub(crate) fn status_of(word: &str) -> StatusCode {
    let status = find(word).and_then(|code| code.status);
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// A code by its word.
pub(super) fn find(word: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.word == word)
}

/// The codes for a document.
pub(super) fn table() -> Value {
    let row = |code: &Code| {
        json!({
            "code": code.word, "status": code.status, "told_by": told_by(code), "meaning": code.meaning,
            "next_try": code.again.words(), "cashier": code.cashier,
        })
    };
    Value::Array(CODES.iter().map(row).collect())
}

/// The codes as a table for people.
pub fn codes_table() -> String {
    let row = |code: &Code| {
        let status = code.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
        let told_by = match told_by(code).as_slice() {
            [] => "calls of HTTP".to_owned(),
            all if all.len() == COMMANDS.len() => "every command".to_owned(),
            some => some.iter().map(|by| format!("`{by}`")).collect::<Vec<_>>().join(" "),
        };
        let Code { word, meaning, again, cashier, .. } = code;
        format!("| `{word}` | {status} | {told_by} | {meaning} | {} | {cashier} |\n", again.words())
    };
    let head = "| code | HTTP | told by | what happened | the next try needs | what the cashier says or does |\n\
                |---|---|---|---|---|---|\n";
    CODES.iter().map(row).fold(head.to_owned(), |table, row| table + &row)
}

/// Codes of events, by the events that tell them beside `request.rejected`.
const OF_EVENTS: [(&str, &[&str]); 7] = [
    ("payment.cancelled", &["cancelled"]),
    ("payment.declined", &["declined"]),
    ("payment.expired", &["expired"]),
    (
        "payment.failed",
        &[
            "amount_out_of_range",
            "bank_refused",
            "bank_unavailable",
            "link_busy",
            "review_failed",
            "stale",
            "superseded_paid",
        ],
    ),
    ("payment.review", &["amount_mismatch", "order_mismatch", "transaction_mismatch"]),
    ("refund.failed", &["amount_out_of_range", "bank_refused", "insufficient_funds", "refund_limit"]),
    ("refund.review", &["unknown"]),
];

/// The verbs that are rejected with a code, and the events that tell it.
fn told_by(code: &Code) -> Vec<&'static str> {
    let verbs = COMMANDS.iter().filter(|command| command.rejections.contains(&code.word));
    let events = OF_EVENTS.iter().filter(|(_, codes)| codes.contains(&code.word));
    verbs.map(|command| command.verb).chain(events.map(|(event, _)| *event)).collect()
}

/// The codes that an event may tell; `None`: any.
pub(super) fn of_event(event: &str) -> Option<&'static [&'static str]> {
    OF_EVENTS.iter().find(|(name, _)| *name == event).map(|(_, codes)| *codes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use payment::{EndCode, RejectCode};

    use super::*;

    #[test]
    fn every_code_of_the_source_is_explained_once() {
        let words: BTreeSet<&str> = CODES.iter().map(|code| code.word).collect();
        assert_eq!(words.len(), CODES.len());
        let rejections = RejectCode::ALL.iter().map(|code| code.word());
        let ends = EndCode::ALL.iter().map(|code| code.word());
        for word in rejections.chain(ends) {
            assert!(words.contains(word), "{word} is not explained");
        }
        assert!(CODES.is_sorted_by_key(|code| code.word), "people look it up");
    }

    #[test]
    fn every_rejection_is_the_callers_to_mend_and_some_verb_is_answered_with_it() {
        for code in RejectCode::ALL {
            let status = status_of(code.word());
            assert!(status.is_client_error(), "{} {status}", code.word());
            let known = find(code.word()).expect("explained");
            assert!(known.status.is_some(), "{}", code.word());
            assert!(*code == RejectCode::UnknownVerb || !told_by(known).is_empty(), "{}", code.word());
        }
    }

    #[test]
    fn words_of_verbs_and_events_are_codes() {
        let of_verbs = COMMANDS.iter().flat_map(|command| command.rejections);
        let of_events = OF_EVENTS.iter().flat_map(|(_, codes)| *codes);
        for word in of_verbs.chain(of_events) {
            assert!(find(word).is_some(), "{word}");
        }
    }
}
