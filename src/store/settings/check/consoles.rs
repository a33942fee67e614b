//! Consoles: each by itself, and those that registers share.

use device::{Address, Profiles};
use engine::settings::{ConsoleKind, ConsoleSettings, PUSHED_PICTURE, StoreSettings};
use payment::{ConsoleWay, RegisterId};

use super::{check_language, check_name, choice, is_sha256};
use crate::settings::problem::Problems;

/// How the address of a display begins that takes pushes.
const PUSH_SCHEMES: [&str; 2] = ["http://", "https://"];
/// The side of a picture, in pixels or dots.
const SIDE: std::ops::RangeInclusive<u32> = 64..=8_192;
const LONGEST_WORD: usize = 40;

/// Checks the consoles of a store.
pub(super) fn check(key: &str, store: &StoreSettings, problems: &mut Problems) {
    for (register, its) in &store.registers {
        for (console, its) in &its.consoles {
            let key = format!("{key}.registers.{register}.consoles.{console}");
            check_console(&key, its, problems);
            check_sharing(&key, store, register, its, problems);
        }
        let mut names = std::collections::BTreeMap::new();
        for (owner, console, _) in store.consoles_of(register) {
            if let Some(before) = names.insert(console, owner) {
                problems.at(
                    format!("{key}.registers.{owner}.consoles.{console}.also_for"),
                    format!("register {register} has a console {console} of register {before} already; give one another id"),
                );
            }
        }
    }
}

fn check_console(key: &str, console: &ConsoleSettings, problems: &mut Problems) {
    check_name(key, &console.name, problems);
    if let Some(language) = &console.language {
        check_language(key, language, problems);
    }
    if let Some(hash) = &console.screen_key_sha256
        && !is_sha256(hash)
    {
        problems.wrong(
            format!("{key}.screen_key_sha256"),
            hash,
            "not a SHA-256 of the screen's key: 64 characters of 0-9 a-f",
        );
    }
    for (field, word) in [("site", &console.site), ("profile", &console.profile)] {
        if let Some(word) = word.as_ref().filter(|word| !is_word(word)) {
            problems.wrong(
                format!("{key}.{field}"),
                word,
                format!("not a name: 1 to {LONGEST_WORD} of A-Z a-z 0-9 _ - ."),
            );
        }
    }
    if let Some(size) = console.size
        && !(SIDE.contains(&size.width) && SIDE.contains(&size.height))
    {
        let cure = format!("width and height are {} to {} pixels or dots", SIDE.start(), SIDE.end());
        problems.wrong(format!("{key}.size"), (size.width, size.height), cure);
    }
    check_way(key, console, problems);
    check_profile(key, console, problems);
}

/// That there is a way for codes to get there.
fn check_way(key: &str, console: &ConsoleSettings, problems: &mut Problems) {
    let at = format!("{key}.address");
    match &console.address {
        Some(address) if console.way() == ConsoleWay::Till => {
            problems.wrong(
                at,
                address,
                "the till drives this console: leave the address out, or through_till",
            );
        }
        Some(address) if is_screen(console) && !is_push_address(address) => {
            let cure =
                "not an address that a display takes pushes at; write it as \"http://10.0.0.8:8080/code\"";
            problems.wrong(at, address, cure);
        }
        Some(address) if !is_screen(console) => {
            if let Err(error) = address.parse::<Address>() {
                problems.wrong(at, address, format!("not the address of a device; {}", error.wanted()));
            }
        }
        None if console.kind == ConsoleKind::LineDisplay && console.through_till != Some(true) => {
            problems.at(at, "a line display needs an address, such as \"serial:///dev/ttyS0?baud=9600\"");
        }
        None if console.kind == ConsoleKind::Printer && console.through_till == Some(false) => {
            problems.at(
                at,
                "a printer that the till does not drive needs an address, such as \"tcp://10.0.0.9:9100\"",
            );
        }
        _ => {}
    }
    if console.kind == ConsoleKind::Register && console.through_till == Some(false) {
        problems.at(format!("{key}.through_till"), "the till itself is driven by the till: leave it out");
    }
}

fn check_sharing(
    key: &str,
    store: &StoreSettings,
    owner: &RegisterId,
    console: &ConsoleSettings,
    problems: &mut Problems,
) {
    let at = format!("{key}.also_for");
    if !console.also_for.is_empty() && console.way() == ConsoleWay::Till {
        problems.at(&at, "a console that a till drives is that till's alone: leave it out");
    }
    for register in &console.also_for {
        if register == owner {
            problems.wrong(&at, register, "the console is set up at this register: name only the others");
        } else if !store.registers.contains_key(register) {
            let choice = choice(store.registers.keys());
            problems.wrong(&at, register, format!("the store has no such register; {choice}"));
        }
    }
}

/// That the program knows the device's profile.
fn check_profile(key: &str, console: &ConsoleSettings, problems: &mut Problems) {
    let Some(name) = console.profile.as_ref().filter(|name| is_word(name)) else { return };
    let at = format!("{key}.profile");
    let known = Profiles::built_in();
    match console.kind {
        ConsoleKind::Printer if !known.printers.contains_key(name) => {
            problems.wrong(
                at,
                name,
                format!("no printer has this profile; {}", choice(known.printers.keys())),
            );
        }
        ConsoleKind::LineDisplay if !known.displays.contains_key(name) => {
            let choice = choice(known.displays.keys());
            problems.wrong(at, name, format!("no line display has this profile; {choice}"));
        }
        ConsoleKind::Kiosk | ConsoleKind::Display if name != PUSHED_PICTURE || console.address.is_none() => {
            let cure = format!(
                "only a display with an address has a profile: {PUSHED_PICTURE} for a picture; leave it out for JSON"
            );
            problems.wrong(at, name, cure);
        }
        ConsoleKind::Register => problems.wrong(at, name, "the till itself has no profile: leave it out"),
        _ => {}
    }
}

fn is_screen(console: &ConsoleSettings) -> bool {
    matches!(console.kind, ConsoleKind::Kiosk | ConsoleKind::Display)
}

/// Without a name and a password: what is in settings is exported and shown.
fn is_push_address(address: &str) -> bool {
    let Some(rest) = PUSH_SCHEMES.iter().find_map(|scheme| address.strip_prefix(scheme)) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_whole = !address.chars().any(|character| character.is_whitespace() || character.is_control());
    is_whole && !host.contains('@') && format!("tcp://{host}").parse::<Address>().is_ok()
}

fn is_word(text: &str) -> bool {
    (1..=LONGEST_WORD).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
