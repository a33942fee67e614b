//! What stands in the shop: consoles tried out, plates, tills connected and moved.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use engine::doors::LastCommand;
use engine::settings::{ConsoleKind, ConsoleSettings};
use payment::{ConsoleId, Fact, RegisterId, StoreId};
use secrecy::SecretString;
use store::People;

use super::bank::PLATE;
use super::kit::{Browser, World, shop};
use super::samples;
use super::servers::{give, with_server};
use crate::{Connected, Management, Queue};

const REGISTER: &str = "/admin/stores/17/registers/1";

async fn with_consoles() -> (World, Browser) {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let mut settings = world.admin.db.settings().await.unwrap();
    let its = settings.stores.get_mut(&shop("17")).unwrap();
    let its = its.registers.get_mut(&RegisterId::parse("1").unwrap()).unwrap();
    for (id, kind, address) in [
        ("printer", ConsoleKind::Printer, Some("tcp://10.0.0.9:9100")),
        ("lines", ConsoleKind::LineDisplay, Some("tcp://10.0.0.8:9100")),
        ("kiosk", ConsoleKind::Kiosk, None),
        ("till", ConsoleKind::Register, None),
    ] {
        let console =
            ConsoleSettings { address: address.map(str::to_owned), ..ConsoleSettings::new(id, kind) };
        its.consoles.insert(ConsoleId::parse(id).unwrap(), console);
    }
    world.admin.db.save_settings(&settings).await.unwrap();
    (world, owner)
}

#[tokio::test]
async fn a_console_shows_what_it_would_show_and_what_came_of_a_trial() {
    let (world, owner) = with_consoles().await;
    let page = async |id: &str| world.get(&owner, &format!("{REGISTER}/consoles/{id}")).await.body;
    assert!(page("printer").await.contains("consoles/printer/preview\""));
    assert!(page("lines").await.contains("<pre class=\"lines\">TEST\n198.00"), "{}", page("lines").await);
    assert!(page("kiosk").await.contains("Open the sample of the screen"));
    assert!(!page("till").await.contains("What it looks like"));
    let picture = world.get(&owner, &format!("{REGISTER}/consoles/printer/preview")).await;
    assert_eq!(picture.headers["content-type"], "image/png");
    let stage = world.get(&owner, &format!("{REGISTER}/consoles/kiosk/preview")).await;
    assert!(stage.body.contains("the stage") && stage.body.contains("/screen/assets/screen.css"));
    let tried = world.post(&owner, &format!("{REGISTER}/consoles/printer/try"), &[]).await;
    assert!(tried.body.contains("It worked"), "{}", tried.body);
}

#[tokio::test]
async fn a_display_is_not_tried_while_a_buyer_may_be_looking_at_it() {
    let (world, owner) = with_consoles().await;
    let address = format!("{REGISTER}/consoles/lines/try");
    let tried = world.post(&owner, &address, &[]).await;
    assert!(
        tried.status.is_success() && tried.body.contains("It did not work: no such host"),
        "{}",
        tried.body
    );
    samples::keep(&world.store, samples::shown(1), vec![Fact::Accepted { give_up_at: samples::NOW }]).await;
    let tried = world.post(&owner, &address, &[]).await;
    assert_eq!(tried.status, StatusCode::CONFLICT);
    assert!(tried.body.contains("an open payment"), "{}", tried.body);
    let paper = world.post(&owner, &format!("{REGISTER}/consoles/printer/try"), &[]).await;
    assert!(paper.status.is_success(), "paper takes nothing from anybody");
}

