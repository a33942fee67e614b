//! One payment: how it stands, what to tell the buyer, what can be done, and everything that happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::settings::Settings;
use payment::{
    Annulment, Attempt, Credit, CreditRole, Life, Payment, PaymentId, Refund, RefundState, ServerId, StoreId,
    Timestamp,
};
use store::{DeliveryState, PaymentRecord, Records, RefundRequest};

use super::buyer::sentence;
use super::offers;
use super::place::PLACE;
use super::second;
use super::show::{Clock, State as Shown, amount, marks, refusal_text, sum, who_asked};
use super::timeline::{Teller, Told, outcome};
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::reasons;
use crate::state::Admin;
use crate::words::Words;

/// The address of a payment's page.
pub(crate) fn address(payment: &Payment) -> String {
    format!("/admin/stores/{}/payments/{}", payment.checkout.store, payment.id)
}

/// A payment of the store that the path names.
pub(super) async fn record_of(
    admin: &Admin,
    (store, id): &(String, String),
) -> Result<PaymentRecord, Failure> {
    let store = StoreId::parse(store).map_err(|_| Failure::Missing)?;
    let id: PaymentId = id.parse().map_err(|_| Failure::Missing)?;
    let record = admin.db.payment_record(id).await?;
    // A payment of another store is as unknown as one that is not there.
    record.filter(|record| record.payment.checkout.store == store).ok_or(Failure::Missing)
}

#[derive(Template)]
#[template(path = "payment.html")]
struct PaymentPage {
    frame: Frame,
    journal: String,
    state: Shown,
    amount: String,
    marks: Vec<String>,
    buyer: String,
    /// The address of a refund that waits for a second person, and what is told of it.
    waiting: Option<(String, String)>,
    /// Names and values of what was asked and how it stands.
    head: Vec<(String, String)>,
    deeds: Vec<Deed>,
    /// What can't be done, and why.
    not_now: Vec<(String, String)>,
    credits: Vec<Vec<(String, String)>>,
    refunds: Vec<Vec<(String, String)>>,
    codes: Vec<Vec<(String, String)>>,
    /// How many codes the bank did not give.
    not_given: Option<String>,
    consoles: Vec<(String, String)>,
    facts: Vec<FactLine>,
}

/// What can be done: a button that does it, or a link to its form.
struct Deed {
    name: String,
    address: String,
    is_form: bool,
    /// The label of the reason that may be given.
    reason: Option<String>,
}

struct FactLine {
    at: String,
    told: Told,
    events: Vec<EventLine>,
}

struct EventLine {
    name: String,
    register: String,
    delivery: String,
    tone: &'static str,
}

/// `GET /admin/stores/{store}/payments/{payment}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let record = record_of(&admin, &place).await?;
    let settings = admin.db.settings().await?;
    let waiting = second::of_payment(&admin, &record.payment).await?;
    Ok(draw(&asker, &record, &settings, admin.now(), waiting.as_ref(), None))
}

/// The page, with an alarm where something was refused.
pub(super) fn draw(
    asker: &Asker,
    record: &PaymentRecord,
    settings: &Settings,
    now: Timestamp,
    waiting: Option<&RefundRequest>,
    alarm: Option<String>,
) -> Response {
    let words = &asker.words();
    let payment = &record.payment;
    let store = &payment.checkout.store;
    let clock = &Clock::of(settings.stores.get(store));
    let bank = |server: &ServerId| bank_name(settings, server);
    let teller = Teller { words, clock, payment, bank: &bank };
    let details = Details { words, clock, payment, teller: &teller };
    let (deeds, not_now) = deeds(asker, words, record, settings);
    // Of what the bank gave no code for, the timeline tells.
    let is_given = |attempt: &&Attempt| !matches!(attempt.life, Life::NotIssued { .. });
    let given = payment.state.attempts.iter().filter(is_given);
    let not_given = payment.state.attempts.len() - given.clone().count();
    let title = words.fill("payment-title", &[("moment", clock.moment(words, payment.opened_at))]);
    answer(&PaymentPage {
        frame: Frame::of(asker, title).with_alarm(alarm).at(PLACE),
        journal: format!("/admin/stores/{store}/payments"),
        state: Shown::of(words, payment.status()),
        amount: amount(words, payment.checkout.amount),
        marks: marks(words, payment),
        buyer: details.buyer(now),
        waiting: waiting.map(|request| second::notice(words, request)),
        head: details.head(record.wake_at, settings),
        deeds,
        not_now,
        credits: payment.state.credits.iter().map(|credit| details.credit(credit)).collect(),
        refunds: payment.state.refunds.iter().map(|refund| details.refund(refund)).collect(),
        codes: given.map(|attempt| details.code(attempt)).collect(),
        not_given: (not_given > 0)
            .then(|| words.fill("codes-not-given", &[("number", not_given.to_string())])),
        consoles: details.consoles(settings),
        facts: details.facts(record),
    })
}

/// The name of an authorization server for people; its id where it is not set up any more.
pub(crate) fn bank_name(settings: &Settings, server: &ServerId) -> String {
    settings.servers.get(server).map_or_else(|| server.to_string(), |its| its.name.clone())
}

