//! Forms of other sites, and links that would change something.

use axum::http::StatusCode;
use store::{Grant, People, PeopleEdit, Role};

use super::evil::EvilWorld;
use crate::page_tests::kit::{Browser, World, shop};
use crate::rights::TABLE;

/// Every call, with something in the places of its address.
fn calls() -> impl Iterator<Item = String> {
    TABLE.iter().filter(|row| row.method == "POST").map(|row| {
        let path = row.path.replace("{store}", "17").replace("{register}", "1");
        path.split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    })
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_by_its_origin_where_a_browser_is_too_old_to_say_more() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let before = (world.admin.db.users().await.unwrap(), world.admin.db.settings().await.unwrap());
    for origin in
        ["https://evil.example", "http://pos.example.evil.example", "http://pos.example:8080", "null"]
    {
        let lured = Browser { site: "", origin, ..owner.clone() };
        for path in calls() {
            let answer = world.post(&lured, &path, &[("name", "Eve's"), ("login", "eve")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} from {origin}");
        }
    }
    assert_eq!((world.admin.db.users().await.unwrap(), world.admin.db.settings().await.unwrap()), before);
    assert!(world.desk.asked.lock().unwrap().is_empty());
    // The same form from here gets further.
    let here = Browser { site: "", origin: "http://pos.example", ..owner };
    let answer = world.post(&here, "/admin/stores/new", &[("name", "Eve's")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
}

#[tokio::test]
async fn a_link_changes_nothing_however_it_is_followed() {
    let evil = EvilWorld::new().await;
    let db = &evil.world.admin.db;
    let before = (
        db.settings_revision().await.unwrap(),
        db.users().await.unwrap(),
        db.refund_requests().await.unwrap(),
        db.audit_before(None, 1).await.unwrap(),
        db.sessions(evil.world.admin.now()).await.unwrap().len(),
    );
    // As a link on another site: the cookie goes along.
    let lured = Browser { site: "cross-site", ..evil.owner.clone() };
    for path in evil.pages().into_iter().chain(calls()) {
        evil.world.get(&lured, &path).await;
    }
    let after = (
        db.settings_revision().await.unwrap(),
        db.users().await.unwrap(),
        db.refund_requests().await.unwrap(),
        db.audit_before(None, 1).await.unwrap(),
        db.sessions(evil.world.admin.now()).await.unwrap().len(),
    );
    assert_eq!(after, before);
    assert!(evil.world.desk.asked.lock().unwrap().is_empty());
    assert!(evil.world.till.asked.lock().unwrap().is_empty());
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
