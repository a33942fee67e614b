//! What happened to a payment, fact by fact, in words: who did what, and when.

use payment::{
    AttemptId, ConsoleReport, CreditRole, DeathCause, EndWord, Fact, Finding, Outcome, Payment, Receipted,
    RefundId, ServerId, Wait, Wish,
};

use super::show::{Clock, amount, refusal_text, who_asked};
use crate::reasons;
use crate::words::Words;

/// What a fact says, in the reader's language.
pub(super) struct Told {
    pub(super) text: String,
    /// In the words of the bank, the register or a person.
    pub(super) detail: Option<String>,
    pub(super) who: String,
    /// The class: `good`, `bad` or nothing.
    pub(super) tone: &'static str,
}

/// Who did it.
enum Who {
    Register,
    /// A register or a person: which of them is in the reason.
    Asker,
    Service,
    Bank(AttemptId),
    Person(String),
}

/// A fact before it is put into words.
struct Said {
    key: &'static str,
    places: Vec<(&'static str, String)>,
    detail: Option<String>,
    who: Who,
    tone: &'static str,
}

impl Said {
    fn by_service(key: &'static str) -> Self {
        Self { key, places: Vec::new(), detail: None, who: Who::Service, tone: "" }
    }

    fn by_register(key: &'static str) -> Self {
        Self { who: Who::Register, ..Self::by_service(key) }
    }

    fn by_bank(key: &'static str, attempt: AttemptId) -> Self {
        Self { who: Who::Bank(attempt), ..Self::by_service(key) }
    }

    fn by_person(key: &'static str, who: Option<&String>) -> Self {
        match who {
            Some(who) => Self { who: Who::Person(who.clone()), ..Self::by_service(key) },
            None => Self::by_service(key),
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers give ids and texts as they have them")]
    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.places.push((name, value.to_string()));
        self
    }

    fn detail(mut self, detail: Option<impl ToString>) -> Self {
        self.detail = detail.map(|detail| detail.to_string()).filter(|detail| !detail.is_empty());
        self
    }

    fn good(mut self) -> Self {
        self.tone = "good";
        self
    }

    fn bad(mut self) -> Self {
        self.tone = "bad";
        self
    }
}

/// Tells the facts of one payment.
pub(super) struct Teller<'a> {
    pub(super) words: &'a Words,
    pub(super) clock: &'a Clock,
    pub(super) payment: &'a Payment,
    /// The name of an authorization server for people.
    pub(super) bank: &'a dyn Fn(&ServerId) -> String,
}

impl Teller<'_> {
    /// One fact in words.
    pub(super) fn tell(&self, fact: &Fact) -> Told {
        let said = self.said(fact);
        let who = match said.who {
            Who::Register => {
                let register = self.payment.checkout.register.to_string();
                self.words.fill("who-register", &[("register", register)])
            }
            Who::Asker => self.words.text("who-asker"),
            Who::Service => self.words.text("who-service"),
            Who::Bank(attempt) => self.bank_of(attempt),
            Who::Person(name) => name,
        };
        let text = self.words.fill(said.key, &said.places);
        let detail = said.detail.map(|detail| reasons::told(self.words, &detail));
        // What the sentence says already is not said again.
        let is_news = |detail: &String| !text.to_lowercase().contains(&detail.to_lowercase());
        Told { detail: detail.filter(is_news), text, who, tone: said.tone }
    }

