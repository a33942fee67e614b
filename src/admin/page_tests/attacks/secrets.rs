//! Secrets are on no page, in no address and in no answer to a form.

use axum::http::header;
use secrecy::{ExposeSecret, SecretString};

use super::evil::{
    CREDENTIAL, EVIL, EvilWorld, NEXT_CREDENTIAL, PASSWORD_HASH, RECOVERY_HASH, SCREEN_KEY_HASH, SEED,
};
use crate::page_tests::html::forms_of;
use crate::page_tests::kit::Answer;

/// All that is secret in a world: what it is, and the secret.
async fn secrets_of(evil: &EvilWorld) -> Vec<(&'static str, String)> {
    let token = evil.owner.cookie.clone().unwrap().replace("admin=", "");
    let hash = store::hash_of_key(&SecretString::from(token.clone()));
    let made = evil.world.post(&evil.owner, "/admin/stores/17/keys", &[("key_name", "tills")]).await.body;
    let key = made.split("<code data-copy>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let key_hash = store::hash_of_key(&SecretString::from(key.clone()));
    let device = evil.world.admin.db.begin_pairing(evil.world.admin.now()).await.unwrap();
    vec![
        ("a credential", CREDENTIAL.to_owned()),
        ("a next credential", NEXT_CREDENTIAL.to_owned()),
        ("the seed of a second factor", SEED.to_owned()),
        ("the seed as people type it", "JBSW Y3DP".to_owned()),
        ("the hash of a password", PASSWORD_HASH.to_owned()),
        ("the hash of a recovery code", RECOVERY_HASH.to_owned()),
        ("the token of a session", token),
        ("the hash of that token", hash),
        ("the key of tills", key),
        ("the token of a screen that waits", device.token.expose_secret().to_owned()),
        ("the hash of the key of tills", key_hash),
        ("the hash of the key of a screen", SCREEN_KEY_HASH.to_owned()),
    ]
}

fn must_tell_none(place: &str, answer: &Answer, secrets: &[(&str, String)]) {
    for (what, secret) in secrets {
        assert!(!answer.body.contains(secret), "{place} tells {what}");
        for (name, value) in &answer.headers {
            let is_told = value.to_str().is_ok_and(|value| value.contains(secret));
            assert!(!is_told, "{place} tells {what} in {name}");
        }
    }
}

/// A file of settings has the hashes of keys: tills and screens keep theirs where it is taken in. Nobody but who has the keys has any
/// use for them.
fn without_hashes_of_keys(secrets: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let is_hash =
        |what: &str| matches!(what, "the hash of the key of tills" | "the hash of the key of a screen");
    secrets.iter().filter(|(what, _)| !is_hash(what)).cloned().collect()
}

#[tokio::test]
async fn no_page_or_address_tells_a_secret() {
    let evil = EvilWorld::new().await;
    let link = crate::new_setup_link(&evil.world.admin.db, evil.world.author()).await;
    assert!(link.is_err(), "there is an owner: no link stands open");
    let secrets = secrets_of(&evil).await;
    for path in evil.pages() {
        let answer = evil.world.get(&evil.owner, &path).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        let is_file = path == "/admin/transfer/export";
        let kept = if is_file { without_hashes_of_keys(&secrets) } else { secrets.clone() };
        must_tell_none(&path, &answer, &kept);
    }
}

#[tokio::test]
async fn no_answer_to_a_form_tells_a_secret_or_repeats_one() {
    let evil = EvilWorld::new().await;
    let secrets = secrets_of(&evil).await;
    let typed = "typed-into-a-field-of-secrets";
    for path in evil.pages() {
        let page = evil.world.get(&evil.owner, &path).await;
        for form in forms_of(&page.body).iter().filter(|form| form.asks()) {
            let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let is_open = |name: &String| form.lists.contains(name);
            let lines = form.typed.iter().map(|(name, shown)| {
                (name.as_str(), if shown.is_some() || is_open(name) { EVIL } else { typed })
            });
            let answer =
                evil.world.post(&evil.owner, &form.action, &hidden.chain(lines).collect::<Vec<_>>()).await;
            let about = format!("the answer to {}", form.action);
            must_tell_none(&about, &answer, &secrets);
            assert!(!answer.body.contains(typed), "{about} repeats what nobody may see");
        }
    }
}

#[tokio::test]
async fn browsers_keep_no_page_that_secrets_were_typed_into_or_are_shown_on() {
    let evil = EvilWorld::new().await;
    for path in evil.pages() {
        let answer = evil.world.get(&evil.owner, &path).await;
        let asks_for_one = answer.body.contains("type=\"password\"") || answer.body.contains("name=\"code\"");
        let is_kept = answer.headers.get(header::CACHE_CONTROL).is_none_or(|told| told != "no-store");
        assert!(!(asks_for_one && is_kept), "{path} may be kept by a browser");
    }
}
