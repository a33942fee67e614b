//! The bank's fault scripts: each meets one call in ten of a bank of its own, over many payments. All run in one service at
//! once, so that their time-outs pass together.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use payment::{Credit, CreditRole, Phase};
use serde_json::{Value, json};
use store::PaymentRecord;
use tokio::time::{Instant, sleep};
use universal_integrator::demo::books::{Books, Findings, Received};
use universal_integrator::till::AmqpRegister;

use crate::lab::customers::{Customers, Fate, Surprise};
use crate::lab::scripts::{ALSO_AFTERWARDS, CALLS, ON_EVERY_CALL};
use crate::lab::{Bank, Broker, Plan, Postgres, Random, Server, World};
use crate::rows::{Database, Fault, ILL_BANK, Row, STRANGE_BANK};
use crate::scene::{Notes, PATIENCE};
use crate::settle::{Outcome, SETTLED_WITHIN};
use crate::verdict::Verdict;

/// How many customers of each bank are served at once: all banks together make a crowd.
const AT_ONCE: usize = 4;

/// What the bank is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    /// Names the authorization server and its payment type.
    pub(crate) name: String,
    /// The body of the simulator's `POST /faults`.
    fault: Value,
    /// What comes of it.
    end: End,
}

/// What a script leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The end that the customer wants.
    Usual,
    /// Some go to a person, with this code. What their banks say is not what is so: their books are not compared.
    Review(&'static str),
    /// Some get a code that can't be paid: everybody only looks at it until its life is over.
    Unpaid,
}

impl Script {
    /// What is expected.
    pub(crate) fn expected(&self) -> &'static str {
        match self.end {
            End::Usual => "the payment's right end; money goes back once",
            End::Review(_) => "the same, or a person decides: never paid on such an answer",
            End::Unpaid => "expired, certain",
        }
    }

    /// Ends that it is a good reason for.
    pub(crate) fn allowed(&self) -> &'static [&'static str] {
        match self.end {
            End::Usual | End::Unpaid => ILL_BANK,
            End::Review(_) => STRANGE_BANK,
        }
    }

    /// What becomes of its customers.
    fn fate(&self, random: &mut Random) -> Fate {
        match self.end {
            End::Unpaid => Fate::Expired,
            End::Usual | End::Review(_) => Fate::drawn(random),
        }
    }

    /// In a few words.
    pub(crate) fn words(&self) -> String {
        let word = |name: &str| self.fault[name].as_str().unwrap_or_default().replace('_', " ");
        let after = if self.fault["after"] == true { ", after the bank has acted" } else { "" };
        format!("the bank, on 10 % of {}: {}{after}", word("call"), word("fault"))
    }
}

/// All scripts.
pub(crate) fn all() -> Vec<Script> {
    let mut scripts = Vec::new();
    for call in CALLS {
        scripts.extend(ON_EVERY_CALL.map(|fault| script(call, fault, &json!({}))));
        scripts.extend(ALSO_AFTERWARDS.map(|fault| script(call, fault, &json!({ "after": true }))));
    }
    for (call, fault, more) in [
        ("create", "wrong_amount", json!({})),
        ("refund", "wrong_amount", json!({})),
        ("refund", "declined", json!({})),
        ("status", "no_notification", json!({})),
        ("status", "duplicate_notification", json!({ "delay_ms": 500 })),
        ("status", "late_notification", json!({ "delay_ms": 3_000 })),
        ("status", "forged_notification", json!({})),
    ] {
        scripts.push(script(call, fault, &more));
    }
    for (call, fault, more, end) in [
        ("create", "wrong_id", json!({}), End::Unpaid),
        ("status", "wrong_id", json!({}), End::Review("order_mismatch")),
        ("status", "wrong_amount", json!({}), End::Review("amount_mismatch")),
        ("cancel", "late_success", json!({ "delay_ms": 1_000 }), End::Usual),
    ] {
        scripts.push(Script { end, ..script(call, fault, &more) });
    }
    scripts
}

fn script(call: &str, fault: &str, more: &Value) -> Script {
    let mut body = json!({ "call": call, "fault": fault, "times": 0, "probability": 0.1 });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let suffix = if more.get("after").is_some() { "-after" } else { "" };
    Script { name: format!("{call}-{fault}{suffix}").replace('_', "-"), fault: body, end: End::Usual }
}

