//! What followed, and how things stand, in words that tests compare.

use payment::{Credit, CreditRole, Effect, Fact, Life, Phase, Refund, RefundState, Timestamp};

use super::story::{START, Story};

impl Story {
    /// The effects of the last step, such as `issue 1, ask 1`.
    pub(crate) fn did(&self) -> String {
        list(self.last.effects.iter().map(|effect| self.effect(*effect)), ", ")
    }

    /// The facts of the last step by their names in the journal, such as `code_shown`.
    pub(crate) fn told(&self) -> String {
        list(self.last.facts.iter().map(fact_name), ", ")
    }

    /// What the register has been told, such as `expired, payable until 302 s`.
    pub(crate) fn stands(&self) -> String {
        let word = self.payment.status().word();
        match &self.payment.state.phase {
            Phase::Ended(end) if end.certain => format!("{word} for certain ({})", end.code.word()),
            Phase::Ended(end) => {
                let until = end.payable_until.expect("an uncertain end says until when");
                format!("{word}, payable until {}", seconds(until))
            }
            Phase::Paid { credit, .. } => {
                format!("{word} by {}", self.payment.state.credits[*credit].transaction)
            }
            Phase::Review { code, .. } => format!("{word} ({code})"),
            _ => word.to_owned(),
        }
    }

    /// The credits, such as `T1 pays, T2 refunding`.
    pub(crate) fn money(&self) -> String {
        list(self.payment.state.credits.iter().map(credit), ", ")
    }

    /// The refunds, such as `1: 19800 completed`.
    pub(crate) fn returns(&self) -> String {
        list(self.payment.state.refunds.iter().enumerate().map(|(index, one)| refund(index + 1, one)), ", ")
    }

    /// How the attempts stand at their banks, such as `1 payable, 2 dead`.
    pub(crate) fn orders(&self) -> String {
        let attempts = self.payment.state.attempts.iter().enumerate();
        list(attempts.map(|(index, attempt)| format!("{} {}", index + 1, life(&attempt.life))), ", ")
    }

    fn effect(&self, effect: Effect) -> String {
        match effect {
            Effect::Issue(id) => format!("issue {}", self.attempt_number(id)),
            Effect::AskStatus(id) => format!("ask {}", self.attempt_number(id)),
            Effect::Annul(id) => format!("annul {}", self.attempt_number(id)),
            Effect::Resolve => "resolve".to_owned(),
            Effect::Output => "output".to_owned(),
            Effect::Refund(id) => format!("refund {}", self.refund_number(id)),
            Effect::AskRefund(id) => format!("ask refund {}", self.refund_number(id)),
        }
    }

    fn attempt_number(&self, id: payment::AttemptId) -> usize {
        let mut attempts = self.payment.state.attempts.iter();
        attempts.position(|attempt| attempt.id == id).expect("effects speak of known attempts") + 1
    }

    fn refund_number(&self, id: payment::RefundId) -> usize {
        let mut refunds = self.payment.state.refunds.iter();
        refunds.position(|refund| refund.id == id).expect("effects speak of known refunds") + 1
    }
}

/// The name of a fact in the journal.
pub(crate) fn fact_name(fact: &Fact) -> String {
    let json = serde_json::to_value(fact).unwrap();
    json["fact"].as_str().unwrap().to_owned()
}

fn credit(credit: &Credit) -> String {
    let role = match credit.role {
        CreditRole::Pays => "pays".to_owned(),
        CreditRole::Refunding => "refunding".to_owned(),
        CreditRole::Offered { claim_until } => format!("offered until {}", seconds(claim_until)),
        CreditRole::Manual => "manual".to_owned(),
        CreditRole::Held => "held".to_owned(),
    };
    format!("{} {role}", credit.transaction)
}

fn refund(number: usize, refund: &Refund) -> String {
    let state = match &refund.state {
        RefundState::Queued { not_before } => format!("queued until {}", seconds(*not_before)),
        RefundState::Sending(_) => "sending".to_owned(),
        RefundState::Unknown { not_found_at: None, .. } => "unknown".to_owned(),
        RefundState::Unknown { .. } => "not found once".to_owned(),
        RefundState::Pending { .. } => "pending".to_owned(),
        RefundState::Completed { .. } => "completed".to_owned(),
        RefundState::Failed { retry_at: Some(at), .. } => format!("failed, again from {}", seconds(*at)),
        RefundState::Failed { .. } => "failed".to_owned(),
        RefundState::Parked { .. } => "parked".to_owned(),
    };
    format!("{number}: {} {state}", refund.amount.minor())
}

fn life(life: &Life) -> &'static str {
    match life {
        Life::Issuing(_) => "issuing",
        Life::NotIssued { .. } => "not issued",
        Life::Payable { .. } => "payable",
        Life::Dead { .. } => "dead",
        Life::Closed { .. } => "closed",
    }
}

fn seconds(at: Timestamp) -> String {
    let millis = at.since(START).as_millis();
    if millis.is_multiple_of(1_000) { format!("{} s", millis / 1_000) } else { format!("{millis} ms") }
}

fn list(items: impl Iterator<Item = String>, between: &str) -> String {
    let joined = items.collect::<Vec<_>>().join(between);
    if joined.is_empty() { "nothing".to_owned() } else { joined }
}
