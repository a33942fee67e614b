//! Pairing a device with a console, and what only a paired device may.

use console::ScreenState;
use engine::settings::{ScreenSettings, Slide};
use http_door::{HttpConfig, Pairings};
use payment::LastTry;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::fake::Fakes;
use crate::running::{Running, kiosk, other_kiosk, two_registers};

/// What a device's page says and what cookie it got, if any.
async fn show(door: &Running, cookie: Option<&str>) -> (reqwest::StatusCode, Option<String>, String) {
    let mut request = door.get("/pair").header("accept-language", "en");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    let answer = request.send().await.unwrap();
    let cookies = answer.headers().get_all("set-cookie");
    let cookie = cookies.iter().find_map(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.starts_with("pairing=").then(|| cookie.to_owned())
    });
    (answer.status(), cookie, answer.text().await.unwrap())
}

/// Gives the first kiosk to the device with this cookie, as `integrator console pair` does.
fn pair(door: &Running, cookie: &str) {
    let token = cookie.split('=').nth(1).unwrap();
    let mut settings = two_registers();
    let place = kiosk();
    let register = settings.stores.get_mut(&place.store).unwrap().registers.get_mut(&place.register).unwrap();
    let console = register.consoles.get_mut(&place.console).unwrap();
    console.screen_key_sha256 = Some(hex::encode(Sha256::digest(token.as_bytes())));
    door.fakes.screens.set_settings(settings);
}

#[tokio::test]
async fn a_device_shows_a_code_until_it_is_typed_and_then_its_own_screen_only() {
    let door = Running::locked().await;
    let (status, cookie, page) = show(&door, None).await;
    let cookie = cookie.expect("a new device gets a cookie");
    assert_eq!(status, 200);
    for part in ["HttpOnly", "SameSite=Lax", "Path=/pair"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let token = cookie.split('=').nth(1).unwrap().to_owned();
    assert!(!page.contains(&token), "the token is in the cookie alone");
    assert!(page.contains("integrator console pair CODE-0001") && page.contains("http-equiv=\"refresh\""));

    // Asked again: the same code, no new cookie.
    let (_, again, page) = show(&door, Some(&cookie)).await;
    assert!(again.is_none() && page.contains("CODE-0001"));

    pair(&door, &cookie);
    let answer = door.get("/pair").header("cookie", &cookie).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/screen".parse().unwrap()));
    let cookies: Vec<_> =
        answer.headers().get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect();
    let screen = cookies.iter().find(|cookie| cookie.starts_with("screen=")).unwrap();
    assert!(screen.contains("HttpOnly") && screen.contains("Path=/screen"), "{screen}");
    assert!(cookies.iter().any(|cookie| cookie.starts_with("pairing=;")), "the first one is forgotten");

    door.fakes.screens.put(vec![door.sample().showing(LastTry::None)]);
    let screen = screen.split(';').next().unwrap().to_owned();
    let page = door.get("/screen").header("cookie", &screen).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("data-state=\"code\"") && !page.contains(&token));
    let other = format!("/screen?{}", other_kiosk().query());
    assert_eq!(door.get(&other).header("cookie", &screen).send().await.unwrap().status(), 403);

    // Another device is paired with the console: the first one is shut out.
    let (_, second, _) = show(&door, None).await;
    pair(&door, second.unwrap().split(';').next().unwrap());
    for path in ["/screen", "/screen/events"] {
        assert_eq!(door.get(path).header("cookie", &screen).send().await.unwrap().status(), 403, "{path}");
    }
    door.stop().await;
}

#[tokio::test]
async fn an_old_or_forged_token_begins_anew() {
    let door = Running::locked().await;
    let long = format!("pairing={}", "a".repeat(5_000));
    for cookie in ["pairing=", "pairing=forged", &long] {
        let (status, new, page) = show(&door, Some(cookie)).await;
        assert_eq!(status, 200, "{page}");
        assert!(new.is_some(), "{}", cookie.len());
    }
    let begun = door.fakes.pairings.begin(door.sample().now).await.unwrap();
    door.fakes.pairings.forget();
    let (_, new, _) = show(&door, Some(&format!("pairing={}", begun.token.expose_secret()))).await;
    assert!(new.is_some());
    door.stop().await;
}

