//! What people with bad intentions type, plant and listen for: on every page that there is, also those that come later.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{StatusCode, header};
use engine::settings::{ConsoleKind, ConsoleSettings, PaymentType, ServerSettings};
use payment::{
    CodeKind, ConsoleId, CreditRole, Item, Money, OperationId, Origin, PaymentTypeCode, PollPlan,
    RefundState, RegisterId, ServerId, Timestamp,
};
use secrecy::SecretString;
use store::{AuditEntry, Grant, People, PeopleEdit, RefundRequest, RefundRequestBody, Role, UserId};

use super::kit::{Answer, Browser, World, shop};
use super::samples;
use crate::rights::TABLE;

/// A name that would run in a page that takes it as it is: in a text, and in an attribute.
const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";
/// What of it is never in a page.
const RUNS: [&str; 2] = ["<script>alert", "<img src=x"];
const REQUEST: &str = "hand-00000000000000000000000000000001";
const CREDENTIAL: &str = "the-secret-of-the-bank";
/// The kit's people have it.
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// A refund that waits for a second person.
fn evil_request(now: Timestamp) -> RefundRequest {
    RefundRequest {
        operation: OperationId::parse(REQUEST).unwrap(),
        store: shop("17"),
        payment: samples::id(1),
        asked_by: UserId("somebody".to_owned()),
        agreed_by: None,
        expires_at: now.plus(std::time::Duration::from_hours(1)),
        body: RefundRequestBody {
            who: EVIL.to_owned(),
            asked_at: now,
            amount: Money::try_new(100, payment::Currency::RUB).unwrap(),
            transaction: None,
            reason: EVIL.to_owned(),
        },
    }
}

/// A world in which everything that has a name has that one, with the owner and their user's id.
async fn evil_world() -> (World, Browser, String) {
    let world = World::with_stores().await;
    let db = &world.admin.db;
    let mut settings = db.settings().await.unwrap();
    let server = ServerSettings {
        name: EVIL.to_owned(),
        module: "bank".to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 5_000,
        code_life_s: 300,
        test: true,
        poll: PollPlan::live(),
        rate_per_s: 10,
        concurrency: 4,
        values: [("merchant".to_owned(), EVIL.to_owned())].into(),
        usage: engine::settings::Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    };
    let bank = ServerId::parse("bank").unwrap();
    settings.servers.insert(bank.clone(), server);
    let store = settings.stores.get_mut(&shop("17")).unwrap();
    store.name = EVIL.to_owned();
    let tender = PaymentType {
        name: EVIL.to_owned(),
        servers: vec![bank.clone()],
        code: CodeKind::Dynamic,
        late_money: None,
        code_life_s: None,
        purpose: None,
    };
    store.payment_types.insert(PaymentTypeCode::parse("sbp").unwrap(), tender);
    let register = store.registers.get_mut(&RegisterId::parse("1").unwrap()).unwrap();
    register.name = EVIL.to_owned();
    let console = ConsoleSettings::new(EVIL, ConsoleKind::Kiosk);
    register.consoles.insert(ConsoleId::parse("kiosk").unwrap(), console);
    db.save_settings(&settings).await.unwrap();
    db.set_secret(&bank, "secret_key", &SecretString::from(CREDENTIAL), &world.admin.keyring).await.unwrap();
    samples::keep(&world.store, evil_payment(), vec![]).await;

    db.change_people(vec![PeopleEdit::PutRefundRequest(Box::new(evil_request(world.admin.now())))], vec![])
        .await
        .unwrap();

    let mut user = world.person("boss", vec![Grant { role: Role::Owner, store: None }]).await;
    user.body.name = EVIL.to_owned();
    user.body.password_hash = Some("$argon2id$the-hash-of-a-password".to_owned());
    let told = AuditEntry {
        author: world.author(),
        action: "user.change".to_owned(),
        about: EVIL.to_owned(),
        store: None,
        before: Some(serde_json::json!({ "name": EVIL })),
        after: Some(serde_json::json!({ EVIL: EVIL })),
    };
    let edit = PeopleEdit::ChangeUser(Box::new(user.clone()));
    db.change_people(vec![edit], vec![told]).await.unwrap();
    let browser = world.signed_in(&user).await;
    (world, browser, user.id.0)
}

