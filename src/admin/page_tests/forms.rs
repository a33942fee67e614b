//! Every form, every input of it that can be wrong: the message stands where it belongs, what was typed is still there, and
//! nothing is stored. A form or a field without a row fails these tests.

mod money;
mod operations;
mod people;
mod scene;
mod servers;
mod settings;
mod shops;
mod slides;

use axum::http::StatusCode;
use engine::settings::Settings;

use super::html::{PageForm, forms_of, message_at};
use super::kit::Answer;
use crate::rights::TABLE;
use scene::{Scene, Stored};

/// A wrong input that is told at its field: field, value, a part of the message.
type Row = (&'static str, &'static str, &'static str);
/// One that is told on the page: field, value, status, a part of the message. Without a field the form is refused as it stands.
type Aside = (&'static str, &'static str, u16, &'static str);

/// A value that stands for the code that the phone shows now.
const CODE: &str = "{code}";

/// Who sends a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// The owner, signed in.
    Owner,
    /// Somebody who is not signed in.
    Guest,
    /// The owner, who has given the password and must still give a code.
    HalfWay,
    /// The first owner, with the link for the first sign-in, before there is anybody.
    Newcomer,
}

/// A form that is right.
struct Form {
    address: &'static str,
    /// The page that it is on: its hidden fields go along.
    page: Option<&'static str>,
    fields: Vec<(&'static str, &'static str)>,
    at: Vec<Row>,
    aside: Vec<Aside>,
    who: Who,
    prepare: fn(&mut Settings),
    /// Whether it can be taken as it stands.
    is_good: bool,
    /// Whether the answer to it is a page, since that shows something once.
    shows: bool,
}

impl Form {
    fn to(address: &'static str) -> Self {
        let (fields, at, aside) = (Vec::new(), Vec::new(), Vec::new());
        let prepare: fn(&mut Settings) = |_| {};
        Self { address, page: None, fields, at, aside, who: Who::Owner, prepare, is_good: true, shows: false }
    }

    fn on(self, page: &'static str) -> Self {
        Self { page: Some(page), ..self }
    }

    fn with(mut self, fields: &[(&'static str, &'static str)]) -> Self {
        self.fields.extend(fields);
        self
    }

    fn wrong(mut self, rows: &[Row]) -> Self {
        self.at.extend(rows);
        self
    }

    fn aside(mut self, rows: &[Aside]) -> Self {
        self.aside.extend(rows);
        self
    }

    fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    fn prepared(self, prepare: fn(&mut Settings)) -> Self {
        Self { prepare, ..self }
    }

    fn shows(self) -> Self {
        Self { shows: true, ..self }
    }

    /// It lacks something that no test of forms can have, or is always refused.
    fn never_good(self) -> Self {
        Self { is_good: false, ..self }
    }
}

fn all() -> Vec<Form> {
    [
        people::forms(),
        shops::forms(),
        servers::forms(),
        settings::forms(),
        money::forms(),
        operations::forms(),
        slides::forms(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A form in a scene of its own.
struct Trial {
    form: Form,
    scene: Scene,
    address: String,
    /// The forms of its page before anything is sent.
    page: Vec<PageForm>,
    before: Stored,
}

impl Trial {
    async fn of(form: Form) -> Self {
        let scene = Scene::set(form.who, form.prepare).await;
        let address = scene.filled(form.address);
        let page = match form.page {
            Some(page) => forms_of(&scene.get(&scene.filled(page)).await.body),
            None => Vec::new(),
        };
        let before = scene.stored().await;
        Self { form, scene, address, page, before }
    }

    /// Sends the form as it stands, with one input changed.
    async fn send(&self, changed: Option<(&str, &str)>) -> (Vec<(String, String)>, Answer) {
        let mut fields: Vec<(String, String)> = Vec::new();
        if let Some(page) = self.form.page {
            let own = self.page.iter().find(|form| form.action == self.address);
            let own = own.unwrap_or_else(|| panic!("{page} has no form that is sent to {}", self.address));
            fields.extend(own.hidden.clone());
        }
        let code = self.scene.code();
        let typed =
            self.form.fields.iter().map(|(name, value)| ((*name).to_owned(), value.replace(CODE, &code)));
        fields.extend(typed);
        if let Some((field, value)) = changed {
            fields.retain(|(name, _)| name != field);
            fields.push((field.to_owned(), value.replace(CODE, &code)));
        }
        let answer = self.scene.post(&self.address, &fields).await;
        (fields, answer)
    }

    /// What was refused is as it was before, wherever it could have been stored.
    async fn nothing_is_stored(&self, about: &str) {
        assert_eq!(self.scene.stored().await, self.before, "{about}: something was stored");
    }
}

/// What was typed is still there, and so is what the other forms of the page had.
fn comes_back(trial: &Trial, sent: &[(String, String)], answer: &Answer, about: &str) {
    for form in forms_of(&answer.body) {
        let is_own = form.action == trial.address;
        let was = trial.page.iter().find(|was| was.action == form.action);
        for (name, value) in &form.typed {
            // A code is good once, and never shown.
            let Some(value) = value.as_ref().filter(|_| !name.starts_with("code")) else { continue };
            let expected = if is_own {
                let sent = sent.iter().find(|(sent, _)| sent == name);
                sent.map(|(_, value)| value.trim().to_owned())
            } else {
                was.and_then(|was| was.typed.get(name).cloned().flatten())
            };
            assert!(
                expected.as_ref().is_none_or(|expected| expected == value),
                "{about}: {name} of {} is {value:?} in the answer, and not {expected:?}",
                form.action
            );
        }
    }
}

async fn try_wrong_inputs(forms: Vec<Form>) {
    for form in forms {
        let trial = Trial::of(form).await;
        for (field, value, message) in &trial.form.at {
            let about = format!("{} {field} = {value:?}", trial.form.address);
            let (sent, answer) = trial.send(Some((*field, *value))).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{about}: {}", answer.body);
            let told = message_at(&answer.body, field)
                .unwrap_or_else(|| panic!("{about}: nothing at it: {}", answer.body));
            assert!(told.contains(message), "{about}: {told}");
            comes_back(&trial, &sent, &answer, &about);
            trial.nothing_is_stored(&about).await;
            trial.scene.forget_tries().await;
        }
        for (field, value, status, message) in &trial.form.aside {
            let about = format!("{} {field} = {value:?}", trial.form.address);
            let changed = Some((*field, *value)).filter(|(field, _)| !field.is_empty());
            let (_, answer) = trial.send(changed).await;
            assert_eq!(answer.status, *status, "{about}: {}", answer.body);
            assert!(answer.body.contains(message), "{about}: {}", answer.body);
            trial.nothing_is_stored(&about).await;
            trial.scene.forget_tries().await;
        }
    }
}

async fn try_good_inputs(forms: Vec<Form>) {
    for form in forms.into_iter().filter(|form| form.is_good) {
        let trial = Trial::of(form).await;
        let (_, answer) = trial.send(None).await;
        let is_taken =
            if trial.form.shows { answer.status.is_success() } else { answer.status.is_redirection() };
        assert!(is_taken, "{}: {} {}", trial.form.address, answer.status, answer.body);
        assert!(!answer.leads_to().contains("sign-in?"), "{}: {}", trial.form.address, answer.leads_to());
        assert_ne!(trial.scene.stored().await, trial.before, "{}: nothing was done", trial.form.address);
    }
}

macro_rules! rooms {
    ($($room:ident)*) => {$(
        mod $room {
            #[tokio::test]
            async fn every_wrong_input_is_told_where_it_belongs_and_nothing_of_the_form_is_stored() {
                super::super::try_wrong_inputs(super::super::$room::forms()).await;
            }

            #[tokio::test]
            async fn the_same_forms_are_taken_when_nothing_is_wrong_with_them() {
                super::super::try_good_inputs(super::super::$room::forms()).await;
            }
        }
    )*};
}

/// The rooms apart, so that they are tried at once.
mod tried {
    rooms! { people shops servers settings money operations }
}

/// Calls into which nothing goes but who calls and what the address names.
const BUTTONS: &[&str] = &[
    "/admin/sign-out",
    "/admin/users/{user}/reset",
    "/admin/servers/{server}/check",
    "/admin/servers/{server}/next/forget",
    "/admin/stores/{store}/payments/{payment}/check",
    "/admin/stores/{store}/registers/{register}/connect",
    "/admin/stores/{store}/registers/{register}/consoles/{console}/remove",
    "/admin/stores/{store}/registers/{register}/consoles/{console}/try",
];

fn is_like(path: &str, address: &str) -> bool {
    let address = address.split('?').next().unwrap_or_default();
    let (path, address): (Vec<_>, Vec<_>) = (path.split('/').collect(), address.split('/').collect());
    let is_part = |(part, given): (&&str, &&str)| part.starts_with('{') || part == given;
    path.len() == address.len() && path.iter().zip(&address).all(is_part)
}

/// The row of the table that an address is of: one that names it word for word goes before one with places.
fn row_of(address: &str) -> Option<&'static str> {
    let mut paths: Vec<_> = TABLE.iter().filter(|row| row.method == "POST").map(|row| row.path).collect();
    paths.sort_by_key(|path| path.matches('{').count());
    paths.into_iter().find(|path| is_like(path, address))
}

#[test]
fn no_form_is_left_out() {
    let forms = all();
    let tried: Vec<&str> = forms
        .iter()
        .filter(|form| !form.at.is_empty() || !form.aside.is_empty())
        .map(|form| row_of(form.address).unwrap_or_else(|| panic!("{} is no form", form.address)))
        .collect();
    for row in TABLE.iter().filter(|row| row.method == "POST") {
        let is_button = BUTTONS.contains(&row.path);
        let is_tried = tried.contains(&row.path);
        assert!(is_tried || is_button, "{} is a form that nobody tries wrong inputs in", row.path);
        assert!(!(is_tried && is_button), "{} is no button: it has rows", row.path);
    }
}

#[tokio::test]
async fn no_field_is_left_out() {
    let forms = all();
    let is_tried = |action: &str, field: &str| {
        let path = row_of(action);
        forms.iter().any(|form| {
            let has_row = form.at.iter().any(|(name, ..)| *name == field)
                || form.aside.iter().any(|(name, ..)| *name == field);
            has_row && row_of(form.address) == path
        })
    };
    let mut missing = std::collections::BTreeSet::new();
    for who in [Who::Owner, Who::Guest, Who::HalfWay, Who::Newcomer] {
        let scene = Scene::set(who, scene::with_real_money).await;
        for page in scene.pages() {
            for form in forms_of(&scene.get(&page).await.body).into_iter().filter(PageForm::asks) {
                let boxes = form.ticked.iter().filter(|name| *name == "roles");
                for field in form.typed.keys().chain(boxes).filter(|field| !is_tried(&form.action, field)) {
                    missing.insert(format!("{field} of {:?}", row_of(&form.action)));
                }
            }
        }
    }
    assert!(missing.is_empty(), "nobody tries wrong inputs in {missing:#?}");
}
