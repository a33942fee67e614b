//! Forms: fields with their words, what was typed, and what is wrong with it.
//!
//! A field's words are in the catalogues by its name: `field-<name>` what it is called, `help-<name>` what it is for,
//! `wrong-<name>` what to type instead. A form that was refused comes back as it was typed, each message at its field; nothing
//! of it was stored.

use std::collections::BTreeMap;

use axum::Form as AxumForm;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::words::Words;

/// What was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent(BTreeMap<String, Vec<String>>);

impl Sent {
    /// The text of a field, without spaces around it; empty if it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", |value| value.trim())
    }

    /// The text of a field as it was typed.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// Everything that was chosen under a name.
    pub(crate) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let pairs = AxumForm::<Vec<(String, String)>>::from_request(request, state).await;
        let AxumForm(pairs) = pairs.map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        let mut sent = Self::default();
        for (name, value) in pairs {
            sent.0.entry(name).or_default().push(value);
        }
        Ok(sent)
    }
}

/// What was sent together with one file.
pub(crate) struct SentWithFile {
    pub(crate) sent: Sent,
    /// The file; `None`: none was chosen.
    pub(crate) file: Option<Vec<u8>>,
}

impl<S: Send + Sync> FromRequest<S> for SentWithFile {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let unreadable = || StatusCode::BAD_REQUEST.into_response();
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| unreadable())?;
        let (mut sent, mut file) = (Sent::default(), None);
        while let Some(part) = parts.next_field().await.map_err(IntoResponse::into_response)? {
            let name = part.name().unwrap_or_default().to_owned();
            if part.file_name().is_some() {
                let bytes = part.bytes().await.map_err(IntoResponse::into_response)?;
                file = Some(bytes.to_vec()).filter(|bytes| !bytes.is_empty()).or(file);
            } else {
                let text = part.text().await.map_err(IntoResponse::into_response)?;
                sent.0.entry(name).or_default().push(text);
            }
        }
        Ok(Self { sent, file })
    }
}

/// How a field is filled in.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A line of text.
    Line,
    /// A whole number, with the key of its unit.
    Number(Option<&'static str>),
    /// A number with a fraction.
    Decimal,
    /// A date and a time.
    Moment,
    /// A file of these media types.
    File(&'static str),
    /// A secret: never shown, not even back to who typed it. `true`: one is kept already.
    Secret(bool),
    /// Yes or no.
    Switch,
    /// One of these: value and words.
    One(Vec<(String, String)>),
    /// One of these, under headings: of each heading its values and words. A choice under no words stands first, by itself.
    Grouped(Vec<(String, Vec<(String, String)>)>),
    /// Some of these: value, words, chosen.
    Some(Vec<(String, String, bool)>),
    /// Many lines.
    Text,
    /// Shown and sent back unchanged.
    Hidden,
}

/// A field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    /// What it is called in settings files and papers, where that is something else.
    pub(crate) code: Option<&'static str>,
    pub(crate) help: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) value: String,
    pub(crate) unit: Option<String>,
    pub(crate) wrong: Option<String>,
    pub(crate) is_required: bool,
    /// Whether most people leave it as it is: it stands folded away below the others.
    pub(crate) is_special: bool,
    /// What browsers may fill in, as the `autocomplete` attribute has it.
    pub(crate) remembered: &'static str,
}

impl Field {
    /// A field whose words are under its name.
    pub(crate) fn new(words: &Words, name: &str, kind: Kind, value: impl Into<String>) -> Self {
        let key = name.replace('_', "-");
        let unit = match &kind {
            Kind::Number(Some(unit)) => Some(words.text(unit)),
            _ => None,
        };
        Self {
            label: words.text(&format!("field-{key}")),
            help: words.lookup(&format!("help-{key}")),
            code: None,
            name: name.to_owned(),
            kind,
            value: value.into(),
            unit,
            wrong: None,
            is_required: false,
            is_special: false,
            remembered: "off",
        }
    }

    /// A value that goes with the form unseen.
    pub(crate) fn hidden(name: &str, value: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            label: String::new(),
            code: None,
            help: None,
            kind: Kind::Hidden,
            value: value.into(),
            unit: None,
            wrong: None,
            is_required: false,
            is_special: false,
            remembered: "off",
        }
    }

    /// For those who know what they do.
    pub(crate) fn special(mut self) -> Self {
        self.is_special = true;
        self
    }

    /// With the unit of its number beside it.
    pub(crate) fn in_units(mut self, unit: String) -> Self {
        self.unit = Some(unit);
        self
    }

    pub(crate) fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) fn remembered(mut self, what: &'static str) -> Self {
        self.remembered = what;
        self
    }

    /// Other words than those under its name.
    pub(crate) fn called(mut self, label: impl Into<String>, help: Option<String>) -> Self {
        self.label = label.into();
        self.help = help;
        self
    }
}

/// A form.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
}

impl Form {
    pub(crate) fn new(action: impl Into<String>, button: String) -> Self {
        Self { action: action.into(), fields: Vec::new(), button }
    }

    pub(crate) fn with(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The fields that stand folded away.
    pub(crate) fn special(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_special).collect()
    }

    /// Whether something that is folded away must be looked at.
    pub(crate) fn is_unfolded(&self) -> bool {
        self.fields.iter().any(|field| field.is_special && field.wrong.is_some())
    }

    /// Whether it sends a file.
    pub(crate) fn sends_file(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.kind, Kind::File(_)))
    }

    /// Puts messages at their fields. A message whose field is not in the form is returned: it must be told all the same.
    pub(crate) fn tell(&mut self, wrong: &Wrong) -> Vec<String> {
        let mut homeless = Vec::new();
        for (name, message) in &wrong.0 {
            match self
                .fields
                .iter_mut()
                .find(|field| field.name == *name && !matches!(field.kind, Kind::Hidden))
            {
                Some(field) => field.wrong = Some(message.clone()),
                None => homeless.push(message.clone()),
            }
        }
        homeless
    }
}

/// What is wrong, by fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wrong(pub(crate) Vec<(String, String)>);

impl Wrong {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a field is wrong.
    pub(crate) fn is_at(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// Notes that a field is wrong, in words.
    pub(crate) fn at(&mut self, name: &str, message: impl Into<String>) {
        self.0.push((name.to_owned(), message.into()));
    }

    /// Notes that a field is wrong, with its own words for that.
    pub(crate) fn field(&mut self, words: &Words, name: &str) {
        self.at(name, words.text(&format!("wrong-{}", name.replace('_', "-"))));
    }
}