#[tokio::test]
async fn a_plate_is_made_checked_printed_and_released() {
    let (world, owner) = with_server().await;
    give(&world, &owner, "right").await;
    let base = format!("{REGISTER}/plates");
    let bind = [("plate_server", "bank"), ("plate_sort", "cash_link"), ("printed", "")];
    let bound = world.post(&owner, &base, &bind).await;
    assert_eq!(bound.leads_to(), format!("{base}?done=plate-bound"), "{}", bound.body);
    let page = world.get(&owner, &base).await.body;
    assert!(page.contains(PLATE) && page.contains("Text of the NFC tag"), "{page}");
    let all = world.get(&owner, "/admin/stores/17/plates").await.body;
    assert!(all.contains(PLATE) && all.contains("Касса 1") && all.contains("Plates: 1"), "{all}");
    let payload = format!("https://qr.nspk.ru/{PLATE}?type=01&bank=100000000007");
    for (read, said) in [
        ("", "The bank knows this plate"),
        (payload.as_str(), "What was read is right"),
        ("https://qr.nspk.ru/OTHER", "of no register here"),
    ] {
        let fields = [("server", "bank"), ("sort", "cash_link"), ("read", read)];
        let told = world.post(&owner, &format!("{base}/check"), &fields).await;
        assert!(told.body.contains(said), "{read}: {}", told.body);
    }
    for (name, media, begins) in
        [("cash_link-a6.svg", "image/svg+xml", "<svg"), ("cash_link-a5.pdf", "application/pdf", "%PDF")]
    {
        let poster = world.get(&owner, &format!("{base}/bank/{name}")).await;
        assert_eq!(poster.headers["content-type"], media);
        assert!(poster.body.contains(begins), "{name}");
    }
    assert_eq!(world.get(&owner, &format!("{base}/bank/open-a6.svg")).await.status, StatusCode::NOT_FOUND);
    let fields = [("server", "bank"), ("sort", "cash_link")];
    let released = world.post(&owner, &format!("{base}/release"), &fields).await;
    assert_eq!(released.leads_to(), format!("{base}?done=plate-released"));
    let settings = world.admin.db.settings().await.unwrap();
    assert!(settings.stores[&shop("17")].registers[&RegisterId::parse("1").unwrap()].plates.is_empty());
}

#[tokio::test]
async fn a_plate_that_the_bank_does_not_make_is_not_kept() {
    let (world, owner) = with_server().await;
    give(&world, &owner, "false").await;
    let bind = [("plate_server", "bank"), ("plate_sort", "open"), ("printed", "")];
    let answer = world.post(&owner, &format!("{REGISTER}/plates"), &bind).await;
    assert!(answer.status == 422 && answer.body.contains("The bank made no plate"), "{}", answer.body);
    let settings = world.admin.db.settings().await.unwrap();
    assert!(settings.stores[&shop("17")].registers[&RegisterId::parse("1").unwrap()].open_plates.is_empty());
}

#[tokio::test]
async fn a_register_moves_with_what_hangs_on_it_unless_a_payment_is_open() {
    let (world, owner) = with_consoles().await;
    let mut settings = world.admin.db.settings().await.unwrap();
    settings.stores.get_mut(&shop("18")).unwrap().registers.clear();
    world.admin.db.save_settings(&settings).await.unwrap();
    samples::keep(&world.store, samples::shown(1), vec![Fact::Accepted { give_up_at: samples::NOW }]).await;
    let moved = world.post(&owner, &format!("{REGISTER}/move"), &[("to_store", "18")]).await;
    assert!(moved.status == 422 && moved.body.contains("has open payments"), "{}", moved.body);
    let world = {
        let (fresh, _) = with_consoles().await;
        fresh
    };
    let owner = world.person("second", vec![store::Grant { role: store::Role::Owner, store: None }]).await;
    let owner = world.signed_in(&owner).await;
    let mut settings = world.admin.db.settings().await.unwrap();
    settings.stores.get_mut(&shop("18")).unwrap().registers.clear();
    world.admin.db.save_settings(&settings).await.unwrap();
    let moved = world.post(&owner, &format!("{REGISTER}/move"), &[("to_store", "18")]).await;
    assert_eq!(moved.leads_to(), "/admin/stores/18/registers/1?done=moved", "{}", moved.body);
    let settings = world.admin.db.settings().await.unwrap();
    assert!(settings.stores[&shop("17")].registers.is_empty());
    assert_eq!(settings.stores[&shop("18")].registers[&RegisterId::parse("1").unwrap()].consoles.len(), 4);
}

/// A broker that knows store 17's user already, and has no queue yet.
struct Broker;

#[async_trait]
impl Management for Broker {
    async fn connect(
        &self,
        store: &StoreId,
        _register: &RegisterId,
        wants_password: bool,
    ) -> Result<Connected, String> {
        if store.as_str() == "18" {
            return Err("the management interface can't be reached".to_owned());
        }
        let password = wants_password.then(|| SecretString::from("only-once"));
        Ok(Connected { user: format!("store-{store}"), password })
    }