    #[expect(clippy::too_many_lines, reason = "every fact is named, so that none is passed over")]
    fn said(&self, fact: &Fact) -> Said {
        match fact {
            Fact::Accepted { .. } => {
                let asked = amount(self.words, self.payment.checkout.amount);
                Said::by_register("fact-accepted").with("amount", asked)
            }
            Fact::WaitBegan { what: Wait::Superseded } => Said::by_service("fact-wait-superseded"),
            Fact::WaitBegan { what: Wait::Link { until } } => {
                Said::by_service("fact-wait-link").with("until", self.clock.time(*until))
            }
            Fact::WaitEnded { .. } => Said::by_service("fact-wait-ended"),
            Fact::IssueOrdered { .. }
            | Fact::NotIssued { .. }
            | Fact::IssueUnknown { .. }
            | Fact::CodeKeptAside { .. }
            | Fact::CodeShown { .. } => self.of_issue(fact),
            Fact::OutputsTold { consoles } => {
                Said::by_service("fact-outputs-told").with("consoles", self.reports(consoles))
            }
            Fact::ConsolesHeld { consoles } => {
                let names: Vec<&str> = consoles.iter().map(payment::ConsoleId::as_str).collect();
                Said::by_service("fact-consoles-held").with("consoles", names.join(", "))
            }
            Fact::SpareCalled { console } => Said::by_service("fact-spare-called").with("console", console),
            Fact::ProcessingSeen { .. }
            | Fact::ProcessingGone { .. }
            | Fact::TryDeclined { .. }
            | Fact::AnnulmentWanted { .. }
            | Fact::AnnulmentOrdered { .. }
            | Fact::AnnulmentUncertain { .. }
            | Fact::AttemptDied { .. }
            | Fact::WatchEnded { .. } => of_order(fact),
            Fact::ClosingBegan { wish, reason, tell_by } => {
                closing(*wish).with("until", self.clock.time(*tell_by)).detail(reason.as_ref())
            }
            Fact::CreditFound { .. }
            | Fact::PlateMoneyClaimed { .. }
            | Fact::CreditProven { .. }
            | Fact::CreditTaken { .. }
            | Fact::CreditAssigned { .. } => self.of_credit(fact),
            Fact::Ended(ending) => {
                let why = self.words.text(&format!("end-{}", ending.code.word().replace('_', "-")));
                let said = match ending.payable_until.filter(|_| !ending.certain) {
                    Some(until) => {
                        Said::by_service("fact-ended-uncertain").with("until", self.clock.time(until))
                    }
                    None => Said::by_service(ended(ending.word)),
                };
                said.with("why", why).detail(Some(&ending.reason))
            }
            Fact::ReviewBegan { reason, .. } => {
                Said::by_service("fact-review-began").detail(Some(reason)).bad()
            }
            Fact::ReviewEnded { who, why } => {
                Said::by_person("fact-review-ended", Some(who)).detail(Some(why))
            }
            Fact::Fiscalized { operation, of, receipt } => {
                let is_sale =
                    of.map_or(*operation == self.payment.checkout.operation, |of| of == Receipted::Sale);
                let key = if is_sale { "fact-fiscalized" } else { "fact-fiscalized-return" };
                let numbers =
                    [("drive", &receipt.drive), ("document", &receipt.document), ("sign", &receipt.sign)];
                numbers.into_iter().fold(Said::by_register(key), |said, (name, value)| said.with(name, value))
            }
            Fact::Settled => Said::by_service("fact-settled"),
            Fact::Inspected { finding: Finding::RowMended { says } } => {
                Said::by_service("fact-inspected-mended").detail(Some(says)).bad()
            }
            Fact::Inspected { finding: Finding::BankDiffers { attempt, says } } => {
                Said::by_bank("fact-inspected-differs", *attempt).detail(Some(says)).bad()
            }
            Fact::RefundAccepted { .. }
            | Fact::RefundOrdered { .. }
            | Fact::RefundNotSent { .. }
            | Fact::RefundUnknown { .. }
            | Fact::RefundNotFound { .. }
            | Fact::RefundPending { .. }
            | Fact::RefundCompleted { .. }
            | Fact::RefundFailed { .. }
            | Fact::RefundParked { .. } => self.of_refund(fact),
        }
    }

