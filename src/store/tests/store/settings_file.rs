//! Import and export.

use payment::{RegisterId, ServerId, StoreId};
use secrecy::ExposeSecret;
use store::{AccountKeys, ChangeSettingsError, ImportError, KeyFile, SettingsFile};

use crate::settings::{EXAMPLE, Fresh, On};

pub(crate) async fn an_export_imported_into_an_empty_database_gives_the_same_settings(on: On) {
    let from = Fresh::with_example(on).await;
    let extra = "[stores.17]\nname = \"Угловой «17»\"\nzone = \"Asia/Almaty\"\nlanguage = \"kk\"\ncurrency = \"KZT\"\n\
                 default_payment_type = \"sbp\"\nlate_money = \"offer\"\nclaim_within_s = 600\n";
    from.import(extra).await;
    let made =
        from.db.add_api_key(&StoreId::parse("17").unwrap(), "made", crate::sample::at(5)).await.unwrap();
    let text = from.db.export_settings().await.unwrap();
    assert!(!text.contains("as the bank gave it") && text.contains("sealed = \"v1:"), "{text}");

    let to = Fresh::empty(on).await;
    let plan = to
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &from.keyring, &AccountKeys::default())
        .await
        .unwrap();
    assert_eq!(to.db.apply_import(plan).await.unwrap(), 1);
    let (mut before, after) = (from.db.settings().await.unwrap(), to.db.settings().await.unwrap());
    before.revision = 1;
    assert_eq!(after, before);
    assert_eq!(to.db.api_keys().await.unwrap(), from.db.api_keys().await.unwrap());
    assert!(to.db.store_of_api_key(&made.key).await.unwrap().is_some());
    assert_eq!(secret(&to, &from).await, "as the bank gave it");

    let again = from
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &from.keyring, &AccountKeys::default())
        .await
        .unwrap();
    assert!(again.edits().is_empty(), "{again:?}");
}

/// Everything that can be said of consoles and screens.
const OUTPUTS: &str = r#"
[stores.17.screens]
slide_s = 12
ask_rating = true
sound = true

[[stores.17.screens.slides]]
title = "Coffee"
text = "Until noon"
picture = "iVBORw=="

[stores.17.registers.1.consoles.printer]
name = "Receipts"
kind = "printer"
show_qr = true
language = "kk"
through_till = false
address = "tcp://10.0.0.9:9100"
site = "south"
profile = "generic-58"
also_for = ["2"]
out_of_order_until = "2026-12-01T08:00:00Z"

[stores.17.registers.1.consoles.lines]
name = "Lines"
kind = "line_display"
show_qr = true
address = "serial:///dev/ttyS0?baud=9600"
profile = "ocd-300"

[stores.17.registers.2.consoles.pushed]
name = "Pushed"
kind = "display"
show_qr = true
address = "http://10.0.0.8:8080/code"
profile = "png"
size = { width = 320, height = 240 }
"#;

pub(crate) async fn what_is_set_of_outputs_comes_back_from_an_export_as_it_was(on: On) {
    let from = Fresh::with_example(on).await;
    from.import(&format!("{EXAMPLE}{OUTPUTS}")).await;
    let before = from.db.settings().await.unwrap();
    let store = before.stores.values().next().unwrap();
    let consoles: Vec<_> = store.registers.values().flat_map(|register| register.consoles.values()).collect();
    assert!(
        consoles.iter().any(|console| console.out_of_order_until.is_some() && !console.also_for.is_empty())
    );
    assert!(consoles.iter().any(|console| console.size.is_some()) && store.screens.slides.len() == 1);
    let text = from.db.export_settings().await.unwrap();
    let to = Fresh::empty(on).await;
    let plan = to
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &from.keyring, &AccountKeys::default())
        .await
        .unwrap();
    to.db.apply_import(plan).await.unwrap();
    assert_eq!(to.db.settings().await.unwrap().stores, before.stores);
}

