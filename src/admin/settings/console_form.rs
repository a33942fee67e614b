//! The form of a console.

use device::Profiles;
use engine::settings::{ConsoleKind, ConsoleSettings, PUSHED_PICTURE};

use super::save::{MARK, mark};
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::words::Words;

const KINDS: [ConsoleKind; 5] = [
    ConsoleKind::Kiosk,
    ConsoleKind::Display,
    ConsoleKind::LineDisplay,
    ConsoleKind::Printer,
    ConsoleKind::Register,
];

/// The form; `console` is the one that is there already.
pub(super) fn form(
    words: &Words,
    action: String,
    console: Option<&ConsoleSettings>,
    sent: Option<&Sent>,
) -> Form {
    let text = |name: &str| match (sent, console) {
        (Some(sent), _) => sent.text(name).to_owned(),
        (None, Some(console)) => stored(console, name),
        (None, None) => if matches!(name, "console_kind" | "console_id") { "kiosk" } else { "" }.to_owned(),
    };
    let shows = match (sent, console) {
        (Some(sent), _) => sent.is_on("show_qr"),
        (None, Some(console)) => console.show_qr,
        (None, None) => true,
    };
    let kinds = KINDS.map(|kind| (kind.word().to_owned(), words.text(&kind_key(kind))));
    let languages = std::iter::once((String::new(), words.text("language-store"))).chain(words.languages());
    let ways = ["", "yes", "no"].map(|word| {
        let key =
            if word.is_empty() { "through-till-auto".to_owned() } else { format!("through-till-{word}") };
        (word.to_owned(), words.text(&key))
    });
    let language = Kind::One(languages.collect());
    let mut form = Form::new(action, words.text("save"));
    if console.is_none() {
        form = form.with(Field::new(words, "console_id", Kind::Line, text("console_id")).required());
    }
    form.with(Field::new(words, "name", Kind::Line, text("name")).required())
        .with(Field::new(words, "console_kind", Kind::One(kinds.into()), text("console_kind")))
        .with(Field::new(words, "show_qr", Kind::Switch, if shows { "on" } else { "" }))
        .with(Field::new(words, "console_language", language, text("console_language")))
        .with(Field::new(words, "through_till", Kind::One(ways.into()), text("through_till")))
        .with(Field::new(words, "address", Kind::Line, text("address")))
        .with(Field::new(words, "site", Kind::Line, text("site")))
        .with(Field::new(words, "profile", Kind::Grouped(profiles(words, &text("profile"))), text("profile")))
        .with(Field::hidden(MARK, mark(console)))
}

/// The profiles that the program knows, under the kinds of console that have them. One that is kept from elsewhere stays a choice.
fn profiles(words: &Words, kept: &str) -> Vec<(String, Vec<(String, String)>)> {
    let known = Profiles::built_in();
    let called = |name: &str, title: &str| {
        let own = words.lookup(&format!("profile-{name}"));
        (name.to_owned(), own.unwrap_or_else(|| title.to_owned()))
    };
    let heading = |kind| words.text(&kind_key(kind));
    let printers = known.printers.iter().map(|(name, its)| called(name, &its.title));
    let displays = known.displays.iter().map(|(name, its)| called(name, &its.title));
    let mut groups = vec![
        (String::new(), vec![(String::new(), words.text("profile-usual"))]),
        (heading(ConsoleKind::Printer), printers.collect()),
        (heading(ConsoleKind::LineDisplay), displays.collect()),
        (words.text("profile-pushed"), vec![called(PUSHED_PICTURE, PUSHED_PICTURE)]),
    ];
    let is_known = groups.iter().any(|(_, choices)| choices.iter().any(|(value, _)| value == kept));
    if !is_known {
        groups[0].1.push((kept.to_owned(), kept.to_owned()));
    }
    groups
}

/// The key of the words for a kind of console.
pub(super) fn kind_key(kind: ConsoleKind) -> String {
    format!("console-{}", kind.word().replace('_', "-"))
}

/// Reads the form; what it does not have stays.
pub(super) fn read(
    words: &Words,
    sent: &Sent,
    kept: Option<&ConsoleSettings>,
) -> Result<ConsoleSettings, Wrong> {
    let mut wrong = Wrong::default();
    let kind = KINDS.into_iter().find(|kind| kind.word() == sent.text("console_kind"));
    let Some(kind) = kind else {
        wrong.field(words, "console_kind");
        return Err(wrong);
    };
    let mut console = kept.cloned().unwrap_or_else(|| ConsoleSettings::new("", kind));
    let given = |name: &str| Some(sent.text(name).to_owned()).filter(|text| !text.is_empty());
    console.kind = kind;
    sent.text("name").clone_into(&mut console.name);
    console.show_qr = sent.is_on("show_qr");
    console.language = given("console_language");
    console.address = given("address");
    console.site = given("site");
    console.profile = given("profile");
    console.through_till = match sent.text("through_till") {
        "yes" => Some(true),
        "no" => Some(false),
        "" => None,
        _ => {
            wrong.at("through_till", words.text("wrong-console-kind"));
            return Err(wrong);
        }
    };
    Ok(console)
}

/// Messages under the names that the fields have here.
pub(super) fn at_fields(wrong: &Wrong) -> Wrong {
    let mut told = wrong.clone();
    for (name, _) in &mut told.0 {
        if name == "language" {
            "console_language".clone_into(name);
        }
    }
    told
}

fn stored(console: &ConsoleSettings, name: &str) -> String {
    let kept = |text: &Option<String>| text.clone().unwrap_or_default();
    match name {
        "name" => console.name.clone(),
        "console_kind" => console.kind.word().to_owned(),
        "console_language" => kept(&console.language),
        "address" => kept(&console.address),
        "site" => kept(&console.site),
        "profile" => kept(&console.profile),
        "through_till" => console.through_till.map_or("", |is| if is { "yes" } else { "no" }).to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use console::Language;

    use super::*;

    #[test]
    fn every_profile_of_the_program_is_offered_in_words_and_a_foreign_one_stays() {
        let words = Words::of(Language::Russian);
        let known = Profiles::built_in();
        let names = known.printers.keys().chain(known.displays.keys()).map(String::as_str);
        for name in names.chain([PUSHED_PICTURE]) {
            let groups = profiles(&words, name);
            let found = groups.iter().flat_map(|(_, choices)| choices).filter(|(value, _)| value == name);
            let labels: Vec<&String> = found.map(|(_, label)| label).collect();
            assert_eq!(labels.len(), 1, "{name}");
            assert!(words.lookup(&format!("profile-{name}")).is_some(), "{name} has no words");
        }
        let of_another_version = profiles(&words, "from-elsewhere");
        assert_eq!(of_another_version[0].1[1].0, "from-elsewhere");
    }
}