    fn of_issue(&self, fact: &Fact) -> Said {
        match fact {
            Fact::IssueOrdered { attempt } => {
                Said::by_service("fact-issue-ordered").with("bank", self.bank_of(attempt.id))
            }
            Fact::NotIssued { attempt, cause, refusal: None, .. } => Said::by_service("fact-not-sent")
                .with("bank", self.bank_of(*attempt))
                .detail(Some(cause))
                .bad(),
            Fact::NotIssued { attempt, refusal: Some(refusal), .. } => {
                Said::by_bank("fact-not-issued", *attempt)
                    .detail(Some(refusal_text(self.words, refusal)))
                    .bad()
            }
            Fact::IssueUnknown { attempt, cause, .. } => {
                let bank = self.bank_of(*attempt);
                Said::by_service("fact-issue-unknown").with("bank", bank).detail(Some(cause)).bad()
            }
            Fact::CodeKeptAside { attempt, .. } => Said::by_bank("fact-code-kept-aside", *attempt),
            Fact::CodeShown { attempt, .. } => Said::by_bank("fact-code-shown", *attempt).good(),
            _ => Said::by_service("fact-other"),
        }
    }

    fn of_credit(&self, fact: &Fact) -> Said {
        let money = |index: &usize| {
            let credit = self.payment.state.credits.get(*index);
            credit.map_or_else(|| "—".to_owned(), |credit| amount(self.words, credit.amount))
        };
        match fact {
            Fact::CreditFound { credit } => {
                let said = Said::by_bank(found(credit.role), credit.attempt);
                let said = said.with("amount", amount(self.words, credit.amount));
                let said = said.with("transaction", &credit.transaction);
                if credit.role == CreditRole::Pays { said.good() } else { said.bad() }
            }
            Fact::PlateMoneyClaimed { credit, .. } => Said::by_register("fact-plate-money-claimed")
                .with("amount", amount(self.words, credit.amount))
                .with("transaction", &credit.transaction)
                .good(),
            Fact::CreditProven { credit } => {
                Said::by_service("fact-credit-proven").with("amount", money(credit))
            }
            Fact::CreditTaken { credit } => {
                Said::by_service("fact-credit-taken").with("amount", money(credit)).bad()
            }
            Fact::CreditAssigned { credit, role, by } => {
                let said = Said::by_person(assigned(*role), by.as_ref()).with("amount", money(credit));
                if *role == CreditRole::Pays { said.good() } else { said }
            }
            _ => Said::by_service("fact-other"),
        }
    }

    fn of_refund(&self, fact: &Fact) -> Said {
        let said = |key: &'static str, refund: &RefundId| {
            let known = self.payment.refund(*refund);
            let money = known.map_or_else(|| "—".to_owned(), |refund| amount(self.words, refund.amount));
            Said::by_service(key).with("amount", money)
        };
        match fact {
            Fact::RefundAccepted { refund } => {
                let who = Who::Person(who_asked(self.words, &refund.origin));
                let said = Said { who, ..Said::by_service("fact-refund-accepted") };
                said.with("amount", amount(self.words, refund.amount)).detail(refund.reason.as_ref())
            }
            Fact::RefundOrdered { refund, .. } => said("fact-refund-ordered", refund),
            Fact::RefundNotSent { refund, cause, .. } => {
                said("fact-refund-not-sent", refund).detail(Some(cause)).bad()
            }
            Fact::RefundUnknown { refund, cause } => {
                said("fact-refund-unknown", refund).detail(Some(cause)).bad()
            }
            Fact::RefundNotFound { refund } => said("fact-refund-not-found", refund),
            Fact::RefundPending { refund } => said("fact-refund-pending", refund),
            Fact::RefundCompleted { refund, transaction } => {
                said("fact-refund-completed", refund).detail(transaction.as_ref()).good()
            }
            Fact::RefundFailed { refund, refusal, .. } => {
                said("fact-refund-failed", refund).detail(Some(refusal_text(self.words, refusal))).bad()
            }
            Fact::RefundParked { refund, reason } => {
                said("fact-refund-parked", refund).detail(Some(reason)).bad()
            }
            _ => Said::by_service("fact-other"),
        }
    }

    /// What consoles did, each with its reason.
    pub(super) fn reports(&self, reports: &[ConsoleReport]) -> String {
        let line = |report: &ConsoleReport| {
            let did = self.words.text(outcome(report.outcome));
            let reason = report.reason.as_ref().map(|reason| reasons::told(self.words, reason));
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            format!("{} — {did}{reason}", report.console)
        };
        reports.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    /// The bank of an attempt for people.
    pub(super) fn bank_of(&self, attempt: AttemptId) -> String {
        let known = self.payment.attempt(attempt);
        known.map_or_else(|| "—".to_owned(), |attempt| (self.bank)(&self.payment.route_of(attempt).server))
    }
}

