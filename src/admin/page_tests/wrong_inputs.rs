//! Every form of the settings, every input of it that can be wrong: the message stands at its field, and nothing is stored.

use axum::http::StatusCode;
use engine::settings::{ConsoleKind, ConsoleSettings};
use payment::{ConsoleId, RegisterId};

use super::bank::PLATE;
use super::kit::{Browser, World, shop};
use super::servers::{SERVER, give, with_server};
use crate::rights::TABLE;

/// A form that is right, with its address.
struct Good {
    address: &'static str,
    fields: Vec<(&'static str, &'static str)>,
    /// Whether it carries the mark of what its page was filled with.
    is_marked: Option<&'static str>,
    /// Field, wrong value, a part of the message.
    wrong: &'static [(&'static str, &'static str, &'static str)],
}

const NAME: (&str, &str, &str) = ("name", "", "People need a name");

const STORE: &[(&str, &str, &str)] = &[
    NAME,
    ("name", "line\nbreak", "People need a name"),
    ("zone", "Mars/Olympus", "There is no such time zone"),
    ("language", "de", "Choose a language"),
    ("currency", "XXL", "Choose a currency"),
    ("claim_within_s", "0", "Seconds, 1 to 86400"),
    ("claim_within_s", "86401", "Seconds, 1 to 86400"),
];

const SERVERS: &[(&str, &str, &str)] = &[
    NAME,
    ("module", "nobody", "no such payment module"),
    ("money", "paper", "Choose one of the list"),
    ("response_timeout_s", "soon", "A whole number"),
    ("response_timeout_s", "0", "At least 1 second"),
    ("code_life_s", "0", "At least 1 second"),
    ("call_timeout_ms", "0", "At least 1 ms"),
    ("call_timeout_ms", "60001", "not longer than the till is kept waiting"),
    ("rate_per_s", "0", "At least 1"),
    ("concurrency", "-1", "A whole number"),
    ("concurrency", "0", "At least 1"),
    ("poll_after_ms", "", "A whole number"),
    ("poll_floor_ms", "x", "A whole number"),
    ("poll_steps", "30", "For example 30:1000"),
    ("poll_steps", "30:0", "Pauses are at least 1 ms"),
    ("poll_steps", "60:1000, 30:1000", "ages rise"),
    ("fee_bp", "0,705", "two decimals at most"),
    ("fee_bp", "101", "0 to 100"),
    ("value_merchant", "", "can not work without it"),
    ("value_merchant", "MA00000005521", "at most 12 characters"),
];

const TYPES: &[(&str, &str, &str)] = &[
    NAME,
    ("server_1", "", "Choose an authorization server"),
    ("server_1", "nobody", "Choose an authorization server"),
    ("kind", "buyer", "Choose one of the list"),
    ("type_code_life_s", "x", "A whole number"),
    ("type_code_life_s", "0", "At least 1 second"),
    ("purpose", "Receipt {reciept}", "in braces only"),
    ("claim_within_s", "soon", "Seconds, 1 to 86400"),
];

const REGISTERS: &[(&str, &str, &str)] = &[
    NAME,
    ("events_by", "post", "Choose one of the list"),
    ("open_payments", "some", "Choose one of the list"),
];

const CONSOLES: &[(&str, &str, &str)] = &[
    NAME,
    ("console_kind", "hologram", "Choose one of the list"),
    ("console_language", "de", "Choose a language"),
    ("address", "tcp://10.0.0.9:9100", "Such a device can not have this address"),
    ("site", "a b", "1 to 40 Latin letters"),
    ("profile", "<b>", "1 to 40 Latin letters"),
];

