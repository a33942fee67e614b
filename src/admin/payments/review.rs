//! The end of a review: a person says whether the payment is paid, and with which money.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::doors::Deed;
use payment::{BankTransaction, CreditRole, Payment, Verdict};
use serde_json::json;

use super::deeds::{Place, alarmed, code_field, confirm, done, draw_form, entry, is_reason, refused};
use super::offers;
use super::one::{address, record_of};
use super::show::amount;
use crate::failure::Failure;
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::guard::Asker;
use crate::state::Admin;
use crate::words::Words;

/// `GET …/review`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Place,
) -> Result<Response, Failure> {
    let payment = record_of(&admin, &place).await?.payment;
    if let Err(why) = offers::review(&payment) {
        return alarmed(&admin, &asker, &place, asker.words().text(why)).await;
    }
    let words = asker.words();
    let form = review_form(&words, &payment, None);
    Ok(draw_form(&asker, "review-title", words.text("review-text"), form, &Wrong::default()))
}

/// `POST …/review`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Place,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let payment = record_of(&admin, &place).await?.payment;
    if let Err(why) = offers::review(&payment) {
        return alarmed(&admin, &asker, &place, words.text(why)).await;
    }
    let mut wrong = Wrong::default();
    let chosen = sent.text("verdict");
    let verdict = if chosen == "failed" {
        Some(Verdict::Failed)
    } else {
        let name = chosen.strip_prefix("paid:");
        let credit = held(&payment).into_iter().find(|credit| Some(credit.as_str()) == name);
        credit.map(|transaction| Verdict::Paid { transaction })
    };
    if verdict.is_none() {
        wrong.field(&words, "verdict");
    }
    let why = sent.text("reason").to_owned();
    if !is_reason(&why) {
        wrong.field(&words, "reason");
    }
    let again = |wrong: &Wrong| {
        let form = review_form(&words, &payment, Some(&sent));
        let page = draw_form(&asker, "review-title", words.text("review-text"), form, wrong);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let (Some(verdict), true) = (verdict, wrong.is_empty()) else { return again(&wrong) };
    let told = entry(&admin, &asker, &payment, "payment.review", json!({ "verdict": chosen, "reason": why }));
    if let Err(message) = confirm(&admin, &asker, &sent, told).await? {
        wrong.at("code", message);
        return again(&wrong);
    }
    let deed = Deed::EndReview { verdict, who: asker.user.login.clone(), why };
    match admin.desk.carry_out(payment.id, deed).await {
        Ok(_) => Ok(done(&payment, "?done=review-ended")),
        Err(undone) => refused(&admin, &asker, &place, &undone).await,
    }
}

fn held(payment: &Payment) -> Vec<BankTransaction> {
    let is_held = |credit: &&payment::Credit| credit.role == CreditRole::Held && !credit.taken;
    payment.state.credits.iter().filter(is_held).map(|credit| credit.transaction.clone()).collect()
}

fn review_form(words: &Words, payment: &Payment, sent: Option<&Sent>) -> Form {
    let typed = |name: &str| sent.map(|sent| sent.text(name).to_owned()).unwrap_or_default();
    let mut choices = vec![(String::new(), words.text("verdict-choose"))];
    for transaction in held(payment) {
        let credit = payment.state.credits.iter().find(|credit| credit.transaction == transaction);
        let money = credit.map(|credit| amount(words, credit.amount)).unwrap_or_default();
        let places = [("amount", money), ("transaction", transaction.to_string())];
        choices.push((format!("paid:{transaction}"), words.fill("verdict-paid", &places)));
    }
    choices.push(("failed".to_owned(), words.text("verdict-failed")));
    Form::new(format!("{}/review", address(payment)), words.text("review-button"))
        .with(Field::new(words, "verdict", Kind::One(choices), typed("verdict")).required())
        .with(Field::new(words, "reason", Kind::Line, typed("reason")).required())
        .with(code_field(words))
}
