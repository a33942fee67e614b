//! Payment types: the tenders that registers name by a fixed code.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::{PaymentType, Settings};
use payment::{CodeKind, LateMoney, PaymentTypeCode, ServerId, StoreId};

use super::save::{Inserted, MARK, add, mark, save};
use super::store_form::{late_money, store_of};
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;

/// The most authorization servers that are tried in turn.
const MOST: usize = 5;
const KINDS: [(&str, CodeKind); 3] =
    [("dynamic", CodeKind::Dynamic), ("static", CodeKind::Static), ("cash_link", CodeKind::CashLink)];

#[derive(Template)]
#[template(path = "thing.html")]
struct Page {
    frame: Frame,
    back: String,
    back_name: String,
    form: Form,
    /// Where the button that removes it sends to, and the key of its words.
    remove: Option<String>,
    remove_text: String,
}

/// `GET /admin/stores/{store}/payment-types/new`.
pub(crate) async fn new_page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(store): Path<String>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, _) = store_of(&settings, &store).ok_or(Failure::Missing)?;
    Ok(draw(&asker, &settings, &store, None, None, &Wrong::default()))
}

/// `POST /admin/stores/{store}/payment-types/new`.
pub(crate) async fn send_new(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(store): Path<String>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let (store, _) = store_of(&settings, &store).ok_or(Failure::Missing)?;
    let mut wrong = Wrong::default();
    let code = PaymentTypeCode::parse(sent.text("type_code"));
    if code.is_err() {
        wrong.field(&words, "type_code");
    }
    let tender = read(&asker, &sent).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(code), Ok(tender)) = (code, tender) {
        let saved =
            add(&admin, &asker, format!("stores.{store}.payment_types.{code}"), "type_code", |settings| {
                let its = settings.stores.get_mut(&store).ok_or(Failure::Missing)?;
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
    let page = draw(&asker, &settings, &store, None, Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /admin/stores/{store}/payment-types/{code}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, code)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, code) = found(&settings, &store, &code)?;
    Ok(draw(&asker, &settings, &store, Some(&code), None, &Wrong::default()))
}

/// `POST /admin/stores/{store}/payment-types/{code}`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, code)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, code) = found(&settings, &store, &code)?;
    let wrong = match read(&asker, &sent) {
        Err(wrong) => wrong,
        Ok(tender) => {
            let key = format!("stores.{store}.payment_types.{code}");
            let saved = save(&admin, &asker, key, sent.text(MARK), |settings| {
                let its = settings.stores.get_mut(&store).ok_or(Failure::Missing)?;
                let kept = its.payment_types.get_mut(&code).ok_or(Failure::Missing)?;
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
    let page = draw(&asker, &settings, &store, Some(&code), Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/stores/{store}/payment-types/{code}/remove`.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, code)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let settings = admin.db.settings().await?;
    let (store, code) = found(&settings, &store, &code)?;
    let shown = &settings.stores[&store];
    if shown.default_payment_type == code && shown.payment_types.len() > 1 {
        let mut wrong = Wrong::default();
        wrong.at("used", words.text("wrong-type-default"));
        let page = draw(&asker, &settings, &store, Some(&code), None, &wrong);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let expected = mark(shown.payment_types.get(&code));
    let saved = save(&admin, &asker, format!("stores.{store}"), &expected, |settings| {
        let its = settings.stores.get_mut(&store).ok_or(Failure::Missing)?;
        let before = mark(its.payment_types.get(&code));
        its.payment_types.remove(&code);
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("/admin/stores/{store}?done=removed")).into_response())
}

fn found(settings: &Settings, store: &str, code: &str) -> Result<(StoreId, PaymentTypeCode), Failure> {
    let (store, its) = store_of(settings, store).ok_or(Failure::Missing)?;
    let code = PaymentTypeCode::parse(code).map_err(|_| Failure::Missing)?;
    if its.payment_types.contains_key(&code) { Ok((store, code)) } else { Err(Failure::Missing) }
}

fn read(asker: &Asker, sent: &Sent) -> Result<PaymentType, Wrong> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let chosen = (1..=MOST).map(|rank| sent.text(&format!("server_{rank}")).to_owned());
    let servers: Result<Vec<ServerId>, _> =
        chosen.filter(|server| !server.is_empty()).map(|server| ServerId::parse(&server)).collect();
    let servers = servers.unwrap_or_default();
    if servers.is_empty() {
        wrong.at("server_1", words.text("wrong-servers"));
    }
    let code = KINDS.iter().find(|(word, _)| *word == sent.text("kind")).map(|(_, kind)| *kind);
    if code.is_none() {
        wrong.field(&words, "kind");
    }
    let late = match sent.text("type_late_money") {
        "" => Some(None),
        word => late_money(word, sent.text("claim_within_s")).map(Some),
    };
    if late.is_none() {
        wrong.field(&words, "claim_within_s");
    }
    let (Some(code), Some(late_money), true) = (code, late, wrong.is_empty()) else { return Err(wrong) };
    Ok(PaymentType { name: sent.text("name").to_owned(), servers, code, late_money })
}

fn draw(
    asker: &Asker,
    settings: &Settings,
    store: &StoreId,
    code: Option<&PaymentTypeCode>,
    sent: Option<&Sent>,
    wrong: &Wrong,
) -> Response {
    let words = asker.words();
    let shown = &settings.stores[store];
    let tender = code.and_then(|code| shown.payment_types.get(code));
    let text = |name: &str| match (sent, tender) {
        (Some(sent), _) => sent.text(name).to_owned(),
        (None, Some(tender)) => stored(tender, name),
        (None, None) => match name {
            "type_code" => "sbp".to_owned(),
            "kind" => "dynamic".to_owned(),
            "claim_within_s" => "600".to_owned(),
            "server_1" => settings.servers.keys().next().map(ToString::to_string).unwrap_or_default(),
            _ => String::new(),
        },
    };
    let base = format!("/admin/stores/{store}/payment-types");
    let action = code.map_or(format!("{base}/new"), |code| format!("{base}/{code}"));
    let mut form = Form::new(action, words.text("save"));
    if code.is_none() {
        form = form.with(Field::new(&words, "type_code", Kind::Line, text("type_code")).required());
    }
    form = form.with(Field::new(&words, "name", Kind::Line, text("name")).required());
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
    let kinds = KINDS.map(|(word, kind)| (word.to_owned(), words.text(super::kind_key(kind))));
    let late = ["", "refund", "offer"].map(|word| {
        let key = if word.is_empty() { "late-store".to_owned() } else { format!("late-{word}") };
        (word.to_owned(), words.text(&key))
    });
    form = form
        .with(Field::new(&words, "kind", Kind::One(kinds.into()), text("kind")))
        .with(Field::new(&words, "type_late_money", Kind::One(late.into()), text("type_late_money")))
        .with(Field::new(&words, "claim_within_s", Kind::Number(Some("unit-s")), text("claim_within_s")))
        .with(Field::hidden(MARK, mark(tender)));
    let mut told = wrong.clone();
    for (name, _) in &mut told.0 {
        if name == "servers" {
            "server_1".clone_into(name);
        }
    }
    let alarm = form.tell(&told).into_iter().next();
    let title = tender.map_or_else(|| words.text("type-new-title"), |tender| tender.name.clone());
    answer(&Page {
        frame: Frame::of(asker, title).with_alarm(alarm),
        back: format!("/admin/stores/{store}"),
        back_name: shown.name.clone(),
        form,
        remove: code.map(|code| format!("{base}/{code}/remove")),
        remove_text: words.text("type-remove-text"),
    })
}

fn stored(tender: &PaymentType, name: &str) -> String {
    match name {
        "name" => tender.name.clone(),
        "kind" => KINDS.iter().find(|(_, kind)| *kind == tender.code).map_or("", |(word, _)| word).to_owned(),
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