fn deeds(
    asker: &Asker,
    words: &Words,
    record: &PaymentRecord,
    settings: &Settings,
) -> (Vec<Deed>, Vec<(String, String)>) {
    let payment = &record.payment;
    let address = address(payment);
    let mut can = Vec::new();
    let mut not_now = Vec::new();
    let all = [
        ("check", offers::check(payment), true),
        ("cancel", offers::cancel(payment), true),
        ("refund", offers::refund(payment).map(drop), false),
        ("resend", offers::resend(record, settings), true),
        ("review", offers::review(payment), false),
    ];
    for (deed, offer, is_form) in all {
        let route = format!("/admin/stores/{{store}}/payments/{{payment}}/{deed}");
        if !asker.may("POST", &route, Some(&payment.checkout.store)) {
            continue;
        }
        let name = words.text(&format!("do-{deed}"));
        match offer {
            Ok(()) => can.push(Deed {
                name,
                address: format!("{address}/{deed}"),
                is_form,
                reason: (deed == "cancel").then(|| words.text("field-reason")),
            }),
            // Nobody misses the end of a review that there is not.
            Err(_) if deed == "review" => {}
            Err(why) => not_now.push((name, words.text(why))),
        }
    }
    let route = "/admin/stores/{store}/payments/{payment}/items";
    let in_parts = offers::refund(payment).is_ok_and(|offers| offers[0].in_parts);
    let has_items = !payment.checkout.details.items.is_empty();
    if has_items && in_parts && asker.may("GET", route, Some(&payment.checkout.store)) {
        let name = words.text("do-items");
        can.push(Deed { name, address: format!("{address}/items"), is_form: false, reason: None });
    }
    // What leads on stands first, then what is done at once.
    can.sort_by_key(|deed| deed.is_form);
    (can, not_now)
}

/// The parts of the page.
struct Details<'a> {
    words: &'a Words,
    clock: &'a Clock,
    payment: &'a Payment,
    teller: &'a Teller<'a>,
}

type Pairs = Vec<(String, String)>;

