//! Forms of what hangs on registers and stores: consoles, plates, screens, keys; settings as a file; the first real payment.

use engine::settings::{Settings, Slide};

use super::scene::with_real_money;
use super::{Form, Row};
use crate::page_tests::kit::shop;

const CONSOLES: &[Row] = &[
    ("name", "", "People need a name"),
    ("console_kind", "hologram", "Choose one of the list"),
    ("console_language", "de", "Choose a language"),
    ("through_till", "perhaps", "Choose one of the list"),
    ("address", "tcp://10.0.0.9:9100", "Such a device can not have this address"),
    ("site", "a b", "1 to 40 Latin letters"),
    ("profile", "<b>", "Choose a profile"),
];

const CONSOLE_FIELDS: &[(&str, &str)] =
    &[("name", "Kiosk 2"), ("console_kind", "kiosk"), ("console_language", "")];

pub(super) fn forms() -> Vec<Form> {
    [consoles(), plates(), screens_and_keys(), files(), vec![go_live()]].into_iter().flatten().collect()
}

fn consoles() -> Vec<Form> {
    let (new, own) =
        ("/admin/stores/17/registers/1/consoles/new", "/admin/stores/17/registers/1/consoles/kiosk");
    vec![
        Form::to(new)
            .on(new)
            .with(&[("console_id", "c2")])
            .with(CONSOLE_FIELDS)
            .wrong(&[
                ("console_id", "", "1 to 40 Latin letters"),
                ("console_id", "kiosk", "such a one already"),
            ])
            .wrong(CONSOLES),
        Form::to(own).on(own).with(CONSOLE_FIELDS).wrong(CONSOLES).aside(&[(
            "mark",
            "0000000000000000",
            422,
            "somebody else changed these settings",
        )]),
        // No device waits.
        Form::to("/admin/stores/17/registers/1/consoles/kiosk/pair")
            .on(own)
            .wrong(&[
                ("pair_code", "22222222", "No device shows this code"),
                ("pair_code", "", "No device shows this code"),
            ])
            .never_good(),
        Form::to("/admin/pair/ABCD2345")
            .on("/admin/pair/ABCD2345")
            .with(&[("screen", "17/1/kiosk")])
            .wrong(&[
                ("screen", "", "Choose a console"),
                ("screen", "17/1", "Choose a console"),
                ("screen", "17/1/nothing", "Choose a console"),
                ("screen", "17/1/kiosk", "No device shows this code"),
            ])
            .never_good(),
    ]
}

fn plates() -> Vec<Form> {
    let page = "/admin/stores/17/registers/1/plates";
    let own = [("server", "bank"), ("sort", "cash_link")];
    let unknown = [
        ("server", "nobody", 404, "Not found"),
        ("sort", "wooden", 404, "Not found"),
        ("sort", "open", 404, "Not found"),
    ];
    vec![
        Form::to(page)
            .on(page)
            .with(&[("plate_server", "bank"), ("plate_sort", "open"), ("printed", "")])
            .wrong(&[
                ("plate_server", "nobody", "Choose a server"),
                ("plate_sort", "wooden", "Choose one of the list"),
                ("printed", "BS1", "an open plate has none"),
            ]),
        Form::to(page)
            .on(page)
            .with(&[("plate_server", "bank"), ("plate_sort", "cash_link"), ("printed", "")])
            .wrong(&[
                ("plate_server", "bank", "The register has such a plate"),
                ("printed", "a b", "without spaces"),
            ])
            .never_good(),
        Form::to("/admin/stores/17/registers/1/plates/check")
            .with(&own)
            .aside(&unknown)
            .aside(&[("read", "https://qr.nspk.ru/OTHER", 200, "of no register here")])
            .never_good(),
        Form::to("/admin/stores/17/registers/1/plates/release").with(&own).aside(&unknown),
    ]
}

fn screens_and_keys() -> Vec<Form> {
    let (screens, keys) = ("/admin/stores/17/screens", "/admin/stores/17/keys");
    vec![
        Form::to(screens)
            .on(screens)
            .with(&[("slide_s", "10"), ("sound", "on")])
            .wrong(&[
                ("slide_s", "2", "3 to 600 seconds"),
                ("slide_s", "601", "3 to 600"),
                ("slide_s", "x", "3 to 600"),
            ])
            .aside(&[("mark", "0000000000000000", 422, "somebody else changed these settings")]),
        Form::to("/admin/stores/17/screens/slides/change")
            .on(screens)
            .with(&[("index", "0"), ("move", "remove")])
            .prepared(with_slide)
            .aside(&[
                ("index", "x", 404, "Not found"),
                ("index", "1", 404, "Not found"),
                ("move", "", 404, "Not found"),
                ("move", "up", 404, "Not found"),
                ("move", "down", 404, "Not found"),
                ("mark", "0000000000000000", 409, "Changed by somebody else"),
            ]),
        Form::to(keys)
            .on(keys)
            .with(&[("key_name", "more tills")])
            .wrong(&[
                ("key_name", "", "People need a name"),
                ("key_name", "line\nbreak", "People need a name"),
            ])
            .shows(),
        Form::to("/admin/stores/17/keys/remove")
            .on(keys)
            .aside(&[("key", "", 404, "Not found"), ("key", "00000000", 404, "Not found")]),
        Form::to("/admin/stores/18/keys/remove")
            .with(&[("key", "00000000")])
            .aside(&[("", "", 404, "Not found")])
            .never_good(),
    ]
}

fn with_slide(settings: &mut Settings) {
    let slide = Slide { title: "Coffee".to_owned(), text: String::new(), picture: None };
    settings.stores.get_mut(&shop("17")).unwrap().screens.slides.push(slide);
}

/// A plan stores nothing, whatever is in it; what is applied is made by a plan.
fn files() -> Vec<Form> {
    vec![
        Form::to("/admin/transfer/plan")
            .on("/admin/transfer")
            .with(&[("settings_file", "[stores.17.registers.9]\nname = \"Till 9\"\n")])
            .aside(&[
                ("settings_file", "= nonsense", 422, "is not TOML"),
                (
                    "settings_file",
                    "[stores.17.registers.9]\nname = \"\"\n",
                    422,
                    "stores.17.registers.9.name",
                ),
                ("settings_file", "[shops.17]\nname = \"x\"\n", 422, "shops"),
            ])
            .never_good(),
        Form::to("/admin/transfer/apply")
            .with(&[("settings_file", "v1:forged"), ("mark", "0000000000000000")])
            .aside(&[
                ("", "", 409, "Changed by somebody else"),
                ("settings_file", "", 409, "Changed by somebody else"),
            ])
            .never_good(),
    ]
}

fn go_live() -> Form {
    let page = "/admin/stores/17/go-live";
    Form::to(page)
        .on(page)
        .prepared(with_real_money)
        .with(&[("live_register", "1"), ("live_type", "sbp")])
        .wrong(&[
            ("live_register", "", "Choose a register"),
            ("live_register", "9", "Choose a register"),
            ("live_type", "", "Choose a payment type"),
            ("live_type", "other", "Choose a payment type"),
        ])
}
