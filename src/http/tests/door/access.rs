//! Who may see which screen.

use console::samples;
use engine::settings::ConsoleKind;
use http_door::HttpConfig;
use payment::LastTry;

use crate::fake::Fakes;
use crate::running::{KEY, Running, kiosk, other_kiosk, two_registers};

#[tokio::test]
async fn the_key_opens_its_screen_and_leaves_the_address_bar() {
    let door = Running::locked().await;
    let answer = door.get(&format!("/screen?{}&key={KEY}", kiosk().query())).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/screen");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/screen", "Max-Age="] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains(KEY) && !cookie.contains("Secure"));

    door.fakes.screens.put(vec![door.sample().showing(LastTry::None)]);
    let cookie = door.open_with_key(&kiosk()).await;
    let page = door.get("/screen").header("cookie", &cookie).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("data-state=\"code\"") && !page.contains(KEY));
    door.stop().await;
}

#[tokio::test]
async fn behind_tls_the_cookie_is_kept_to_tls() {
    let door = Running::locked().await;
    let opening = door.get(&format!("/screen?{}&key={KEY}&lang=kk", kiosk().query()));
    let answer = opening.header("x-forwarded-proto", "https").send().await.unwrap();
    assert!(answer.headers()["set-cookie"].to_str().unwrap().contains("Secure"));
    assert_eq!(answer.headers()["location"], "/screen?lang=kk");
    door.stop().await;
}

#[tokio::test]
async fn p8_a_screen_of_another_register_gets_403() {
    let door = Running::locked().await;
    let cookie = door.open_with_key(&kiosk()).await;
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
    let long = "k".repeat(5_000);
    let place = kiosk().query();
    for path in [
        "/screen".to_owned(),
        format!("/screen?{place}"),
        format!("/screen?{place}&key=wrong"),
        format!("/screen?{place}&key="),
        format!("/screen?{place}&key={long}"),
        format!("/screen?store=17&register=9&console=kiosk&key={KEY}"),
        format!("/screen?store=..&register=/&console=%00&key={KEY}"),
        format!("/screen?key={KEY}"),
    ] {
        let answer = door.get(&path).header("accept-language", "en").send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        assert!(answer.headers().get("set-cookie").is_none(), "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("together with the console’s key"), "{path}");
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
    let answer = door.get(&format!("/screen?{}&key=", kiosk().query())).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    door.stop().await;
}

#[tokio::test]
async fn a_changed_key_shuts_the_screens_that_hold_the_old_one() {
    let door = Running::locked().await;
    let cookie = door.open_with_key(&kiosk()).await;
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