pub(crate) async fn what_a_server_is_used_for_comes_back_from_an_export_as_it_was(on: On) {
    for usage in [
        "usage = \"refunds_only\"",
        "usage = \"paused\"",
        "usage = \"paused\"\npaused_from = \"2026-12-01T08:00:00Z\"\npaused_until = \"2026-12-01T09:00:00Z\"",
    ] {
        let said = format!(
            "code_life_s = 300\nfee_bp = 70\nnext_credentials_at = \"2026-12-05T00:00:00Z\"\n{usage}"
        );
        let tender = "code = \"dynamic\"\ncode_life_s = 120\npurpose = \"Receipt {receipt}\"";
        let text = EXAMPLE.replace("code_life_s = 300", &said).replace("code = \"dynamic\"", tender);
        let from = Fresh::empty(on).await;
        from.import(&text).await;
        let before = from.db.settings().await.unwrap();
        let server = before.servers.values().next().unwrap();
        assert!(server.usage != engine::settings::Usage::Active && server.next_credentials_at.is_some());
        let text = from.db.export_settings().await.unwrap();
        let to = Fresh::empty(on).await;
        let plan = to
            .db
            .plan_import(&SettingsFile::parse(&text).unwrap(), &from.keyring, &AccountKeys::default())
            .await
            .unwrap();
        to.db.apply_import(plan).await.unwrap();
        assert_eq!(to.db.settings().await.unwrap(), before);
    }
}

pub(crate) async fn the_same_file_twice_changes_nothing_the_second_time(on: On) {
    let fresh = Fresh::with_example(on).await;
    assert_eq!(fresh.import(EXAMPLE).await, 1, "the revision stays");
}

pub(crate) async fn an_import_makes_what_it_names_as_it_says_and_leaves_the_rest(on: On) {
    let fresh = Fresh::with_example(on).await;
    let before = fresh.db.settings().await.unwrap();
    fresh
        .import(
            "[stores.17.registers.1]\nname = \"Kiosk by the window\"\n\
             [stores.17.registers.4]\nname = \"Till 4\"\nevents_by = \"http\"\n\
             [servers.raiffeisen.secrets]\nsecret_key = \"a newer one\"\n",
        )
        .await;
    let after = fresh.db.settings().await.unwrap();
    let (store_before, store) =
        (&before.stores.values().next().unwrap(), &after.stores.values().next().unwrap());
    let register = |id: &str| RegisterId::parse(id).unwrap();
    assert_eq!(store.registers[&register("1")].name, "Kiosk by the window");
    assert_eq!(store.registers[&register("1")].consoles, store_before.registers[&register("1")].consoles);
    assert_eq!(store.registers[&register("2")], store_before.registers[&register("2")]);
    assert_eq!(store.registers[&register("4")].name, "Till 4");
    assert_eq!((&store.name, &store.payment_types), (&store_before.name, &store_before.payment_types));
    assert_eq!(after.servers, before.servers);
    assert_eq!(secret(&fresh, &fresh).await, "a newer one");
}

pub(crate) async fn a_field_that_a_named_thing_leaves_out_is_gone(on: On) {
    let fresh = Fresh::with_example(on).await;
    fresh
        .import("[stores.17.registers.1.consoles.kiosk-1]\nname = \"x\"\nkind = \"kiosk\"\nshow_qr = false\n")
        .await;
    let settings = fresh.db.settings().await.unwrap();
    let register = settings.stores.values().next().unwrap().registers.values().next().unwrap();
    assert_eq!(register.consoles.values().next().unwrap().screen_key_sha256, None);
}

pub(crate) async fn a_plan_shows_the_changes_and_makes_none(on: On) {
    let fresh = Fresh::with_example(on).await;
    let file = SettingsFile::parse(
        "[stores.17.registers.2]\nname = \"Till two\"\nevents_by = \"both\"\n\
         [stores.17.registers.4]\nname = \"Till 4\"\n\
         [servers.raiffeisen.secrets]\nsecret_key = \"a newer one\"\ncertificate = \"brand new\"\n",
    )
    .unwrap();
    let plan = fresh.db.plan_import(&file, &fresh.keyring, &AccountKeys::default()).await.unwrap();
    let lines: Vec<String> = plan.edits().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            r#"~ stores.17.registers.2: events_by "amqp" → "both", name "Till 2" → "Till two""#,
            "+ stores.17.registers.4",
            "+ servers.raiffeisen.secrets.certificate",
            "~ servers.raiffeisen.secrets.secret_key: another value",
        ]
    );
    assert_eq!(fresh.db.settings_revision().await.unwrap(), 1);
    assert_eq!(secret(&fresh, &fresh).await, "as the bank gave it");
}