/// Plays these rows, all on this database, over so many payments in all.
pub(crate) async fn run(database: Database, rows: &[&Row], payments: usize) -> Vec<Outcome> {
    let began = Instant::now();
    let scripts = all();
    let rows: Vec<(&Row, &Script)> = rows
        .iter()
        .filter_map(
            |row| if let Fault::Script(number) = row.fault { Some((*row, &scripts[number])) } else { None },
        )
        .collect();
    let rows = rows.as_slice();
    let mut random = Random::from_environment("scripts");
    let server = (database == Database::Postgres).then(Postgres::shared);
    let postgres = match &server {
        Some(server) => Some(server.schema().await),
        None => None,
    };
    let banks = join_all(rows.iter().map(|_| Bank::task())).await;
    let servers = rows.iter().zip(&banks).map(|((_, script), bank)| Server {
        bank: Some(bank.address()),
        call_timeout_ms: 2_000,
        ..Server::named(&script.name)
    });
    let servers = [Server::named("sbp")].into_iter().chain(servers).collect();
    let world = World::build(Plan { postgres, servers, ..Plan::default() }, Broker::shared()).await;
    let tills = [world.till("1").await, world.till("2").await, world.till("3").await];
    for ((_, script), bank) in rows.iter().zip(&banks) {
        bank.notify_at(&format!("http://{}/hooks/{}", world.service.http(), script.name)).await;
        bank.fault(&script.fault).await;
    }
    let each = payments.div_ceil(rows.len());
    let crowds = rows.iter().zip(&banks).map(|((_, script), bank)| {
        let fates: Vec<Fate> = (0..each).map(|_| script.fate(&mut random)).collect();
        let tills = &tills;
        async move {
            let customers = Customers::new(bank, tills).with_patience(PATIENCE).of_type(&script.name);
            customers.at_once(AT_ONCE).serve_and_note(&fates).await
        }
    });
    let surprises = join_all(crowds).await;
    let ended_at = Instant::now();
    let findings = settle(&world, &tills, rows, &banks).await;
    let settled_after = ended_at.elapsed();
    let outcome = |(verdict, surprises): (Verdict, Vec<Surprise>), row: &Row| {
        let mut verdict = verdict;
        verdict.take_surprises(row, surprises);
        let notes = Notes { times: 1, at_risk: each, ..Notes::default() };
        let (took, loud_lines) = (began.elapsed(), 0);
        Outcome { verdict, notes, payments: each, settled_after, loud_lines, took }
    };
    let outcomes: Vec<Outcome> =
        findings.into_iter().zip(surprises).zip(rows).map(|(found, (row, _))| outcome(found, row)).collect();
    if outcomes.iter().all(|outcome| outcome.verdict.is_good()) {
        world.end().await;
    } else {
        world.keep();
    }
    outcomes
}

/// Waits until the books of every bank agree with ours, for so long at most.
async fn settle(
    world: &World,
    tills: &[AmqpRegister],
    rows: &[(&Row, &Script)],
    banks: &[Bank],
) -> Vec<Verdict> {
    let deadline = Instant::now() + SETTLED_WITHIN;
    loop {
        let records = world.records().await;
        let mut verdicts = Vec::new();
        for ((_, script), bank) in rows.iter().zip(banks) {
            let (ours, others): (Vec<PaymentRecord>, Vec<PaymentRecord>) = records
                .iter()
                .cloned()
                .partition(|record| is_of(record, script) && !is_for_a_person(record, script));
            let others: BTreeSet<_> = others.iter().map(|record| record.payment.id).collect();
            let ledger = bank.ledger().await.without(&others);
            let received: Vec<_> = tills.iter().map(|till| Received::by(till).without(&others)).collect();
            let findings: Findings = Books { records: &ours, received: &received, ledger: &ledger }.compare();
            let mut verdict = Verdict::default();
            verdict.take_books(&ours, &ledger, Vec::new(), &findings);
            verdicts.push(verdict);
        }
        if verdicts.iter().all(Verdict::is_good) || Instant::now() >= deadline {
            return verdicts;
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// A review that the script leads to, or late money that is not proven.
fn is_for_a_person(record: &PaymentRecord, script: &Script) -> bool {
    let is_left = |credit: &Credit| credit.role == CreditRole::Manual && !credit.proven;
    if matches!(script.end, End::Review(_)) && record.payment.state.credits.iter().any(is_left) {
        return true;
    }
    matches!((&record.payment.state.phase, script.end), (Phase::Review { code, .. }, End::Review(wanted)) if code == wanted)
}

fn is_of(record: &PaymentRecord, script: &Script) -> bool {
    let operation = record.payment.checkout.operation.as_str();
    operation.rsplit_once('-').is_some_and(|(name, _)| name == script.name)
}
