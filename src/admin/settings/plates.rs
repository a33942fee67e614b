//! Plates of a register: cash links that are armed for a sale, and open ones. Made or bound at the bank, asked after there, taken
//! from the register; their posters and the text of their tags.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use connector_sdk::PlateRequest;
use console::has_wrong_checksum;
use engine::settings::RegisterSettings;
use payment::{CallError, CodeId, CodeKind, Plate, ServerId};
use store::HeldLink;
use uuid::Uuid;

use super::here::{AtRegister, Here};
use super::module::{abilities, connect};
use super::save::save;
use super::servers::found;
use crate::failure::{Failure, page as answer};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::show::refusal_text;
use crate::reasons;
use crate::state::Admin;
use crate::words::Words;

/// Which of a register's plates of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Armed with the amount of each sale.
    CashLink,
    /// Buyers type the amount.
    Open,
}

impl Sort {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CashLink => "cash_link",
            Self::Open => "open",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::CashLink, Self::Open].into_iter().find(|sort| sort.word() == word)
    }

    pub(super) fn of(self, register: &RegisterSettings) -> &std::collections::BTreeMap<ServerId, Plate> {
        match self {
            Self::CashLink => &register.plates,
            Self::Open => &register.open_plates,
        }
    }

    fn of_mut(self, register: &mut RegisterSettings) -> &mut std::collections::BTreeMap<ServerId, Plate> {
        match self {
            Self::CashLink => &mut register.plates,
            Self::Open => &mut register.open_plates,
        }
    }
}

#[derive(Template)]
#[template(path = "plates.html")]
struct Page {
    frame: Frame,
    back: String,
    back_name: String,
    base: String,
    plates: Vec<Line>,
    bind: Option<Form>,
    /// Why no plate can be made.
    why_none: Option<String>,
    told: Option<Told>,
}

struct Line {
    server: String,
    server_name: String,
    sort: &'static str,
    sort_name: String,
    link: String,
    payload: String,
    has_wrong_checksum: bool,
    /// The payment that has it now.
    held: Option<String>,
}

/// What was just found out.
struct Told {
    is_good: bool,
    text: String,
}

/// `GET …/plates`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
) -> Result<Response, Failure> {
    draw(&admin, &asker, &here, None, &Wrong::default(), None).await
}

