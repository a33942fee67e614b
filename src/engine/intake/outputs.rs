//! Where the code of a checkout is shown: the set that it names, and what may step in.

use std::time::Duration;

use payment::{ConsoleId, ConsoleKind, ConsoleTerms, ConsoleWay, RegisterId, RejectCode, Route, Timestamp};

use crate::contract::{Fault, PayBody};
use crate::settings::{ConsoleSettings, StoreSettings, terms_of};

/// Paper can't be taken back: a code that no bank on the way can annul must not live longer.
const PAPER_LIVES_AT_MOST: Duration = Duration::from_mins(5);

/// The outputs of a checkout, as it keeps them.
pub(super) struct Outputs {
    pub(super) show_on: Vec<ConsoleId>,
    pub(super) consoles: Vec<ConsoleTerms>,
    pub(super) show_on_register: bool,
}

/// Named consoles or kinds, or every console that shows codes, else the register itself. What nothing can show is no
/// checkout: it is refused before a bank is asked.
pub(super) fn outputs_of(
    body: &PayBody,
    store: &StoreSettings,
    register: &RegisterId,
    routes: &[Route],
    wanted_life: Option<Duration>,
    now: Timestamp,
) -> Result<Outputs, Fault> {
    let shows: Vec<_> = store.consoles_of(register).filter(|(.., console)| console.show_qr).collect();
    let is_wanted = |id: &ConsoleId, console: &ConsoleSettings| {
        let is_named = |name: &String| name == id.as_str() || name == console.kind.word();
        body.show_on.as_ref().is_none_or(|names| names.iter().any(is_named))
    };
    let names_register = body.show_on.iter().flatten().any(|name| name == "register");
    let mut outputs = Outputs { show_on: Vec::new(), consoles: Vec::new(), show_on_register: names_register };
    for (owner, id, console) in shows {
        let terms = terms_of(store, owner, id, console, now);
        let is_wanted = is_wanted(id, console);
        match (console.kind, is_wanted) {
            (ConsoleKind::Register, true) => outputs.show_on_register = true,
            (ConsoleKind::Register, false) => {}
            (_, true) => {
                outputs.show_on.push(id.clone());
                if !is_plain(&terms) {
                    outputs.consoles.push(terms);
                }
            }
            (kind, false) if kind.carries_codes() => {
                outputs.consoles.push(ConsoleTerms { is_spare: true, ..terms });
            }
            (_, false) => {}
        }
    }
    if body.show_on.is_none() && outputs.show_on.is_empty() {
        outputs.show_on_register = true;
    }
    if outputs.show_on.is_empty() && !outputs.show_on_register {
        let reason =
            "none of the outputs named in show_on is set up for this register with codes switched on";
        return Err(Fault::new(RejectCode::NoOutput, "show_on", reason));
    }
    ensure_shown(&outputs, routes, wanted_life)?;
    Ok(outputs)
}

/// A page of the register alone (another register's is shared) that can be used: a payment need not know more than its name.
fn is_plain(terms: &ConsoleTerms) -> bool {
    terms.way == ConsoleWay::Page && !terms.is_shared && terms.broken.is_none()
}

/// Fails if it is known beforehand that buyers would have nothing to scan.
fn ensure_shown(outputs: &Outputs, routes: &[Route], wanted_life: Option<Duration>) -> Result<(), Fault> {
    let is_usable = |console: &ConsoleTerms| why_unusable(console, routes, wanted_life).is_none();
    let is_plain = |id: &ConsoleId| !outputs.consoles.iter().any(|terms| terms.console == *id);
    if outputs.show_on_register
        || outputs.show_on.iter().any(is_plain)
        || outputs.consoles.iter().any(is_usable)
    {
        return Ok(());
    }
    let reasons: Vec<String> = outputs
        .consoles
        .iter()
        .filter_map(|terms| Some(format!("{}: {}", terms.console, why_unusable(terms, routes, wanted_life)?)))
        .collect();
    let reason = format!("nothing can show the code now: {}", reasons.join("; "));
    Err(Fault::new(RejectCode::NoOutput, "show_on", reason))
}

fn why_unusable(terms: &ConsoleTerms, routes: &[Route], wanted_life: Option<Duration>) -> Option<String> {
    if let Some(broken) = &terms.broken {
        return Some(broken.clone());
    }
    let is_safe =
        |route: &Route| route.terms.annul || route.terms.code_life(wanted_life) <= PAPER_LIVES_AT_MOST;
    match terms.kind {
        ConsoleKind::LineDisplay => Some("it has room for text only".to_owned()),
        ConsoleKind::Printer if !routes.iter().any(is_safe) => {
            Some("the bank can't withdraw its codes and they live longer than five minutes".to_owned())
        }
        _ => None,
    }
}
