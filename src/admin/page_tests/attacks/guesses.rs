//! Guessing: wherever something can be guessed, tries are counted before they are looked at.

use axum::http::StatusCode;
use payment::{CreditRole, Fact, Phase};
use secrecy::SecretString;
use store::{Grant, People, PeopleEdit, Role};

use crate::page_tests::kit::{Answer, Browser, World, shop};
use crate::page_tests::samples::{self, NOW};
use crate::{code_now, hash_of_password};

const PASSWORD: &str = "four words in a row";
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const TOO_MANY: &str = "Too many tries";

/// The owner with a password, signed in.
async fn owner(world: &World) -> Browser {
    let mut user = world.person("boss", vec![Grant { role: Role::Owner, store: None }]).await;
    user.body.password_hash = hash_of_password(&SecretString::from(PASSWORD)).await;
    let browser = world.signed_in(&user).await;
    world.admin.db.change_people(vec![PeopleEdit::ChangeUser(Box::new(user))], vec![]).await.unwrap();
    browser
}

fn code(world: &World) -> String {
    code_now(&SecretString::from(SEED), world.admin.now()).unwrap()
}

async fn sign_in(world: &World, browser: &Browser, password: &str) -> Answer {
    world.post(browser, "/admin/sign-in", &[("login", "boss"), ("password", password)]).await
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_no_way_around_the_count() {
    let world = World::new().await;
    owner(&world).await;
    let guesser = Browser { address: [203, 0, 113, 9], ..Browser::default() };
    let passwords: Vec<String> = (0..40).map(|number| format!("guess number {number}")).collect();
    let answers =
        futures_util::future::join_all(passwords.iter().map(|password| sign_in(&world, &guesser, password)))
            .await;
    let looked_at = answers.iter().filter(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(looked_at, 5);
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 422 | 429)));
}

#[tokio::test]
async fn an_address_that_the_guesser_makes_up_is_not_believed() {
    let world = World::new().await;
    owner(&world).await;
    let from = |number: u8, address| Browser {
        address,
        forwarded: Some(format!("198.51.100.{number}")),
        ..Browser::default()
    };
    for number in 0..5 {
        let answer = sign_in(&world, &from(number, [203, 0, 113, 9]), "guess").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = sign_in(&world, &from(99, [203, 0, 113, 9]), PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "the sixth from there, whatever it says");
    // A proxy on this machine is believed: each of those who come by it is counted alone.
    for number in 0..6 {
        let answer = sign_in(&world, &from(number, [127, 0, 0, 1]), "guess").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
    }
}

#[tokio::test]
async fn who_finds_a_browser_open_guesses_neither_the_password_nor_a_code() {
    let world = World::new().await;
    let browser = owner(&world).await;
    let password = async |old: &str| {
        let fields = [
            ("password_old", old),
            ("password", "five words in a row"),
            ("password_again", "five words in a row"),
        ];
        world.post(&browser, "/admin/me/password", &fields).await
    };
    for _ in 0..5 {
        assert!(password("guess").await.body.contains("That is not the password"));
    }
    let last = password(PASSWORD).await;
    assert!(last.status == StatusCode::UNPROCESSABLE_ENTITY && last.body.contains(TOO_MANY), "{}", last.body);

    let page = "/admin/me/second-factor";
    let seed = world.get(&browser, page).await.hidden("seed");
    let factor = async |old: &str| {
        world.post(&browser, page, &[("code_old", old), ("code", "000000"), ("seed", &seed)]).await
    };
    for _ in 0..10 {
        assert!(factor("000000").await.body.contains("That is not the code"));
    }
    let last = factor(&code(&world)).await;
    assert!(last.status == StatusCode::UNPROCESSABLE_ENTITY && last.body.contains(TOO_MANY), "{}", last.body);
    world.pass(15 * 60);
    assert!(password(PASSWORD).await.status.is_redirection(), "after a while its owner may try again");
}

/// A code that is guessed at one place counts at all of them: they are one user's codes for money.
#[tokio::test]
async fn codes_for_money_are_counted_together_wherever_they_are_asked_for() {
    let world = World::with_stores().await;
    let mut review = samples::shown(2);
    samples::add_credit(&mut review, CreditRole::Held);
    review.state.phase = Phase::Review { code: "x".to_owned(), reason: "x".to_owned(), since: NOW };
    let accepted = || vec![Fact::Accepted { give_up_at: NOW }];
    samples::keep(&world.store, samples::paid(1), accepted()).await;
    samples::keep(&world.store, review, accepted()).await;
    let grants = vec![Grant { role: Role::StoreAdmin, store: Some(shop("17")) }];
    let browser = world.signed_in(&world.person("olga", grants).await).await;
    let place = |number| format!("/admin/stores/17/payments/{}", samples::id(number));
    let refund = format!("{}/refund", place(1));
    let operation = world.get(&browser, &refund).await.hidden("operation");
    let refund_with = async |code: &str| {
        let fields =
            [("amount", "1"), ("reason", "x"), ("code", code), ("operation", &operation), ("credit", "0")];
        world.post(&browser, &refund, &fields).await
    };
    let review_with = async |code: &str| {
        let fields = [("verdict", "failed"), ("reason", "x"), ("code", code)];
        world.post(&browser, &format!("{}/review", place(2)), &fields).await
    };
    for _ in 0..3 {
        assert!(refund_with("000000").await.body.contains("That is not the code"));
    }
    for _ in 0..2 {
        assert!(review_with("000000").await.body.contains("That is not the code"));
    }
    let right = code(&world);
    assert!(review_with(&right).await.body.contains(TOO_MANY));
    assert!(refund_with(&right).await.body.contains(TOO_MANY));
    assert!(world.desk.asked.lock().unwrap().is_empty());
}