pub(crate) async fn a_plan_made_on_older_settings_is_not_carried_out(on: On) {
    let fresh = Fresh::with_example(on).await;
    let file = SettingsFile::parse("[stores.17.registers.4]\nname = \"Till 4\"\n").unwrap();
    let plan = fresh.db.plan_import(&file, &fresh.keyring, &AccountKeys::default()).await.unwrap();
    fresh.import("[stores.17.registers.5]\nname = \"Till 5\"\n").await;
    let refused = fresh.db.apply_import(plan).await;
    assert!(matches!(refused, Err(ChangeSettingsError::Conflict)), "{refused:?}");
}

pub(crate) async fn a_secret_that_another_key_sealed_is_refused_with_the_cure(on: On) {
    let from = Fresh::with_example(on).await;
    let text = from.db.export_settings().await.unwrap();
    let to = Fresh::empty(on).await;
    let error = to
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &to.keyring, &AccountKeys::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("servers.raiffeisen.secrets.secret_key: ") && error.contains("add that key"),
        "{error}"
    );
}

pub(crate) async fn a_sealed_secret_does_not_open_under_another_name(on: On) {
    let fresh = Fresh::with_example(on).await;
    let text = fresh.db.export_settings().await.unwrap().replace("secrets.secret_key", "secrets.other");
    let refused = fresh
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &fresh.keyring, &AccountKeys::default())
        .await;
    assert!(refused.unwrap_err().to_string().contains("moved"));
}

pub(crate) async fn secrets_are_sealed_anew_after_a_rotation_of_keys(on: On) {
    let fresh = Fresh::with_example(on).await;
    let text = fresh.db.export_settings().await.unwrap();
    let (path, newer) = (fresh.folder.path().join("key"), fresh.folder.path().join("newer"));
    KeyFile::load_or_create(&newer).unwrap();
    let both = std::fs::read_to_string(&newer).unwrap() + &std::fs::read_to_string(&path).unwrap();
    std::fs::write(&newer, both).unwrap();
    let rotated = KeyFile::load(&newer).unwrap();
    let plan = fresh
        .db
        .plan_import(&SettingsFile::parse(&text).unwrap(), &rotated, &AccountKeys::default())
        .await
        .unwrap();
    assert_eq!(plan.edits().len(), 1);
    fresh.db.apply_import(plan).await.unwrap();
    let text = fresh.db.export_settings().await.unwrap();
    assert!(text.contains(&format!("v1:{}:", rotated.sealing_key())), "{text}");
}

