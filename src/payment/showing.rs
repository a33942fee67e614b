//! Outputs: which consoles show a code, which are silent, and who steps in (contract.md §3 `payment.shown`, P8).

use std::time::Duration;

use crate::step::Step;
use crate::{
    Attempt, ConsoleId, ConsoleKind, ConsoleReport, ConsoleTerms, ConsoleWay, Effect, Fact, Outcome, Payment,
    Phase, Timestamp, withdrawing,
};

/// A console that has told nothing of a code for so long does not show it (design.md §6).
const OUTPUTS_TELL_WITHIN: Duration = Duration::from_secs(3);
/// One that is still at it, such as a slow printer, is looked at again so much later.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Paper can't be taken back: a code that can't be annulled must be dead so soon (P8).
const PAPER_LIVES_AT_MOST: Duration = Duration::from_mins(5);

impl Payment {
    /// What was fixed of a console; `None`: a plain page that no other payment can want, or none of this payment.
    pub fn console_terms(&self, console: &ConsoleId) -> Option<&ConsoleTerms> {
        self.checkout.consoles.iter().find(|terms| terms.console == *console)
    }

    /// The consoles that the code is meant for: those that were asked for, and those that stepped in for them.
    pub fn consoles_meant(&self) -> impl Iterator<Item = &ConsoleId> {
        self.checkout.show_on.iter().chain(self.state.spares.iter().map(|spare| &spare.console))
    }

    /// Whether a page of this console may show the payment: it is meant for it, and what others may want too it has got
    /// hold of. That the code is live is another matter.
    pub fn is_meant_for(&self, console: &ConsoleId) -> bool {
        let is_shared = self.console_terms(console).is_some_and(|terms| terms.is_shared);
        self.consoles_meant().any(|meant| meant == console)
            && (!is_shared || self.state.consoles_held.contains(console))
    }

    /// Whether a code is out that outputs should show now.
    pub fn is_code_live(&self) -> bool {
        self.state.phase == Phase::Showing && self.shown_attempt().is_some_and(Attempt::is_payable)
    }

    /// Consoles that should show the code and have told nothing of it in time.
    pub fn silent_consoles(&self, now: Timestamp) -> Vec<&ConsoleId> {
        self.awaited().filter(|(_, tell_by)| now >= *tell_by).map(|(console, _)| console).collect()
    }

    /// Consoles of which the engine has something to do: to get hold of what is shared, or to order a job.
    pub fn consoles_to_drive(&self) -> Vec<&ConsoleTerms> {
        if !self.is_code_live() {
            return Vec::new();
        }
        let awaited: Vec<&ConsoleId> = self.awaited().map(|(console, _)| console).collect();
        let mut drivable = self.checkout.consoles.iter().filter(|terms| awaited.contains(&&terms.console));
        let is_to_drive = |terms: &&ConsoleTerms| {
            terms.way == ConsoleWay::Site
                || (terms.is_shared && !self.state.consoles_held.contains(&terms.console))
        };
        drivable.by_ref().filter(is_to_drive).collect()
    }

    /// When consoles are looked at that have not told, if there is one.
    pub(crate) fn outputs_due(&self, now: Timestamp) -> Option<Timestamp> {
        let tell_by = self.awaited().map(|(_, tell_by)| tell_by).min()?;
        Some(if tell_by > now { tell_by } else { now.plus(LOOK_AGAIN_AFTER) })
    }

    /// Consoles that should show the code and have not told, with the time by which they should have.
    fn awaited(&self) -> impl Iterator<Item = (&ConsoleId, Timestamp)> {
        let shown_at = self.shown_attempt().and_then(|attempt| attempt.shown_at);
        let shown_at = shown_at.filter(|_| self.state.phase == Phase::Showing);
        let asked = self.checkout.show_on.iter().filter_map(move |console| Some((console, shown_at?)));
        let called = self.state.spares.iter().filter(move |_| shown_at.is_some());
        asked
            .chain(called.map(|spare| (&spare.console, spare.since)))
            .filter(|(console, _)| self.report_of(console).is_none() && !self.is_the_tills(console))
            .map(|(console, since)| (console, since.plus(OUTPUTS_TELL_WITHIN)))
    }

