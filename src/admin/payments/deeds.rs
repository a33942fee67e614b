//! What people do with a payment; the end of a review is in `review`. Money moves only after a code of the second factor, and
//! never twice for one form.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::doors::{Deed, Undone};
use payment::{BankTransaction, Money, OperationId, Payment, RejectCode};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{AuditEntry, People, PeopleEdit};

use super::offers::{self, Returnable};
use super::one::{address, draw, record_of};
use super::place::PLACE;
use super::second::{self, Needed, Wanted};
use super::show::amount;
use crate::amounts;
use crate::entry::{FormPage, remember_nothing, used_code};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;
use crate::users::fresh_id;
use crate::words::Words;

/// Codes of one user that may be tried in a quarter of an hour.
const TRIES_AT_MOST: u64 = 5;
pub(super) const LONGEST_REASON: usize = 200;
/// What the operations of refunds by hand begin with.
const BY_HAND: &str = "hand-";

pub(super) type Place = Path<(String, String)>;

/// `POST …/check`.
pub(crate) async fn check(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Place,
) -> Result<Response, Failure> {
    let payment = record_of(&admin, &place).await?.payment;
    match admin.desk.carry_out(payment.id, Deed::Check).await {
        Ok(_) => Ok(done(&payment, "?done=checked")),
        Err(undone) => refused(&admin, &asker, &place, &undone).await,
    }
}

/// `POST …/resend`.
pub(crate) async fn resend(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let record = record_of(&admin, &place).await?;
    let payment = &record.payment;
    let settings = admin.db.settings().await?;
    if let Err(why) = offers::resend(&record, &settings) {
        return alarmed(&admin, &asker, &place, asker.words().text(why)).await;
    }
    let told = entry(&admin, &asker, payment, "payment.resend", json!({}));
    admin.db.change_people(vec![], vec![told]).await?;
    match admin.desk.carry_out(payment.id, Deed::Resend).await {
        Ok(_) => Ok(done(payment, "?done=events-sent")),
        Err(undone) => refused(&admin, &asker, &place, &undone).await,
    }
}

/// `POST …/cancel`.
pub(crate) async fn cancel(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Place,
    sent: Sent,
) -> Result<Response, Failure> {
    let payment = record_of(&admin, &place).await?.payment;
    let reason = Some(sent.text("reason").to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| !is_reason(reason)) {
        let page = alarmed(&admin, &asker, &place, asker.words().text("wrong-cancel-reason")).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if let Err(why) = offers::cancel(&payment) {
        return alarmed(&admin, &asker, &place, asker.words().text(why)).await;
    }
    let told = entry(&admin, &asker, &payment, "payment.cancel", json!({ "reason": reason }));
    admin.db.change_people(vec![], vec![told]).await?;
    // The register and the journal learn who it was.
    let login = &asker.user.login;
    let reason = Some(reason.map_or_else(|| login.clone(), |reason| format!("{login}: {reason}")));
    match admin.desk.carry_out(payment.id, Deed::Cancel { reason }).await {
        Ok(_) => Ok(done(&payment, "?done=cancel-asked")),
        Err(undone) => refused(&admin, &asker, &place, &undone).await,
    }
}

/// Which money goes back, and what the form begins with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Which {
    credit: Option<usize>,
    amount: Option<String>,
    reason: Option<String>,
}

/// `GET …/refund`.
pub(crate) async fn refund_page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Place,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let payment = record_of(&admin, &place).await?.payment;
    if let Some(waiting) = second::of_payment(&admin, &payment).await? {
        return Ok(Redirect::to(&second::address(&waiting)).into_response());
    }
    match offer_of(&payment, which.credit) {
        Err(why) => alarmed(&admin, &asker, &place, asker.words().text(why)).await,
        Ok(offer) => {
            let operation = fresh_operation()?;
            let begun = (which.amount, which.reason);
            let form = refund_form(&asker.words(), &payment, offer, &operation, begun);
            Ok(draw_form(
                &asker,
                "refund-title",
                refund_text(&asker.words(), &payment, offer),
                form,
                &Wrong::default(),
            ))
        }
    }
}

