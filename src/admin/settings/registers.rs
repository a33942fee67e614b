//! Registers: tills and kiosks, and how each is connected.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::settings::{EventsBy, OpenPayments, RegisterSettings, Settings};
use payment::{RegisterId, StoreId};
use serde::Serialize;
use store::{PaymentFilter, Records};

use super::save::{Inserted, MARK, add, mark, save};
use super::store_form::store_of;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::{Admin, BrokerPlace};

const EVENTS_BY: [(&str, EventsBy); 3] =
    [("amqp", EventsBy::Amqp), ("http", EventsBy::Http), ("both", EventsBy::Both)];
const OPEN: [(&str, OpenPayments); 2] = [("one", OpenPayments::One), ("many", OpenPayments::Many)];

#[derive(Template)]
#[template(path = "register.html")]
struct Page {
    frame: Frame,
    store: String,
    store_name: String,
    form: Form,
    /// The register that is there; `None`: a new one.
    id: Option<String>,
    consoles: Vec<ConsoleLine>,
    plates: Vec<String>,
}

struct ConsoleLine {
    id: String,
    name: String,
    kind: String,
    shows_codes: bool,
}

/// `GET /admin/stores/{store}/registers/new`.
pub(crate) async fn new_page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(store): Path<String>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, _) = store_of(&settings, &store).ok_or(Failure::Missing)?;
    Ok(draw(&asker, &settings, &store, None, None, &Wrong::default()))
}

/// `POST /admin/stores/{store}/registers/new`.
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
    let id = RegisterId::parse(sent.text("register_id"));
    if id.is_err() {
        wrong.field(&words, "register_id");
    }
    let register = read(&asker, &sent, None).map_err(|found| wrong.0.extend(found.0));
    if let (Ok(id), Ok(register)) = (id, register) {
        let saved =
            add(&admin, &asker, format!("stores.{store}.registers.{id}"), "register_id", |settings| {
                let its = settings.stores.get_mut(&store).ok_or(Failure::Missing)?;
                if its.registers.contains_key(&id) {
                    return Ok(Inserted::Taken);
                }
                its.registers.insert(id.clone(), register.clone());
                Ok(Inserted::New)
            });
        match saved.await? {
            Ok(_) => {
                let next = format!("/admin/stores/{store}/registers/{id}?done=saved");
                return Ok(Redirect::to(&next).into_response());
            }
            Err(found) => wrong.0.extend(found.0),
        }
    }
    let page = draw(&asker, &settings, &store, None, Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// A register's path in the settings.
pub(super) fn found(
    settings: &Settings,
    store: &str,
    register: &str,
) -> Result<(StoreId, RegisterId), Failure> {
    let (store, its) = store_of(settings, store).ok_or(Failure::Missing)?;
    let register = RegisterId::parse(register).map_err(|_| Failure::Missing)?;
    if its.registers.contains_key(&register) { Ok((store, register)) } else { Err(Failure::Missing) }
}

/// The register of a path that [`found`] gave.
pub(super) fn register_of<'a>(
    settings: &'a mut Settings,
    store: &StoreId,
    register: &RegisterId,
) -> Result<&'a mut RegisterSettings, Failure> {
    let store = settings.stores.get_mut(store).ok_or(Failure::Missing)?;
    store.registers.get_mut(register).ok_or(Failure::Missing)
}

/// The mark of a register's own fields.
fn mark_of(register: &RegisterSettings) -> String {
    #[derive(Serialize)]
    struct Own<'a>(&'a str, EventsBy, OpenPayments);
    mark(Some(&Own(&register.name, register.events_by, register.open_payments)))
}

/// `GET /admin/stores/{store}/registers/{register}`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register) = found(&settings, &store, &register)?;
    Ok(draw(&asker, &settings, &store, Some(&register), None, &Wrong::default()))
}

