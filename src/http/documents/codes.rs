//! The stable words that say why, and what a cashier can do.

use serde_json::{Value, json};

/// One code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The stable word.
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What the cashier can do.
    pub cashier: &'static str,
}

const fn code(word: &'static str, meaning: &'static str, cashier: &'static str) -> Code {
    Code { word, meaning, cashier }
}

/// All codes of rejections, ends, reviews, refunds and problem documents.
pub const CODES: &[Code] = &[
    code(
        "invalid",
        "The request breaks the contract; `field` says where.",
        "Call support: the till's software must be mended.",
    ),
    code(
        "conflict",
        "The operation is known with other contents.",
        "Start the payment anew from the receipt.",
    ),
    code(
        "register_busy",
        "The register has an open payment, and may have one only.",
        "Finish or cancel the open payment first.",
    ),
    code(
        "unknown_operation",
        "No such operation has been accepted; it may still come.",
        "Cancel it to be sure, then start anew.",
    ),
    code(
        "unknown_payment_type",
        "The store has no such payment type.",
        "Take another payment type; tell the store's admin.",
    ),
    code(
        "unknown_register",
        "The store or the register is not set up.",
        "Take other money; tell the store's admin.",
    ),
    code(
        "unknown_verb",
        "This version of the contract has no such verb.",
        "Call support: the till's software must be mended.",
    ),
    code("stale", "The pay came too late to be started; no bank was asked.", "Start the payment again."),
    code("forbidden", "The sender may not do this.", "Call support: the till's rights are wrong."),
    code("too_large", "The request is larger than a command may be.", "Split the receipt, or call support."),
    code(
        "amount_out_of_range",
        "The amount is outside of the contract's or the bank's bounds.",
        "Take another payment type or split the sum.",
    ),
    code(
        "currency_not_supported",
        "The currency is unknown, or nobody takes it here.",
        "Take another payment type.",
    ),
    code(
        "no_output",
        "Nothing could show the code; no bank was asked.",
        "Switch the screen on, or show the code on the till.",
    ),
    code("not_paid", "The payment has not been paid.", "Nothing to give back: check the receipt."),
    code("refund_exceeds_paid", "More than what is left of the payment.", "Give back at most what is left."),
    code(
        "refund_not_supported",
        "The bank can't give this back.",
        "Give cash, or send the buyer to the bank's office.",
    ),
    code(
        "refund_in_progress",
        "Another refund of this payment is under way.",
        "Wait for its end, then try again.",
    ),
    code("refund_limit", "The scheme's limit of tries is used up.", "Try again at `retry_at`, or give cash."),
    code(
        "nothing_to_claim",
        "There is no such money to claim.",
        "It was given back, or claimed before: ask for the state, or find what is unclaimed.",
    ),
    code("cancelled", "The register or a person cancelled.", "Other money may be taken."),
    code("expired", "The code's life ran out.", "Offer a new code or other money."),
    code(
        "declined",
        "The buyer's bank refused for good.",
        "The buyer may pay from another bank: start anew.",
    ),
    code(
        "bank_unavailable",
        "No authorization server could be reached in time.",
        "Try again in a minute, or take other money.",
    ),
    code("bank_refused", "The bank refused.", "Take other money; tell the store's admin if it comes again."),
    code("review_failed", "A person ended the review as not paid.", "Other money may be taken."),
    code(
        "superseded_paid",
        "The payment that was to be superseded is paid, or waits for a person.",
        "Finish the receipt with the first payment.",
    ),
    code(
        "link_busy",
        "The register's plate was in use until the pay's time was over.",
        "Wait a little and start anew, or show a code on a screen.",
    ),
    code(
        "insufficient_funds",
        "The shop's account does not hold enough for the refund.",
        "Try later, or give cash.",
    ),
    code(
        "unknown",
        "The bank does not say what became of it; a person looks after it.",
        "Ask the senior cashier; do not pay out yet.",
    ),
    code("unauthorized", "The API key is missing or not known.", "Call support: the till's key is wrong."),
    code("rate_limited", "Too many calls.", "Wait a moment."),
    code("unavailable", "The service can't do it now; the same call may be sent again.", "Try again."),
    code(
        "not_found",
        "There is nothing at this address, or not any more.",
        "Ask for the state of the payment.",
    ),
    code(
        "method_not_allowed",
        "The address does not take this method.",
        "Call support: the till's software must be mended.",
    ),
    code("timeout", "The request took too long to arrive.", "Try again."),
    code("internal", "The service failed; it is in its log.", "Try again; call support if it comes again."),
];

/// The codes for a document.
pub(super) fn table() -> Value {
    let row = |code: &Code| json!({ "code": code.word, "meaning": code.meaning, "cashier": code.cashier });
    Value::Array(CODES.iter().map(row).collect())
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
    }
}