/// Fields of the wrong form: what is told for each file.
#[test]
fn fields_of_the_wrong_form_are_told_by_key_value_and_cure() {
    for (text, says) in [
        ("[shops.17]\nname = \"x\"", "shops: unknown section; known are servers, stores, api_keys"),
        ("stores = 5", "stores: not a table; write [stores.<its id>]"),
        ("[stores]\n17 = \"x\"", "stores.17: not a table; write [stores.17]"),
        ("[stores.\"1 7\"]\nname = \"x\"", "stores.1 7: a store is 1 to 40 of A-Z a-z 0-9 _ -"),
        (
            "[stores.17.registers.1]\nname = \"x\"\nevents_by = \"fax\"",
            "events_by = \"fax\": unknown variant `fax`",
        ),
        ("[stores.17.registers.1]\nname = 5", "stores.17.registers.1.name = 5: invalid type"),
        ("[stores.17.registers.1]\nnome = \"x\"", "stores.17.registers.1.name: it is missing"),
        (
            "[stores.17.registers.1]\nname = \"x\"\nnome = \"x\"",
            "stores.17.registers.1.nome: unknown field; known are name, events_by, open_payments",
        ),
        (
            "[stores.17.payment_types.sbp]\nname = \"x\"\nservers = \"raiffeisen\"",
            "servers = \"raiffeisen\": invalid",
        ),
        (
            "[stores.17.payment_types.sbp]\nname = \"x\"\nservers = []\nlate_money = \"offer\"",
            "claim_within_s: it is missing",
        ),
        (
            "[stores.17.payment_types.sbp]\nname = \"x\"\nservers = []\nclaim_within_s = 5",
            "claim_within_s: it belongs to",
        ),
        ("[servers.r]\ncode_life_s = -1", "servers.r.code_life_s = -1: "),
        (
            "[servers.r.secrets]\nkey = 4815162342",
            "servers.r.secrets.key: a secret is a text: put it in quotes",
        ),
        ("[servers.r.secrets]\nkey = \"\"", "servers.r.secrets.key: it is empty"),
        (
            "[servers.r.secrets]\nkey = { seald = \"v1:x\" }",
            "servers.r.secrets.key: a secret is a text in quotes, or",
        ),
        ("[servers.r]\nsecrets = \"4815162342\"", "servers.r.secrets: not a table"),
        (
            "[api_keys.k]\nstore = \"17\"\nname = \"x\"\nsha256 = \"x\"\ncreated_at = \"noon\"",
            "api_keys.k.created_at: ",
        ),
        (
            "[servers.r]\nname = \"x\"\npaused_until = \"2026-12-01T09:00:00Z\"",
            "servers.r.paused_until: it belongs to usage = \"paused\"",
        ),
        ("[servers.r]\nname = \"x", "line 2 is not TOML"),
        ("\n\n[servers.r.secrets]\nkey = 48s15162342", "line 4 is not TOML"),
    ] {
        let error = SettingsFile::parse(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}\n→ {error}");
        assert!(!error.contains("15162342"), "a secret is shown: {error}");
    }
}

/// Settings that do not fit together: a part of the example, what stands in its place, and what is told.
const SENSELESS: &[(&str, &str, &str)] = &[
    (
        "zone = \"Europe/Moscow\"",
        "zone = \"Europe/Moskva\"",
        "stores.17.zone = \"Europe/Moskva\": not a time zone",
    ),
    (
        "language = \"ru\"",
        "language = \"tlh\"",
        "stores.17.language = \"tlh\": unknown language; known are ru, en",
    ),
    (
        "default_payment_type = \"sbp\"",
        "default_payment_type = \"card\"",
        "stores.17.default_payment_type = \"card\": the store has no such payment type; name one of sbp",
    ),
    (
        "servers = [\"raiffeisen\"]",
        "servers = [\"sber\"]",
        "stores.17.payment_types.sbp.servers = \"sber\": there is no such authorization server; name one of raiffeisen",
    ),
    ("servers = [\"raiffeisen\"]", "servers = []", "payment_types.sbp.servers = []: no authorization server"),
    (
        "servers = [\"raiffeisen\"]",
        "servers = [\"raiffeisen\", \"raiffeisen\"]",
        "payment_types.sbp.servers = \"raiffeisen\": named twice",
    ),
    (
        "module = \"raiffeisen\"",
        "module = \"Raiffeisen!\"",
        "module = \"Raiffeisen!\": not a module's code name",
    ),
    (
        "response_timeout_s = 30",
        "response_timeout_s = 0",
        "servers.raiffeisen.response_timeout_s = 0: nothing",
    ),
    (
        "call_timeout_ms = 5000",
        "call_timeout_ms = 30001",
        "call_timeout_ms = 30001: one call may take longer",
    ),
    ("concurrency = 32", "concurrency = 0", "servers.raiffeisen.concurrency = 0: nothing would work"),
    (
        "poll_after_ms = 5000",
        "poll_after_ms = 0",
        "servers.raiffeisen.poll: a pause of zero would flood the bank",
    ),
    (
        "code_life_s = 300",
        "code_life_s = 300\nusage = \"paused\"\npaused_from = \"2026-12-01T08:00:00Z\"\npaused_until = \"2026-12-01T08:00:00Z\"",
        "servers.raiffeisen.paused_until",
    ),
    (
        "code_life_s = 300",
        "code_life_s = 300\nfee_bp = 10001",
        "servers.raiffeisen.fee_bp = 10001: in hundredths",
    ),
    (
        "code = \"dynamic\"",
        "code = \"dynamic\"\npurpose = \"Receipt {reciept}\"",
        "payment_types.sbp.purpose = \"Receipt {reciept}\": in braces stands one of shop",
    ),
    (
        "code = \"dynamic\"",
        "code = \"dynamic\"\ncode_life_s = 0",
        "payment_types.sbp.code_life_s = 0: no buyer",
    ),
    ("[[30000, 1000], [120000, 2000]]", "[[3, 1000], [2, 2000]]", "servers.raiffeisen.poll: the ages"),
    ("name = \"Till 2\"", "name = \"  \"", "stores.17.registers.2.name = \"  \": people need a name"),
    (
        "late_money = \"refund\" ",
        "late_money = \"offer\"\nclaim_within_s = 0 ",
        "stores.17.late_money: no time",
    ),
    ("9f86d0", "9F86D0", "consoles.kiosk-1.screen_key_sha256"),
    (
        "kind = \"kiosk\"",
        "kind = \"printer\"\naddress = \"10.0.0.9\"",
        "consoles.kiosk-1.address = \"10.0.0.9\": not the address of a device; write tcp://host:9100",
    ),
    (
        "kind = \"kiosk\"",
        "kind = \"printer\"\naddress = \"tcp://10.0.0.9:99999\"",
        "consoles.kiosk-1.address = \"tcp://10.0.0.9:99999\": not the address of a device; a host and a port",
    ),
    (
        "kind = \"kiosk\"",
        "kind = \"printer\"\nprofile = \"tm-t88\"",
        "consoles.kiosk-1.profile = \"tm-t88\": no printer has this profile; name one of",
    ),
    (
        "kind = \"kiosk\"",
        "kind = \"line_display\"\naddress = \"file:///dev/x\"\nprofile = \"generic-58\"",
        "consoles.kiosk-1.profile = \"generic-58\": no line display has this profile; name one of",
    ),
    (
        "kind = \"kiosk\"",
        "kind = \"kiosk\"\naddress = \"http://user:word@10.0.0.8/\"",
        "not an address that a display takes pushes at",
    ),
    (
        "kind = \"kiosk\"",
        "kind = \"kiosk\"\nprofile = \"png\"",
        "consoles.kiosk-1.profile = \"png\": only a display with an address has a profile",
    ),
    ("2c26b4", "zz26b4", "api_keys.till-software.sha256: not the SHA-256 of a key"),
    ("store = \"17\"", "store = \"18\"", "api_keys.till-software.store = \"18\": there is no such store"),
    ("[stores.17.registers.2]", "[stores.18.registers.2]", "stores.18: it is not there yet"),
];

