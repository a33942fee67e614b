//! Money of no order of ours, and the sale that it belongs to.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::doors::{Claim, Undone};
use engine::ports::{Destination, UnclaimedCredit};
use engine::settings::{Settings, StoreSettings};
use payment::{OperationId, RegisterId, StoreId};
use serde::Deserialize;
use serde_json::json;
use store::AuditEntry;

use super::tabs::{PLACE, tabs};
use crate::entry::{FormPage, remember_nothing};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::{Frame, Place};
use crate::guard::Asker;
use crate::payments::show::{Clock, amount};
use crate::payments::{address, code_field, confirm, fresh_operation};
use crate::state::Admin;
use crate::words::Words;

const ADDRESS: &str = "/admin/operations/unclaimed";
/// So much of the newest money is shown.
const SHOWN_AT_MOST: usize = 200;
/// So much is looked through for what is to be claimed.
const LOOKED_AT_MOST: usize = 10_000;
const LONGEST_RECEIPT: usize = 64;

#[derive(Template)]
#[template(path = "unclaimed.html")]
struct UnclaimedPage {
    frame: Frame,
    tabs: Vec<Place>,
    lines: Vec<Line>,
}

struct Line {
    amount: String,
    found: String,
    payer: String,
    transaction: String,
    server: String,
    plate: String,
    /// The form that claims it, or why it can't be claimed.
    claim: Result<String, String>,
}

/// Money by its name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    server: String,
    transaction: String,
}

/// `GET /admin/operations/unclaimed`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let may_claim = asker.may("GET", "/admin/operations/unclaimed/claim", None);
    let found = admin.db.unclaimed(SHOWN_AT_MOST).await?;
    let mine = found.iter().filter(|credit| is_mine(&asker, &settings, credit));
    let lines = mine.map(|credit| line(&words, &settings, credit, may_claim)).collect();
    let frame = Frame::of(&asker, words.text("nav-unclaimed")).at(PLACE);
    Ok(answer(&UnclaimedPage { frame, tabs: tabs(&asker), lines }))
}

/// The store and the register at whose open plate money was paid.
fn plate_of<'a>(
    settings: &'a Settings,
    credit: &UnclaimedCredit,
) -> Option<(&'a StoreId, &'a RegisterId, &'a StoreSettings)> {
    settings.stores.iter().find_map(|(id, store)| {
        let has_it = |(_, register): &(&RegisterId, &engine::settings::RegisterSettings)| {
            register.open_plates.get(&credit.server).is_some_and(|plate| plate.link == credit.code)
        };
        store.registers.iter().find(has_it).map(|(register, _)| (id, register, store))
    })
}

/// Money of a plate is for those who see its store; other money for those who see all of them.
fn is_mine(asker: &Asker, settings: &Settings, credit: &UnclaimedCredit) -> bool {
    match plate_of(settings, credit) {
        Some((store, ..)) => asker.reach.has(store),
        None => asker.reach == crate::rights::Reach::Everywhere,
    }
}

fn line(words: &Words, settings: &Settings, credit: &UnclaimedCredit, may_claim: bool) -> Line {
    let plate = plate_of(settings, credit);
    let server = settings.servers.get(&credit.server);
    let claim = match plate {
        None => Err(words.text("unclaimed-no-plate")),
        Some(_) if !credit.is_confirmed => Err(words.text("unclaimed-not-confirmed")),
        Some(_) if !may_claim => Err(words.text("unclaimed-may-not")),
        Some(_) => Ok(format!("{ADDRESS}/claim?{}", query(credit))),
    };
    Line {
        amount: amount(words, credit.amount),
        found: Clock::of(plate.map(|(.., store)| store)).moment(words, credit.found_at),
        payer: credit.payer.clone().unwrap_or_default(),
        transaction: credit.transaction.to_string(),
        server: server.map_or_else(|| credit.server.to_string(), |server| server.name.clone()),
        plate: plate.map_or_else(
            || credit.code.to_string(),
            |(_, register, store)| {
                let name = store.registers.get(register).map_or("", |register| register.name.as_str());
                format!("{} · {name}", store.name)
            },
        ),
        claim,
    }
}

fn query(credit: &UnclaimedCredit) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let transaction = credit.transaction.to_string();
    format!("server={}&transaction={}", escaped(credit.server.as_str()), escaped(&transaction))
}

/// Money that the asker may claim for a store, with the plate's register.
async fn claimable(
    admin: &Admin,
    asker: &Asker,
    settings: &Settings,
    (server, transaction): (&str, &str),
) -> Result<(UnclaimedCredit, StoreId, RegisterId), Failure> {
    let found = admin.db.unclaimed(LOOKED_AT_MOST).await?;
    let credit = found
        .into_iter()
        .find(|credit| credit.server.as_str() == server && credit.transaction.to_string() == transaction);
    let credit = credit.filter(|credit| credit.is_confirmed).ok_or(Failure::Missing)?;
    let (store, register, _) = plate_of(settings, &credit).ok_or(Failure::Missing)?;
    if !asker.reach.has(store) {
        return Err(Failure::Denied);
    }
    let (store, register) = (store.clone(), register.clone());
    Ok((credit, store, register))
}

