//! *Connect this till*: what to enter there, and what makes it known at the broker.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::doors::LastCommand;
use engine::ports::Destination;
use payment::StoreId;
use secrecy::ExposeSecret;
use serde_json::json;
use store::{AuditEntry, PaymentFilter, People, Records};

use super::here::{AtRegister, Here};
use crate::entry::remember_nothing;
use crate::failure::{Failure, page as answer};
use crate::form::Sent;
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::show::Clock;
use crate::ports::{Connected, Queue};
use crate::reasons;
use crate::state::{Admin, BrokerPlace};
use crate::words::Words;

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage {
    frame: Frame,
    back: String,
    base: String,
    /// The broker; `None`: the service runs without one.
    broker: Option<Connection>,
    /// What the broker says through its management interface; `None`: it has none that we may use.
    managed: Option<Managed>,
    keys: String,
    store: String,
    register: String,
    name: String,
    /// What the register sent last, and when.
    last: Option<LastSent>,
}

/// A command as the page tells of it.
struct LastSent {
    verb: String,
    at: String,
}

/// What a till must know to use the broker, and what makes it known there.
struct Connection {
    place: BrokerPlace,
    user: String,
    queue: String,
    binding: String,
    commands: String,
}

/// What the management interface says of the register, and what was just done there.
struct Managed {
    queue: Result<Option<Queue>, String>,
    /// Messages of the register that nobody could read or answer; `None`: it can't be told.
    dead: Option<u64>,
    /// The password that was just made.
    password: Option<String>,
    /// The user was there, and keeps its password.
    is_kept: bool,
    failed: Option<String>,
}

/// `GET /admin/stores/{store}/registers/{register}/connect`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
) -> Result<Response, Failure> {
    draw(&admin, &asker, &here, None).await
}

/// `POST /admin/stores/{store}/registers/{register}/connect`: user, rights and queue at the broker, and a new password if it is
/// wanted. It is shown once.
pub(crate) async fn send(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let management = admin.management.as_ref().ok_or(Failure::Missing)?;
    let AtRegister { store, register } = &here.spot;
    let connected = management.connect(store, register, sent.is_on("new_password")).await;
    if let Ok(Connected { user, password }) = &connected {
        let entry = AuditEntry {
            author: admin.author(&asker),
            action: "settings.broker".to_owned(),
            about: here.spot.key(),
            store: Some(store.clone()),
            before: None,
            after: Some(json!({ "user": user, "password": password.as_ref().map(|_| "new") })),
        };
        admin.db.change_people(vec![], vec![entry]).await?;
    }
    draw(&admin, &asker, &here, Some(connected)).await
}

async fn draw(
    admin: &Admin,
    asker: &Asker,
    here: &Here<AtRegister>,
    connected: Option<Result<Connected, String>>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let AtRegister { store, register } = &here.spot;
    let broker = admin.broker.clone().map(|place| Connection {
        user: format!("store-{store}"),
        queue: format!("{}.till.{store}.{register}", place.prefix),
        binding: format!("v1.{store}.{register}.#"),
        commands: commands(&place, store),
        place,
    });
    let managed = match &admin.management {
        Some(management) => {
            let queue = management.queue_of(store, register).await;
            let dead = management.dead_of(store, register).await.ok();
            Some(managed(&words, queue, dead, connected))
        }
        None => None,
    };
    let clock = Clock::of(Some(here.store()));
    let last = last_command(admin, &here.spot).await?;
    let last = last.map(|LastCommand { verb, at }| LastSent { verb, at: clock.moment(&words, at) });
    let title = words.fill("connect-title", &[("name", here.register().name.clone())]);
    Ok(remember_nothing(answer(&ConnectPage {
        frame: Frame::of(asker, title),
        back: here.spot.address(),
        base: format!("{}/connect", here.spot.address()),
        broker,
        managed,
        keys: format!("/admin/stores/{store}/keys"),
        store: store.to_string(),
        register: register.to_string(),
        name: here.register().name.clone(),
        last,
    })))
}

/// The newest of what is kept of a register's commands: of pays each is, of all others the last one while the service runs.
async fn last_command(admin: &Admin, at: &AtRegister) -> Result<Option<LastCommand>, Failure> {
    let AtRegister { store, register } = at;
    let newest = PaymentFilter {
        store: Some(store.clone()),
        register: Some(register.clone()),
        limit: 1,
        ..PaymentFilter::default()
    };
    let newest = admin.db.find_payments(&newest).await?.into_iter().next();
    let pay = newest.map(|payment| LastCommand { verb: "pay".to_owned(), at: payment.opened_at });
    let heard = admin.desk.last_command(&Destination { store: store.clone(), register: register.clone() });
    Ok(heard.into_iter().chain(pay).max_by_key(|command| command.at))
}

fn managed(
    words: &Words,
    queue: Result<Option<Queue>, String>,
    dead: Option<u64>,
    connected: Option<Result<Connected, String>>,
) -> Managed {
    let (done, failed) = match connected {
        Some(Ok(done)) => (Some(done), None),
        Some(Err(reason)) => (None, Some(reasons::told(words, &reason))),
        None => (None, None),
    };
    let password = done.as_ref().and_then(|done| done.password.as_ref());
    Managed {
        queue: queue.map_err(|reason| reasons::told(words, &reason)),
        dead,
        password: password.map(|password| password.expose_secret().to_owned()),
        is_kept: done.as_ref().is_some_and(|done| done.password.is_none()),
        failed,
    }
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
