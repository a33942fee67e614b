//! Forms of stores: what is wrong is told at its field, and nothing is stored half.

use axum::http::StatusCode;
use payment::LateMoney;
use store::{Grant, People, Role};

use super::kit::{World, shop};

const GOOD: [(&str, &str); 7] = [
    ("store_id", "21"),
    ("name", "Shop 21"),
    ("zone", "Asia/Almaty"),
    ("language", "kk"),
    ("currency", "KZT"),
    ("late_money", "offer"),
    ("claim_within_s", "900"),
];

fn with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    GOOD.into_iter().map(|(field, kept)| if field == name { (field, value) } else { (field, kept) }).collect()
}

#[tokio::test]
async fn a_store_is_added_as_it_was_typed_and_told_in_the_audit() {
    let world = World::new().await;
    let owner = world.owner().await;
    let answer = world.post(&owner, "/admin/stores/new", &GOOD).await;
    assert_eq!(answer.leads_to(), "/admin/stores/21?done=saved", "{}", answer.body);
    let settings = world.admin.db.settings().await.unwrap();
    let store = &settings.stores[&shop("21")];
    assert_eq!(
        (store.name.as_str(), store.zone.as_str(), store.currency.code()),
        ("Shop 21", "Asia/Almaty", "KZT")
    );
    assert!(matches!(store.late_money, LateMoney::Offer { claim_within } if claim_within.as_secs() == 900));
    let told = world.admin.db.audit_before(None, 1).await.unwrap().remove(0).entry;
    assert_eq!((told.author.who.as_str(), told.author.from.as_str()), ("boss", "10.0.0.7"));
    assert_eq!((told.action.as_str(), told.about.as_str()), ("settings.set", "stores.21"));
}

#[tokio::test]
async fn every_wrong_input_is_told_at_its_field_and_nothing_is_stored() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    for (field, value, message) in [
        ("store_id", "", "1 to 40 Latin letters"),
        ("store_id", "a b", "1 to 40 Latin letters"),
        ("store_id", "17", "There is such a one already"),
        ("name", "", "People need a name"),
        ("name", "a\u{7}b", "People need a name"),
        ("zone", "Mars/Olympus", "There is no such time zone"),
        ("zone", "", "There is no such time zone"),
        ("language", "de", "Choose a language"),
        ("currency", "XXL", "Choose a currency"),
        ("late_money", "keep", "Choose one of the list"),
        ("claim_within_s", "0", "Seconds, 1 to 86400"),
        ("claim_within_s", "soon", "Seconds, 1 to 86400"),
    ] {
        let answer = world.post(&owner, "/admin/stores/new", &with(field, value)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} = {value:?}");
        let told = answer.body.split("class=\"wrong\"").nth(1).unwrap_or_default();
        assert!(told.contains(message), "{field} = {value:?}: {told:.200}");
        assert!(answer.body.contains("Shop 21") || field == "name", "what was typed is still there");
    }
    assert_eq!(world.admin.db.settings().await.unwrap().stores.len(), 2);
}

#[tokio::test]
async fn of_two_who_change_the_same_store_the_second_is_told() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let page = "/admin/stores/17/settings";
    let mark = world.get(&owner, page).await.hidden("mark");
    let sent = |name: &'static str, mark: &'static str| -> Vec<(&'static str, &'static str)> {
        let mut fields: Vec<_> = GOOD.into_iter().filter(|(field, _)| *field != "store_id").collect();
        fields.retain(|(field, _)| *field != "name");
        fields.push(("name", name));
        fields.push(("mark", mark));
        fields
    };
    let mark: &'static str = mark.leak();
    assert!(world.post(&owner, page, &sent("First", mark)).await.status.is_redirection());
    let second = world.post(&owner, page, &sent("Second", mark)).await;
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(second.body.contains("somebody else changed these settings"), "{}", second.body);
    let settings = world.admin.db.settings().await.unwrap();
    assert_eq!(settings.stores[&shop("17")].name, "First");
    assert_eq!(settings.stores[&shop("17")].registers.len(), 1, "what hangs on it stays");
}

#[tokio::test]
async fn a_list_shows_the_stores_of_the_asker_alone() {
    let world = World::with_stores().await;
    let user = world.person("olga", vec![Grant { role: Role::StoreAdmin, store: Some(shop("18")) }]).await;
    let list = world.get(&world.signed_in(&user).await, "/admin/stores").await.body;
    assert!(list.contains("Shop 18") && !list.contains("Shop 17"));
}

#[tokio::test]
async fn names_of_shops_are_text_and_never_markup() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let evil = "<script>alert(1)</script>\"'&";
    let answer = world.post(&owner, "/admin/stores/new", &with("name", evil)).await;
    assert!(answer.status.is_redirection());
    for page in ["/admin/stores", "/admin/stores/21", "/admin/stores/21/settings", "/admin/audit", "/admin"] {
        let body = world.get(&owner, page).await.body;
        assert!(!body.contains("<script>alert"), "{page}");
    }
    let policy =
        world.get(&owner, "/admin").await.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn a_store_with_registers_is_not_removed() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    let answer = world.post(&owner, "/admin/stores/17/remove", &[]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("Remove them first"), "{}", answer.body);
    world.post(&owner, "/admin/stores/new", &GOOD).await;
    assert!(world.post(&owner, "/admin/stores/21/remove", &[]).await.status.is_redirection());
    assert_eq!(world.admin.db.settings().await.unwrap().stores.len(), 2);
}