/// `POST /admin/stores/{store}/registers/{register}`.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register) = found(&settings, &store, &register)?;
    let kept = &settings.stores[&store].registers[&register];
    let wrong = match read(&asker, &sent, Some(kept)) {
        Err(wrong) => wrong,
        Ok(wanted) => {
            let key = format!("stores.{store}.registers.{register}");
            let saved = save(&admin, &asker, key, sent.text(MARK), |settings| {
                let kept = register_of(settings, &store, &register)?;
                let before = mark_of(kept);
                kept.name.clone_from(&wanted.name);
                (kept.events_by, kept.open_payments) = (wanted.events_by, wanted.open_payments);
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
    let page = draw(&asker, &settings, &store, Some(&register), Some(&sent), &wrong);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /admin/stores/{store}/registers/{register}/remove`: refused while a payment is open. What it was paid stays.
pub(crate) async fn remove(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register) = found(&settings, &store, &register)?;
    let filter = PaymentFilter {
        store: Some(store.clone()),
        register: Some(register.clone()),
        open_only: true,
        limit: 1,
        ..PaymentFilter::default()
    };
    if !admin.db.find_payments(&filter).await?.is_empty() {
        let mut wrong = Wrong::default();
        wrong.at("open", asker.words().text("wrong-register-open"));
        let page = draw(&asker, &settings, &store, Some(&register), None, &wrong);
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let expected = mark_of(&settings.stores[&store].registers[&register]);
    let saved = save(&admin, &asker, format!("stores.{store}.registers.{register}"), &expected, |settings| {
        let before = mark_of(register_of(settings, &store, &register)?);
        settings.stores.get_mut(&store).map(|store| store.registers.remove(&register));
        Ok(before)
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("/admin/stores/{store}?done=removed")).into_response())
}

fn read(asker: &Asker, sent: &Sent, kept: Option<&RegisterSettings>) -> Result<RegisterSettings, Wrong> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let events_by = EVENTS_BY.iter().find(|(word, _)| *word == sent.text("events_by")).map(|(_, by)| *by);
    let open = OPEN.iter().find(|(word, _)| *word == sent.text("open_payments")).map(|(_, open)| *open);
    if events_by.is_none() {
        wrong.field(&words, "events_by");
    }
    if open.is_none() {
        wrong.field(&words, "open_payments");
    }
    let (Some(events_by), Some(open_payments)) = (events_by, open) else { return Err(wrong) };
    let kept = kept.cloned();
    Ok(RegisterSettings {
        name: sent.text("name").to_owned(),
        events_by,
        open_payments,
        consoles: kept.as_ref().map(|kept| kept.consoles.clone()).unwrap_or_default(),
        plates: kept.as_ref().map(|kept| kept.plates.clone()).unwrap_or_default(),
        open_plates: kept.map(|kept| kept.open_plates).unwrap_or_default(),
    })
}

fn draw(
    asker: &Asker,
    settings: &Settings,
    store: &StoreId,
    id: Option<&RegisterId>,
    sent: Option<&Sent>,
    wrong: &Wrong,
) -> Response {
    let words = asker.words();
    let shown = &settings.stores[store];
    let register = id.and_then(|id| shown.registers.get(id));
    let text = |name: &str| match (sent, register) {
        (Some(sent), _) => sent.text(name).to_owned(),
        (None, Some(register)) => stored(register, name).to_owned(),
        (None, None) => match name {
            "events_by" => "amqp",
            "open_payments" => "one",
            _ => "",
        }
        .to_owned(),
    };
    let base = format!("/admin/stores/{store}/registers");
    let action = id.map_or(format!("{base}/new"), |id| format!("{base}/{id}"));
    let mut form = Form::new(action, words.text("save"));
    if id.is_none() {
        form = form.with(Field::new(&words, "register_id", Kind::Line, text("register_id")).required());
    }
    let by = EVENTS_BY.map(|(word, _)| (word.to_owned(), words.text(&format!("events-by-{word}"))));
    let open = OPEN.map(|(word, _)| (word.to_owned(), words.text(&format!("open-{word}"))));
    form = form
        .with(Field::new(&words, "name", Kind::Line, text("name")).required())
        .with(Field::new(&words, "events_by", Kind::One(by.into()), text("events_by")))
        .with(Field::new(&words, "open_payments", Kind::One(open.into()), text("open_payments")))
        .with(Field::hidden(MARK, register.map(mark_of).unwrap_or_default()));
    let alarm = form.tell(wrong).into_iter().next();
    let title = register.map_or_else(|| words.text("register-new-title"), |register| register.name.clone());
    let consoles = register.into_iter().flat_map(|register| &register.consoles);
    let plates =
        register.into_iter().flat_map(|register| register.plates.iter().chain(&register.open_plates));
    answer(&Page {
        consoles: consoles
            .map(|(id, console)| ConsoleLine {
                id: id.to_string(),
                name: console.name.clone(),
                kind: words.text(&format!("console-{}", console.kind.word().replace('_', "-"))),
                shows_codes: console.show_qr,
            })
            .collect(),
        plates: plates.map(|(server, plate)| format!("{server} · {}", plate.link)).collect(),
        frame: Frame::of(asker, title).with_alarm(alarm),
        store: store.to_string(),
        store_name: shown.name.clone(),
        id: id.map(ToString::to_string),
        form,
    })
}

fn stored<'a>(register: &'a RegisterSettings, name: &str) -> &'a str {
    match name {
        "name" => &register.name,
        "events_by" => {
            EVENTS_BY.iter().find(|(_, by)| *by == register.events_by).map_or("", |(word, _)| word)
        }
        "open_payments" => {
            OPEN.iter().find(|(_, open)| *open == register.open_payments).map_or("", |(word, _)| word)
        }
        _ => "",
    }
}

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage {
    frame: Frame,
    back: String,
    /// The broker; `None`: the service runs without one.
    broker: Option<Connection>,
    keys: String,
    store: String,
    register: String,
}

/// What a till must know to use the broker, and what makes it known there.
struct Connection {
    place: BrokerPlace,
    user: String,
    queue: String,
    binding: String,
    commands: String,
}

/// `GET /admin/stores/{store}/registers/{register}/connect`.
pub(crate) async fn connect(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path((store, register)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let settings = admin.db.settings().await?;
    let (store, register) = found(&settings, &store, &register)?;
    let broker = admin.broker.clone().map(|place| Connection {
        user: format!("store-{store}"),
        queue: format!("{}.till.{store}.{register}", place.prefix),
        binding: format!("v1.{store}.{register}.#"),
        commands: commands(&place, &store),
        place,
    });
    let name = &settings.stores[&store].registers[&register].name;
    let title = asker.words().fill("connect-title", &[("name", name.clone())]);
    Ok(answer(&ConnectPage {
        frame: Frame::of(&asker, title),
        back: format!("/admin/stores/{store}/registers/{register}"),
        broker,
        keys: format!("/admin/stores/{store}/keys"),
        store: store.to_string(),
        register: register.to_string(),
    }))
}

/// The commands that give a store's tills their user and rights, as `deploy/rabbitmq/set-up.sh` does it. The password is made
/// where they are run, so it is on no page.
fn commands(place: &BrokerPlace, store: &StoreId) -> String {
    let BrokerPlace { virtual_host, prefix, .. } = place;
    let names = prefix.replace('.', "\\.");
    let user = format!("store-{store}");
    format!(
        "password=$(openssl rand -hex 24)\n\
         rabbitmqctl add_user {user} \"$password\" && echo \"$password\"\n\
         rabbitmqctl set_permissions -p '{virtual_host}' {user} '^{names}\\.till\\.{store}\\.' \
         '^{names}\\.(command|till\\.{store}\\..*)$' '^{names}\\.(event|till\\.{store}\\..*)$'\n\
         rabbitmqctl set_topic_permissions -p '{virtual_host}' {user} {prefix}.command '^v1\\.{store}\\.' ''\n\
         rabbitmqctl set_topic_permissions -p '{virtual_host}' {user} {prefix}.event '' '^v1\\.{store}\\.'\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the script of `deploy` would do for the same store.
    #[test]
    fn the_commands_are_those_of_the_script() {
        let place = BrokerPlace {
            address: "amqp://broker:5672".to_owned(),
            virtual_host: "/".to_owned(),
            prefix: "checkout".to_owned(),
        };
        let commands = commands(&place, &StoreId::parse("17").unwrap());
        for line in [
            r"set_permissions -p '/' store-17 '^checkout\.till\.17\.' '^checkout\.(command|till\.17\..*)$' '^checkout\.(event|till\.17\..*)$'",
            r"set_topic_permissions -p '/' store-17 checkout.command '^v1\.17\.' ''",
            r"set_topic_permissions -p '/' store-17 checkout.event '' '^v1\.17\.'",
        ] {
            assert!(commands.contains(line), "{line}\n{commands}");
        }
        let script = include_str!("../../../deploy/rabbitmq/set-up.sh");
        for part in [
            r"till\\.$1\\..*)\$",
            r#""$prefix.command" "^v1\\.$1\\." ''"#,
            r#""$prefix.event" '' "^v1\\.$1\\.""#,
        ] {
            assert!(script.contains(part), "the script does it otherwise now: {part}");
        }
    }
}