/// `POST …/plates`: the bank makes a plate, or binds a printed one, and the register has it.
pub(crate) async fn bind(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let mut wrong = Wrong::default();
    let server = ServerId::parse(sent.text("plate_server")).ok();
    let server = server.filter(|server| here.settings.servers.contains_key(server));
    if server.is_none() {
        wrong.field(&words, "plate_server");
    }
    let sort = Sort::parse(sent.text("plate_sort"));
    if sort.is_none() {
        wrong.field(&words, "plate_sort");
    }
    let printed = Some(sent.text("printed")).filter(|text| !text.is_empty()).map(printed);
    if printed == Some(None) || (printed.is_some() && sort == Some(Sort::Open)) {
        wrong.field(&words, "printed");
    }
    if let (Some(server), Some(sort), true) = (server, sort, wrong.is_empty()) {
        if sort.of(here.register()).contains_key(&server) {
            wrong.at("plate_server", words.text("wrong-plate-there"));
        } else {
            match make(&admin, &words, &here, &server, sort, printed.flatten()).await? {
                Err(why) => wrong.at("plate_server", why),
                Ok(plate) => return keep(&admin, &asker, &here, (&server, sort), plate).await,
            }
        }
    }
    let page = draw(&admin, &asker, &here, Some(&sent), &wrong, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The number on a printed plate: letters and digits, as people copy them.
fn printed(text: &str) -> Option<CodeId> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    CodeId::parse(text).ok().filter(|_| is_plain)
}

/// Has the plate made at the bank. An error says why there is none.
async fn make(
    admin: &Admin,
    words: &Words,
    here: &Here<AtRegister>,
    server: &ServerId,
    sort: Sort,
    draft: Option<CodeId>,
) -> Result<Result<Plate, String>, Failure> {
    let found = found(admin, server.as_str()).await?;
    let Some(module) = admin.module(&found.server.module) else { return Ok(Err(words.text("wrong-module"))) };
    let connector = match connect(module, &found.server, &found.in_use(admin.now())) {
        Ok(connector) => connector,
        Err(error) => {
            return Ok(Err(
                words.fill("check-settings", &[("reason", reasons::told(words, &error.to_string()))])
            ));
        }
    };
    let open_as = (sort == Sort::Open).then(|| Uuid::now_v7().simple().to_string());
    let request = PlateRequest { open_as, draft, description: Some(here.register().name.clone()) };
    let limit = Duration::from_millis(u64::from(found.server.call_timeout_ms));
    Ok(match tokio::time::timeout(limit, connector.make_plate(&request)).await {
        Ok(Ok(plate)) => Ok(plate),
        Ok(Err(error)) => Err(words.fill("plate-not-made", &[("reason", reason_of(words, &error))])),
        Err(_) => Err(words.text("plate-not-answered")),
    })
}

fn reason_of(words: &Words, error: &CallError) -> String {
    match error {
        CallError::Refused(refusal) => refusal_text(words, refusal),
        CallError::NotSent(reason) | CallError::Unknown(reason) => reasons::told(words, reason),
    }
}

async fn keep(
    admin: &Admin,
    asker: &Asker,
    here: &Here<AtRegister>,
    (server, sort): (&ServerId, Sort),
    plate: Plate,
) -> Result<Response, Failure> {
    let at = &here.spot;
    let nothing = "";
    let saved = save(admin, asker, at.key(), nothing, |settings| {
        let plates = sort.of_mut(at.of(settings)?);
        let before = if plates.contains_key(server) { "something" } else { nothing };
        plates.insert(server.clone(), plate.clone());
        Ok(before.to_owned())
    });
    if saved.await?.is_ok() {
        return Ok(Redirect::to(&format!("{}/plates?done=plate-bound", at.address())).into_response());
    }
    // The bank has it already: whoever tries again must know its id.
    let text = asker.words().fill("plate-made-not-kept", &[("link", plate.link.to_string())]);
    let page = draw(admin, asker, here, None, &Wrong::default(), Some(Told { is_good: false, text })).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}

/// The plate that a form names.
fn named<'a>(here: &'a Here<AtRegister>, sent: &Sent) -> Result<(ServerId, Sort, &'a Plate), Failure> {
    let server = ServerId::parse(sent.text("server")).map_err(|_| Failure::Missing)?;
    let sort = Sort::parse(sent.text("sort")).ok_or(Failure::Missing)?;
    let plate = sort.of(here.register()).get(&server).ok_or(Failure::Missing)?;
    Ok((server, sort, plate))
}

/// `POST …/plates/check`: whether the bank knows it, and whether a phone reads from it what it must say.
pub(crate) async fn check(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let words = asker.words();
    let (server, _, plate) = named(&here, &sent)?;
    let read = sent.text("read");
    let told = if !read.is_empty() && read != plate.payload {
        let owner = here.settings.register_of_plate(read);
        let owner = owner.map(|(store, register)| format!("{store}/{register}"));
        let owner = owner.unwrap_or_else(|| words.text("plate-of-nobody"));
        Told { is_good: false, text: words.fill("plate-reads-other", &[("owner", owner)]) }
    } else {
        asked(&admin, &words, &server, plate, !read.is_empty()).await?
    };
    draw(&admin, &asker, &here, None, &Wrong::default(), Some(told)).await
}

/// Asks the bank for the latest money on a plate: whoever knows of none still knows the plate.
async fn asked(
    admin: &Admin,
    words: &Words,
    server: &ServerId,
    plate: &Plate,
    is_read: bool,
) -> Result<Told, Failure> {
    let found = found(admin, server.as_str()).await?;
    let bad =
        |reason: String| Told { is_good: false, text: words.fill("plate-not-known", &[("reason", reason)]) };
    let Some(module) = admin.module(&found.server.module) else { return Ok(bad(words.text("wrong-module"))) };
    let connector = match connect(module, &found.server, &found.in_use(admin.now())) {
        Ok(connector) => connector,
        Err(error) => return Ok(bad(reasons::told(words, &error.to_string()))),
    };
    let limit = Duration::from_millis(u64::from(found.server.call_timeout_ms));
    Ok(match tokio::time::timeout(limit, connector.latest_credit(&plate.link)).await {
        Ok(Ok(_)) => {
            let key = if is_read { "plate-read-and-known" } else { "plate-known" };
            Told { is_good: true, text: words.text(key) }
        }
        Ok(Err(error)) => bad(reason_of(words, &error)),
        Err(_) => bad(words.fill("check-late", &[("limit", limit.as_millis().to_string())])),
    })
}