/// `GET /admin/operations/unclaimed/claim`.
pub(crate) async fn claim_page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let name = (which.server.as_str(), which.transaction.as_str());
    let (credit, store, register) = claimable(&admin, &asker, &settings, name).await?;
    let operation = fresh_operation()?;
    let place = (&store, register.as_str());
    let form = form_of(&asker.words(), &settings, &credit, place, operation.as_str(), "");
    Ok(draw(&asker, &credit, form, &Wrong::default(), None))
}

/// `POST /admin/operations/unclaimed/claim`.
pub(crate) async fn claim(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let name = (sent.text("server"), sent.text("transaction"));
    let (credit, store, _) = claimable(&admin, &asker, &settings, name).await?;
    let mut wrong = Wrong::default();
    let register = register_of(&settings, &store, sent.text("claim_register"));
    if register.is_none() {
        wrong.field(&words, "claim_register");
    }
    let operation = OperationId::parse(sent.text("claim_operation")).ok();
    if operation.is_none() {
        wrong.field(&words, "claim_operation");
    }
    let receipt = Some(sent.text("claim_receipt").to_owned()).filter(|receipt| !receipt.is_empty());
    if receipt.as_ref().is_some_and(|receipt| {
        receipt.chars().count() > LONGEST_RECEIPT || receipt.chars().any(char::is_control)
    }) {
        wrong.field(&words, "claim_receipt");
    }
    let again = |wrong: &Wrong, alarm: Option<String>, status: StatusCode| {
        let typed = (&store, sent.text("claim_register"));
        let operation = sent.text("claim_operation");
        let form = form_of(&words, &settings, &credit, typed, operation, sent.text("claim_receipt"));
        Ok((status, draw(&asker, &credit, form, wrong, alarm)).into_response())
    };
    let (Some(register), Some(operation), true) = (register, operation, wrong.is_empty()) else {
        return again(&wrong, None, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let told = entry(&admin, &asker, &store, &credit, (&register, &operation, receipt.as_ref()));
    if let Err(message) = confirm(&admin, &asker, &sent, told).await? {
        wrong.at("code", message);
        return again(&wrong, None, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let claim = Claim {
        register: Destination { store: store.clone(), register },
        operation,
        server: credit.server.clone(),
        transaction: credit.transaction.clone(),
        who: asker.user.login.clone(),
        receipt,
    };
    let why = match admin.desk.claim(claim).await {
        Ok(payment) => {
            return Ok(Redirect::to(&format!("{}?done=claimed", address(&payment))).into_response());
        }
        Err(Undone::Known) => words.text("claim-known"),
        Err(Undone::Rejected(rejection)) => {
            let told = words.lookup(&format!("refused-{}", rejection.code.word().replace('_', "-")));
            told.unwrap_or(rejection.reason)
        }
        Err(Undone::Missing | Undone::Later(_)) => words.text("refused-later"),
    };
    again(&wrong, Some(why), StatusCode::CONFLICT)
}

fn register_of(settings: &Settings, store: &StoreId, text: &str) -> Option<RegisterId> {
    let register = RegisterId::parse(text).ok()?;
    settings.stores.get(store)?.registers.contains_key(&register).then_some(register)
}

fn entry(
    admin: &Admin,
    asker: &Asker,
    store: &StoreId,
    credit: &UnclaimedCredit,
    (register, operation, receipt): (&RegisterId, &OperationId, Option<&String>),
) -> AuditEntry {
    AuditEntry {
        author: admin.author(asker),
        action: "money.claim".to_owned(),
        about: format!("stores.{store}.credits.{}:{}", credit.server, credit.transaction),
        store: Some(store.clone()),
        before: None,
        after: Some(json!({
            "register": register.as_str(), "operation": operation.as_str(), "receipt": receipt,
            "amount": credit.amount.to_string(),
        })),
    }
}

fn form_of(
    words: &Words,
    settings: &Settings,
    credit: &UnclaimedCredit,
    (store, register): (&StoreId, &str),
    operation: &str,
    receipt: &str,
) -> Form {
    let registers = settings.stores.get(store).into_iter().flat_map(|store| &store.registers);
    let choices = registers.map(|(id, its)| (id.to_string(), format!("{} ({id})", its.name))).collect();
    Form::new(format!("{ADDRESS}/claim"), words.text("claim-button"))
        .with(Field::new(words, "claim_register", Kind::One(choices), register).required())
        .with(Field::new(words, "claim_operation", Kind::Line, operation).required())
        .with(Field::new(words, "claim_receipt", Kind::Line, receipt))
        .with(code_field(words))
        .with(Field::hidden("server", credit.server.as_str()))
        .with(Field::hidden("transaction", credit.transaction.to_string()))
}

fn draw(
    asker: &Asker,
    credit: &UnclaimedCredit,
    mut form: Form,
    wrong: &Wrong,
    alarm: Option<String>,
) -> Response {
    let words = asker.words();
    let homeless = form.tell(wrong).into_iter().next();
    let places = [
        ("amount", amount(&words, credit.amount)),
        ("transaction", credit.transaction.to_string()),
        ("payer", credit.payer.clone().unwrap_or_else(|| words.text("payer-not-named"))),
    ];
    let text = words.fill("claim-text", &places);
    let frame = Frame::of(asker, words.text("claim-title")).with_alarm(alarm.or(homeless)).at(PLACE);
    remember_nothing(answer(&FormPage { frame, text: Some(text), form }))
}
