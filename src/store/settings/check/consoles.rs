//! Consoles: each by itself, and those that registers share.

use engine::settings::{ConsoleKind, ConsoleSettings, StoreSettings};
use payment::{ConsoleWay, RegisterId};

use super::{check_language, check_name, choice, is_sha256};
use crate::settings::problem::Problems;

/// How the address of a device begins that takes bytes.
const DEVICE_SCHEMES: [&str; 3] = ["tcp://", "serial://", "file://"];
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
}

/// That there is a way for codes to get there.
fn check_way(key: &str, console: &ConsoleSettings, problems: &mut Problems) {
    let at = format!("{key}.address");
    let is_screen = matches!(console.kind, ConsoleKind::Kiosk | ConsoleKind::Display);
    let schemes: &[&str] = if is_screen { &PUSH_SCHEMES } else { &DEVICE_SCHEMES };
    match &console.address {
        Some(address) if console.way() == ConsoleWay::Till => {
            problems.wrong(
                at,
                address,
                "the till drives this console: leave the address out, or through_till",
            );
        }
        Some(address) if !schemes.iter().any(|scheme| is_address(address, scheme)) => {
            let cure = format!("not an address of such a device; it begins with {}", schemes.join(", "));
            problems.wrong(at, address, cure);
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

fn is_address(address: &str, scheme: &str) -> bool {
    address.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty())
        && !address.chars().any(|character| character.is_whitespace() || character.is_control())
}

fn is_word(text: &str) -> bool {
    (1..=LONGEST_WORD).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
