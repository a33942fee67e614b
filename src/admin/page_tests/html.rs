//! Forms as they stand in a page, read as a browser reads them.

use std::collections::{BTreeMap, BTreeSet};

/// A form that is sent by `POST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageForm {
    pub(crate) action: String,
    /// What goes with it unseen.
    pub(crate) hidden: BTreeMap<String, String>,
    /// Lines that people type, with what stands in them; `None`: passwords, lists and long texts.
    pub(crate) typed: BTreeMap<String, Option<String>>,
    /// Which of these are lists to choose from.
    pub(crate) lists: BTreeSet<String>,
    /// Boxes that people tick.
    pub(crate) ticked: Vec<String>,
}

impl PageForm {
    /// Whether there is anything to type or to choose.
    pub(crate) fn asks(&self) -> bool {
        !self.typed.is_empty() || !self.ticked.is_empty()
    }
}

/// The forms of a page.
pub(crate) fn forms_of(body: &str) -> Vec<PageForm> {
    let forms = body.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
    forms.filter_map(form_of).collect()
}

fn form_of(form: &str) -> Option<PageForm> {
    let opening = form.split('>').next()?;
    if attribute(opening, "method").as_deref() != Some("post") {
        return None;
    }
    let (mut hidden, mut typed, mut ticked) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut lists = BTreeSet::new();
    for tag in ["<input", "<select", "<textarea"] {
        for field in form.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
            let Some(name) = attribute(field, "name") else { continue };
            let value = attribute(field, "value");
            if tag == "<select" {
                lists.insert(name.clone());
            }
            match attribute(field, "type").as_deref() {
                Some("hidden") => drop(hidden.insert(name, value.unwrap_or_default())),
                Some("checkbox") => ticked.push(name),
                Some("password" | "file") => drop(typed.insert(name, None)),
                _ if tag == "<input" => drop(typed.insert(name, Some(value.unwrap_or_default()))),
                _ => drop(typed.insert(name, None)),
            }
        }
    }
    Some(PageForm { action: attribute(opening, "action")?, hidden, typed, lists, ticked })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

/// A text as it was before the templates escaped it.
fn unescaped(text: &str) -> String {
    let pairs = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// The message at a field of a page; `None`: there is none there.
pub(crate) fn message_at(body: &str, field: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("id=\"{field}-wrong\" role=\"alert\">"))?;
    Some(unescaped(rest.split('<').next().unwrap_or_default()))
}
