//! Authorization servers: credentials, the call that proves them, pauses.

use axum::http::StatusCode;
use engine::settings::Usage;
use payment::{CodeId, Plate, RegisterId, ServerId};
use secrecy::ExposeSecret;

use super::kit::{Answer, Browser, World, shop};
use super::samples;

/// A form of a server that is right.
pub(crate) const SERVER: [(&str, &str); 13] = [
    ("server_id", "bank"),
    ("name", "Bank"),
    ("module", "pagebank"),
    ("money", "test"),
    ("response_timeout_s", "60"),
    ("code_life_s", "300"),
    ("call_timeout_ms", "5000"),
    ("rate_per_s", "10"),
    ("concurrency", "4"),
    ("poll_after_ms", "5000"),
    ("poll_floor_ms", "1000"),
    ("poll_steps", "30:1000"),
    ("value_merchant", "M1"),
];

fn bank() -> ServerId {
    ServerId::parse("bank").unwrap()
}

/// With a server `bank` without credentials.
pub(crate) async fn with_server() -> (World, Browser) {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let added = world.post(&owner, "/admin/servers/new", &SERVER).await;
    assert_eq!(added.leads_to(), "/admin/servers/bank?done=server-added", "{}", added.body);
    (world, owner)
}

pub(crate) async fn give(world: &World, owner: &Browser, key: &str) -> Answer {
    let fields = [("secret_secret_key", key), ("secret_sign_key", "sign")];
    world.post(owner, "/admin/servers/bank/secrets", &fields).await
}

async fn present(world: &World) -> Vec<(String, String)> {
    let credentials = world.admin.db.credentials(&bank(), &world.admin.keyring).await.unwrap();
    let opened =
        credentials.present.iter().map(|(name, secret)| (name.clone(), secret.expose_secret().to_owned()));
    opened.collect()
}

#[tokio::test]
async fn a_check_asks_with_what_was_just_saved_each_time() {
    let (world, owner) = with_server().await;
    let check = async || world.post(&owner, "/admin/servers/bank/check", &[]).await.body;
    assert!(check().await.contains("It can not work like this"), "no key is there yet");
    for turn in 0..20 {
        for (key, said) in [("right", "The bank answered within"), ("false", "does not take the credentials")]
        {
            assert!(give(&world, &owner, &format!("{key}-{turn}")).await.status.is_redirection());
            let page = check().await;
            assert!(page.contains(said), "{key} {turn}: {page}");
        }
    }
}

#[tokio::test]
async fn credentials_of_one_form_are_stored_together_or_not_at_all() {
    let (world, owner) = with_server().await;
    let fields = [("secret_secret_key", "right"), ("secret_sign_key", "pasted with spaces")];
    let answer = world.post(&owner, "/admin/servers/bank/secrets", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("id=\"secret_sign_key-wrong\""), "{}", answer.body);
    assert!(!answer.body.contains("pasted with") && !answer.body.contains("value=\"right\""), "never shown");
    assert_eq!(present(&world).await, []);
    let before = world.admin.db.settings_revision().await.unwrap();
    give(&world, &owner, "right").await;
    assert_eq!(world.admin.db.settings_revision().await.unwrap(), before + 1, "one change for both");
    assert_eq!(present(&world).await.len(), 2);
}

async fn send_next(world: &World, owner: &Browser, key: &str, at: &str) -> Answer {
    world.post(owner, "/admin/servers/bank/next", &[("next_secret_key", key), ("next_at", at)]).await
}

