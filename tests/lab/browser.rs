//! A real browser: Chromium through its driver, by the few calls of the `WebDriver` protocol (W3C) that the tests need.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::ports::free_port;
use super::wait::until;

/// The name under which the protocol tells the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const LIMIT: Duration = Duration::from_secs(30);

/// A browser with one window. Ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    session: String,
    driver: Child,
}

impl Browser {
    /// Opens a window of this size, whose reader asks for Russian.
    pub(crate) async fn open(width: u32, height: u32) -> Self {
        Self::open_for("ru", width, height).await
    }

    /// Opens a window of this size for a reader of this language.
    pub(crate) async fn open_for(language: &str, width: u32, height: u32) -> Self {
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        // A group of its own: the browser's processes end with it.
        let driver = command.process_group(0).spawn();
        let driver = driver.expect("chromedriver is there: `cargo xtask tools --install` gets it");
        connector_sdk::http::install_crypto();
        let client = Client::builder()
            .timeout(LIMIT)
            .no_proxy()
            .build()
            .expect("a client without options that can fail");
        let base = format!("http://127.0.0.1:{port}");
        let is_up = async || client.get(format!("{base}/status")).send().await.ok().map(drop);
        until("the browser's driver is up", is_up).await;
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            format!("--lang={language}"),
            format!("--window-size={width},{height}"),
        ];
        let options = json!({ "args": arguments, "prefs": { "intl.accept_languages": language } });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let answer =
            client.post(format!("{base}/session")).json(&wanted).send().await.expect("the driver answers");
        let made: Value = answer.json().await.expect("it is JSON");
        let id = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {made}"));
        Self { session: format!("{base}/session/{id}"), client, driver }
    }

    /// Goes to an address.
    pub(crate) async fn go(&self, url: &str) {
        self.post("url", &json!({ "url": url })).await.expect("the address can be opened");
    }

    /// Runs a script in the page and returns its value.
    pub(crate) async fn run(&self, script: &str) -> Value {
        let call = json!({ "script": script, "args": [] });
        self.post("execute/sync", &call).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs a script with arguments in the page and returns its value.
    pub(crate) async fn call(&self, script: &str, arguments: &[Value]) -> Value {
        let call = json!({ "script": script, "args": arguments });
        self.post("execute/sync", &call).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a script that calls its last argument with what it has found out, and returns that.
    pub(crate) async fn call_back(&self, script: &str, arguments: &[Value]) -> Value {
        let call = json!({ "script": script, "args": arguments });
        self.post("execute/async", &call).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Tells the browser something by its own protocol, such as the size of its screen.
    pub(crate) async fn tell(&self, command: &str, parameters: &Value) {
        self.ask(command, parameters).await;
    }

    /// Asks the browser something by its own protocol.
    pub(crate) async fn ask(&self, command: &str, parameters: &Value) -> Value {
        let told = self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await;
        told.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Empties a field and types into it.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        until(&format!("{selector} can be filled in"), async || {
            let id = self.find(selector).await?;
            self.post(&format!("element/{id}/clear"), &json!({})).await.ok()?;
            self.post(&format!("element/{id}/value"), &json!({ "text": text })).await.ok().map(drop)
        })
        .await;
    }

    /// Presses a key, wherever the page has its focus: a character, or one of the protocol's names such as `\u{E004}` (Tab).
    pub(crate) async fn press(&self, key: &str) {
        let strokes = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.post("actions", &actions)
            .await
            .unwrap_or_else(|error| panic!("{key:?} can't be pressed: {error}"));
    }

    /// The text of an element, once it is there.
    pub(crate) async fn read(&self, selector: &str) -> String {
        until(&format!("{selector} is there"), async || {
            let script = format!("return document.querySelector({selector:?})?.innerText ?? null");
            self.run(&script).await.as_str().map(|text| text.trim().to_owned())
        })
        .await
    }

    /// The texts of all elements that there are.
    pub(crate) async fn read_all(&self, selector: &str) -> Vec<String> {
        let script = format!(
            "return Array.from(document.querySelectorAll({selector:?}), (one) => one.innerText.trim())"
        );
        let found = self.run(&script).await;
        let texts = found.as_array().into_iter().flatten();
        texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// The whole page's picture, also of what is beyond the window, as base64 of a PNG.
    pub(crate) async fn whole_picture(&self) -> String {
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true });
        let mut answer = self.ask("Page.captureScreenshot", &wanted).await;
        answer["data"].take().as_str().expect("a picture").to_owned()
    }

    /// From now on the window is this large and of this theme: `light` or `dark`.
    pub(crate) async fn set(&self, width: u32, height: u32, theme: &str) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", &metrics).await;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]});
        self.tell("Emulation.setEmulatedMedia", &features).await;
    }

    /// From the next page on its reader asks for this language.
    pub(crate) async fn speak(&self, language: &str) {
        let agent = self.run("return navigator.userAgent").await;
        let asked = json!({ "userAgent": agent, "acceptLanguage": language });
        self.tell("Emulation.setUserAgentOverride", &asked).await;
    }

    /// Waits for an element that can be seen, and clicks it.
    pub(crate) async fn click(&self, selector: &str) {
        until(&format!("{selector} can be clicked"), async || {
            let id = self.find(selector).await?;
            self.post(&format!("element/{id}/click"), &json!({})).await.ok().map(drop)
        })
        .await;
    }

    /// Waits for an element, and types into it.
    pub(crate) async fn type_into(&self, selector: &str, text: &str) {
        until(&format!("{selector} can be typed into"), async || {
            let id = self.find(selector).await?;
            self.post(&format!("element/{id}/value"), &json!({ "text": text })).await.ok().map(drop)
        })
        .await;
    }

    /// Waits until an element that can be seen says this.
    pub(crate) async fn see(&self, selector: &str, words: &str) {
        until(&format!("{selector} says {words:?}"), async || {
            let script = format!("return document.querySelector({selector:?})?.innerText ?? ''");
            self.run(&script).await.as_str().is_some_and(|text| text.contains(words)).then_some(())
        })
        .await;
    }

    /// Goes into a frame of the page, or back to the page.
    pub(crate) async fn enter(&self, selector: Option<&str>) {
        let frame = match selector {
            Some(selector) => {
                let id = until("the frame is there", async || self.find(selector).await).await;
                json!({ ELEMENT: id })
            }
            None => Value::Null,
        };
        self.post("frame", &json!({ "id": frame })).await.expect("the frame can be entered");
    }

    async fn find(&self, selector: &str) -> Option<String> {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.post("element", &wanted).await.ok()?;
        Some(found[ELEMENT].as_str()?.to_owned())
    }

    /// The window's picture, as base64 of a PNG.
    pub(crate) async fn picture(&self) -> String {
        let answer = self.client.get(format!("{}/screenshot", self.session)).send().await;
        let answer: Value = answer.expect("the driver answers").json().await.expect("it is JSON");
        answer["value"].as_str().expect("a picture").to_owned()
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.client.post(format!("{}/{path}", self.session)).json(body).send().await;
        let answer = answer.map_err(|error| error.to_string())?;
        let is_good = answer.status().is_success();
        let mut content: Value = answer.json().await.map_err(|error| error.to_string())?;
        let value = content["value"].take();
        if is_good { Ok(value) } else { Err(value["message"].as_str().unwrap_or("refused").to_owned()) }
    }

    /// Closes the window.
    pub(crate) async fn close(mut self) {
        // Whatever it says, the driver ends now.
        let _ = self.client.delete(&self.session).send().await;
        let _ = self.driver.kill().await;
    }
}
