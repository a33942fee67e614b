//! Refunds above a store's limit: a second person agrees, or nothing happens.
//!
//! Who asks for one proves it with a code, and the request waits. Another person who may refund there agrees with a code of their
//! own; that is durable before any money moves, and the refund goes by the request's operation, so that it is done once however
//! often it is sent. Nobody is asked where nobody else could agree.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::doors::{Deed, Undone};
use engine::settings::Settings;
use payment::{BankTransaction, Money, OperationId, Payment, StoreId};
use serde_json::json;
use store::{
    AuditEntry, Author, ChangePeopleError, People, PeopleEdit, Records, RefundRequest, RefundRequestBody,
};

use super::deeds::{code_field, confirm_with, done, entry, refused};
use super::place::PLACE;
use super::show::{Clock, amount, store_name};
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::{Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::rights::row_of;
use crate::state::Admin;
use crate::words::Words;

/// So long somebody may agree.
const LASTS: Duration = Duration::from_hours(24);
/// Whoever may send this may agree to it.
const REFUND: &str = "/admin/stores/{store}/payments/{payment}/refund";

/// A refund that somebody wants.
pub(super) struct Wanted<'a> {
    pub(super) operation: &'a OperationId,
    pub(super) money: Money,
    pub(super) transaction: Option<&'a BankTransaction>,
    pub(super) reason: &'a str,
}

/// Who has to agree to a refund.
pub(super) enum Needed {
    /// Nobody else, as long as people give back no more than so many minor units of the payment; `None`: however much.
    NobodyElse { up_to_minor: Option<i64> },
    /// A second person: the request by which it waits.
    Second(Box<RefundRequest>),
}

/// Who has to agree to a refund, as the payment stands now. Whether one person is still enough is decided with the refund itself.
pub(super) async fn needed(
    admin: &Admin,
    asker: &Asker,
    payment: &Payment,
    wanted: &Wanted<'_>,
) -> Result<Needed, Failure> {
    let store = &payment.checkout.store;
    let settings = admin.db.settings().await?;
    let above = settings.stores.get(store).and_then(|its| its.second_person_above_minor);
    let in_all = payment.returned_by_people_minor().saturating_add(wanted.money.minor());
    if above.is_none_or(|above| in_all <= above) {
        return Ok(Needed::NobodyElse { up_to_minor: above });
    }
    let row = row_of("POST", REFUND).ok_or(Failure::Denied)?;
    let users = admin.db.users().await?;
    let can_agree = users.iter().any(|user| {
        let is_set_up = !user.body.is_blocked && user.body.second_factor.is_some();
        user.id != asker.user.id && is_set_up && row.lets(user, Some(store))
    });
    if !can_agree {
        return Ok(Needed::NobodyElse { up_to_minor: None });
    }
    let now = admin.now();
    Ok(Needed::Second(Box::new(RefundRequest {
        operation: wanted.operation.clone(),
        store: store.clone(),
        payment: payment.id,
        asked_by: asker.user.id.clone(),
        agreed_by: None,
        expires_at: now.plus(LASTS),
        body: RefundRequestBody {
            who: asker.user.login.clone(),
            asked_at: now,
            amount: wanted.money,
            transaction: wanted.transaction.cloned(),
            reason: wanted.reason.to_owned(),
        },
    })))
}

