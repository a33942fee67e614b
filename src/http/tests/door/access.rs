//! Who may see which screen.

use console::samples;
use engine::settings::ConsoleKind;
use http_door::HttpConfig;
use payment::LastTry;

use crate::fake::Fakes;
use crate::running::{KEY, Running, kiosk, other_kiosk, two_registers};

#[tokio::test]
async fn a_key_in_an_address_opens_nothing() {
    let door = Running::locked().await;
    for path in ["/screen", "/screen/events", "/screen/code.svg"] {
        let answer = door.get(&format!("{path}?{}&key={KEY}", kiosk().query())).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        assert!(answer.headers().get("set-cookie").is_none(), "{path}");
    }
    door.stop().await;
}

#[tokio::test]
async fn a_paired_device_sees_its_screen_and_the_key_is_nowhere_in_it() {
    let door = Running::locked().await;
    door.fakes.screens.put(vec![door.sample().showing(LastTry::None)]);
    let cookie = Running::cookie_of(&kiosk());
    let page = door.get("/screen").header("cookie", &cookie).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("data-state=\"code\"") && !page.contains(KEY) && !page.contains(&cookie[20..]));
    door.stop().await;
}

#[tokio::test]
async fn p8_a_screen_of_another_register_gets_403() {
    let door = Running::locked().await;
    let cookie = Running::cookie_of(&kiosk());
    let (own, other) = (kiosk().query(), other_kiosk().query());
    for (path, status) in [
        (format!("/screen?{own}"), 200),
        (format!("/screen?{other}"), 403),
        (format!("/screen/events?{other}"), 403),
        (format!("/screen/code.svg?{other}"), 403),
        ("/screen?store=17".to_owned(), 403),
    ] {
        let answer = door.get(&path).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    let press = door.post(&format!("/screen/cancel?{other}")).header("cookie", &cookie);
    let press = press.header("content-type", "application/x-www-form-urlencoded").body("payment=x");
    assert_eq!(press.send().await.unwrap().status(), 403);
    door.stop().await;
}

#[tokio::test]
async fn without_the_right_key_a_helpful_page_refuses() {
    let door = Running::locked().await;
    let place = kiosk().query();
    for path in [
        "/screen".to_owned(),
        format!("/screen?{place}"),
        "/screen?store=17&register=9&console=kiosk".to_owned(),
        "/screen?store=..&register=/&console=%00".to_owned(),
    ] {
        let answer = door.get(&path).header("accept-language", "en").send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        assert!(answer.headers().get("set-cookie").is_none(), "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("/pair"), "{path}");
    }
    for cookie in
        ["screen=", "screen=17.1.kiosk.", "screen=17.1.kiosk.zz", "screen=17.1.kiosk.6b.6b", "screen=a"]
    {
        let answer = door.get("/screen/events").header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{cookie}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    door.stop().await;
}

#[tokio::test]
async fn a_console_without_a_key_can_not_be_opened() {
    let settings = samples::settings("Vkusno", "ru", &[(kiosk(), ConsoleKind::Kiosk, None)]);
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let door = Running::start(HttpConfig::default(), listen, Fakes::new(settings)).await;
    let cookie = "screen=17.1.kiosk.";
    assert_eq!(door.get("/screen").header("cookie", cookie).send().await.unwrap().status(), 403);
    door.stop().await;
}

#[tokio::test]
async fn a_changed_key_shuts_the_screens_that_hold_the_old_one() {
    let door = Running::locked().await;
    let cookie = Running::cookie_of(&kiosk());
    let mut settings = two_registers();
    for console in settings
        .stores
        .values_mut()
        .flat_map(|store| store.registers.values_mut())
        .flat_map(|register| register.consoles.values_mut())
    {
        console.screen_key_sha256 = Some("00".repeat(32));
    }
    door.fakes.screens.set_settings(settings);
    for path in ["/screen", "/screen/events"] {
        assert_eq!(door.get(path).header("cookie", &cookie).send().await.unwrap().status(), 403, "{path}");
    }
    door.stop().await;
}

#[tokio::test]
async fn open_screens_list_the_consoles_or_show_the_only_one() {
    let door = Running::open().await;
    let page = door.get("/screen").send().await.unwrap().text().await.unwrap();
    for place in [kiosk(), other_kiosk()] {
        assert!(page.contains(&place.query().replace('&', "&#38;")), "{page}");
    }
    assert_eq!(door.get("/screen?store=17&register=9&console=kiosk").send().await.unwrap().status(), 404);
    assert_eq!(door.get("/screen/events").send().await.unwrap().status(), 403, "a stream is of one screen");

    door.fakes.screens.set_settings(samples::settings(
        "Vkusno",
        "ru",
        &[(kiosk(), ConsoleKind::Kiosk, None)],
    ));
    let page = door.get("/screen").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("data-state=\"idle\""));
    door.fakes.screens.set_settings(samples::settings("Vkusno", "ru", &[]));
    let page = door.get("/screen").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Экранов пока нет"));
    door.stop().await;
}