#[tokio::test]
async fn next_credentials_are_kept_if_the_bank_takes_them_and_hold_from_their_time_on() {
    let (world, owner) = with_server().await;
    give(&world, &owner, "right-old").await;
    // It is 15:00 in Moscow.
    for (key, at, field, message) in [
        ("false-new", "2026-11-28T15:30", None, "The bank did not take them"),
        ("right-new", "2026-11-28T15:00", Some("next_at"), "in the future"),
        ("right-new", "", Some("next_at"), "in the future"),
        ("right new", "2026-11-28T15:30", Some("next_secret_key"), "no key has a space"),
        ("", "2026-11-28T15:30", None, "at least one value"),
    ] {
        let answer = send_next(&world, &owner, key, at).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{key:?} at {at:?}");
        assert!(answer.body.contains(message), "{key:?} at {at:?}: {}", answer.body);
        if let Some(field) = field {
            assert!(answer.body.contains(&format!("id=\"{field}-wrong\"")), "{key:?} at {at:?}");
        }
        let credentials = world.admin.db.credentials(&bank(), &world.admin.keyring).await.unwrap();
        assert!(credentials.next.is_empty(), "nothing is stored");
    }
    let kept = send_next(&world, &owner, "right-new", "2026-11-28T15:30").await;
    assert_eq!(kept.leads_to(), "/admin/servers/bank?done=next", "{}", kept.body);
    let page = world.get(&owner, "/admin/servers/bank").await.body;
    assert!(page.contains("They hold from 2026-11-28 15:30 (Europe/Moscow)"), "{page}");
    world.pass(1_800);
    let page = world.get(&owner, "/admin/servers/bank").await.body;
    assert!(page.contains("They hold since") && page.contains("kept until"), "{page}");
    assert!(!page.contains("right-new"), "never shown");
    // A key that is given now is the one in use.
    give(&world, &owner, "false-now").await;
    let checked = world.post(&owner, "/admin/servers/bank/check", &[]).await.body;
    assert!(checked.contains("does not take the credentials"), "{checked}");
    world.post(&owner, "/admin/servers/bank/next/forget", &[]).await;
    let settings = world.admin.db.settings().await.unwrap();
    assert_eq!(settings.servers[&bank()].next_credentials_at, None);
    let credentials = world.admin.db.credentials(&bank(), &world.admin.keyring).await.unwrap();
    assert!(credentials.next.is_empty());
}

#[tokio::test]
async fn a_server_is_paused_for_a_time_or_used_for_refunds_only() {
    let (world, owner) = with_server().await;
    let with = |usage: &'static str, from: &'static str, until: &'static str, mark: &str| {
        let mut fields: Vec<(&str, String)> =
            SERVER[1..].iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        for (name, value) in
            [("usage", usage), ("paused_from", from), ("paused_until", until), ("mark", mark)]
        {
            fields.push((name, value.to_owned()));
        }
        fields
    };
    let send = async |usage, from, until| {
        let mark = world.get(&owner, "/admin/servers/bank").await.hidden("mark");
        let fields = with(usage, from, until, &mark);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.post(&owner, "/admin/servers/bank", &fields).await
    };
    let usage = async || world.admin.db.settings().await.unwrap().servers[&bank()].usage;
    for (kind, from, until, field) in [
        ("paused", "soon", "", "paused_from"),
        ("paused", "2026-11-28T16:00", "2026-11-28T15:00", "paused_until"),
        ("broken", "", "", "usage"),
    ] {
        let answer = send(kind, from, until).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.body.contains(&format!("id=\"{field}-wrong\"")), "{field}: {}", answer.body);
        assert_eq!(usage().await, Usage::Active);
    }
    assert!(send("paused", "", "2026-11-28T16:00").await.status.is_redirection());
    assert!(matches!(usage().await, Usage::Paused { from: None, until: Some(until) }
        if until.to_string() == "2026-11-28T13:00:00Z"));
    let list = world.get(&owner, "/admin/servers").await.body;
    assert!(list.contains("paused until 2026-11-28 16:00 (Europe/Moscow)"), "{list}");
    assert!(send("refunds_only", "", "").await.status.is_redirection());
    assert_eq!(usage().await, Usage::RefundsOnly);
}

#[tokio::test]
async fn a_server_is_not_removed_while_a_plate_or_a_payment_needs_it() {
    let (world, owner) = with_server().await;
    let mut settings = world.admin.db.settings().await.unwrap();
    let register = RegisterId::parse("1").unwrap();
    let its = settings.stores.get_mut(&shop("17")).unwrap().registers.get_mut(&register).unwrap();
    let plate = Plate { link: CodeId::parse("AS1").unwrap(), payload: "https://qr.example/AS1".to_owned() };
    its.plates.insert(bank(), plate);
    world.admin.db.save_settings(&settings).await.unwrap();
    let answer = world.post(&owner, "/admin/servers/bank/remove", &[]).await;
    assert!(answer.status == StatusCode::CONFLICT && answer.body.contains("17/1"), "{}", answer.body);

    let mut settings = world.admin.db.settings().await.unwrap();
    settings.stores.get_mut(&shop("17")).unwrap().registers.get_mut(&register).unwrap().plates.clear();
    world.admin.db.save_settings(&settings).await.unwrap();
    samples::keep(
        &world.store,
        samples::shown(1),
        vec![payment::Fact::Accepted { give_up_at: samples::NOW }],
    )
    .await;
    let answer = world.post(&owner, "/admin/servers/bank/remove", &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "its code may still be paid");
    assert_eq!(world.admin.db.settings().await.unwrap().servers.len(), 1);
}

