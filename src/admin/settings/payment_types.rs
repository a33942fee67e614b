//! Payment types: the tenders that registers name by a fixed code.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::{PaymentType, Settings};
use payment::{CodeKind, LateMoney, PaymentTypeCode, ServerId, StoreId};

use super::here::{Here, InStore, OfType};
use super::kind_key;
use super::module::{KINDS, abilities};
use super::save::{Inserted, MARK, add, mark, save};
use super::store_form::late_money;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;
use crate::words::Words;

/// The most authorization servers that are tried in turn.
const MOST: usize = 5;
/// The kinds of code that a type may give, as forms name them.
const OFFERED: [(&str, CodeKind); 3] =
    [("dynamic", CodeKind::Dynamic), ("static", CodeKind::Static), ("cash_link", CodeKind::CashLink)];

#[derive(Template)]
#[template(path = "thing.html")]
struct Page {
    frame: Frame,
    back: String,
    back_name: String,
    form: Form,
    /// What can't be chosen, with the reason.
    lacks: Vec<(String, String)>,
    /// Where the button that removes it sends to, and the key of its words.
    remove: Option<String>,
    remove_text: String,
}

/// What is drawn.
struct Drawn<'a> {
    settings: &'a Settings,
    store: &'a StoreId,
    code: Option<&'a PaymentTypeCode>,
    sent: Option<&'a Sent>,
}

/// `GET /admin/stores/{store}/payment-types/new`.
pub(crate) async fn new_page(State(admin): State<Arc<Admin>>, asker: Asker, here: Here<InStore>) -> Response {
    let drawn = Drawn { settings: &here.settings, store: &here.spot.0, code: None, sent: None };
    draw(&admin, &asker, &drawn, &Wrong::default())
}

/// `POST /admin/stores/{store}/payment-types/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<InStore>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let store = &here.spot.0;
    let mut wrong = Wrong::default();
    let code = PaymentTypeCode::parse(sent.text("type_code"));
    if code.is_err() {
        wrong.field(&words, "type_code");
    }
    let tender = read(&admin, &words, &here.settings, &sent).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(code), Ok(tender)) = (code, tender) {
        let key = format!("stores.{store}.payment_types.{code}");
        let saved = add(&admin, &asker, key, "type_code", |settings| {
            let its = settings.stores.get_mut(store).ok_or(Failure::Missing)?;
            if its.payment_types.contains_key(&code) {
                return Ok(Inserted::Taken);
            }
            if its.payment_types.is_empty() {
                its.default_payment_type = code.clone();
            }
            its.payment_types.insert(code.clone(), tender.clone());
            Ok(Inserted::New)
        });
        match saved.await? {
            Ok(_) => return Ok(Redirect::to(&format!("/admin/stores/{store}?done=saved")).into_response()),
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let drawn = Drawn { settings: &here.settings, store, code: None, sent: Some(&sent) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(&admin, &asker, &drawn, &wrong)).into_response())
}

/// `GET /admin/stores/{store}/payment-types/{code}`.
pub(crate) async fn page(State(admin): State<Arc<Admin>>, asker: Asker, here: Here<OfType>) -> Response {
    draw(&admin, &asker, &drawn_of(&here, None), &Wrong::default())
}

fn drawn_of<'a>(here: &'a Here<OfType>, sent: Option<&'a Sent>) -> Drawn<'a> {
    Drawn { settings: &here.settings, store: &here.spot.store, code: Some(&here.spot.code), sent }
}