fn of_order(fact: &Fact) -> Said {
    match fact {
        Fact::ProcessingSeen { attempt } => Said::by_bank("fact-processing-seen", *attempt),
        Fact::ProcessingGone { attempt } => Said::by_bank("fact-processing-gone", *attempt),
        Fact::TryDeclined { attempt, reason } => {
            Said::by_bank("fact-try-declined", *attempt).detail(reason.as_ref()).bad()
        }
        Fact::AnnulmentWanted { .. } => Said::by_service("fact-annulment-wanted"),
        Fact::AnnulmentOrdered { .. } => Said::by_service("fact-annulment-ordered"),
        Fact::AnnulmentUncertain { cause, .. } => {
            Said::by_service("fact-annulment-uncertain").detail(Some(cause)).bad()
        }
        Fact::AttemptDied { attempt, cause, .. } => Said::by_bank(died(*cause), *attempt),
        Fact::WatchEnded { .. } => Said::by_service("fact-watch-ended"),
        _ => Said::by_service("fact-other"),
    }
}

fn closing(wish: Wish) -> Said {
    match wish {
        Wish::Cancel => Said { who: Who::Asker, ..Said::by_service("fact-closing-cancel") },
        Wish::Expire => Said::by_service("fact-closing-expire"),
        Wish::GiveUp => Said::by_service("fact-closing-give-up"),
    }
}

fn died(cause: DeathCause) -> &'static str {
    match cause {
        DeathCause::Paid => "fact-died-paid",
        DeathCause::Annulled => "fact-died-annulled",
        DeathCause::Expired => "fact-died-expired",
        DeathCause::Declined => "fact-died-declined",
        DeathCause::WaitedOut => "fact-died-waited-out",
    }
}

fn ended(word: EndWord) -> &'static str {
    match word {
        EndWord::Declined => "fact-ended-declined",
        EndWord::Expired => "fact-ended-expired",
        EndWord::Cancelled => "fact-ended-cancelled",
        EndWord::Failed => "fact-ended-failed",
    }
}

fn found(role: CreditRole) -> &'static str {
    match role {
        CreditRole::Pays => "fact-found-pays",
        CreditRole::Refunding => "fact-found-refunding",
        CreditRole::Offered { .. } => "fact-found-offered",
        CreditRole::Manual => "fact-found-manual",
        CreditRole::Held => "fact-found-held",
    }
}

fn assigned(role: CreditRole) -> &'static str {
    match role {
        CreditRole::Pays => "fact-assigned-pays",
        CreditRole::Refunding => "fact-assigned-refunding",
        CreditRole::Offered { .. } => "fact-assigned-offered",
        CreditRole::Manual => "fact-assigned-manual",
        CreditRole::Held => "fact-assigned-held",
    }
}

/// The key of what a console did.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Shown => "output-shown",
        Outcome::Printed => "output-printed",
        Outcome::NotConfirmed => "output-not-confirmed",
        Outcome::Failed => "output-failed",
        Outcome::Busy => "output-busy",
    }
}

#[cfg(test)]
mod tests;