    fn report_of(&self, console: &ConsoleId) -> Option<&ConsoleReport> {
        self.state.consoles.iter().find(|report| report.console == *console)
    }

    fn is_the_tills(&self, console: &ConsoleId) -> bool {
        self.console_terms(console).is_some_and(|terms| terms.way == ConsoleWay::Till)
    }

    /// Whether buyers can scan the code there, or it is still to be seen.
    fn may_show(&self, console: &ConsoleId) -> bool {
        let carries = self.console_terms(console).is_none_or(|terms| terms.kind.carries_codes());
        let report = self.report_of(console);
        carries && report.is_none_or(|report| matches!(report.outcome, Outcome::Shown | Outcome::Printed))
    }
}

/// Tells at once of consoles that can't be used, and calls in the next one when none shows the code.
pub(crate) fn advance(step: &mut Step) {
    if !step.payment.is_code_live() {
        return;
    }
    loop {
        tell_of_unusable(step);
        let Some(console) = spare_to_call(&step.payment) else { break };
        step.record(Fact::SpareCalled { console });
    }
    if !step.payment.consoles_to_drive().is_empty() {
        step.order(Effect::Output);
    }
}

/// The present outcome of outputs, as far as it is news. Only an open payment's register is told.
pub(crate) fn told(step: &mut Step, mut consoles: Vec<ConsoleReport>) {
    consoles.retain(|report| !step.payment.state.consoles.contains(report));
    if step.payment.is_open() && !consoles.is_empty() {
        step.record(Fact::OutputsTold { consoles });
    }
}

/// Shared consoles that the payment has got hold of.
pub(crate) fn held(step: &mut Step, mut consoles: Vec<ConsoleId>) {
    consoles.retain(|console| !step.payment.state.consoles_held.contains(console));
    if step.payment.is_code_live() && !consoles.is_empty() {
        step.record(Fact::ConsolesHeld { consoles });
    }
}

fn tell_of_unusable(step: &mut Step) {
    let payment = &step.payment;
    let Some(attempt) = payment.shown_attempt() else { return };
    let reports: Vec<ConsoleReport> = payment
        .consoles_meant()
        .filter(|console| payment.report_of(console).is_none())
        .filter_map(|console| payment.console_terms(console))
        .filter_map(|terms| {
            let reason = terms.broken.clone().or_else(|| why_not_on_paper(payment, attempt, terms))?;
            Some(ConsoleReport {
                console: terms.console.clone(),
                kind: terms.kind.word().to_owned(),
                outcome: Outcome::Failed,
                reason: Some(reason),
            })
        })
        .collect();
    if !reports.is_empty() {
        step.record(Fact::OutputsTold { consoles: reports });
    }
}

/// Paper outlives the sale: only a code that can be annulled, or dies soon, goes there (P8).
fn why_not_on_paper(payment: &Payment, attempt: &Attempt, terms: &ConsoleTerms) -> Option<String> {
    let life = attempt.expires_at.since(attempt.shown_at?);
    let is_safe = withdrawing::can_be_withdrawn(payment, attempt) || life <= PAPER_LIVES_AT_MOST;
    let is_unsafe = terms.kind == ConsoleKind::Printer && !is_safe;
    is_unsafe.then(|| {
        "the bank can't withdraw this code and it lives longer than five minutes: it is not printed"
            .to_owned()
    })
}

/// The next console of the register, once none that the code is meant for shows it.
fn spare_to_call(payment: &Payment) -> Option<ConsoleId> {
    let is_shown = payment.checkout.show_on_register
        || payment.consoles_meant().any(|console| payment.may_show(console));
    if is_shown {
        return None;
    }
    let is_called = |terms: &&ConsoleTerms| payment.consoles_meant().any(|console| *console == terms.console);
    let spares = payment.checkout.consoles.iter().filter(|terms| terms.is_spare && !is_called(terms));
    spares.map(|terms| terms.console.clone()).next()
}
