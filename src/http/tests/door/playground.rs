//! The pages of demonstrations.

use std::net::SocketAddr;

use console::Language;
use http_door::{HttpConfig, Playground};

use crate::fake::Fakes;
use crate::running::{Running, kiosk, two_registers};

async fn demonstration() -> Running {
    let buyer = "http://127.0.0.1:8090/buyer".to_owned();
    let playground = Playground { kiosk: kiosk(), api_key: "key-of-the-demo".into(), buyer };
    let config = HttpConfig { open_screens: true, playground: Some(playground), ..HttpConfig::default() };
    Running::start(config, SocketAddr::from(([127, 0, 0, 1], 0)), Fakes::new(two_registers())).await
}

#[tokio::test]
async fn pages_with_a_key_in_the_open_exist_only_in_a_demonstration() {
    let service = Running::open().await;
    for page in ["/till", "/play"] {
        assert_eq!(service.get(page).send().await.unwrap().status(), 404, "{page}");
    }
    let index = service.get("/").send().await.unwrap().text().await.unwrap();
    assert!(!index.contains("/play"), "{index}");

    let demo = demonstration().await;
    let index = demo.get("/").send().await.unwrap().text().await.unwrap();
    assert!(index.contains("href=\"/play\""), "{index}");
    let till = demo.get("/till").send().await.unwrap().text().await.unwrap();
    assert!(till.contains("key-of-the-demo"), "{till}");
    for nobody in ["/till?register=99", "/till?register=*"] {
        assert_eq!(demo.get(nobody).send().await.unwrap().status(), 404, "{nobody}");
    }
}

#[tokio::test]
async fn the_page_of_all_panes_frames_nothing_but_its_own_and_the_buyers_pages() {
    let demo = demonstration().await;
    let answer = demo.get("/play?lang=en").send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-src 'self' http://127.0.0.1:8090;"), "{policy}");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = answer.text().await.unwrap();
    for address in ["/till?lang=en", "http://127.0.0.1:8090/buyer?lang=en"] {
        assert!(page.contains(&format!("src=\"{address}\"")), "{address} in {page}");
    }
}

#[tokio::test]
async fn the_till_speaks_every_language() {
    let demo = demonstration().await;
    for language in Language::ALL {
        let page =
            demo.get(&format!("/till?lang={}", language.code())).send().await.unwrap().text().await.unwrap();
        assert!(page.contains(&format!("<html lang=\"{}\"", language.code())), "{language:?}");
        let words = language.words();
        for key in ["till-pay", "till-goods", "till-outputs"] {
            assert!(page.contains(&words.text(key)), "{language:?} {key}");
        }
    }
}