impl Details<'_> {
    fn moment(&self, at: Timestamp) -> String {
        self.clock.moment(self.words, at)
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers give ids and texts as they have them")]
    fn pair(&self, key: &str, value: impl ToString) -> (String, String) {
        (self.words.text(key), value.to_string())
    }

    fn buyer(&self, now: Timestamp) -> String {
        let sentence = sentence(self.payment, now);
        let like = self.payment.checkout.amount;
        let money = sentence.minor.map(|minor| sum(self.words, minor, like.currency())).unwrap_or_default();
        let until = sentence.until.map(|until| self.clock.time(until)).unwrap_or_default();
        self.words.fill(sentence.key, &[("amount", money), ("until", until)])
    }

    fn head(&self, wake_at: Option<Timestamp>, settings: &Settings) -> Pairs {
        let checkout = &self.payment.checkout;
        let store = settings.stores.get(&checkout.store);
        let register = store.and_then(|store| store.registers.get(&checkout.register));
        let kind = store.and_then(|store| store.payment_types.get(&checkout.payment_type));
        let named = |name: Option<&String>, id: &str| match name {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        };
        let mut pairs = vec![
            self.pair("head-register", named(register.map(|its| &its.name), checkout.register.as_str())),
            self.pair("head-type", named(kind.map(|its| &its.name), checkout.payment_type.as_str())),
            self.pair("head-operation", &checkout.operation),
        ];
        let details = &checkout.details;
        for (key, value) in [
            ("head-receipt", &details.receipt),
            ("head-shift", &details.shift),
            ("head-cashier", &details.cashier),
            ("head-purpose", &details.purpose),
        ] {
            pairs.extend(value.as_ref().map(|value| self.pair(key, value)));
        }
        if let Some(receipt) = &self.payment.state.fiscal {
            let numbers = format!("{} · {} · {}", receipt.drive, receipt.document, receipt.sign);
            pairs.push(self.pair("head-fiscal", numbers));
        } else if self.payment.is_fiscal_due() {
            pairs.push(self.pair("head-fiscal", self.words.text("fiscal-due")));
        }
        pairs.push(match wake_at {
            Some(at) => self.pair("head-next", self.moment(at)),
            None => self.pair("head-next", self.words.text("nothing-left")),
        });
        pairs.push(self.pair("head-id", self.payment.id));
        pairs
    }

    fn credit(&self, credit: &Credit) -> Pairs {
        let role = match credit.role {
            CreditRole::Pays => "role-pays",
            CreditRole::Refunding => "role-refunding",
            CreditRole::Offered { .. } => "role-offered",
            CreditRole::Manual => "role-manual",
            CreditRole::Held => "role-held",
        };
        let mut pairs = vec![
            self.pair("money-amount", amount(self.words, credit.amount)),
            self.pair("money-is", self.words.text(if credit.taken { "role-taken" } else { role })),
            self.pair("money-transaction", &credit.transaction),
            self.pair("money-bank", self.teller.bank_of(credit.attempt)),
            self.pair("money-found", self.moment(credit.found_at)),
        ];
        pairs.extend(credit.paid_at.map(|at| self.pair("money-paid-at", self.moment(at))));
        pairs.extend(credit.payer.as_ref().map(|payer| self.pair("money-payer", payer)));
        pairs
    }

    fn refund(&self, refund: &Refund) -> Pairs {
        let (state, detail) = match &refund.state {
            RefundState::Queued { not_before } => ("refund-queued", Some(self.moment(*not_before))),
            RefundState::Sending(_) => ("refund-sending", None),
            RefundState::Unknown { .. } => ("refund-unknown", None),
            RefundState::Pending { .. } => ("refund-pending", None),
            RefundState::Completed { at, .. } => ("refund-completed", Some(self.moment(*at))),
            RefundState::Failed { refusal, .. } => ("refund-failed", Some(refusal_text(self.words, refusal))),
            RefundState::Parked { reason, .. } => ("refund-parked", Some(reasons::told(self.words, reason))),
        };
        let who = who_asked(self.words, &refund.origin);
        let state = self.words.text(state);
        let mut pairs = vec![
            self.pair("money-amount", amount(self.words, refund.amount)),
            self.pair(
                "refund-state",
                detail.map_or_else(|| state.clone(), |detail| format!("{state}: {detail}")),
            ),
            self.pair("refund-asked", format!("{who}, {}", self.moment(refund.asked_at))),
            self.pair("head-operation", &refund.operation),
            self.pair("refund-key", refund.id),
        ];
        if let RefundState::Completed { transaction: Some(transaction), .. } = &refund.state {
            pairs.push(self.pair("money-transaction", transaction));
        }
        let reason = refund.reason.as_ref().map(|reason| reasons::told(self.words, reason));
        pairs.extend(reason.map(|reason| self.pair("field-reason", reason)));
        pairs
    }

    /// Without the text inside the code: who reads this page is not the buyer.
    fn code(&self, attempt: &Attempt) -> Pairs {
        let life = match attempt.life {
            Life::Issuing(_) => "life-issuing",
            Life::NotIssued { .. } => "life-not-issued",
            Life::Payable { .. } if attempt.shown_at.is_none() => "life-orphan",
            Life::Payable { .. } if attempt.annulment != Annulment::NotWanted => "life-being-annulled",
            Life::Payable { .. } => "life-payable",
            Life::Dead { .. } => "life-dead",
            Life::Closed { .. } => "life-closed",
        };
        let mut pairs = vec![
            self.pair("money-bank", self.teller.bank_of(attempt.id)),
            self.pair("code-life", self.words.text(life)),
            self.pair("code-order", attempt.id),
        ];
        pairs.extend(self.payment.code_id(attempt).map(|id| self.pair("code-id", id)));
        pairs.extend(attempt.shown_at.map(|at| self.pair("code-shown", self.moment(at))));
        pairs.push(self.pair("code-expires", self.moment(attempt.expires_at)));
        pairs
    }

    fn consoles(&self, settings: &Settings) -> Pairs {
        let checkout = &self.payment.checkout;
        let store = settings.stores.get(&checkout.store);
        let all = store.into_iter().flat_map(|store| store.consoles_of(&checkout.register));
        let names: BTreeMap<_, _> = all.map(|(_, id, its)| (id.as_str(), its.name.as_str())).collect();
        let line = |report: &payment::ConsoleReport| {
            let did = self.words.text(outcome(report.outcome));
            let reason = report.reason.as_ref().map(|reason| reasons::told(self.words, reason));
            let reason = reason.map(|reason| format!(" — {reason}")).unwrap_or_default();
            let kind = self.words.lookup(&format!("health-kind-{}", report.kind.replace('_', "-")));
            let kind = kind.unwrap_or_else(|| report.kind.clone());
            let id = report.console.to_string();
            let name = names.get(id.as_str()).copied().unwrap_or(&id);
            (format!("{name} ({kind})"), format!("{did}{reason}"))
        };
        self.payment.state.consoles.iter().map(line).collect()
    }

    fn facts(&self, record: &PaymentRecord) -> Vec<FactLine> {
        let line = |fact: &store::FactRecord| FactLine {
            at: self.moment(fact.at),
            told: self.teller.tell(&fact.fact),
            events: record
                .events
                .iter()
                .filter(|event| event.sequence == fact.sequence)
                .map(|event| EventLine {
                    name: event.name.clone(),
                    register: self
                        .words
                        .fill("who-register", &[("register", event.destination.register.to_string())]),
                    delivery: self.words.text(match event.delivery {
                        DeliveryState::Pending => "delivery-pending",
                        DeliveryState::Delivered => "delivery-delivered",
                        DeliveryState::Parked => "delivery-parked",
                    }),
                    tone: match event.delivery {
                        DeliveryState::Delivered => "good",
                        DeliveryState::Pending => "",
                        DeliveryState::Parked => "bad",
                    },
                })
                .collect(),
        };
        record.facts.iter().map(line).collect()
    }
}
