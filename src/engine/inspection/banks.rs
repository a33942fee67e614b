//! One payment that is over, and what its bank says of it.

use std::sync::Arc;

use payment::{Attempt, Finding, Input, Life, OrderState, Payment, PaymentId, ServerId, difference_to_bank};

use super::counts::count;
use super::rows::list;
use crate::calls::Asked;
use crate::engine::Engine;
use crate::feed::{Fed, FeedError};

/// Asks a bank for its orders of a payment that are not watched any more, after everything else that it has to do for us.
/// False: it can't be asked now, and its walk stops here until it can.
pub(super) async fn ask(engine: &Engine, server: &ServerId, id: PaymentId) -> bool {
    let Ok(stored) = engine.load(id).await else { return true }; // the round over rows tells of it
    let payment = Arc::new(stored.payment);
    let is_asked =
        |attempt: &&Attempt| payment.route_of(attempt).server == *server && is_over(&payment, attempt);
    for attempt in payment.state.attempts.iter().filter(is_asked) {
        let answer = match engine.ask_status(&payment, attempt.id).await {
            Asked::Answered(input) => input,
            Asked::PutOff(_) => return false,
            Asked::Failed => continue,
        };
        count(&engine.inspection().asked);
        if !take_in(engine, &payment, attempt, answer).await {
            return false;
        }
    }
    true
}

fn is_over(payment: &Payment, attempt: &Attempt) -> bool {
    matches!(attempt.life, Life::Closed { .. }) && payment.can_be_asked(attempt)
}

/// Money is heard as ever; what else differs is noted for people. False: the database can't be used.
async fn take_in(engine: &Engine, payment: &Payment, attempt: &Attempt, input: Input) -> bool {
    let Input::Status { answer, .. } = &input else { return true };
    let Some(says) = difference_to_bank(payment, attempt, answer) else { return true };
    count(&engine.inspection().differed);
    match note(engine, payment.id, attempt, input, &says).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(payment.id = %payment.id, %error, "what its bank says could not be noted: it is asked again");
            false
        }
    }
}

async fn note(
    engine: &Engine,
    id: PaymentId,
    attempt: &Attempt,
    input: Input,
    says: &str,
) -> Result<(), FeedError> {
    let is_money =
        matches!(&input, Input::Status { answer, .. } if matches!(answer.state, OrderState::Paid(_)));
    if is_money && let Fed::Changed(_) = engine.feed(id, input).await? {
        tracing::warn!(payment.id = %id, says, "money was found after all was over: it goes the way of late money");
        return Ok(());
    }
    let finding = Finding::BankDiffers { attempt: attempt.id, says: says.to_owned() };
    engine.feed(id, Input::Inspected { finding }).await?;
    list(engine, id, says);
    Ok(())
}