/// What waits, of which those that have expired are dropped, with their entries in the audit.
async fn open(admin: &Admin) -> Result<Vec<RefundRequest>, Failure> {
    let now = admin.now();
    let (over, open): (Vec<_>, Vec<_>) =
        admin.db.refund_requests().await?.into_iter().partition(|request| request.has_expired(now));
    for request in over {
        let author = Author { who: "integrator".to_owned(), from: "here".to_owned(), at: now };
        let told = told(author, "payment.refund_expired", &request);
        let drop = PeopleEdit::DropRefundRequest(request.operation);
        match admin.db.change_people(vec![drop], vec![told]).await {
            // Somebody else has dropped it.
            Ok(()) | Err(ChangePeopleError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(open)
}

fn told(author: Author, action: &str, request: &RefundRequest) -> AuditEntry {
    AuditEntry {
        author,
        action: action.to_owned(),
        about: format!("stores.{}.payments.{}", request.store, request.payment),
        store: Some(request.store.clone()),
        before: None,
        after: Some(json!({
            "operation": request.operation.as_str(), "amount": request.body.amount.to_string(),
            "asked_by": request.body.who, "reason": request.body.reason,
        })),
    }
}

/// The request of a payment, if one waits.
pub(super) async fn of_payment(admin: &Admin, payment: &Payment) -> Result<Option<RefundRequest>, Failure> {
    Ok(open(admin).await?.into_iter().find(|request| request.payment == payment.id))
}

/// The address of a request's page.
pub(super) fn address(request: &RefundRequest) -> String {
    format!("/admin/stores/{}/refund-requests/{}", request.store, request.operation)
}

/// What a payment's page tells of a request, with its address.
pub(super) fn notice(words: &Words, request: &RefundRequest) -> (String, String) {
    let text = words.fill("second-waiting", &[("amount", amount(words, request.body.amount))]);
    (address(request), text)
}

/// A refund that waits, as a line of a list.
pub(crate) struct Waiting {
    pub(crate) address: String,
    pub(crate) amount: String,
    pub(crate) store: String,
    pub(crate) who: String,
    pub(crate) reason: String,
    pub(crate) until: String,
    /// Agreed to, and not carried out yet.
    pub(crate) is_agreed: bool,
}

/// What waits in the stores in which the asker may refund.
pub(crate) async fn waiting_for(
    admin: &Admin,
    asker: &Asker,
    settings: &Settings,
) -> Result<Vec<Waiting>, Failure> {
    let words = asker.words();
    let mine = |request: &RefundRequest| asker.may("POST", REFUND, Some(&request.store));
    let open = open(admin).await?.into_iter().filter(mine);
    Ok(open.map(|request| line(&words, settings, &request)).collect())
}

fn line(words: &Words, settings: &Settings, request: &RefundRequest) -> Waiting {
    let store = settings.stores.get(&request.store);
    let clock = Clock::of(store);
    Waiting {
        address: address(request),
        amount: amount(words, request.body.amount),
        store: store_name(&request.store, store),
        who: request.body.who.clone(),
        reason: request.body.reason.clone(),
        until: clock.moment(words, request.expires_at),
        is_agreed: request.agreed_by.is_some(),
    }
}

#[derive(Template)]
#[template(path = "refund_requests.html")]
struct ListPage {
    frame: Frame,
    waiting: Vec<Waiting>,
}

/// `GET /admin/refund-requests`.
pub(crate) async fn list(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let waiting = waiting_for(&admin, &asker, &settings).await?;
    let frame = Frame::of(&asker, asker.words().text("second-list-title")).at(PLACE);
    Ok(answer(&ListPage { frame, waiting }))
}

#[derive(Template)]
#[template(path = "refund_request.html")]
struct RequestPage {
    frame: Frame,
    request: Waiting,
    payment: String,
    /// The form by which the asker agrees; `None`: they can't, and why is told.
    agree: Option<Form>,
    why_not: Option<String>,
    drop: Option<String>,
}

struct Found {
    request: RefundRequest,
    payment: Payment,
}

async fn found(admin: &Admin, (store, operation): &(String, String)) -> Result<Found, Failure> {
    let store = StoreId::parse(store).map_err(|_| Failure::Missing)?;
    let mut open = open(admin).await?.into_iter();
    let request = open.find(|request| request.store == store && request.operation.as_str() == operation);
    let request = request.ok_or(Failure::Missing)?;
    let record = admin.db.payment_record(request.payment).await?.ok_or(Failure::Missing)?;
    Ok(Found { request, payment: record.payment })
}

/// `GET /admin/stores/{store}/refund-requests/{operation}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let found = found(&admin, &place).await?;
    let settings = admin.db.settings().await?;
    Ok(draw(&asker, &settings, &found, &Wrong::default()))
}

/// `POST …/agree`: a second person, with a code; what was agreed to before is carried out without one.
pub(crate) async fn agree(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let mut found = found(&admin, &place).await?;
    if found.request.agreed_by.is_none() {
        if found.request.asked_by == asker.user.id {
            // The page says why, in place of the form.
            let settings = admin.db.settings().await?;
            let page = draw(&asker, &settings, &found, &Wrong::default());
            return Ok((StatusCode::FORBIDDEN, page).into_response());
        }
        let request = &found.request;
        let told = told(admin.author(&asker), "payment.refund_agreed", request);
        let agree = PeopleEdit::AgreeToRefund(request.operation.clone(), asker.user.id.clone(), admin.now());
        if let Err(message) = confirm_with(&admin, &asker, &sent, told, vec![agree]).await? {
            let mut wrong = Wrong::default();
            wrong.at("code", message);
            let settings = admin.db.settings().await?;
            let page = draw(&asker, &settings, &found, &wrong);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        found.request.agreed_by = Some(asker.user.id.clone());
    }
    carry_out(&admin, &asker, &found).await
}

async fn carry_out(admin: &Admin, asker: &Asker, found: &Found) -> Result<Response, Failure> {
    let Found { request, payment } = found;
    let RefundRequestBody { who, amount, transaction, reason, .. } = request.body.clone();
    let second = match &request.agreed_by {
        Some(user) => admin.db.user(user).await?.map_or_else(|| user.to_string(), |user| user.login),
        None => return Err(Failure::Denied),
    };
    let deed = Deed::Refund {
        operation: request.operation.clone(),
        who: format!("{who} + {second}"),
        transaction,
        amount: Some(amount),
        reason: Some(reason),
        alone_up_to_minor: None,
    };
    let undone = admin.desk.carry_out(request.payment, deed).await.err();
    // It is done, or can never be done: nothing waits any more.
    let is_over = !matches!(undone, Some(Undone::Later(_)));
    if is_over {
        let end = PeopleEdit::EndRefundRequest(request.operation.clone());
        admin.db.change_people(vec![end], vec![]).await?;
    }
    match undone {
        None | Some(Undone::Known) => Ok(done(payment, "?done=refund-asked")),
        Some(undone) => {
            let place = (request.store.to_string(), payment.id.to_string());
            refused(admin, asker, &place, &undone).await
        }
    }
}

/// `POST …/drop`: whoever asked takes it back, or the second person does not agree.
pub(crate) async fn drop_it(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let Found { request, payment } = found(&admin, &place).await?;
    let told = entry(
        &admin,
        &asker,
        &payment,
        "payment.refund_dropped",
        json!({ "operation": request.operation.as_str(), "asked_by": request.body.who }),
    );
    admin.db.change_people(vec![PeopleEdit::DropRefundRequest(request.operation)], vec![told]).await?;
    Ok(done(&payment, "?done=refund-dropped"))
}

fn draw(asker: &Asker, settings: &Settings, found: &Found, wrong: &Wrong) -> Response {
    let words = asker.words();
    let Found { request, payment } = found;
    let address = address(request);
    let is_own = request.asked_by == asker.user.id;
    let is_agreed = request.agreed_by.is_some();
    let agree = (is_agreed || !is_own).then(|| {
        let form = Form::new(format!("{address}/agree"), words.text("second-agree"));
        let mut form = if is_agreed { form } else { form.with(code_field(&words)) };
        form.tell(wrong);
        form
    });
    let frame = Frame::of(asker, words.text("second-title")).at(PLACE);
    remember_nothing(answer(&RequestPage {
        request: line(&words, settings, request),
        payment: super::one::address(payment),
        why_not: agree.is_none().then(|| words.text("second-own")),
        agree,
        drop: (!is_agreed).then(|| format!("{address}/drop")),
        frame,
    }))
}