fn evil_payment() -> payment::Payment {
    let mut payment = samples::paid(1);
    let details = &mut std::sync::Arc::make_mut(&mut payment.checkout).details;
    let evil = || Some(EVIL.to_owned());
    (details.receipt, details.cashier, details.shift, details.purpose) = (evil(), evil(), evil(), evil());
    details.items = vec![Item { name: EVIL.to_owned(), quantity: None, price: None, amount: None }];
    payment.state.credits[0].payer = evil();
    samples::add_credit(&mut payment, CreditRole::Manual);
    let origin = Origin::Admin { who: EVIL.to_owned() };
    samples::add_refund(&mut payment, 0, origin, RefundState::Queued { not_before: samples::NOW });
    payment.state.refunds[0].reason = evil();
    payment.state.refunds[0].amount = Money::try_new(100, payment::Currency::RUB).unwrap();
    payment
}

/// Every page that there is, with its places filled in.
fn pages(user: &str) -> Vec<String> {
    let payment = samples::id(1).to_string();
    let places = BTreeMap::from([
        ("{store}", "17"),
        ("{register}", "1"),
        ("{console}", "kiosk"),
        ("{code}", "sbp"),
        ("{server}", "bank"),
        ("{payment}", payment.as_str()),
        ("{user}", user),
        ("{operation}", REQUEST),
        ("{name}", "admin.css"),
        ("{token}", "guess"),
    ]);
    let paths = TABLE.iter().filter(|row| row.method == "GET").map(|row| {
        let fill = |path: String, (place, value): (&&str, &&str)| path.replace(*place, value);
        places.iter().fold(row.path.to_owned(), fill)
    });
    paths
        .inspect(|path| assert!(!path.contains('{'), "say in `places` what {path} is filled in with"))
        .collect()
}

/// Forms of a page that something can be typed into: where they are sent, and the names of their fields with what hidden ones hold.
fn forms(body: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    let mut found = Vec::new();
    for form in body.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next()) {
        let opening = form.split('>').next().unwrap_or_default();
        let (Some(action), Some("post")) =
            (attribute(opening, "action"), attribute(opening, "method").as_deref())
        else {
            continue;
        };
        let (mut fields, mut is_typed) = (BTreeMap::new(), false);
        for tag in ["<input", "<select", "<textarea"] {
            for field in form.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
                let Some(name) = attribute(field, "name") else { continue };
                let is_hidden = attribute(field, "type").as_deref() == Some("hidden");
                is_typed |= !is_hidden;
                let value = if is_hidden { attribute(field, "value") } else { None };
                fields.insert(name, value.unwrap_or_else(|| EVIL.to_owned()));
            }
        }
        if is_typed {
            found.push((action, fields));
        }
    }
    found
}

/// Whether browsers draw it; a file to be kept is none.
fn is_html(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("html"))
}

fn must_not_run(place: &str, body: &str) {
    for part in RUNS {
        assert!(!body.contains(part), "{place} would run {part}");
    }
}

#[tokio::test]
async fn names_that_would_run_are_words_on_every_page() {
    let (world, owner, user) = evil_world().await;
    let mut telling = BTreeSet::new();
    for path in pages(&user) {
        let page = world.get(&owner, &path).await;
        if !is_html(&page) {
            continue;
        }
        let body = page.body;
        must_not_run(&path, &body);
        if body.contains("alert(1)") {
            telling.insert(path);
        }
    }
    let payment = format!("/admin/stores/17/payments/{}", samples::id(1));
    let request = format!("/admin/stores/17/refund-requests/{REQUEST}");
    let user = format!("/admin/users/{user}");
    for path in [
        "/admin",
        "/admin/stores",
        "/admin/stores/17",
        "/admin/stores/17/settings",
        "/admin/stores/17/registers/1",
        "/admin/stores/17/registers/1/consoles/kiosk",
        "/admin/stores/17/payment-types/sbp",
        "/admin/servers",
        "/admin/servers/bank",
        "/admin/users",
        "/admin/audit",
        "/admin/me",
        "/admin/refund-requests",
        &request,
        &user,
        &payment,
    ] {
        assert!(telling.contains(path), "{path} does not show the name that was planted: look again");
    }
}

