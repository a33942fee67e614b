//! What a screen hears and shows.

use console::ScreenState;
use console::samples::PAYLOAD;
use engine::doors::Screens;
use payment::{Annulment, LastTry, Payment};

use crate::fake::Fakes;
use crate::running::{Running, kiosk, other_kiosk, two_registers};
use http_door::HttpConfig;

const SCREEN: &str = "/screen?store=17&register=1&console=kiosk";
const EVENTS: &str = "/screen/events?store=17&register=1&console=kiosk";

#[tokio::test]
async fn every_state_is_served_as_a_page_that_is_right_without_script() {
    let door = Running::open().await;
    for state in ScreenState::ALL {
        let payments: Vec<Payment> = door.sample().in_state(state).into_iter().collect();
        if payments.is_empty() && state != ScreenState::Idle {
            continue;
        }
        door.fakes.screens.put(payments);
        let answer = door.get(SCREEN).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let page = answer.text().await.unwrap();
        assert!(page.contains(&format!("data-state=\"{}\"", state.word())), "{state:?}");
    }
    door.stop().await;
}

#[tokio::test]
async fn a_stream_gives_the_whole_state_first_and_again_after_each_change() {
    let door = Running::open().await;
    let mut stream = door.stream(EVENTS).await;
    let first = stream.next().await.unwrap();
    assert_eq!(first["view"]["state"], "idle");
    let sample = door.sample();
    let mut version = first["version"].as_i64().unwrap();
    for state in [ScreenState::Preparing, ScreenState::Code, ScreenState::Processing, ScreenState::Paid] {
        door.fakes.screens.change(sample.in_state(state).into_iter().collect());
        let snapshot = stream.until(state.word()).await;
        assert!(snapshot["version"].as_i64().unwrap() > version, "{state:?}");
        assert!(snapshot["html"].as_str().unwrap().contains(state.word()));
        version = snapshot["version"].as_i64().unwrap();
    }
    door.stop().await;
}

#[tokio::test]
async fn p8_the_code_is_gone_from_the_stream_the_page_and_its_address_when_the_payment_ends() {
    let door = Running::open().await;
    let sample = door.sample();
    door.fakes.screens.put(vec![sample.showing(LastTry::None)]);
    let mut stream = door.stream(EVENTS).await;
    let shown = stream.next().await.unwrap();
    assert_eq!(shown["view"]["code"]["payload"], PAYLOAD);
    let picture = shown["view"]["code"]["picture"].as_str().unwrap().to_owned();
    let drawn = door.get(&picture).send().await.unwrap();
    assert_eq!(
        (drawn.status().as_u16(), drawn.headers()["content-type"].to_str().unwrap()),
        (200, "image/svg+xml")
    );
    assert!(door.get(SCREEN).send().await.unwrap().text().await.unwrap().contains("crispEdges"));

    door.fakes.screens.change(vec![sample.in_state(ScreenState::Paid).unwrap()]);
    let paid = stream.until("paid").await;
    assert_eq!(paid["view"]["code"], serde_json::Value::Null);
    assert!(!paid["html"].as_str().unwrap().contains("crispEdges"));
    assert_eq!(door.get(&picture).send().await.unwrap().status(), 404);
    assert!(!door.get(SCREEN).send().await.unwrap().text().await.unwrap().contains("crispEdges"));
    door.stop().await;
}

#[tokio::test]
async fn p8_a_picture_is_only_of_the_code_that_is_shown_now() {
    let door = Running::open().await;
    door.fakes.screens.put(vec![door.sample().showing(LastTry::None)]);
    let another =
        format!("{}&code=00000000000000000000000000000000", SCREEN.replace("/screen", "/screen/code.svg"));
    assert_eq!(door.get(&another).send().await.unwrap().status(), 404);
    let mut withdrawn = door.sample().showing(LastTry::None);
    withdrawn.state.attempts[0].annulment = Annulment::Due { at: door.fakes.screens.now() };
    door.fakes.screens.put(vec![withdrawn]);
    let any = SCREEN.replace("/screen", "/screen/code.svg");
    assert_eq!(door.get(&any).send().await.unwrap().status(), 404);
    door.stop().await;
}

#[tokio::test]
async fn p8_a_screen_does_not_hear_of_another_register() {
    let door = Running::open().await;
    let mut stream = door.stream("/screen/events?store=17&register=2&console=kiosk").await;
    assert_eq!(stream.state().await, "idle");
    door.fakes.screens.change(vec![door.sample().showing(LastTry::None)]);
    door.fakes.screens.hint(kiosk().destination());
    let mut own = door.sample();
    own.place = crate::running::other_kiosk();
    door.fakes
        .screens
        .change(vec![own.in_state(ScreenState::Preparing).unwrap(), door.sample().showing(LastTry::None)]);
    assert_eq!(stream.state().await, "preparing", "the first thing heard is its own");
    door.stop().await;
}

/// A payment of register 2 that has got hold of the first kiosk, which is shared.
fn of_the_second_till(door: &Running, state: ScreenState) -> Payment {
    let mut sample = door.sample();
    sample.place.register = other_kiosk().register;
    let mut payment = sample.in_state(state).unwrap();
    payment.state.consoles_held = vec![kiosk().console];
    payment
}

