//! What an event means for the one who waits, and the exit status that it leads to.

use serde_json::Value;

use super::errand::{Errand, Goal};
use super::text;

/// How an errand ends. The words and numbers are promised to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Paid.
    Paid,
    /// The money is on its way back for certain.
    Refunded,
    /// The question is answered, and the answer is no payment's end.
    Answered,
    /// Not paid, and the code is dead.
    NotPaid,
    /// The money stays where it is.
    NotRefunded,
    /// Told as not paid, while the code may still be paid.
    Uncertain,
    /// A person decides.
    Review,
    /// Nothing happened.
    Rejected,
    /// Nobody answered: what happened is not known.
    NoConnection,
    /// It goes on without this terminal.
    Open,
}

impl Outcome {
    /// The exit status.
    pub(super) fn status(self) -> u8 {
        match self {
            Self::Paid | Self::Refunded | Self::Answered => 0,
            Self::NotPaid | Self::NotRefunded => 3,
            Self::Uncertain => 4,
            Self::Review => 5,
            Self::Rejected => 6,
            Self::NoConnection => 7,
            Self::Open => 8,
        }
    }

    /// The word in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Answered => "answered",
            Self::NotPaid => "not_paid",
            Self::NotRefunded => "not_refunded",
            Self::Uncertain => "not_paid_uncertain",
            Self::Review => "review",
            Self::Rejected => "rejected",
            Self::NoConnection => "no_connection",
            Self::Open => "open",
        }
    }

    /// Whether a pay or refund is over for the till: nothing is left to take up again.
    pub(super) fn is_end(self) -> bool {
        !matches!(self, Self::Answered | Self::NoConnection | Self::Open)
    }
}

/// The outcome that an event brings an errand, if it does. `ids`: those under which the errand's command was sent.
pub(super) fn of(event: &Value, errand: &Errand, ids: &[String]) -> Option<Outcome> {
    let name = text(event, "event")?;
    let is_reply = text(event, "in_reply_to").is_some_and(|id| ids.iter().any(|sent| sent == id));
    let is_own = errand.operation().is_some() && text(event, "operation") == errand.operation();
    if name == "request.rejected" {
        let is_ours = is_reply || (is_own && text(event, "command") == Some(errand.verb.as_str()));
        return is_ours.then_some(Outcome::Rejected);
    }
    match errand.goal {
        Goal::Pay if is_own => of_payment(name, event),
        Goal::Refund => of_refund(name, event, errand.operation()?),
        Goal::Answer if is_reply || (is_own && name == "payment.state") => {
            let is_payment = name == "payment.state" && errand.operation().is_some();
            Some(if is_payment {
                of_payment(name, event).unwrap_or(Outcome::Open)
            } else {
                Outcome::Answered
            })
        }
        _ => None,
    }
}

fn of_payment(name: &str, event: &Value) -> Option<Outcome> {
    // Late money and refunds speak of a payment that has ended already; its status is not their news.
    let is_end = name == "payment.state"
        || ["paid", "declined", "expired", "cancelled", "failed", "review"]
            .iter()
            .any(|word| name.strip_prefix("payment.") == Some(word));
    if !is_end {
        return None;
    }
    match text(event, "status")? {
        "paid" => Some(Outcome::Paid),
        "review" => Some(Outcome::Review),
        "declined" | "expired" | "cancelled" | "failed" => {
            let is_certain = event.get("certain").and_then(Value::as_bool).unwrap_or(false);
            Some(if is_certain { Outcome::NotPaid } else { Outcome::Uncertain })
        }
        _ => None,
    }
}