/// `POST …/refund`.
pub(crate) async fn refund(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Place,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let payment = record_of(&admin, &place).await?.payment;
    let operation = read_operation(sent.text("operation")).ok_or(Failure::Missing)?;
    if payment.state.refunds.iter().any(|refund| refund.operation == operation) {
        return Ok(done(&payment, "?done=refund-asked"));
    }
    // Money that can't be named is not taken for the first that there is.
    let credit = sent.text("credit").parse().map_err(|_| Failure::Missing)?;
    let offer = match offer_of(&payment, Some(credit)) {
        Ok(offer) => offer,
        Err(why) => return alarmed(&admin, &asker, &place, words.text(why)).await,
    };
    let mut wrong = Wrong::default();
    let money = money_of(&words, offer, &sent, &mut wrong);
    let reason = sent.text("reason").to_owned();
    if !is_reason(&reason) {
        wrong.field(&words, "reason");
    }
    let again = |wrong: &Wrong| {
        let typed = |name| Some(sent.text(name).to_owned());
        let form = refund_form(&words, &payment, offer, &operation, (typed("amount"), typed("reason")));
        let page = draw_form(&asker, "refund-title", refund_text(&words, &payment, offer), form, wrong);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let (Some(money), true) = (money, wrong.is_empty()) else { return again(&wrong) };
    let transaction = by_name(&payment, offer);
    let what = json!({
        "operation": operation.as_str(), "amount": money.to_string(), "reason": reason,
        "transaction": transaction.as_ref().map(ToString::to_string),
    });
    let wanted = Wanted { operation: &operation, money, transaction: transaction.as_ref(), reason: &reason };
    let alone_up_to_minor = match second::needed(&admin, &asker, &payment, &wanted).await? {
        Needed::NobodyElse { up_to_minor } => up_to_minor,
        Needed::Second(request) => {
            let told = entry(&admin, &asker, &payment, "payment.refund_wait", what);
            let put = vec![PeopleEdit::PutRefundRequest(request)];
            if let Err(message) = confirm_with(&admin, &asker, &sent, told, put).await? {
                wrong.at("code", message);
                return again(&wrong);
            }
            return Ok(done(&payment, "?done=refund-waits"));
        }
    };
    let told = entry(&admin, &asker, &payment, "payment.refund", what);
    if let Err(message) = confirm(&admin, &asker, &sent, told).await? {
        wrong.at("code", message);
        return again(&wrong);
    }
    let who = asker.user.login.clone();
    let (amount, reason) = (Some(money), Some(reason));
    let deed = Deed::Refund { operation, who, transaction, amount, reason, alone_up_to_minor };
    match admin.desk.carry_out(payment.id, deed).await {
        Ok(_) | Err(Undone::Known) => Ok(done(&payment, "?done=refund-asked")),
        // Somebody has given back of it since the limit was looked at.
        Err(Undone::Rejected(rejection)) if rejection.code == RejectCode::Forbidden => {
            alarmed(&admin, &asker, &place, words.text("second-meanwhile")).await
        }
        Err(undone) => refused(&admin, &asker, &place, &undone).await,
    }
}

/// Uses up a code of the second factor in one transaction with the audit's entry: from then on it is told who wanted it,
/// whatever becomes of it. The message says why not.
pub(crate) async fn confirm(
    admin: &Admin,
    asker: &Asker,
    sent: &Sent,
    told: AuditEntry,
) -> Result<Result<(), String>, Failure> {
    confirm_with(admin, asker, sent, told, Vec::new()).await
}

/// The same with more edits in the transaction.
pub(super) async fn confirm_with(
    admin: &Admin,
    asker: &Asker,
    sent: &Sent,
    told: AuditEntry,
    with: Vec<PeopleEdit>,
) -> Result<Result<(), String>, Failure> {
    let words = asker.words();
    let key = format!("money code:{}", asker.user.id);
    if admin.count_try(&key).await? > TRIES_AT_MOST {
        return Ok(Err(words.text("too-many-tries")));
    }
    let Some(changed) = used_code(admin, &asker.user, sent.text("code"))? else {
        return Ok(Err(words.text("wrong-code")));
    };
    let mut edits = vec![PeopleEdit::ForgetTries(key), PeopleEdit::ChangeUser(Box::new(changed))];
    edits.extend(with);
    admin.db.change_people(edits, vec![told]).await?;
    Ok(Ok(()))
}

pub(super) fn entry(
    admin: &Admin,
    asker: &Asker,
    payment: &Payment,
    action: &str,
    what: Value,
) -> AuditEntry {
    let store = payment.checkout.store.clone();
    AuditEntry {
        author: admin.author(asker),
        action: action.to_owned(),
        about: format!("stores.{store}.payments.{}", payment.id),
        store: Some(store),
        before: None,
        after: Some(what),
    }
}

pub(super) fn offer_of(payment: &Payment, credit: Option<usize>) -> Result<Returnable, offers::WhyNot> {
    let found = offers::refund(payment)?;
    let first = found[0];
    match credit {
        None => Ok(first),
        Some(credit) => found.into_iter().find(|offer| offer.credit == credit).ok_or("why-handled"),
    }
}

/// The name of money that is left to people; that which pays needs none.
fn by_name(payment: &Payment, offer: Returnable) -> Option<BankTransaction> {
    let is_paying = payment.paying_credit().is_some_and(|(index, _)| index == offer.credit);
    let credit = payment.state.credits.get(offer.credit).filter(|_| !is_paying);
    credit.map(|credit| credit.transaction.clone())
}

fn money_of(words: &Words, offer: Returnable, sent: &Sent, wrong: &mut Wrong) -> Option<Money> {
    if !offer.in_parts {
        return Some(offer.most);
    }
    match amounts::read(sent.text("amount"), offer.most.currency()) {
        Some(money) if money.minor() <= offer.most.minor() => Some(money),
        Some(_) => {
            let most = [("amount", amount(words, offer.most))];
            wrong.at("amount", words.fill("wrong-amount-left", &most));
            None
        }
        None => {
            wrong.field(words, "amount");
            None
        }
    }
}

fn refund_text(words: &Words, payment: &Payment, offer: Returnable) -> String {
    let key = if offer.in_parts { "refund-text" } else { "refund-text-whole" };
    let receipt = payment.checkout.details.receipt.clone();
    let operation = payment.checkout.operation.to_string();
    words.fill(key, &[("amount", amount(words, offer.most)), ("receipt", receipt.unwrap_or(operation))])
}

fn refund_form(
    words: &Words,
    payment: &Payment,
    offer: Returnable,
    operation: &OperationId,
    (money, reason): (Option<String>, Option<String>),
) -> Form {
    let mut form = Form::new(format!("{}/refund", address(payment)), words.text("refund-button"));
    if offer.in_parts {
        let value = money.unwrap_or_else(|| amounts::typed(words, offer.most));
        form = form.with(amounts::field(words, "amount", offer.most.currency(), value).required());
    }
    form.with(Field::new(words, "reason", Kind::Line, reason.unwrap_or_default()).required())
        .with(code_field(words))
        .with(Field::hidden("operation", operation.as_str()))
        .with(Field::hidden("credit", offer.credit.to_string()))
}

pub(crate) fn code_field(words: &Words) -> Field {
    let help = Some(words.text("code-text"));
    let field = Field::new(words, "code", Kind::Line, "").required().remembered("one-time-code");
    field.called(words.text("field-code"), help)
}

pub(super) fn draw_form(asker: &Asker, title: &str, text: String, mut form: Form, wrong: &Wrong) -> Response {
    let alarm = form.tell(wrong).into_iter().next();
    let frame = Frame::of(asker, asker.words().text(title)).with_alarm(alarm).at(PLACE);
    remember_nothing(answer(&FormPage { frame, text: Some(text), form }))
}

pub(super) fn done(payment: &Payment, what: &str) -> Response {
    Redirect::to(&format!("{}{what}", address(payment))).into_response()
}

/// The payment's page as it stands now, with what was refused.
pub(super) async fn refused(
    admin: &Admin,
    asker: &Asker,
    place: &(String, String),
    undone: &Undone,
) -> Result<Response, Failure> {
    let words = asker.words();
    let text = match undone {
        Undone::Missing => return Err(Failure::Missing),
        Undone::Known => return Err(Failure::Conflict),
        Undone::Later(error) => {
            tracing::warn!(payment.id = place.1, error, "what a person wants can't be done now");
            words.text("refused-later")
        }
        Undone::Rejected(rejection) => {
            let told = words.lookup(&format!("refused-{}", rejection.code.word().replace('_', "-")));
            told.unwrap_or_else(|| rejection.reason.clone())
        }
    };
    alarmed(admin, asker, place, text).await
}

pub(super) async fn alarmed(
    admin: &Admin,
    asker: &Asker,
    place: &(String, String),
    text: String,
) -> Result<Response, Failure> {
    let record = record_of(admin, place).await?;
    let settings = admin.db.settings().await?;
    let waiting = second::of_payment(admin, &record.payment).await?;
    let page = draw(asker, &record, &settings, admin.now(), waiting.as_ref(), Some(text));
    Ok((StatusCode::CONFLICT, page).into_response())
}

pub(super) fn is_reason(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST_REASON && !text.chars().any(char::is_control)
}

/// A name for a refund that the form carries, so that a form that is sent twice is done once.
pub(crate) fn fresh_operation() -> Result<OperationId, Failure> {
    read_operation(&format!("{BY_HAND}{}", fresh_id()?)).ok_or(Failure::Missing)
}

/// An operation that [`fresh_operation`] can have made: nobody takes a register's own name for theirs.
fn read_operation(text: &str) -> Option<OperationId> {
    let digits = text.strip_prefix(BY_HAND)?;
    let is_ours = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    OperationId::parse(text).ok().filter(|_| is_ours)
}