#[tokio::test]
async fn a_screen_that_tills_share_shows_and_cancels_the_code_of_whichever_has_it() {
    let mut settings = two_registers();
    for store in settings.stores.values_mut() {
        let owner = store.registers.get_mut(&kiosk().register).unwrap();
        owner.consoles.get_mut(&kiosk().console).unwrap().also_for = [other_kiosk().register].into();
    }
    let config = HttpConfig { open_screens: true, ..HttpConfig::default() };
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let door = Running::start(config, listen, Fakes::new(settings)).await;
    let mut stream = door.stream(EVENTS).await;
    assert_eq!(stream.state().await, "idle");
    let shown = of_the_second_till(&door, ScreenState::Code);
    door.fakes.screens.change(vec![shown.clone()]);
    assert_eq!(stream.state().await, "code", "told by the hint of the other till");
    assert_eq!(door.fakes.screens.drawn.lock().unwrap()[..], [(shown.id, kiosk().console)]);

    let press = door.post(&SCREEN.replace("/screen", "/screen/cancel"));
    let press = press.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(press.body(format!("payment={}", shown.id)).send().await.unwrap().status(), 303);
    let received = door.fakes.intake.received.lock().unwrap().pop().unwrap();
    assert_eq!((received.verb.as_str(), received.register.as_str()), ("cancel", "2"));

    door.fakes.screens.change(vec![of_the_second_till(&door, ScreenState::Paid)]);
    assert_eq!(stream.state().await, "paid");
    door.stop().await;
}

#[tokio::test]
async fn a_screen_that_comes_back_after_a_restart_of_the_service_is_right_again() {
    let door = Running::open().await;
    door.fakes.screens.put(vec![door.sample().showing(LastTry::None)]);
    let mut stream = door.stream(EVENTS).await;
    assert_eq!(stream.state().await, "code");
    let paid = door.sample().in_state(ScreenState::Paid).unwrap();
    let (address, _) = door.stop().await;
    assert_eq!(stream.next().await, None, "the stop ends the stream");

    let config = HttpConfig { open_screens: true, ..HttpConfig::default() };
    let again = Running::start(config, address, Fakes::new(two_registers())).await;
    again.fakes.screens.put(vec![paid]);
    let mut stream = again.stream(EVENTS).await;
    assert_eq!(stream.state().await, "paid");
    again.stop().await;
}

#[tokio::test]
async fn the_language_can_be_asked_for_in_the_address() {
    let door = Running::open().await;
    for (language, title) in
        [("hi", "QR कोड से भुगतान"), ("kk", "QR‑код арқылы төлеу"), ("xx", "Оплата по QR‑коду")]
    {
        let page = door.get(&format!("{SCREEN}&lang={language}")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(title), "{language}");
        let mut stream = door.stream(&format!("{EVENTS}&lang={language}")).await;
        assert!(stream.next().await.unwrap()["html"].as_str().unwrap().contains(title), "{language}");
    }
    door.stop().await;
}

#[tokio::test]
async fn the_buyer_cancels_what_the_screen_shows_and_nothing_else() {
    let door = Running::open().await;
    let cancel = SCREEN.replace("/screen", "/screen/cancel");
    let payment = door.sample().showing(LastTry::None);
    let (shown, other) = (payment.id.to_string(), "0".repeat(32));
    let press = |payment: &str| {
        door.post(&cancel)
            .body(format!("payment={payment}"))
            .header("content-type", "application/x-www-form-urlencoded")
    };

    door.fakes.screens.put(vec![payment]);
    assert_eq!(press(&other).send().await.unwrap().status(), 303);
    door.fakes.screens.put(vec![door.sample().in_state(ScreenState::Processing).unwrap()]);
    assert_eq!(press(&shown).send().await.unwrap().status(), 303);
    assert!(door.fakes.intake.received.lock().unwrap().is_empty());

    door.fakes.screens.put(vec![door.sample().showing(LastTry::None)]);
    let answer = press(&shown).send().await.unwrap();
    assert_eq!(answer.headers()["location"], SCREEN);
    let received = door.fakes.intake.received.lock().unwrap().pop().unwrap();
    assert_eq!((received.version.as_str(), received.verb.as_str()), ("v1", "cancel"));
    assert_eq!((received.store.as_str(), received.register.as_str()), ("17", "1"));
    let body: serde_json::Value = serde_json::from_slice(&received.body).unwrap();
    assert_eq!(body, serde_json::json!({ "operation": "sample-1", "reason": "buyer" }));
    door.stop().await;
}

#[tokio::test]
async fn a_cancel_that_could_not_be_kept_says_so() {
    let door = Running::open().await;
    let payment = door.sample().showing(LastTry::None);
    let shown = payment.id.to_string();
    door.fakes.screens.put(vec![payment]);
    door.fakes.intake.is_away.store(true, std::sync::atomic::Ordering::Relaxed);
    let cancel = SCREEN.replace("/screen", "/screen/cancel");
    let press = door
        .post(&cancel)
        .body(format!("payment={shown}"))
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(press.send().await.unwrap().status(), 503);
    door.stop().await;
}

#[tokio::test]
async fn another_site_can_not_press_the_button() {
    let door = Running::open().await;
    let payment = door.sample().showing(LastTry::None);
    let shown = payment.id.to_string();
    door.fakes.screens.put(vec![payment]);
    let cancel = SCREEN.replace("/screen", "/screen/cancel");
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        let press = door
            .post(&cancel)
            .body(format!("payment={shown}"))
            .header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(press.header(header, value).send().await.unwrap().status(), 403, "{header}");
    }
    assert!(door.fakes.intake.received.lock().unwrap().is_empty());
    door.stop().await;
}

#[tokio::test]
async fn the_pages_files_are_served_and_may_be_kept() {
    let door = Running::locked().await;
    for (name, kind) in [
        ("screen.css", "text/css"),
        ("layouts.css", "text/css"),
        ("screen.js", "text/javascript"),
        ("door.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let answer = door.get(&format!("/screen/assets/{name}?x")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind), "{name}");
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    }
    for name in ["nothing.js", "..%2flib.rs"] {
        assert_eq!(door.get(&format!("/screen/assets/{name}")).send().await.unwrap().status(), 404);
    }
    door.stop().await;
}