fn of_refund(name: &str, event: &Value, operation: &str) -> Option<Outcome> {
    let is = |refund: &Value| text(refund, "operation") == Some(operation);
    let status = match name.strip_prefix("refund.") {
        Some(status) if is(event) => status,
        // A repeat is answered with the state of the payment.
        None if name == "payment.state" => {
            let refunds = event.get("refunds")?.as_array()?;
            text(refunds.iter().find(|refund| is(refund))?, "status")?
        }
        _ => return None,
    };
    match status {
        "completed" => Some(Outcome::Refunded),
        "failed" => Some(Outcome::NotRefunded),
        "review" => Some(Outcome::Review),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errand(verb: &str, goal: Goal) -> Errand {
        Errand { verb: verb.to_owned(), body: json!({ "operation": "a" }), goal }
    }

    fn check(errand: &Errand, event: &Value, expected: Option<Outcome>) {
        assert_eq!(of(event, errand, &["id".to_owned()]), expected, "{event}");
    }

    #[test]
    fn a_pay_ends_with_its_final_word_and_not_before() {
        let pay = errand("pay", Goal::Pay);
        let event = |name: &str, status: &str, certain: Option<bool>| json!({ "event": name, "operation": "a", "status": status, "certain": certain });
        for (name, status, certain, outcome) in [
            ("payment.accepted", "accepted", None, None),
            ("payment.qr_ready", "awaiting_payment", None, None),
            ("payment.cancelling", "cancelling", None, None),
            ("payment.state", "awaiting_payment", None, None),
            ("payment.paid", "paid", None, Some(Outcome::Paid)),
            ("payment.state", "paid", None, Some(Outcome::Paid)),
            ("payment.expired", "expired", Some(true), Some(Outcome::NotPaid)),
            ("payment.failed", "failed", Some(false), Some(Outcome::Uncertain)),
            ("payment.cancelled", "cancelled", None, Some(Outcome::Uncertain)),
            ("payment.review", "review", None, Some(Outcome::Review)),
            ("payment.paid_late", "expired", None, None),
            ("refund.completed", "paid", None, None),
            ("payment.new_in_version_2", "paid", None, None),
        ] {
            check(&pay, &event(name, status, certain), outcome);
        }
        check(&pay, &json!({"event": "payment.paid", "operation": "b", "status": "paid"}), None);
        check(&pay, &json!({"operation": "a"}), None);
    }

    #[test]
    fn a_rejection_ends_the_errand_that_it_answers_and_no_other() {
        let pay = errand("pay", Goal::Pay);
        let rejected = |command: &str, operation: Option<&str>, id: Option<&str>| json!({ "event": "request.rejected", "command": command, "operation": operation, "in_reply_to": id });
        check(&pay, &rejected("pay", Some("a"), Some("other")), Some(Outcome::Rejected));
        check(&pay, &rejected("check", Some("a"), Some("other")), None);
        check(&pay, &rejected("pay", Some("b"), Some("other")), None);
        check(&pay, &rejected("pay", None, Some("id")), Some(Outcome::Rejected));
    }

    #[test]
    fn a_refund_ends_by_its_events_or_by_the_state_that_answers_a_repeat() {
        let refund = errand("refund", Goal::Refund);
        for (status, outcome) in [
            ("accepted", None),
            ("pending", None),
            ("completed", Some(Outcome::Refunded)),
            ("failed", Some(Outcome::NotRefunded)),
            ("review", Some(Outcome::Review)),
        ] {
            let name = format!("refund.{status}");
            check(&refund, &json!({"event": name, "operation": "a", "status": "paid"}), outcome);
            check(&refund, &json!({"event": name, "operation": "auto-1"}), None);
            let refunds = [
                json!({"operation": "b", "status": "completed"}),
                json!({"operation": "a", "status": status}),
            ];
            check(&refund, &json!({"event": "payment.state", "operation": "p", "refunds": refunds}), outcome);
        }
        check(&refund, &json!({"event": "payment.state", "operation": "p", "refunds": []}), None);
    }

    #[test]
    fn a_question_ends_with_its_answer_and_says_where_the_payment_stands() {
        let get = errand("get", Goal::Answer);
        for (status, outcome) in [("awaiting_payment", Outcome::Open), ("paid", Outcome::Paid)] {
            check(
                &get,
                &json!({"event": "payment.state", "operation": "a", "status": status}),
                Some(outcome),
            );
        }
        check(&get, &json!({"event": "payment.paid", "operation": "a", "status": "paid"}), None);
        let totals = Errand { verb: "totals".to_owned(), body: json!({}), goal: Goal::Answer };
        check(&totals, &json!({"event": "register.totals", "in_reply_to": "id"}), Some(Outcome::Answered));
        check(&totals, &json!({"event": "register.totals", "in_reply_to": "another"}), None);
    }
}
