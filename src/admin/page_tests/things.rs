//! Payment types, registers, consoles, keys, and all settings as a file.

use axum::http::StatusCode;
use engine::settings::ServerSettings;
use payment::{PaymentTypeCode, PollPlan, RegisterId, ServerId};
use store::People;

use super::kit::{Browser, World, shop};

async fn with_server() -> World {
    let world = World::with_stores().await;
    let mut settings = world.admin.db.settings().await.unwrap();
    let server = ServerSettings {
        name: "Bank".to_owned(),
        module: "bank".to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 5_000,
        code_life_s: 300,
        test: true,
        poll: PollPlan::live(),
        rate_per_s: 10,
        concurrency: 4,
        values: [].into(),
        usage: engine::settings::Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    };
    settings.servers.insert(ServerId::parse("bank").unwrap(), server);
    world.admin.db.save_settings(&settings).await.unwrap();
    world
}

const TYPE: [(&str, &str); 5] = [
    ("type_code", "sbp"),
    ("name", "SBP"),
    ("server_1", "bank"),
    ("kind", "dynamic"),
    ("type_late_money", ""),
];

#[tokio::test]
async fn the_first_payment_type_is_the_default_and_a_wrong_one_is_told_at_its_field() {
    let world = with_server().await;
    let owner = world.owner().await;
    let page = "/admin/stores/17/payment-types/new";
    for (field, value, message) in [
        ("type_code", "с б п", "1 to 40 Latin letters"),
        ("name", "", "People need a name"),
        ("server_1", "", "Choose an authorization server"),
        ("server_1", "nobody", "Choose an authorization server"),
        ("kind", "buyer", "Choose one of the list"),
        ("type_late_money", "offer", "Seconds, 1 to 86400"),
    ] {
        let fields = TYPE.map(|(name, kept)| (name, if name == field { value } else { kept }));
        let answer = world.post(&owner, page, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} = {value:?}");
        let told = answer.body.split("class=\"wrong\"").nth(1).unwrap_or_default();
        assert!(told.contains(message), "{field} = {value:?}: {told:.200}");
    }
    assert!(world.admin.db.settings().await.unwrap().stores[&shop("17")].payment_types.is_empty());
    assert!(world.post(&owner, page, &TYPE).await.status.is_redirection());
    let taken = world.post(&owner, page, &TYPE).await;
    assert!(taken.body.contains("There is such a one already"));
    let settings = world.admin.db.settings().await.unwrap();
    let code = PaymentTypeCode::parse("sbp").unwrap();
    assert_eq!(settings.stores[&shop("17")].default_payment_type, code);
    assert!(settings.stores[&shop("18")].payment_types.is_empty(), "another store has its own");
}

#[tokio::test]
async fn a_server_that_is_needed_is_not_removed() {
    let world = with_server().await;
    let owner = world.owner().await;
    world.post(&owner, "/admin/stores/17/payment-types/new", &TYPE).await;
    let answer = world.post(&owner, "/admin/servers/bank/remove", &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("17/sbp"), "{}", answer.body);
    assert!(
        world.post(&owner, "/admin/stores/17/payment-types/sbp/remove", &[]).await.status.is_redirection()
    );
    assert!(world.post(&owner, "/admin/servers/bank/remove", &[]).await.status.is_redirection());
    assert!(world.admin.db.settings().await.unwrap().servers.is_empty());
}

#[tokio::test]
async fn a_register_is_added_connected_and_removed() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let base = "/admin/stores/17/registers";
    let fields = [("register_id", "7"), ("name", "Till 7"), ("events_by", "both"), ("open_payments", "many")];
    let answer = world.post(&owner, &format!("{base}/new"), &fields).await;
    assert_eq!(answer.leads_to(), "/admin/stores/17/registers/7?done=saved", "{}", answer.body);
    let page = world.get(&owner, &format!("{base}/7/connect")).await.body;
    for part in
        ["amqp://rabbit.example:5672", "store-17", "checkout.till.17.7", "v1.17.7.#", "set_topic_permissions"]
    {
        assert!(page.contains(part), "{part}");
    }
    for (field, value, message) in [
        ("register_id", "a.b", "1 to 40 Latin letters"),
        ("name", "", "People need a name"),
        ("events_by", "post", "Choose one of the list"),
        ("open_payments", "", "Choose one of the list"),
    ] {
        let mut wrong = fields.map(|(name, kept)| (name, if name == field { value } else { kept }));
        if field != "register_id" {
            wrong[0].1 = "8";
        }
        let answer = world.post(&owner, &format!("{base}/new"), &wrong).await;
        assert!(answer.status == 422 && answer.body.contains(message), "{field}");
    }
    assert!(world.post(&owner, &format!("{base}/7/remove"), &[]).await.status.is_redirection());
    let settings = world.admin.db.settings().await.unwrap();
    assert_eq!(settings.stores[&shop("17")].registers.len(), 1);
}