#[tokio::test]
async fn what_is_needed_of_the_bank_and_what_its_module_lacks_is_told_before_it_is_missed() {
    let (world, owner) = with_server().await;
    for page in ["/admin/servers/new", "/admin/servers/bank"] {
        assert!(world.get(&owner, page).await.body.contains("A contract with the bank."), "{page}");
    }
    let page = world.get(&owner, "/admin/servers/bank").await.body;
    assert!(page.contains("Dynamic code: codes can be withdrawn, refunds in parts"), "{page}");
    assert!(
        page.contains("<strong>Static code, minted for a sale</strong> — the module does not offer it"),
        "{page}"
    );
    let page = world.get(&owner, "/admin/stores/17/payment-types/new").await.body;
    assert!(!page.contains("<option value=\"static\""), "not offered: {page}");
    assert!(page.contains("no authorization server offers it"), "{page}");
    let fields = [
        ("type_code", "sbp"),
        ("name", "SBP"),
        ("server_1", "bank"),
        ("kind", "static"),
        ("type_late_money", ""),
    ];
    let answer = world.post(&owner, "/admin/stores/17/payment-types/new", &fields).await;
    assert!(
        answer.body.contains("id=\"kind-wrong\"") || answer.body.contains("gives such codes"),
        "{}",
        answer.body
    );
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn p4_a_server_that_payments_went_by_gets_no_other_module() {
    let (world, owner) = with_server().await;
    let mut settings = world.admin.db.settings().await.unwrap();
    settings.servers.get_mut(&bank()).unwrap().module = "another".to_owned();
    world.admin.db.save_settings(&settings).await.unwrap();
    let says = "can only go back through it";
    let answer = world.post(&owner, "/admin/servers/bank", &SERVER).await;
    assert!(!answer.body.contains(says), "nothing went by it yet: {}", answer.body);
    samples::keep(&world.store, samples::accepted(1), vec![]).await;
    let answer = world.post(&owner, "/admin/servers/bank", &SERVER).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("id=\"module-wrong\"") && answer.body.contains(says), "{}", answer.body);
    assert_eq!(world.admin.db.settings().await.unwrap().servers[&bank()].module, "another");
}

#[tokio::test]
async fn p4_a_server_that_payments_went_by_keeps_its_account_and_its_kind_of_money() {
    let (world, owner) = with_server().await;
    let send = async |name: &str, value: &str| {
        let mark = world.get(&owner, "/admin/servers/bank").await.hidden("mark");
        let typed =
            |(field, kept): (&'static str, &'static str)| (field, if field == name { value } else { kept });
        let fields: Vec<_> = SERVER.map(typed).into_iter().chain([("mark", mark.as_str())]).collect();
        world.post(&owner, "/admin/servers/bank", &fields).await
    };
    for (name, value) in
        [("value_merchant", "M2"), ("money", "live"), ("value_merchant", "M1"), ("money", "test")]
    {
        assert!(send(name, value).await.status.is_redirection(), "nothing went by it yet: {name}");
    }
    samples::keep(&world.store, samples::accepted(1), vec![]).await;
    for (name, value) in [("value_merchant", "M2"), ("money", "live")] {
        let answer = send(name, value).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(&format!("id=\"{name}-wrong\"")), "{}", answer.body);
        assert!(answer.body.contains("needs a server of its own"), "{}", answer.body);
    }
    assert!(send("rate_per_s", "20").await.status.is_redirection(), "the rest may change");
    let kept = &world.admin.db.settings().await.unwrap().servers[&bank()];
    assert_eq!((kept.values["merchant"].as_str(), kept.test, kept.rate_per_s), ("M1", true, 20));
}
