//! The codes that a till tells, and what the cashier can do.

use askama::Template;
use axum::response::Response;

use super::PLACE;
use crate::failure::page as answer;
use crate::frame::Frame;
use crate::guard::Asker;
use crate::words::Words;

/// Every code of the contract, in alphabetical order. What each means is in the catalogues, in the words of the till's guide:
/// a test compares both with the contract's own list.
const CODES: [&str; 40] = [
    "amount_mismatch",
    "amount_out_of_range",
    "bank_refused",
    "bank_unavailable",
    "cancelled",
    "conflict",
    "currency_not_supported",
    "declined",
    "expired",
    "forbidden",
    "insufficient_funds",
    "internal",
    "invalid",
    "link_busy",
    "method_not_allowed",
    "no_output",
    "not_found",
    "not_paid",
    "nothing_to_claim",
    "order_mismatch",
    "rate_limited",
    "refund_exceeds_paid",
    "refund_in_progress",
    "refund_limit",
    "refund_not_supported",
    "register_busy",
    "review_failed",
    "stale",
    "superseded_paid",
    "test_money",
    "timeout",
    "too_large",
    "transaction_mismatch",
    "unauthorized",
    "unavailable",
    "unknown",
    "unknown_operation",
    "unknown_payment_type",
    "unknown_register",
    "unknown_verb",
];

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<Line>,
}

struct Line {
    code: &'static str,
    told: Vec<Piece>,
    cashier: Vec<Piece>,
}

/// A piece of a text: words, or what programs call something.
struct Piece {
    text: String,
    is_name: bool,
}

/// `GET /admin/help/codes`.
pub(crate) async fn page(asker: Asker) -> Response {
    let words = asker.words();
    let line = |code: &&'static str| Line {
        code,
        told: pieces(&words, "told", code),
        cashier: pieces(&words, "cashier", code),
    };
    let codes = CODES.iter().map(line).collect();
    answer(&CodesPage { codes, frame: Frame::of(&asker, words.text("codes-help-title")).at(PLACE) })
}

/// A text with its names, which stand between backticks.
fn pieces(words: &Words, about: &str, code: &str) -> Vec<Piece> {
    let text = words.text(&format!("{about}-{}", code.replace('_', "-")));
    let piece = |(number, part): (usize, &str)| Piece { text: part.to_owned(), is_name: number % 2 == 1 };
    text.split('`').enumerate().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use console::Language;

    use super::*;

    #[test]
    fn every_code_has_words_in_every_language() {
        assert!(CODES.is_sorted());
        for language in Language::ALL {
            let words = Words::of(language);
            for code in CODES {
                for about in ["told", "cashier"] {
                    let key = format!("{about}-{}", code.replace('_', "-"));
                    assert!(words.lookup(&key).is_some(), "{key} in {}", language.code());
                }
            }
        }
    }

    #[test]
    fn names_of_programs_stand_out() {
        let words = Words::of(Language::English);
        let names = |code| -> Vec<String> {
            pieces(&words, "told", code)
                .into_iter()
                .filter(|piece| piece.is_name)
                .map(|piece| piece.text)
                .collect()
        };
        assert_eq!(names("invalid"), ["field", "reason"]);
        assert_eq!(names("expired"), [""; 0]);
    }
}
