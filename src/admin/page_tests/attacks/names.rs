//! Names that would run, in pages and in what is typed into them.

use std::collections::BTreeSet;

use axum::http::header;

use super::evil::{EVIL, EvilWorld, must_not_run};
use super::{can_run, is_page};
use crate::page_tests::html::{PageForm, forms_of};
use crate::page_tests::kit::Browser;

#[tokio::test]
async fn names_that_would_run_are_words_on_every_page() {
    let evil = EvilWorld::new().await;
    let mut telling = BTreeSet::new();
    for path in evil.pages() {
        let page = evil.world.get(&evil.owner, &path).await;
        assert!(!page.status.is_server_error(), "{path}: {}", page.status);
        if can_run(&page) {
            must_not_run(&path, &page.body);
        }
        if page.body.contains("alert(1)") {
            telling.insert(path);
        }
    }
    let silent: Vec<String> = evil.telling().into_iter().filter(|path| !telling.contains(path)).collect();
    assert_eq!(silent, Vec::<String>::new(), "these do not show the name that was planted: look again");
}

#[tokio::test]
async fn what_the_broker_says_of_dead_letters_is_words() {
    let evil = EvilWorld::new().await;
    *evil.world.yard.trouble.lock().unwrap() = Some(EVIL.to_owned());
    let page = evil.world.get(&evil.owner, "/admin/operations/letters").await.body;
    assert!(page.contains("alert(1)"), "{page}");
    must_not_run("trouble with letters", &page);
    let fields = [("which", "all")];
    let stopped = evil.world.post(&evil.owner, "/admin/operations/letters/replay", &fields).await.body;
    assert!(stopped.contains("alert(1)"), "{stopped}");
    must_not_run("letters that were not sent", &stopped);
}

/// What is sent when everything in a form is the name.
fn filled_with_evil(form: &PageForm) -> Vec<(&str, &str)> {
    let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let typed = form.typed.keys().chain(&form.ticked).map(|name| (name.as_str(), EVIL));
    hidden.chain(typed).collect()
}

#[tokio::test]
async fn what_is_typed_into_any_form_comes_back_as_words() {
    let evil = EvilWorld::new().await;
    let mut sent = BTreeSet::new();
    for browser in [evil.owner.clone(), Browser::default()] {
        for path in evil.pages() {
            let page = evil.world.get(&browser, &path).await;
            for form in forms_of(&page.body).iter().filter(|form| form.asks()) {
                let answer = evil.world.post(&browser, &form.action, &filled_with_evil(form)).await;
                must_not_run(&format!("the answer to {}", form.action), &answer.body);
                assert!(!answer.status.is_server_error(), "{}: {}", form.action, answer.status);
                let place = answer.leads_to();
                assert!(!place.contains(['<', '"', ' ']), "{} leads to {place}", form.action);
                sent.insert(form.action.clone());
            }
        }
    }
    assert!(sent.len() > 25, "only {} forms were found: {sent:#?}", sent.len());
}

#[tokio::test]
async fn what_stands_in_an_address_comes_back_as_words() {
    let evil = EvilWorld::new().await;
    let name = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%20onerror=alert(2)%3E";
    let payment = "/admin/stores/17/payments";
    for (browser, address) in [
        (&Browser::default(), "/admin/sign-in?next="),
        (&Browser::default(), "/admin/sign-in?done="),
        (&evil.owner, "/admin/payments?text="),
        (&evil.owner, "/admin?done="),
        (&evil.owner, "/admin/audit?before="),
        (&evil.owner, "/admin/pair/"),
        (&evil.owner, "/admin/stores/"),
        (&evil.owner, "/admin/stores/17/day?date="),
        (&evil.owner, "/admin/operations/events?store=17&register="),
        (&evil.owner, "/admin/operations/unclaimed/claim?server=bank&transaction="),
    ] {
        let page = evil.world.get(browser, &format!("{address}{name}")).await;
        assert!(!page.status.is_server_error(), "{address}: {}", page.status);
        must_not_run(address, &page.body);
    }
    for field in ["text", "payer", "status", "amount", "register", "from", "to", "before"] {
        let page = evil.world.get(&evil.owner, &format!("{payment}?{field}={name}")).await;
        must_not_run(field, &page.body);
    }
}

#[tokio::test]
async fn nothing_in_a_page_runs_but_the_script_of_ours() {
    let evil = EvilWorld::new().await;
    for path in evil.pages() {
        let page = evil.world.get(&evil.owner, &path).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        if !is_page(&page) {
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
