//! The demonstration in a real browser: till, kiosk and buyer side by side, played by clicks alone.

use crate::lab::{Browser, Demo, until};

const TILL: Option<&str> = Some(".pane-till iframe");
const KIOSK: Option<&str> = Some(".pane-kiosk iframe");
const BUYER: Option<&str> = Some(".pane-buyer iframe");

/// Works in one pane, and comes back out.
async fn pane<T>(browser: &Browser, frame: Option<&str>, work: impl AsyncFnOnce(&Browser) -> T) -> T {
    browser.enter(None).await;
    browser.enter(frame).await;
    work(browser).await
}

/// Keeps a picture of the whole for people, if they asked for one. Comes out of the pane either way.
async fn keep(browser: &Browser, name: &str) {
    browser.enter(None).await;
    if let Some(folder) = std::env::var_os("INTEGRATOR_PICTURES") {
        let picture = browser.picture().await;
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.b64")), picture)
            .expect("the folder is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_plays_a_sale_in_one_browser() {
    let demo = Demo::start().await;
    let browser = Browser::open(1600, 900).await;
    browser.go(&format!("{}?lang=en", demo.text("play"))).await;

    pane(&browser, TILL, async |till| {
        till.see("#line", "connected").await;
        till.click("#goods button:nth-child(1)").await;
        till.click("#goods button:nth-child(1)").await;
        till.click("#goods button:nth-child(2)").await;
        till.see("#receipt", "Milk 1 l × 2").await;
        keep(till, "till-sale").await;
        till.enter(TILL).await;
        till.click("#pay").await;
        till.see("#title", "Waiting for the buyer").await;
    })
    .await;
    pane(&browser, KIOSK, async |kiosk| kiosk.see(".amount", "262.50").await).await;
    pane(&browser, BUYER, async |buyer| {
        buyer.click("#codes button").await;
        keep(buyer, "play-code").await;
        buyer.enter(BUYER).await;
        buyer.click("#pay").await;
    })
    .await;
    pane(&browser, TILL, async |till| till.see("#title", "Paid").await).await;
    pane(&browser, KIOSK, async |kiosk| kiosk.see("h1", "Paid").await).await;
    keep(&browser, "play-paid").await;

    // One of the two bottles comes back.
    pane(&browser, TILL, async |till| {
        till.click("#units li:nth-child(1) input").await;
        till.see("#give", "99.00").await;
        till.click("#give").await;
        till.see("#refunds", "Given back").await;
        till.see("#units .gone", "Milk").await;
        keep(till, "play-refund").await;
    })
    .await;
    let ledger = demo.bank.ledger().await;
    assert_eq!((ledger.payments.len(), ledger.refunds.len()), (1, 1));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_till_of_the_demo_cancels_and_goes_on_after_it_was_closed() {
    let demo = Demo::start().await;
    let browser = Browser::open(420, 860).await;
    let page = format!("{}/till?register=2&lang=en", demo.text("http"));
    browser.go(&page).await;
    browser.see("#line", "connected").await;
    browser.type_into("#amount", "12.50").await;
    browser.click("#pay").await;
    browser.see("#title", "Waiting for the buyer").await;
    let drawn = "return document.getElementById('symbol').naturalWidth > 0";
    until("the till shows the code itself", async || {
        browser.run(drawn).await.as_bool().filter(|drawn| *drawn)
    })
    .await;
    keep(&browser, "till-code").await;

    // Closed in the middle and opened again: the same payment.
    browser.go("about:blank").await;
    browser.go(&page).await;
    browser.see("#title", "Waiting for the buyer").await;
    browser.click("#cancel").await;
    browser.see("#title", "Cancelled").await;
    browser.see("#text", "the code is dead").await;
    browser.see("#log", "payment.cancelled").await;
    browser.click("#next").await;
    browser.see("#pay", "Take payment").await;
    assert!(demo.bank.ledger().await.payments.is_empty());
    browser.close().await;
}
