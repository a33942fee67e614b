//! The first real payment: ten units of the store's currency at a register of the admin's choice, paid by the admin's own phone, and
//! given back. Bank and service then agree on both, or the store does not open.
//!
//! It is an ordinary payment of that register, with an operation of its own; whatever else is done with it is done on its page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::doors::{Incoming, Outcome};
use engine::ports::Search;
use engine::settings::{Settings, StoreSettings};
use payment::{Currency, Money, Payment, PaymentTypeCode, RefundState, RegisterId, Status, StoreId};
use serde_json::json;
use store::{AuditEntry, People, Records};

use super::PLACE;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::{address, amount_text};
use crate::settings::here::{Here, InStore};
use crate::state::Admin;
use crate::users::fresh_id;
use crate::words::Words;

/// What the operations of these payments begin with.
const OPERATION: &str = "go-live-";
const WHOLE_UNITS: i64 = 10;
/// Payments that are looked through for those of this page.
const NEWEST: usize = 200;

#[derive(Template)]
#[template(path = "go_live.html")]
struct GoLivePage {
    frame: Frame,
    back: String,
    store: String,
    /// `None`: nothing can be paid for real yet.
    form: Option<Form>,
    tries: Vec<Try>,
}

/// A payment of this page, with what has come of it.
struct Try {
    address: String,
    amount: String,
    /// Names of what must come, and whether it has, with what the bank calls it.
    checks: Vec<(String, bool, Option<String>)>,
}

/// `GET /admin/stores/{store}/go-live`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
) -> Result<Response, Failure> {
    draw(&admin, &asker, &here, &Wrong::default()).await
}

/// `POST /admin/stores/{store}/go-live`: a pay at the chosen register.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let (store, its) = (&here.spot.0, here.store());
    let mut wrong = Wrong::default();
    let register = RegisterId::parse(sent.text("live_register")).ok();
    let register = register.filter(|register| its.registers.contains_key(register));
    if register.is_none() {
        wrong.field(&words, "live_register");
    }
    let tender =
        live_types(&here.settings, its).into_iter().find(|code| code.as_str() == sent.text("live_type"));
    if tender.is_none() {
        wrong.field(&words, "live_type");
    }
    let (Some(register), Some(tender)) = (register, tender) else {
        let page = draw(&admin, &asker, &here, &wrong).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let operation = format!("{OPERATION}{}", fresh_id()?);
    let told = AuditEntry {
        author: admin.author(&asker),
        action: "payment.go_live".to_owned(),
        about: format!("stores.{store}.registers.{register}"),
        store: Some(store.clone()),
        before: None,
        after: Some(json!({ "operation": operation, "payment_type": tender.as_str() })),
    };
    admin.db.change_people(vec![], vec![told]).await?;
    let money = ten(its.currency).ok_or(Failure::Missing)?;
    let body = json!({
        "operation": operation, "payment_type": tender.as_str(), "cashier": asker.user.login,
        "amount": { "value": money.minor(), "currency": money.currency().code() },
    });
    let incoming = Incoming {
        version: "v1".to_owned(),
        store: store.to_string(),
        register: register.to_string(),
        verb: "pay".to_owned(),
        body: body.to_string().into_bytes(),
        ..Incoming::default()
    };
    match admin.registers.answer(incoming).await {
        Outcome::Changed(payment) => Ok(Redirect::to(&address(&payment)).into_response()),
        Outcome::Rejected(event) => {
            let told = event.code.as_deref().map(|code| format!("told-{}", code.replace('_', "-")));
            let told = told.and_then(|key| words.lookup(&key)).or_else(|| event.reason.clone());
            wrong.at("live_register", told.unwrap_or_else(|| words.text("refused-later")));
            let page = draw(&admin, &asker, &here, &wrong).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Outcome::Told(_) | Outcome::Unreadable(_) | Outcome::Later => {
            wrong.at("live_register", words.text("refused-later"));
            let page = draw(&admin, &asker, &here, &wrong).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
    }
}

/// Ten units of a currency.
fn ten(currency: Currency) -> Option<Money> {
    Money::try_new(WHOLE_UNITS * 10_i64.pow(currency.exponent()), currency).ok()
}

/// The payment types whose first authorization server works with real money.
fn live_types(settings: &Settings, store: &StoreSettings) -> Vec<PaymentTypeCode> {
    let is_live = |server: &payment::ServerId| settings.servers.get(server).is_some_and(|its| !its.test);
    let live = store.payment_types.iter().filter(|(_, its)| its.servers.first().is_some_and(is_live));
    live.map(|(code, _)| code.clone()).collect()
}

async fn draw(
    admin: &Admin,
    asker: &Asker,
    here: &Here<InStore>,
    wrong: &Wrong,
) -> Result<Response, Failure> {
    let words = asker.words();
    let (store, its) = (&here.spot.0, here.store());
    let types = live_types(&here.settings, its);
    let form = (!types.is_empty() && !its.registers.is_empty()).then(|| {
        let mut form = form(&words, store, its, &types);
        form.tell(wrong);
        form
    });
    let payments = admin.db.search_payments(&Search::of(store.clone()), NEWEST).await?;
    let ours = payments.iter().filter(|payment| payment.checkout.operation.as_str().starts_with(OPERATION));
    Ok(answer(&GoLivePage {
        frame: Frame::of(asker, words.text("go-live-title")).at(PLACE),
        back: its.name.clone(),
        store: store.to_string(),
        form,
        tries: ours.map(|payment| attempt(&words, payment)).collect(),
    }))
}

fn form(words: &Words, store: &StoreId, its: &StoreSettings, types: &[PaymentTypeCode]) -> Form {
    let registers = its.registers.iter().map(|(id, register)| (id.to_string(), register.name.clone()));
    let types = types.iter().map(|code| (code.to_string(), its.payment_types[code].name.clone()));
    Form::new(format!("/admin/stores/{store}/go-live"), words.text("go-live-button"))
        .with(Field::new(words, "live_register", Kind::One(registers.collect()), ""))
        .with(Field::new(words, "live_type", Kind::One(types.collect()), ""))
}

fn attempt(words: &Words, payment: &Payment) -> Try {
    let is_shown = payment.state.attempts.iter().any(|attempt| attempt.shown_at.is_some());
    let credit = payment.paying_credit().map(|(_, credit)| credit.transaction.to_string());
    let back = payment.state.refunds.iter().find_map(|refund| match &refund.state {
        RefundState::Completed { transaction, .. } => Some(transaction.as_ref().map(ToString::to_string)),
        _ => None,
    });
    let is_whole = payment.refunded_minor() == payment.checkout.amount.minor();
    Try {
        address: address(payment),
        amount: amount_text(words, payment.checkout.amount),
        checks: vec![
            (words.text("go-live-shown"), is_shown, None),
            (words.text("go-live-paid"), payment.status() == Status::Paid, credit),
            (words.text("go-live-refunded"), back.is_some() && is_whole, back.flatten()),
        ],
    }
}