#[tokio::test]
async fn what_is_typed_into_any_form_comes_back_as_words() {
    let (world, owner, user) = evil_world().await;
    let mut sent = 0;
    for browser in [owner, Browser::default()] {
        for path in pages(&user) {
            let page = world.get(&browser, &path).await;
            for (action, fields) in forms(&page.body) {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let answer = world.post(&browser, &action, &fields).await;
                must_not_run(&format!("the answer to {action}"), &answer.body);
                assert!(!answer.status.is_server_error(), "{action}: {}", answer.status);
                sent += 1;
            }
        }
    }
    assert!(sent > 15, "only {sent} forms were found");
    for address in ["/admin/sign-in?next=", "/admin/payments?text=", "/admin/stores/17/payments?text="] {
        let evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
        let body = world.get(&Browser::default(), &format!("{address}{evil}")).await.body;
        must_not_run(address, &body);
    }
}

#[tokio::test]
async fn nothing_in_a_page_runs_but_the_script_of_ours() {
    let (world, owner, user) = evil_world().await;
    for path in pages(&user) {
        let page = world.get(&owner, &path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        if !is_html(&page) {
            continue;
        }
        for script in page.body.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/admin/assets/"), "{path} has a script of its own");
        }
        for part in ["<style", " style=", "javascript:", " onclick=", " onload=", " onsubmit="] {
            assert!(!page.body.contains(part), "{path} has {part}");
        }
    }
}

#[tokio::test]
async fn no_page_or_address_tells_a_secret() {
    let (world, owner, user) = evil_world().await;
    let link = crate::new_setup_link(&world.admin.db, world.author()).await;
    assert!(link.is_err(), "there is an owner: no link stands open");
    let token = owner.cookie.clone().unwrap().replace("admin=", "");
    let hash = store::hash_of_key(&SecretString::from(token.clone()));
    let key = world.post(&owner, "/admin/stores/17/keys", &[("key_name", "tills")]).await.body;
    let key = key.split("<code data-copy>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let secrets = [CREDENTIAL, SEED, "$argon2id$", &token, &hash, &key];
    for path in pages(&user) {
        let answer = world.get(&owner, &path).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        let leads_to = answer.leads_to().to_owned();
        for secret in secrets {
            assert!(!answer.body.contains(secret) && !leads_to.contains(secret), "{path} tells a secret");
        }
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_by_its_origin_where_a_browser_is_too_old_to_say_more() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let fields = [("store_id", "19"), ("name", "Eve's"), ("zone", "Europe/Moscow")];
    for origin in ["https://evil.example", "http://pos.example.evil.example", "null"] {
        let lured = Browser { site: "", origin, ..owner.clone() };
        let answer = world.post(&lured, "/admin/stores/new", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(world.admin.db.settings().await.unwrap().stores.len(), 2);
}

#[tokio::test]
async fn failures_are_told_in_the_readers_language() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let mut user = world.person("olga", vec![Grant { role: Role::Cashier, store: Some(shop("17")) }]).await;
    let browser = world.signed_in(&user).await;
    let ask = async |browser: &Browser, path: &str| world.get(browser, path).await.body;
    let unknown = "/admin/stores/17/payments/0191f7e25d3a7abc8def012345678000";
    for (language, denied, missing, unreadable, refused) in [
        ("en", "No access", "Not found", "Can’t be read", "Refused"),
        ("ru", "Нет доступа", "Не найдено", "Не разобрать", "Отклонено"),
    ] {
        let browser = Browser { language, ..browser.clone() };
        assert!(ask(&browser, "/admin/users").await.contains(denied), "{language}");
        assert!(ask(&browser, unknown).await.contains(missing), "{language}");
        let garbled = world.get(&Browser { language, ..owner.clone() }, "/admin/audit?before=x").await;
        assert!(garbled.status == 400 && garbled.body.contains(unreadable), "{}", garbled.body);
        let lured = Browser { site: "cross-site", ..browser };
        let answer = world.post(&lured, "/admin/me/language", &[("my_language", "hi")]).await;
        assert!(answer.body.contains(refused), "{}", answer.body);
    }
    // What somebody has chosen goes before what their browser asks for.
    user.body.language = Some("en".to_owned());
    world.admin.db.change_people(vec![PeopleEdit::ChangeUser(Box::new(user))], vec![]).await.unwrap();
    let browser = Browser { language: "ru", ..browser };
    assert!(ask(&browser, "/admin/users").await.contains("No access"));
    assert!(ask(&browser, unknown).await.contains("Not found"));
}