    async fn queue_of(&self, store: &StoreId, _register: &RegisterId) -> Result<Option<Queue>, String> {
        Ok((store.as_str() == "17").then_some(Queue { messages: 42, consumers: 1 }))
    }

    async fn dead_of(&self, _store: &StoreId, _register: &RegisterId) -> Result<u64, String> {
        Ok(3)
    }
}

#[tokio::test]
async fn a_till_is_connected_through_the_management_interface_and_its_password_is_shown_once() {
    let world = World::managed(Arc::new(Broker)).await;
    let owner = world.owner().await;
    let address = format!("{REGISTER}/connect");
    let page = world.get(&owner, &address).await.body;
    assert!(
        page.contains("<dd>42</dd>") && page.contains("<dd>3</dd>") && page.contains("rabbitmqctl"),
        "{page}"
    );
    let kept = world.post(&owner, &address, &[]).await.body;
    assert!(kept.contains("keeps its password") && !kept.contains("only-once"), "{kept}");
    let fresh = world.post(&owner, &address, &[("new_password", "on")]).await;
    assert!(fresh.body.contains("only-once"));
    assert_eq!(fresh.headers["cache-control"], "no-store");
    assert!(!world.get(&owner, &address).await.body.contains("only-once"), "once");
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!((told.action.as_str(), told.about.as_str()), ("settings.broker", "stores.17.registers.1"));
    assert!(!told.after.unwrap().to_string().contains("only-once"), "no password in the audit");
    let failed = world.post(&owner, "/admin/stores/18/registers/1/connect", &[]).await.body;
    assert!(failed.contains("It did not work. the management interface"), "{failed}");
}

#[tokio::test]
async fn a_screen_is_paired_by_a_scan_of_what_it_shows_and_only_with_a_console_of_ones_own_stores() {
    let (world, _) = with_consoles().await;
    let grant = |store: &str| store::Grant { role: store::Role::StoreAdmin, store: Some(shop(store)) };
    let own = world.person("olga", vec![grant("17")]).await;
    let own = world.signed_in(&own).await;
    let other = world.person("pavel", vec![grant("18")]).await;
    let other = world.signed_in(&other).await;
    let device = world.admin.db.begin_pairing(world.admin.now()).await.unwrap();
    let code = store::code_of_token(&device.token);
    let address = format!("/admin/pair/{code}");
    let page = world.get(&own, &address).await.body;
    assert!(page.contains(&code) && page.contains("value=\"17/1/kiosk\""), "{page}");
    assert!(!world.get(&other, &address).await.body.contains("17/1/kiosk"), "another store's is not offered");
    for (browser, screen) in [(&other, "17/1/kiosk"), (&own, "17/1"), (&own, "17/1/kiosk/x"), (&own, "")] {
        let refused = world.post(browser, &address, &[("screen", screen)]).await;
        assert!(
            refused.status == 422 && refused.body.contains("Choose a console"),
            "{screen}: {}",
            refused.body
        );
    }
    let paired = world.post(&own, &address, &[("screen", "17/1/kiosk")]).await;
    assert_eq!(paired.leads_to(), format!("{REGISTER}/consoles/kiosk?done=paired"), "{}", paired.body);
    let again = world.post(&own, &address, &[("screen", "17/1/kiosk")]).await;
    assert!(again.body.contains("No device shows this code"), "once: {}", again.body);
}

#[tokio::test]
async fn the_last_command_of_a_till_is_the_newest_of_its_pays_and_of_what_was_heard() {
    let (world, owner) = with_consoles().await;
    let page = async || world.get(&owner, &format!("{REGISTER}/connect")).await.body;
    assert!(page().await.contains("none yet"));
    let hear = |verb: &str, at| {
        *world.desk.heard.lock().unwrap() = Some(LastCommand { verb: verb.to_owned(), at });
    };
    hear("get", samples::NOW);
    assert!(page().await.contains("<code>get</code> · 2026-11-28 15:00:00"), "{}", page().await);
    // A pay that came while another process ran.
    samples::keep(&world.store, samples::shown(5), vec![Fact::Accepted { give_up_at: samples::NOW }]).await;
    assert!(page().await.contains("<code>pay</code> · 2026-11-28 15:00:05"), "{}", page().await);
    hear("<b>", samples::NOW.plus(std::time::Duration::from_secs(7)));
    assert!(page().await.contains("<code>&#60;b&#62;</code> · 2026-11-28 15:00:07"), "{}", page().await);
}
