//! What is looked at again after all is done: whether a bank still says what our books say (P12).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Attempt, AttemptId, Credit, DeathCause, Life, OrderState, PaidNotice, Payment, StatusAnswer};

/// What an inspection found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Finding {
    /// The payment's row was not what its journal adds up to: it was written anew from the journal.
    RowMended {
        /// How it differed.
        says: String,
    },
    /// The bank says otherwise than our books: a person looks.
    BankDiffers {
        /// The order that was asked for.
        #[schemars(with = "String")]
        attempt: AttemptId,
        /// How.
        says: String,
    },
}

/// How a bank's answer about an order that is not watched any more differs from our books; `None`: it does not, or nothing
/// certain is said. Money that we do not know is heard by [`Input::Status`](crate::Input::Status) whenever it comes, and is
/// a difference only until then.
pub fn difference_to_bank(payment: &Payment, attempt: &Attempt, answer: &StatusAnswer) -> Option<String> {
    if answer.order.as_ref().is_some_and(|order| *order != attempt.id.to_string()) {
        return None; // of another order nothing is learned about ours
    }
    let mut ours = payment.state.credits.iter().filter(|credit| is_of(credit, attempt));
    let now = match &answer.state {
        OrderState::Paid(notice) => return unknown_money(payment, attempt, notice),
        OrderState::InProgress | OrderState::Declined { terminal: false, .. } => return None,
        OrderState::Unpaid => "unpaid",
        OrderState::NotFound => "not known there",
        OrderState::Expired => "expired",
        OrderState::Annulled => "withdrawn",
        OrderState::Declined { .. } => "refused for good",
    };
    if let Some(credit) = ours.next() {
        let Credit { transaction, amount, .. } = credit;
        return Some(format!(
            "we know credit {transaction} over {amount}; the bank says now that the order is {now}"
        ));
    }
    let was_waited_out = matches!(attempt.life, Life::Closed { cause: DeathCause::WaitedOut });
    if was_waited_out && payment.is_confirmed(attempt) && answer.state == OrderState::NotFound {
        return Some(
            "the bank gave us the code of the order, and says now that it does not know it".to_owned(),
        );
    }
    let was_withdrawn = matches!(
        attempt.life,
        Life::Dead { cause: DeathCause::Annulled, .. } | Life::Closed { cause: DeathCause::Annulled }
    );
    (was_withdrawn && answer.state == OrderState::Unpaid)
        .then(|| "the bank confirmed its withdrawal, and says now that it can still be paid".to_owned())
}

fn is_of(credit: &Credit, attempt: &Attempt) -> bool {
    credit.attempt == attempt.id && credit.proven && !credit.taken
}

fn unknown_money(payment: &Payment, attempt: &Attempt, notice: &PaidNotice) -> Option<String> {
    let transaction = notice.transaction.as_ref()?;
    let server = &payment.route_of(attempt).server;
    let known = payment
        .state
        .credits
        .iter()
        .find(|credit| credit.server == *server && credit.transaction == *transaction);
    match (known, notice.amount) {
        (None, _) => Some(format!("the bank knows credit {transaction}, and we do not")),
        (Some(credit), Some(amount)) if credit.amount != amount => {
            Some(format!("credit {transaction} is over {}; the bank says now {amount}", credit.amount))
        }
        _ => None,
    }
}