#[tokio::test]
async fn a_console_is_added_checked_and_paired_with_the_device_that_shows_the_code() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let base = "/admin/stores/17/registers/1/consoles";
    let with = |changed: &[(&'static str, &'static str)]| {
        let mut fields =
            vec![("console_id", "kiosk"), ("name", "Kiosk"), ("console_kind", "kiosk"), ("show_qr", "on")];
        for (name, value) in changed {
            fields.retain(|(kept, _)| kept != name);
            fields.push((name, value));
        }
        fields
    };
    for (changed, message) in [
        (vec![("console_id", "")], "1 to 40 Latin letters"),
        (vec![("name", "")], "People need a name"),
        (vec![("console_kind", "hologram")], "Choose one of the list"),
        (vec![("address", "tcp://10.0.0.9:9100")], "Such a device can not have this address"),
        (vec![("console_kind", "line_display")], "Such a device can not have this address"),
        (vec![("site", "a b")], "1 to 40 Latin letters"),
        (vec![("profile", "<b>")], "Choose a profile"),
        (vec![("console_language", "de")], "Choose a language"),
    ] {
        let answer = world.post(&owner, &format!("{base}/new"), &with(&changed)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(answer.body.contains(message), "{changed:?}");
    }
    let added = world.post(&owner, &format!("{base}/new"), &with(&[])).await;
    assert_eq!(added.leads_to(), format!("{base}/kiosk?done=saved"), "{}", added.body);
    let wrong = world.post(&owner, &format!("{base}/kiosk/pair"), &[("pair_code", "22222222")]).await;
    assert!(wrong.body.contains("No device shows this code"));
    let device = world.admin.db.begin_pairing(world.admin.now()).await.unwrap();
    let code = store::code_of_token(&device.token);
    let paired = world.post(&owner, &format!("{base}/kiosk/pair"), &[("pair_code", &code)]).await;
    assert_eq!(paired.leads_to(), format!("{base}/kiosk?done=paired"));
    let settings = world.admin.db.settings().await.unwrap();
    let register = &settings.stores[&shop("17")].registers[&RegisterId::parse("1").unwrap()];
    let console = register.consoles.values().next().unwrap();
    assert_eq!(console.screen_key_sha256, Some(store::hash_of_key(&device.token)));
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!(
        (told.author.who.as_str(), told.about.as_str()),
        ("boss", "stores.17.registers.1.consoles.kiosk")
    );
}