#[expect(clippy::too_many_lines, reason = "the table of all forms")]
fn forms() -> Vec<Good> {
    let server: Vec<_> = SERVER.into_iter().chain([("fee_bp", "0.7")]).collect();
    let store = vec![
        ("store_id", "21"),
        ("name", "Shop 21"),
        ("zone", "Europe/Moscow"),
        ("language", "ru"),
        ("currency", "RUB"),
        ("late_money", "offer"),
        ("claim_within_s", "600"),
    ];
    let tender = vec![
        ("type_code", "sbp2"),
        ("name", "SBP"),
        ("server_1", "bank"),
        ("kind", "dynamic"),
        ("type_code_life_s", "120"),
        ("purpose", "Receipt {receipt}"),
        ("type_late_money", "offer"),
        ("claim_within_s", "600"),
    ];
    let register =
        vec![("register_id", "2"), ("name", "Till 2"), ("events_by", "amqp"), ("open_payments", "one")];
    let console =
        vec![("console_id", "c2"), ("name", "Kiosk"), ("console_kind", "kiosk"), ("console_language", "")];
    let without_id = |fields: &[(&'static str, &'static str)]| fields[1..].to_vec();
    let base = "/admin/stores/17/registers/1";
    vec![
        Good {
            address: "/admin/stores/new",
            fields: store.clone(),
            is_marked: None,
            wrong: &[("store_id", "a b", "1 to 40 Latin letters"), ("store_id", "17", "such a one already")],
        },
        Good { address: "/admin/stores/new", fields: store.clone(), is_marked: None, wrong: STORE },
        Good {
            address: "/admin/stores/17/settings",
            fields: without_id(&store),
            is_marked: Some("/admin/stores/17/settings"),
            wrong: STORE,
        },
        Good {
            address: "/admin/servers/new",
            fields: server.clone(),
            is_marked: None,
            wrong: &[
                ("server_id", "a b", "1 to 40 Latin letters"),
                ("server_id", "bank", "such a one already"),
            ],
        },
        Good {
            address: "/admin/servers/new",
            fields: [("server_id", "other")].into_iter().chain(server[1..].to_vec()).collect(),
            is_marked: None,
            wrong: SERVERS,
        },
        Good {
            address: "/admin/servers/bank",
            fields: without_id(&server)
                .into_iter()
                .chain([("usage", "paused"), ("paused_from", ""), ("paused_until", "2026-11-29T10:00")])
                .collect(),
            is_marked: Some("/admin/servers/bank"),
            wrong: SERVERS,
        },
        Good {
            address: "/admin/servers/bank",
            fields: without_id(&server)
                .into_iter()
                .chain([("usage", "paused"), ("paused_from", "2026-11-29T10:00"), ("paused_until", "")])
                .collect(),
            is_marked: Some("/admin/servers/bank"),
            wrong: &[
                ("usage", "broken", "Choose one of the list"),
                ("paused_from", "soon", "A date and a time"),
                ("paused_until", "2026-11-29T10:00", "later than the pause begins"),
            ],
        },
        Good {
            address: "/admin/servers/bank/secrets",
            fields: vec![("secret_secret_key", "right"), ("secret_sign_key", "sign")],
            is_marked: None,
            wrong: &[
                ("secret_secret_key", "a b", "no key has a space"),
                ("secret_sign_key", "a b", "no key has a space"),
            ],
        },
        Good {
            address: "/admin/servers/bank/next",
            fields: vec![("next_secret_key", "right-2"), ("next_at", "2026-11-29T10:00")],
            is_marked: None,
            wrong: &[
                ("next_secret_key", "a b", "no key has a space"),
                ("next_at", "2026-11-28T10:00", "in the future"),
            ],
        },
        Good {
            address: "/admin/stores/17/payment-types/new",
            fields: tender.clone(),
            is_marked: None,
            wrong: &[
                ("type_code", "с б п", "1 to 40 Latin letters"),
                ("type_code", "sbp", "such a one already"),
            ],
        },
        Good {
            address: "/admin/stores/17/payment-types/new",
            fields: tender.clone(),
            is_marked: None,
            wrong: TYPES,
        },
        Good {
            address: "/admin/stores/17/payment-types/sbp",
            fields: without_id(&tender),
            is_marked: Some("/admin/stores/17/payment-types/sbp"),
            wrong: TYPES,
        },
        Good {
            address: "/admin/stores/17/registers/new",
            fields: register.clone(),
            is_marked: None,
            wrong: &[
                ("register_id", "a.b", "1 to 40 Latin letters"),
                ("register_id", "1", "such a one already"),
            ],
        },
        Good {
            address: "/admin/stores/17/registers/new",
            fields: register.clone(),
            is_marked: None,
            wrong: REGISTERS,
        },
        Good { address: base, fields: without_id(&register), is_marked: Some(base), wrong: REGISTERS },
        Good {
            address: "/admin/stores/17/registers/1/move",
            fields: vec![("to_store", "19")],
            is_marked: None,
            wrong: &[
                ("to_store", "17", "Choose a store"),
                ("to_store", "nowhere", "Choose a store"),
                ("to_store", "18", "a register with this number already"),
            ],
        },
        Good {
            address: "/admin/stores/17/registers/1/consoles/new",
            fields: console.clone(),
            is_marked: None,
            wrong: &[
                ("console_id", "", "1 to 40 Latin letters"),
                ("console_id", "kiosk", "such a one already"),
            ],
        },
        Good {
            address: "/admin/stores/17/registers/1/consoles/new",
            fields: console.clone(),
            is_marked: None,
            wrong: CONSOLES,
        },
        Good {
            address: "/admin/stores/17/registers/1/consoles/kiosk",
            fields: without_id(&console),
            is_marked: Some("/admin/stores/17/registers/1/consoles/kiosk"),
            wrong: CONSOLES,
        },
        Good {
            address: "/admin/stores/17/registers/1/consoles/kiosk/pair",
            fields: vec![("pair_code", "")],
            is_marked: None,
            wrong: &[
                ("pair_code", "22222222", "No device shows this code"),
                ("pair_code", "", "No device shows this code"),
            ],
        },
        Good {
            address: "/admin/stores/17/registers/1/plates",
            fields: vec![("plate_server", "bank"), ("plate_sort", "open"), ("printed", "")],
            is_marked: None,
            wrong: &[
                ("plate_server", "nobody", "Choose a server"),
                ("plate_sort", "wooden", "Choose one of the list"),
                ("printed", "BS1", "an open plate has none"),
            ],
        },
        Good {
            address: "/admin/stores/17/registers/1/plates",
            fields: vec![("plate_server", "bank"), ("plate_sort", "cash_link"), ("printed", "")],
            is_marked: None,
            wrong: &[
                ("plate_server", "bank", "The register has such a plate"),
                ("printed", "a b", "without spaces"),
            ],
        },
        Good {
            address: "/admin/stores/17/screens",
            fields: vec![("slide_s", "10"), ("sound", "on")],
            is_marked: Some("/admin/stores/17/screens"),
            wrong: &[
                ("slide_s", "2", "3 to 600 seconds"),
                ("slide_s", "601", "3 to 600"),
                ("slide_s", "x", "3 to 600"),
            ],
        },
        Good {
            address: "/admin/stores/17/keys",
            fields: vec![("key_name", "tills")],
            is_marked: None,
            wrong: &[("key_name", "", "People need a name")],
        },
    ]
}