/// `POST /admin/stores/{store}/payment-types/{code}`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<OfType>,
    sent: Sent,
) -> Result<Response, Failure> {
    let OfType { store, code } = &here.spot;
    let wrong = match read(&admin, &asker.words(), &here.settings, &sent) {
        Err(wrong) => wrong,
        Ok(tender) => {
            let key = format!("stores.{store}.payment_types.{code}");
            let saved = save(&admin, &asker, key, sent.text(MARK), |settings| {
                let its = settings.stores.get_mut(store).ok_or(Failure::Missing)?;
                let kept = its.payment_types.get_mut(code).ok_or(Failure::Missing)?;
                let before = mark(Some(kept));
                *kept = tender.clone();
                Ok(before)
            });
            match saved.await? {
                Ok(_) => {
                    return Ok(Redirect::to(&format!("/admin/stores/{store}?done=saved")).into_response());
                }
                Err(wrong) => wrong,
            }
        }
    };
    let page = draw(&admin, &asker, &drawn_of(&here, Some(&sent)), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/stores/{store}/payment-types/{code}/remove`.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<OfType>,
) -> Result<Response, Failure> {
    let OfType { store, code } = &here.spot;
    if here.store().default_payment_type == *code && here.store().payment_types.len() > 1 {
        let mut wrong = Wrong::default();
        wrong.at("used", asker.words().text("wrong-type-default"));
        let page = draw(&admin, &asker, &drawn_of(&here, None), &wrong);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let expected = mark(Some(here.tender()));
    let saved = save(&admin, &asker, format!("stores.{store}"), &expected, |settings| {
        let its = settings.stores.get_mut(store).ok_or(Failure::Missing)?;
        let before = mark(its.payment_types.get(code));
        its.payment_types.remove(code);
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("/admin/stores/{store}?done=removed")).into_response())
}

fn read(admin: &Admin, words: &Words, settings: &Settings, sent: &Sent) -> Result<PaymentType, Wrong> {
    let mut wrong = Wrong::default();
    let chosen = (1..=MOST).map(|rank| sent.text(&format!("server_{rank}")).to_owned());
    let servers: Result<Vec<ServerId>, _> =
        chosen.filter(|server| !server.is_empty()).map(|server| ServerId::parse(&server)).collect();
    let servers = servers.unwrap_or_default();
    if servers.is_empty() {
        wrong.at("server_1", words.text("wrong-servers"));
    }
    let code = OFFERED.iter().find(|(word, _)| *word == sent.text("kind")).map(|(_, kind)| *kind);
    match code {
        None => wrong.field(words, "kind"),
        Some(kind) if !is_offered(admin, settings, &servers, kind) => {
            wrong.at("kind", words.text("wrong-kind-not-offered"));
        }
        Some(_) => {}
    }
    let late = match sent.text("type_late_money") {
        "" => Some(None),
        _ => late_money(words, sent, "type_late_money", &mut wrong).map(Some),
    };
    let code_life_s = Some(sent.text("type_code_life_s")).filter(|text| !text.is_empty()).map(str::parse);
    if matches!(code_life_s, Some(Err(_))) {
        wrong.at("type_code_life_s", words.text("wrong-number"));
    }
    let (Some(code), Some(late_money), true) = (code, late, wrong.is_empty()) else { return Err(wrong) };
    Ok(PaymentType {
        name: sent.text("name").to_owned(),
        servers,
        code,
        late_money,
        code_life_s: code_life_s.and_then(Result::ok),
        purpose: Some(sent.text("purpose").to_owned()).filter(|purpose| !purpose.is_empty()),
    })
}

/// Whether one of these servers gives codes of a kind. Of one whose settings are not whole yet that can't be told.
fn is_offered(admin: &Admin, settings: &Settings, servers: &[ServerId], kind: CodeKind) -> bool {
    let known = servers.iter().filter_map(|server| settings.servers.get(server));
    let mut able = known.map(|server| abilities(admin, server)).peekable();
    able.peek().is_none() || able.any(|able| able.is_none_or(|able| able.kind(kind).is_some()))
}

/// The kinds of code that can't be chosen here, with the reason.
fn lacking(admin: &Admin, words: &Words, settings: &Settings) -> Vec<(String, String)> {
    let servers: Vec<ServerId> = settings.servers.keys().cloned().collect();
    let missing = KINDS
        .into_iter()
        .filter(|kind| *kind == CodeKind::Buyer || !is_offered(admin, settings, &servers, *kind));
    missing.map(|kind| (words.text(kind_key(kind)), words.text("lacks-kind-anywhere"))).collect()
}

fn draw(admin: &Admin, asker: &Asker, drawn: &Drawn<'_>, wrong: &Wrong) -> Response {
    let words = asker.words();
    let Drawn { settings, store, code, sent } = *drawn;
    let shown = &settings.stores[store];
    let tender = code.and_then(|code| shown.payment_types.get(code));
    let text = |name: &str| match (sent, tender) {
        (Some(sent), _) => sent.text(name).to_owned(),
        (None, Some(tender)) => stored(tender, name),
        (None, None) => fresh(settings, name),
    };
    let base = format!("/admin/stores/{store}/payment-types");
    let action = code.map_or(format!("{base}/new"), |code| format!("{base}/{code}"));
    let mut form = Form::new(action, words.text("save"));
    if code.is_none() {
        form = form.with(Field::new(&words, "type_code", Kind::Line, text("type_code")).required());
    }
    form = form.with(Field::new(&words, "name", Kind::Line, text("name")).required());
    form = with_servers(form, &words, settings, &text);
    let lacks = lacking(admin, &words, settings);
    let offered = OFFERED.into_iter().map(|(word, kind)| (word.to_owned(), words.text(kind_key(kind))));
    let kept = text("kind");
    let kinds = offered.filter(|(word, name)| *word == kept || !lacks.iter().any(|(lack, _)| lack == name));
    let late = ["", "refund", "offer"].map(|word| {
        let key = if word.is_empty() { "late-store".to_owned() } else { format!("late-{word}") };
        (word.to_owned(), words.text(&key))
    });
    let life = Kind::Number(Some("unit-s"));
    form = form
        .with(Field::new(&words, "kind", Kind::One(kinds.collect()), text("kind")))
        .with(Field::new(&words, "type_code_life_s", life.clone(), text("type_code_life_s")))
        .with(Field::new(&words, "purpose", Kind::Line, text("purpose")))
        .with(Field::new(&words, "type_late_money", Kind::One(late.into()), text("type_late_money")))
        .with(Field::new(&words, "claim_within_s", life, text("claim_within_s")))
        .with(Field::hidden(MARK, mark(tender)));
    let alarm = form.tell(&at_fields(wrong)).into_iter().next();
    let title = tender.map_or_else(|| words.text("type-new-title"), |tender| tender.name.clone());
    answer(&Page {
        frame: Frame::of(asker, title).with_alarm(alarm),
        back: format!("/admin/stores/{store}"),
        back_name: shown.name.clone(),
        form,
        lacks,
        remove: code.map(|code| format!("{base}/{code}/remove")),
        remove_text: words.text("type-remove-text"),
    })
}

/// The servers in the order in which they are tried.
fn with_servers(mut form: Form, words: &Words, settings: &Settings, text: &dyn Fn(&str) -> String) -> Form {
    for rank in 1..=MOST.min(settings.servers.len().max(1)) {
        let none = (String::new(), words.text("server-none"));
        let servers = settings.servers.iter().map(|(id, server)| (id.to_string(), server.name.clone()));
        let name = format!("server_{rank}");
        let kind = Kind::One(std::iter::once(none).chain(servers).collect());
        let label =
            if rank == 1 { words.text("field-server-first") } else { words.text("field-server-next") };
        let help = (rank == 1).then(|| words.text("help-servers"));
        form = form.with(Field { kind, ..Field::hidden(&name, text(&name)) }.called(label, help));
    }
    form
}

/// Messages under the names that the fields have here.
fn at_fields(wrong: &Wrong) -> Wrong {
    let mut told = wrong.clone();
    for (name, _) in &mut told.0 {
        match name.as_str() {
            "servers" => "server_1".clone_into(name),
            "code_life_s" => "type_code_life_s".clone_into(name),
            _ => {}
        }
    }
    told
}

fn fresh(settings: &Settings, name: &str) -> String {
    match name {
        "type_code" => "sbp".to_owned(),
        "kind" => "dynamic".to_owned(),
        "claim_within_s" => "600".to_owned(),
        "server_1" => settings.servers.keys().next().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    }
}

fn stored(tender: &PaymentType, name: &str) -> String {
    match name {
        "name" => tender.name.clone(),
        "kind" => {
            OFFERED.iter().find(|(_, kind)| *kind == tender.code).map_or("", |(word, _)| word).to_owned()
        }
        "type_code_life_s" => tender.code_life_s.map(|life| life.to_string()).unwrap_or_default(),
        "purpose" => tender.purpose.clone().unwrap_or_default(),
        "type_late_money" => match tender.late_money {
            None => "",
            Some(LateMoney::Refund) => "refund",
            Some(LateMoney::Offer { .. }) => "offer",
        }
        .to_owned(),
        "claim_within_s" => match tender.late_money {
            Some(LateMoney::Offer { claim_within }) => claim_within.as_secs().to_string(),
            _ => "600".to_owned(),
        },
        _ => {
            let rank: Option<usize> = name.strip_prefix("server_").and_then(|rank| rank.parse().ok());
            let server = rank.and_then(|rank| tender.servers.get(rank - 1));
            server.map(ToString::to_string).unwrap_or_default()
        }
    }
}