/// `POST …/plates/release`: taken from the register, unless a sale has it.
pub(crate) async fn release(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    here: Here<AtRegister>,
    sent: Sent,
) -> Result<Response, Failure> {
    let (server, sort, plate) = named(&here, &sent)?;
    if let Some(payment) = HeldLink::holder(&admin.db.links_held().await?, &server, plate) {
        let text = asker.words().fill("plate-held", &[("payment", payment.to_string())]);
        let told = Told { is_good: false, text };
        let page = draw(&admin, &asker, &here, None, &Wrong::default(), Some(told)).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let at = &here.spot;
    let saved = save(&admin, &asker, at.key(), plate.link.as_str(), |settings| {
        let taken = sort.of_mut(at.of(settings)?).remove(&server);
        Ok(taken.map(|plate| plate.link.to_string()).unwrap_or_default())
    });
    saved.await?.map_err(|_| Failure::Conflict)?;
    Ok(Redirect::to(&format!("{}/plates?done=plate-released", at.address())).into_response())
}

async fn draw(
    admin: &Admin,
    asker: &Asker,
    here: &Here<AtRegister>,
    sent: Option<&Sent>,
    wrong: &Wrong,
    told: Option<Told>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let held = admin.db.links_held().await?;
    let base = format!("{}/plates", here.spot.address());
    let able: Vec<(String, String)> = here
        .settings
        .servers
        .iter()
        .filter(|(_, its)| abilities(admin, its).is_none_or(|able| able.kind(CodeKind::CashLink).is_some()))
        .map(|(id, its)| (id.to_string(), its.name.clone()))
        .collect();
    let why_none = able.is_empty().then(|| words.text("plates-no-server"));
    let mut bind = (!able.is_empty()).then(|| bind_form(&words, &base, able, sent));
    let homeless = bind.as_mut().map(|form| form.tell(wrong)).unwrap_or_default();
    let title = words.fill("plates-of", &[("name", here.register().name.clone())]);
    Ok(answer(&Page {
        frame: Frame::of(asker, title).with_alarm(homeless.into_iter().next()),
        back: here.spot.address(),
        back_name: here.register().name.clone(),
        plates: lines(&words, here, &held),
        base,
        bind,
        why_none,
        told,
    }))
}

fn bind_form(words: &Words, base: &str, able: Vec<(String, String)>, sent: Option<&Sent>) -> Form {
    let text = |name: &str| sent.map_or("", |sent| sent.text(name)).to_owned();
    let sorts = [Sort::CashLink, Sort::Open].map(|sort| (sort.word().to_owned(), words.text(sort_key(sort))));
    Form::new(base, words.text("plate-bind"))
        .with(Field::new(words, "plate_server", Kind::One(able), text("plate_server")))
        .with(Field::new(words, "plate_sort", Kind::One(sorts.into()), text("plate_sort")))
        .with(Field::new(words, "printed", Kind::Line, text("printed")))
}

pub(super) fn sort_key(sort: Sort) -> &'static str {
    match sort {
        Sort::CashLink => "kind-cash-link",
        Sort::Open => "plate-open",
    }
}

fn lines(words: &Words, here: &Here<AtRegister>, held: &[HeldLink]) -> Vec<Line> {
    let of = |sort: Sort| {
        sort.of(here.register()).iter().map(move |(server, plate)| Line {
            server_name: here.settings.servers.get(server).map_or("?", |its| its.name.as_str()).to_owned(),
            server: server.to_string(),
            sort: sort.word(),
            sort_name: words.text(sort_key(sort)),
            link: plate.link.to_string(),
            payload: plate.payload.clone(),
            has_wrong_checksum: has_wrong_checksum(&plate.payload),
            held: HeldLink::holder(held, server, plate).map(|payment| payment.to_string()),
        })
    };
    of(Sort::CashLink).chain(of(Sort::Open)).collect()
}