/// Settings, secrets and keys, as they would be exported.
async fn stored(world: &World) -> (u64, String) {
    (world.admin.db.settings_revision().await.unwrap(), world.admin.db.export_settings().await.unwrap())
}

async fn world() -> (World, Browser) {
    let (world, owner) = with_server().await;
    give(&world, &owner, "right").await;
    let tender = [
        ("type_code", "sbp"),
        ("name", "SBP"),
        ("server_1", "bank"),
        ("kind", "dynamic"),
        ("type_late_money", ""),
    ];
    let added = world.post(&owner, "/admin/stores/17/payment-types/new", &tender).await;
    assert!(added.status.is_redirection(), "{}", added.body);
    let plate = [("plate_server", "bank"), ("plate_sort", "cash_link"), ("printed", "")];
    let bound = world.post(&owner, "/admin/stores/17/registers/1/plates", &plate).await;
    assert!(bound.status.is_redirection(), "{}", bound.body);
    let mut settings = world.admin.db.settings().await.unwrap();
    let nineteen = engine::settings::StoreSettings {
        registers: [].into(),
        payment_types: [].into(),
        ..settings.stores[&shop("18")].clone()
    };
    settings.stores.insert(shop("19"), nineteen);
    let register = RegisterId::parse("1").unwrap();
    let its = settings.stores.get_mut(&shop("17")).unwrap().registers.get_mut(&register).unwrap();
    assert_eq!(its.plates.values().next().unwrap().link.as_str(), PLATE);
    its.consoles
        .insert(ConsoleId::parse("kiosk").unwrap(), ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk));
    world.admin.db.save_settings(&settings).await.unwrap();
    (world, owner)
}

