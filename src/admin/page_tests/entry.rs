//! The way in: first run, passwords, codes, sessions, and who tries to guess.

use axum::http::{StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use store::{Grant, People, Role};

use super::kit::{Browser, World, shop};
use crate::{NewUser, add_user, code_now, new_setup_link};

const PASSWORD: &str = "four words in a row";

/// The first owner through the pages, as a browser with a session, and the login's seed.
async fn first_owner(world: &World) -> (Browser, SecretString, Vec<String>) {
    let link = new_setup_link(&world.admin.db, world.author()).await.unwrap();
    let path = link.path.expose_secret();
    let browser = Browser::default();
    assert_eq!(world.get(&browser, path).await.status, StatusCode::OK);
    let fields =
        [("login", "boss"), ("name", "The Boss"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let made = world.post(&browser, path, &fields).await;
    assert_eq!(made.leads_to(), "/admin/me/second-factor", "{}", made.body);
    let browser = Browser { cookie: made.cookie(), ..browser };
    let page = world.get(&browser, "/admin/me/second-factor").await;
    let seed = page.body.split("<p><code>").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let seed = SecretString::from(seed);
    let code = code_now(&seed, world.admin.now()).unwrap();
    let on = world
        .post(&browser, "/admin/me/second-factor", &[("code", &code), ("seed", &page.hidden("seed"))])
        .await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    let codes = on.body.split("<li><code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    (browser, seed, codes.collect())
}

async fn password(world: &World, browser: &Browser, login: &str, password: &str) -> super::kit::Answer {
    world.post(browser, "/admin/sign-in", &[("login", login), ("password", password)]).await
}

#[tokio::test]
async fn the_first_owner_comes_in_by_a_link_that_is_good_once() {
    let world = World::new().await;
    let old = new_setup_link(&world.admin.db, world.author()).await.unwrap();
    let link = new_setup_link(&world.admin.db, world.author()).await.unwrap();
    for path in [old.path.expose_secret(), "/admin/setup/guess"] {
        assert_eq!(world.get(&Browser::default(), path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(world.get(&Browser::default(), link.path.expose_secret()).await.status, StatusCode::OK);
    let (browser, _, codes) = first_owner(&world).await;
    assert_eq!(codes.len(), 10);
    assert!(world.get(&browser, "/admin").await.body.contains("The Boss"));
    assert_eq!(world.get(&Browser::default(), link.path.expose_secret()).await.status, StatusCode::NOT_FOUND);
    assert!(new_setup_link(&world.admin.db, world.author()).await.is_err(), "there is an owner");
    assert_eq!(world.admin.db.verify_audit().await.unwrap().problem, None);
}

#[tokio::test]
async fn a_link_is_over_after_a_day() {
    let world = World::new().await;
    let link = new_setup_link(&world.admin.db, world.author()).await.unwrap();
    world.pass(24 * 3_600);
    assert_eq!(world.get(&Browser::default(), link.path.expose_secret()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn signing_in_takes_the_password_and_then_a_code_which_is_good_once() {
    let world = World::new().await;
    let (_, seed, recovery) = first_owner(&world).await;
    world.pass(60);
    let half = password(&world, &Browser::default(), "boss", PASSWORD).await;
    assert_eq!(half.leads_to(), "/admin/sign-in/code");
    let browser = Browser { cookie: half.cookie(), ..Browser::default() };
    // The password alone opens nothing.
    assert_eq!(world.get(&browser, "/admin").await.leads_to(), "/admin/sign-in/code");
    assert_eq!(world.get(&browser, "/admin/me").await.leads_to(), "/admin/sign-in/code");
    let code = code_now(&seed, world.admin.now()).unwrap();
    let whole = world.post(&browser, "/admin/sign-in/code", &[("code", &code)]).await;
    assert_eq!(whole.leads_to(), "/admin", "{}", whole.body);
    assert_ne!(whole.cookie(), browser.cookie, "another token");
    assert!(
        world.get(&browser, "/admin").await.leads_to().starts_with("/admin/sign-in?"),
        "the old one is over"
    );
    let again = password(&world, &Browser::default(), "boss", PASSWORD).await;
    let browser = Browser { cookie: again.cookie(), ..Browser::default() };
    let refused = world.post(&browser, "/admin/sign-in/code", &[("code", &code)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the same code twice");
    let typed = recovery[3].to_lowercase();
    assert_eq!(world.post(&browser, "/admin/sign-in/code", &[("code", &typed)]).await.leads_to(), "/admin");
    let third = password(&world, &Browser::default(), "boss", PASSWORD).await;
    let browser = Browser { cookie: third.cookie(), ..Browser::default() };
    let used = world.post(&browser, "/admin/sign-in/code", &[("code", &typed)]).await;
    assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY, "a recovery code twice");
}

#[tokio::test]
async fn a_token_that_somebody_planted_is_never_taken_over() {
    let world = World::new().await;
    first_owner(&world).await;
    let planted = Browser { cookie: Some("admin=planted-by-an-attacker".to_owned()), ..Browser::default() };
    let answer = password(&world, &planted, "boss", PASSWORD).await;
    assert!(!answer.cookie().unwrap().contains("planted"));
    assert!(world.get(&planted, "/admin").await.leads_to().starts_with("/admin/sign-in?"));
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/admin"), "{set}");
}

#[tokio::test]
async fn guessing_is_stopped_by_login_and_address_and_told_once() {
    let world = World::new().await;
    let (_, _, _) = first_owner(&world).await;
    let guesser = Browser { address: [203, 0, 113, 9], ..Browser::default() };
    for number in 0..5 {
        let answer = password(&world, &guesser, "boss", &format!("guess number {number}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for _ in 0..3 {
        let answer = password(&world, &guesser, "boss", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "not even the right one");
    }
    let told = world.admin.db.audit_before(None, 50).await.unwrap();
    let refused = told.iter().filter(|record| record.entry.action == "sign_in.refused");
    assert_eq!(refused.count(), 1);
    // Its owner, elsewhere, comes in; and the guesser may try again after a while.
    assert!(password(&world, &Browser::default(), "boss", PASSWORD).await.status.is_redirection());
    world.pass(15 * 60);
    assert!(password(&world, &guesser, "boss", PASSWORD).await.status.is_redirection());
}

#[tokio::test]
async fn guessing_from_many_addresses_or_at_many_logins_is_stopped_too() {
    let world = World::new().await;
    first_owner(&world).await;
    let mut statuses = Vec::new();
    for number in 0..51_u8 {
        let guesser = Browser { address: [203, 0, 113, number], ..Browser::default() };
        statuses.push(
            world.post(&guesser, "/admin/sign-in", &[("login", "boss"), ("password", "")]).await.status,
        );
    }
    assert_eq!(statuses.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(statuses.iter().all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY));
    let sprayer = Browser { address: [198, 51, 100, 1], ..Browser::default() };
    for number in 0..30 {
        world
            .post(&sprayer, "/admin/sign-in", &[("login", &format!("user{number}")), ("password", "")])
            .await;
    }
    let last = world.post(&sprayer, "/admin/sign-in", &[("login", "user99"), ("password", "")]).await;
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn codes_can_not_be_guessed() {
    let world = World::new().await;
    first_owner(&world).await;
    let half = password(&world, &Browser::default(), "boss", PASSWORD).await;
    let browser = Browser { cookie: half.cookie(), ..Browser::default() };
    for _ in 0..5 {
        let answer = world.post(&browser, "/admin/sign-in/code", &[("code", "000000")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = world.post(&browser, "/admin/sign-in/code", &[("code", "000000")]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn unknown_logins_and_wrong_passwords_get_the_same_answer() {
    let world = World::new().await;
    first_owner(&world).await;
    let known = password(&world, &Browser::default(), "boss", "wrong password here").await;
    let unknown = password(&world, &Browser::default(), "ghost", "wrong password here").await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.body.replace("boss", ""), unknown.body.replace("ghost", ""));
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_any_case_after_a_day_of_work() {
    let world = World::new().await;
    let (browser, ..) = first_owner(&world).await;
    for _ in 0..12 {
        world.pass(3_500);
        assert_eq!(world.get(&browser, "/admin").await.status, StatusCode::OK);
    }
    world.pass(1_300);
    assert!(world.get(&browser, "/admin").await.leads_to().starts_with("/admin/sign-in?"), "twelve hours");
    let user = world.admin.db.user_by_login("boss").await.unwrap().unwrap();
    let browser = world.signed_in(&user).await;
    world.pass(3_601);
    assert!(world.get(&browser, "/admin").await.leads_to().starts_with("/admin/sign-in?"), "an hour of rest");
}

#[tokio::test]
async fn a_temporary_password_must_be_changed_and_rights_may_ask_for_a_second_factor_first() {
    let world = World::with_stores().await;
    let grants = vec![Grant { role: Role::Support, store: Some(shop("17")) }];
    let new = NewUser { login: "olga".to_owned(), name: "Olga".to_owned(), grants };
    let temporary = add_user(&world.admin.db, new, world.author()).await.unwrap();
    let temporary = temporary.expose_secret();
    let signed = password(&world, &Browser::default(), "olga", temporary).await;
    let browser = Browser { cookie: signed.cookie(), ..Browser::default() };
    assert_eq!(world.get(&browser, "/admin").await.leads_to(), "/admin/me/password");
    for (old, new, again, message) in [
        ("nonsense", PASSWORD, PASSWORD, "That is not the password"),
        (temporary, "short", "short", "Too short"),
        (temporary, temporary, temporary, "That is the old password"),
        (temporary, PASSWORD, "another one here", "The passwords differ"),
    ] {
        let fields = [("password_old", old), ("password", new), ("password_again", again)];
        let answer = world.post(&browser, "/admin/me/password", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(message), "{message}");
        assert!(
            !answer.body.contains(temporary) && !answer.body.contains(PASSWORD),
            "no password comes back"
        );
    }
    let fields = [("password_old", temporary), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert!(world.post(&browser, "/admin/me/password", &fields).await.status.is_redirection());
    assert_eq!(world.get(&browser, "/admin/stores").await.leads_to(), "/admin/me/second-factor");
}

#[tokio::test]
async fn who_loses_rights_is_signed_out_and_the_last_owner_stays() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let olga = world.person("olga", vec![Grant { role: Role::Auditor, store: None }]).await;
    let browser = world.signed_in(&olga).await;
    let page = format!("/admin/users/{}", olga.id);
    let fields = [("name", "Olga"), ("roles", "cashier:17"), ("version", "1")];
    assert!(world.post(&owner, &page, &fields).await.status.is_redirection());
    assert!(world.get(&browser, "/admin").await.leads_to().starts_with("/admin/sign-in?"));
    let stale = world.post(&owner, &page, &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "somebody else changed her meanwhile");
    let boss = world.admin.db.user_by_login("boss").await.unwrap().unwrap();
    let fields = [("name", "Boss"), ("roles", "auditor"), ("version", "1")];
    let refused = world.post(&owner, &format!("/admin/users/{}", boss.id), &fields).await;
    assert!(refused.body.contains("last owner"), "{}", refused.body);
    let kept = world.post(&owner, &format!("/admin/users/{}/remove", boss.id), &[]).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    assert!(kept.body.contains("remove yourself"), "{}", kept.body);
    assert_eq!(world.admin.db.users().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_admin_makes_no_owner_and_changes_none() {
    let world = World::with_stores().await;
    world.owner().await;
    let admin = world.person("anna", vec![Grant { role: Role::Admin, store: None }]).await;
    let browser = world.signed_in(&admin).await;
    let boss = world.admin.db.user_by_login("boss").await.unwrap().unwrap();
    let fields = [("login", "eve"), ("name", "Eve"), ("roles", "owner")];
    assert_eq!(
        world.post(&browser, "/admin/users/new", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    for call in ["", "/reset", "/remove"] {
        let path = format!("/admin/users/{}{call}", boss.id);
        let fields = [("name", "x"), ("roles", "cashier"), ("version", "1")];
        assert_eq!(world.post(&browser, &path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(world.admin.db.users().await.unwrap().len(), 2);
}

#[tokio::test]
async fn no_page_shows_a_hash_or_a_seed() {
    let world = World::new().await;
    let (browser, seed, _) = first_owner(&world).await;
    let user = world.admin.db.user_by_login("boss").await.unwrap().unwrap();
    let hash = user.body.password_hash.clone().unwrap();
    for page in [
        "/admin",
        "/admin/me",
        "/admin/users",
        &format!("/admin/users/{}", user.id),
        "/admin/audit",
        "/admin/sessions",
    ] {
        let body = world.get(&browser, page).await.body;
        for secret in [hash.as_str(), "argon2", seed.expose_secret(), "v1:", PASSWORD] {
            assert!(!body.contains(secret), "{page} shows {secret}");
        }
    }
}