#[tokio::test]
async fn a_flood_of_new_devices_is_held_off_and_those_that_wait_are_not() {
    let door = Running::locked().await;
    let (_, cookie, _) = show(&door, None).await;
    let cookie = cookie.unwrap().split(';').next().unwrap().to_owned();
    let mut refused = 0;
    for _ in 0..60 {
        let (status, cookie, page) = show(&door, None).await;
        if status == 429 {
            assert!(cookie.is_none() && page.contains("Wait a minute"), "{page}");
            refused += 1;
        }
    }
    assert!(refused > 0, "sixty at once are too many");
    assert_eq!(show(&door, Some(&cookie)).await.0, 200);
    door.stop().await;
}

fn with_screens(screens: &ScreenSettings) -> Fakes {
    let mut settings = two_registers();
    for store in settings.stores.values_mut() {
        store.screens = screens.clone();
    }
    Fakes::new(settings)
}

async fn running(screens: ScreenSettings) -> Running {
    let config = HttpConfig { open_screens: true, ..HttpConfig::default() };
    Running::start(config, std::net::SocketAddr::from(([127, 0, 0, 1], 0)), with_screens(&screens)).await
}

#[tokio::test]
async fn one_tap_after_a_payment_is_kept_and_others_are_not() {
    let door = running(ScreenSettings { ask_rating: true, ..ScreenSettings::default() }).await;
    let paid = door.sample().in_state(ScreenState::Paid).unwrap();
    let place = kiosk().query();
    let tap = async |payment: &str, rating: u8| {
        let press = door.post(&format!("/screen/rate?{place}")).header("sec-fetch-site", "same-origin");
        let press = press.header("content-type", "application/x-www-form-urlencoded");
        press.body(format!("payment={payment}&rating={rating}")).send().await.unwrap().status().as_u16()
    };
    assert_eq!(tap(&paid.id.to_string(), 3).await, 303, "nothing is paid yet");
    door.fakes.screens.put(vec![paid.clone()]);
    let page = door.get(&format!("/screen?{place}&lang=en")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("How was your shopping?"), "{page}");
    for (payment, rating) in [("x", 3), (paid.id.to_string().as_str(), 0), (paid.id.to_string().as_str(), 4)]
    {
        tap(payment, rating).await;
    }
    assert!(door.fakes.ratings.kept().is_empty());
    assert_eq!(tap(&paid.id.to_string(), 2).await, 303);
    assert_eq!(door.fakes.ratings.kept(), [(paid.id, kiosk(), 2)]);
    let foreign = door.post(&format!("/screen/rate?{place}")).header("sec-fetch-site", "cross-site");
    let foreign =
        foreign.header("content-type", "application/x-www-form-urlencoded").body("payment=x&rating=1");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    door.stop().await;
}

#[tokio::test]
async fn pictures_of_slides_are_sent_as_pictures_only() {
    let picture = |base64: &str| Slide {
        title: "Coffee".to_owned(),
        picture: Some(base64.to_owned()),
        ..Slide::default()
    };
    let slides = vec![
        picture("iVBORw=="),
        picture("PHNjcmlwdD4="),
        Slide { title: "<b>News</b>".to_owned(), ..Slide::default() },
    ];
    let door = running(ScreenSettings { slides, slide_s: Some(3), ..ScreenSettings::default() }).await;
    let place = kiosk().query();
    for (slide, status) in [("0", 200), ("1", 404), ("2", 404), ("9", 404)] {
        let answer = door.get(&format!("/screen/slide?{place}&slide={slide}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{slide}");
        if status == 200 {
            assert_eq!(answer.headers()["content-type"], "image/png");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        }
    }
    door.stop().await;
}
