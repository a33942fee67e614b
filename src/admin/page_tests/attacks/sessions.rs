//! Sessions that somebody plants, keeps or overhears.

use axum::http::header;
use secrecy::{ExposeSecret, SecretString};
use store::{Grant, People, PeopleEdit, Role, User};

use crate::page_tests::kit::{Browser, World};
use crate::{code_now, hash_of_password, new_setup_link};

const PASSWORD: &str = "four words in a row";
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

async fn boss(world: &World) -> User {
    let mut user = world.person("boss", vec![Grant { role: Role::Owner, store: None }]).await;
    user.body.password_hash = hash_of_password(&SecretString::from(PASSWORD)).await;
    world.admin.db.change_people(vec![PeopleEdit::ChangeUser(Box::new(user))], vec![]).await.unwrap();
    world.admin.db.user_by_login("boss").await.unwrap().unwrap()
}

/// Signs in with password and code in a browser that has a cookie already.
async fn sign_in(world: &World, browser: &Browser) -> Browser {
    let half = world.post(browser, "/admin/sign-in", &[("login", "boss"), ("password", PASSWORD)]).await;
    let half = Browser { cookie: half.cookie(), ..browser.clone() };
    world.pass(30);
    let code = code_now(&SecretString::from(SEED), world.admin.now()).unwrap();
    let whole = world.post(&half, "/admin/sign-in/code", &[("code", &code)]).await;
    assert_eq!(whole.leads_to(), "/admin", "{}", whole.body);
    Browser { cookie: whole.cookie(), ..browser.clone() }
}

async fn is_let_in(world: &World, browser: &Browser) -> bool {
    world.get(browser, "/admin/me").await.status.is_success()
}

#[tokio::test]
async fn who_plants_a_session_of_their_own_gets_nothing_of_who_signs_in_over_it() {
    let world = World::with_stores().await;
    boss(&world).await;
    let eve = world.person("eve", vec![Grant { role: Role::Auditor, store: None }]).await;
    let planted = world.signed_in(&eve).await;
    let signed = sign_in(&world, &planted).await;
    assert_ne!(signed.cookie, planted.cookie, "a token of its own");
    assert!(world.get(&signed, "/admin/me").await.body.contains("Person boss"));
    let eves = world.get(&planted, "/admin/me").await.body;
    assert!(eves.contains("Person eve") && !eves.contains("Person boss"), "{eves}");
}

#[tokio::test]
async fn a_token_that_is_planted_before_the_link_for_the_first_owner_is_never_taken_over() {
    let world = World::new().await;
    let link = new_setup_link(&world.admin.db, world.author()).await.unwrap();
    let planted = Browser { cookie: Some("admin=planted-by-an-attacker".to_owned()), ..Browser::default() };
    let fields = [("login", "boss"), ("name", "Boss"), ("password", PASSWORD), ("password_again", PASSWORD)];
    let made = world.post(&planted, link.path.expose_secret(), &fields).await;
    assert!(!made.cookie().unwrap().contains("planted"), "{:?}", made.cookie());
    assert!(!is_let_in(&world, &planted).await);
}

#[tokio::test]
async fn a_session_that_ended_is_over_for_whoever_kept_its_token() {
    let world = World::new().await;
    let user = boss(&world).await;
    let kept = sign_in(&world, &Browser::default()).await;
    let elsewhere = world.signed_in(&user).await;
    assert!(is_let_in(&world, &kept).await && is_let_in(&world, &elsewhere).await);
    let out = world.post(&kept, "/admin/sign-out", &[]).await;
    assert_eq!(out.leads_to(), "/admin/sign-in?done=signed-out");
    assert!(!is_let_in(&world, &kept).await, "signed out here means signed out");
    assert!(is_let_in(&world, &elsewhere).await);

    // Another password ends every other session: one that somebody has taken as well.
    let own = sign_in(&world, &Browser::default()).await;
    let fields = [
        ("password_old", PASSWORD),
        ("password", "five words in a row"),
        ("password_again", "five words in a row"),
    ];
    assert!(world.post(&own, "/admin/me/password", &fields).await.status.is_redirection());
    assert!(is_let_in(&world, &own).await && !is_let_in(&world, &elsewhere).await);
}

#[tokio::test]
async fn a_half_way_session_opens_nothing_but_the_page_of_the_code_and_does_not_last() {
    let world = World::with_stores().await;
    boss(&world).await;
    let half =
        world.post(&Browser::default(), "/admin/sign-in", &[("login", "boss"), ("password", PASSWORD)]).await;
    let half = Browser { cookie: half.cookie(), ..Browser::default() };
    for row in crate::rights::TABLE.iter().filter(|row| row.who != crate::rights::Who::Anyone) {
        if row.path == "/admin/sign-in/code" || row.path == "/admin/sign-out" {
            continue;
        }
        let path = row.path.replace("{store}", "17").replace(['{', '}'], "");
        let answer = match row.method {
            "GET" => world.get(&half, &path).await,
            _ => world.post(&half, &path, &[]).await,
        };
        assert_eq!(answer.leads_to(), "/admin/sign-in/code", "{} {path}", row.method);
    }
    world.pass(5 * 60);
    let late = world.get(&half, "/admin/sign-in/code").await;
    assert!(late.leads_to().starts_with("/admin/sign-in?"), "five minutes: {}", late.leads_to());
}

#[tokio::test]
async fn under_tls_the_cookie_goes_by_tls_alone() {
    let world = World::new().await;
    boss(&world).await;
    let by_tls = Browser { address: [127, 0, 0, 1], is_by_tls: true, ..Browser::default() };
    let answer = world.post(&by_tls, "/admin/sign-in", &[("login", "boss"), ("password", PASSWORD)]).await;
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("Secure") && set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    assert!(answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
}