/// The message at a field of a page; `None`: there is none there.
fn message_at(body: &str, field: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("id=\"{field}-wrong\" role=\"alert\">"))?;
    Some(rest.split('<').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_wrong_input_is_told_at_its_field_and_nothing_of_the_form_is_stored() {
    let (world, owner) = world().await;
    let before = stored(&world).await;
    for form in forms() {
        let mark = match form.is_marked {
            Some(page) => Some(world.get(&owner, page).await.hidden("mark")),
            None => None,
        };
        for (field, value, message) in form.wrong {
            let mut fields: Vec<(&str, &str)> = form.fields.clone();
            fields.retain(|(name, _)| name != field);
            fields.push((field, value));
            if let Some(mark) = &mark {
                fields.push(("mark", mark));
            }
            let about = format!("{} {field} = {value:?}", form.address);
            let answer = world.post(&owner, form.address, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{about}: {}", answer.body);
            let told = message_at(&answer.body, field)
                .unwrap_or_else(|| panic!("{about}: nothing at it: {}", answer.body));
            assert!(told.contains(message), "{about}: {told}");
            assert_eq!(stored(&world).await, before, "{about}: something was stored");
        }
    }
}

#[tokio::test]
async fn the_same_forms_are_taken_when_nothing_is_wrong_with_them() {
    for form in forms() {
        if form.address.ends_with("/pair")
            || form.wrong.iter().any(|(field, ..)| *field == "printed") && form.fields[1].1 == "cash_link"
        {
            continue; // no device waits; the plate is there
        }
        let (world, owner) = world().await;
        let before = stored(&world).await;
        let mut fields: Vec<(&str, &str)> = form.fields.clone();
        let mark = match form.is_marked {
            Some(page) => world.get(&owner, page).await.hidden("mark"),
            None => String::new(),
        };
        fields.push(("mark", &mark));
        if form.address == "/admin/servers/new" {
            fields[0].1 = "third";
        }
        let answer = world.post(&owner, form.address, &fields).await;
        let is_shown = form.address.ends_with("/keys");
        assert!(answer.status.is_redirection() || is_shown, "{}: {}", form.address, answer.body);
        assert_ne!(stored(&world).await, before, "{}", form.address);
    }
}

#[tokio::test]
async fn a_slide_that_can_not_be_shown_is_told_at_its_field() {
    let (world, owner) = world().await;
    let before = stored(&world).await;
    let page = "/admin/stores/17/screens";
    let mark = world.get(&owner, page).await.hidden("mark");
    let png = [&[0x89, b'P', b'N', b'G'][..], &[0; 60]].concat();
    let large = [&[0xff, 0xd8, 0xff][..], &vec![0; 512 * 1024]].concat();
    let long = "x".repeat(241);
    for (title, text, picture, field, message) in [
        ("", "", &png[..], "title", "1 to 80 characters"),
        ("Coffee", long.as_str(), &png[..], "text", "240 characters"),
        ("Coffee", "", b"<svg/>", "picture", "PNG, JPEG or WebP"),
        ("Coffee", "", &large[..], "picture", "512 KiB"),
    ] {
        let fields = [("title", title), ("text", text), ("mark", mark.as_str())];
        let answer = world.upload(&owner, "/admin/stores/17/screens/slides", &fields, picture).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(
            message_at(&answer.body, field).is_some_and(|told| told.contains(message)),
            "{field}: {}",
            answer.body
        );
        assert_eq!(stored(&world).await, before, "{field}");
    }
    let fields = [("title", "Coffee −20 %"), ("text", "Until noon"), ("mark", mark.as_str())];
    let answer = world.upload(&owner, "/admin/stores/17/screens/slides", &fields, &png).await;
    assert!(answer.status.is_redirection(), "{}", answer.body);
    let shown = world.get(&owner, page).await.body;
    assert!(shown.contains("Coffee −20 %") && shown.contains("data:image/png;base64,iVBOR"), "{shown}");
}

/// Forms that are buttons: nothing is typed into them, or another test looks at what is.
const BUTTONS: &[&str] = &[
    "/admin/servers/{server}/check",
    "/admin/servers/{server}/next/forget",
    "/admin/servers/{server}/remove",
    "/admin/transfer/plan",
    "/admin/transfer/apply",
    "/admin/stores/{store}/remove",
    "/admin/stores/{store}/payment-types/{code}/remove",
    "/admin/stores/{store}/registers/{register}/remove",
    "/admin/stores/{store}/registers/{register}/connect",
    "/admin/stores/{store}/registers/{register}/plates/check",
    "/admin/stores/{store}/registers/{register}/plates/release",
    "/admin/stores/{store}/registers/{register}/consoles/{console}/remove",
    "/admin/stores/{store}/registers/{register}/consoles/{console}/try",
    "/admin/stores/{store}/screens/slides",
    "/admin/stores/{store}/screens/slides/change",
    "/admin/stores/{store}/keys/remove",
    "/admin/stores/{store}/go-live",
];

#[test]
fn no_form_of_the_settings_is_left_out() {
    let asked: Vec<&str> = forms().iter().map(|form| form.address).collect();
    let is_like = |path: &str, address: &str| {
        let (path, address): (Vec<_>, Vec<_>) = (path.split('/').collect(), address.split('/').collect());
        path.len() == address.len()
            && path.iter().zip(&address).all(|(part, given)| part.starts_with('{') || part == given)
    };
    let settings = TABLE.iter().filter(|row| row.method == "POST").map(|row| row.path).filter(|path| {
        let is_ours =
            ["/admin/servers", "/admin/stores", "/admin/transfer"].iter().any(|ours| path.starts_with(ours));
        // What is about money has tests of its own.
        is_ours && !path.contains("/payments") && !path.contains("/refund-requests")
    });
    for path in settings.filter(|path| !BUTTONS.contains(path)) {
        assert!(
            asked.iter().any(|address| is_like(path, address)),
            "{path} is a form that nobody tries wrong inputs in"
        );
    }
}