#[tokio::test]
async fn a_key_is_shown_once_and_removed_by_its_own_store_only() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let made = world.post(&owner, "/admin/stores/17/keys", &[("key_name", "tills")]).await.body;
    let key = made.split("<code data-copy>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let key = secrecy::SecretString::from(key);
    assert_eq!(world.admin.db.store_of_api_key(&key).await.unwrap(), Some(shop("17")));
    let page = world.get(&owner, "/admin/stores/17/keys").await;
    assert!(!page.body.contains(secrecy::ExposeSecret::expose_secret(&key)) && page.body.contains("tills"));
    let id = page.hidden("key");
    assert_eq!(world.post(&owner, "/admin/stores/18/keys/remove", &[("key", &id)]).await.status, 404);
    assert!(
        world.post(&owner, "/admin/stores/17/keys/remove", &[("key", &id)]).await.status.is_redirection()
    );
    assert_eq!(world.admin.db.store_of_api_key(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_is_applied_as_it_was_shown_or_not_at_all() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let file = "[stores.17.registers.9]\nname = \"Till 9\"\n";
    let shown = world.post(&owner, "/admin/transfer/plan", &[("settings_file", file)]).await;
    assert!(shown.body.contains("stores.17.registers.9"), "{}", shown.body);
    let registers = async || world.admin.db.settings().await.unwrap().stores[&shop("17")].registers.len();
    assert_eq!(registers().await, 1, "nothing is done yet");
    let (sealed, mark) = (shown.hidden("settings_file"), shown.hidden("mark"));
    let other = [("settings_file", sealed.as_str()), ("mark", "0000000000000000")];
    assert_eq!(world.post(&owner, "/admin/transfer/apply", &other).await.status, StatusCode::CONFLICT);
    let applied =
        world.post(&owner, "/admin/transfer/apply", &[("settings_file", &sealed), ("mark", &mark)]).await;
    assert!(applied.status.is_redirection(), "{}", applied.body);
    assert_eq!(registers().await, 2);
    for (file, message) in [
        ("= nonsense", "is not TOML"),
        ("[stores.17.registers.9]\nname = \"\"\n", "stores.17.registers.9.name"),
    ] {
        let answer = world.post(&owner, "/admin/transfer/plan", &[("settings_file", file)]).await;
        assert!(answer.status == 422 && answer.body.contains(message), "{}", answer.body);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_in_the_readers_language() {
    let world = World::with_stores().await;
    let owner = Browser { language: "ru", ..world.owner().await };
    let told = async |file: &str| {
        let answer = world.post(&owner, "/admin/transfer/plan", &[("settings_file", file)]).await;
        assert_eq!(answer.status, 422, "{file}");
        let (_, list) = answer.body.split_once("<ul class=\"problems\">").unwrap_or_else(|| panic!("{file}"));
        list.split("</ul>").next().unwrap().replace("&#34;", "\"").replace("&#38;", "&")
    };
    for (file, message) in [
        ("= nonsense", "файл настроек не читается: строка 1 — не TOML"),
        (
            "[shops.17]\nname = \"x\"",
            "<code>shops</code> — такого раздела нет; есть servers, stores, api_keys",
        ),
        (
            "[stores.17.registers.9]\nname = 5",
            "name = 5</code> — ожидается текст в кавычках, а здесь число 5",
        ),
        ("[stores.17.registers.9]\nname = \"\"", "— нужно название: от 1 до 100 знаков в одной строке"),
        ("[stores.17.registers.9]\nnome = \"x\"", "такого поля нет; есть name, events_by"),
        ("[stores.17.registers.9]\nname = \"x\"\nevents_by = \"fax\"", "значения fax нет; бывает"),
        ("[stores.\"1 7\"]\nname = \"x\"", "код магазина — от 1 до 40 знаков A-Z a-z 0-9 _ -"),
        (
            "[stores.99.registers.9]\nname = \"x\"",
            "этого ещё нет, и в файле не описано: заполните [stores.99]",
        ),
        (
            "[stores.17.payment_types.sbp]\nname = \"x\"\nservers = [\"nobody\"]",
            "такого сервера авторизации нет; пока нет ни одного",
        ),
        ("[servers.bank.secrets]\nkey = 5", "секрет — это текст: возьмите его в кавычки"),
    ] {
        let list = told(file).await;
        assert!(list.contains(message), "{file}\n→ {list}");
    }
}

#[tokio::test]
async fn a_credential_in_an_imported_file_is_on_no_page_in_clear() {
    let world = with_server().await;
    let owner = world.owner().await;
    let file = "[servers.bank.secrets]\nsecret_key = \"the-secret-of-the-bank\"\n";
    let shown = world.post(&owner, "/admin/transfer/plan", &[("settings_file", file)]).await;
    assert!(shown.body.contains("servers.bank.secrets.secret_key"));
    assert!(!shown.body.contains("the-secret-of-the-bank"), "sealed");
    let fields = [("settings_file", shown.hidden("settings_file")), ("mark", shown.hidden("mark"))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    world.post(&owner, "/admin/transfer/apply", &fields).await;
    for page in
        ["/admin/servers", "/admin/servers/bank", "/admin/audit", "/admin/transfer/export", "/admin/transfer"]
    {
        let answer = world.get(&owner, page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(!answer.body.contains("the-secret-of-the-bank"), "{page}");
    }
}