pub(crate) async fn settings_that_make_no_sense_are_told_by_key_value_and_cure(on: On) {
    let fresh = Fresh::empty(on).await;
    for (part, instead, says) in SENSELESS {
        let text = EXAMPLE.replacen(part, instead, 1);
        assert_ne!(text, EXAMPLE, "{part}");
        let refused = fresh
            .db
            .plan_import(&SettingsFile::parse(&text).unwrap(), &fresh.keyring, &AccountKeys::default())
            .await;
        let Err(ImportError::Problems(problems)) = refused else { panic!("{instead}: {refused:?}") };
        assert_eq!(problems.0.len(), 1, "{problems}");
        assert!(problems.to_string().contains(*says), "{instead}\n→ {problems}");
    }
}

pub(crate) async fn everything_that_is_wrong_is_told_at_once(on: On) {
    let broken = EXAMPLE.replace("language = \"ru\"", "").replace("test = true", "test = 1");
    let error = SettingsFile::parse(&broken).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 2, "{error}");

    let fresh = Fresh::empty(on).await;
    let senseless = EXAMPLE.replace("Europe/Moscow", "Nowhere").replace("rate_per_s = 50", "rate_per_s = 0");
    let refused = fresh
        .db
        .plan_import(&SettingsFile::parse(&senseless).unwrap(), &fresh.keyring, &AccountKeys::default())
        .await;
    let error = refused.unwrap_err().to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
    assert_eq!(fresh.db.settings_revision().await.unwrap(), 0);
}

async fn secret(of: &Fresh, keys: &Fresh) -> String {
    let server = ServerId::parse("raiffeisen").unwrap();
    let secrets = of.db.secrets(&server, &keys.keyring).await.unwrap();
    secrets["secret_key"].expose_secret().to_owned()
}
