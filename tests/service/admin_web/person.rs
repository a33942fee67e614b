//! Somebody at a browser: types, chooses, clicks, reads, and looks at each page as others would see it.

use std::path::Path;

use payment::Timestamp;
use secrecy::SecretString;
use serde_json::json;

use super::words::Words;
use crate::examples::python;
use crate::lab::{Browser, until};

/// A usual window, and a phone's.
const WIDE: (u32, u32) = (1440, 900);
const PHONE: (u32, u32) = (390, 844);
/// What each page is looked at in: the size, the theme.
const LOOKS: [((u32, u32), &str); 4] = [(WIDE, "light"), (PHONE, "dark"), (WIDE, "dark"), (PHONE, "light")];
/// Keys as the protocol names them.
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
/// More places than any page has to stop at.
const MOST_STOPS: usize = 120;

/// The rules of WCAG 2.2, levels A and AA.
pub(super) const ALL_RULES: &[&str] = &["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/// The one of them that another theme can break.
pub(super) const RULES_OF_COLOUR: &[&str] = &["color-contrast"];

/// Asks axe-core by these rules.
const ASK_AXE: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] })
      .then(found => done(found.violations.flatMap(one => one.nodes.map(node =>
        one.id + ': ' + node.target.join(' ') + ': ' + node.failureSummary))))
      .catch(error => done([String(error)]));";

/// What a page does wrong that no rule of theirs looks at: something wider than the window or than what it is in, something that
/// sticks out of what it is in, or a key without words. Commands and what is typed may be longer than their line.
const MEASURE: &str = "const found = [];
    if (document.documentElement.scrollWidth > innerWidth)
      found.push('wider than the window by ' + (document.documentElement.scrollWidth - innerWidth) + ' px');
    for (const node of document.querySelectorAll('main *, header *')) {
      const way = getComputedStyle(node).overflowX;
      if (way !== 'visible' && node.clientWidth > 1 && node.scrollWidth > node.clientWidth + 1
        && !node.matches('pre, textarea, input, select'))
        found.push((way === 'hidden' ? 'cut off: ' : 'scrolls sideways: ') + node.tagName + '.' + node.className);
      const out = node.getBoundingClientRect().right - node.parentElement.getBoundingClientRect().right;
      if (out > 1 && node.checkVisibility() && getComputedStyle(node).position === 'static'
        && !node.closest('pre, svg, select'))
        found.push('sticks out by ' + Math.ceil(out) + ' px: ' + node.tagName + '.' + node.className + ' ' + node.textContent.trim());
    }
    const key = /^[a-z]+(-[a-z0-9]+)+$/;
    for (const node of document.querySelectorAll('h1, h2, label, legend, button, p, dt, th, strong, li > a'))
      if (key.test(node.textContent.trim()) && !node.querySelector('code') && !node.closest('.cards, .changes'))
        found.push('no words for ' + node.textContent.trim());
    return found;";

/// The person. What they find wrong is told when they leave.
pub(super) struct Person<'a> {
    pub(super) browser: Browser,
    pub(super) words: &'a Words,
    base: String,
    rules: String,
    seed: Option<SecretString>,
    problems: Vec<String>,
    /// Looks at nothing: another story has.
    is_hurried: bool,
}

impl<'a> Person<'a> {
    pub(super) async fn sits_down(words: &'a Words, base: &str) -> Self {
        let browser = Browser::open_for(words.language, WIDE.0, WIDE.1).await;
        let folder = python().parent().and_then(Path::parent).unwrap().join("npm/node_modules");
        let rules = std::fs::read_to_string(folder.join("axe-core/axe.min.js"));
        let rules = rules.expect("axe-core is there: `cargo xtask test` gets it");
        let mut person = Self {
            browser,
            words,
            base: base.to_owned(),
            rules,
            seed: None,
            problems: Vec::new(),
            is_hurried: false,
        };
        // As on a phone: what lies beside the page's end is no part of the picture.
        person.browser.tell("Emulation.setScrollbarsHidden", &json!({ "hidden": true })).await;
        person.usual().await;
        person
    }

    /// Somebody who looks at few pages only.
    pub(super) async fn sits_down_in_a_hurry(words: &'a Words, base: &str) -> Self {
        Self { is_hurried: true, ..Self::sits_down(words, base).await }
    }

    /// The token of their session, as the browser keeps it.
    pub(super) async fn token(&self) -> String {
        let cookies = self
            .browser
            .ask("Network.getCookies", &serde_json::json!({ "urls": [format!("{}/admin", self.base)] }))
            .await;
        let cookies = cookies["cookies"].as_array().cloned().unwrap_or_default();
        let token = cookies.iter().find(|cookie| cookie["name"] == "admin");
        token.and_then(|cookie| cookie["value"].as_str()).expect("they are signed in").to_owned()
    }

    /// Leaves; fails if something was wrong with a page.
    pub(super) async fn leaves(self) {
        self.browser.close().await;
        assert!(self.problems.is_empty(), "{} problems:\n{}", self.problems.len(), self.problems.join("\n"));
    }

    /// Goes to an address of the service.
    pub(super) async fn go(&self, path: &str) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.browser.go(&url).await;
    }

    /// Goes to a place of the navigation.
    pub(super) async fn nav(&self, address: &str) {
        self.click(&format!("nav a[href='{address}']")).await;
    }

    pub(super) async fn click(&self, selector: &str) {
        self.browser.click(selector).await;
    }

    pub(super) async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            self.browser.fill(&format!("#{name}"), text).await;
        }
    }

    pub(super) async fn choose(&self, name: &str, value: &str) {
        self.click(&format!("#{name} option[value='{value}']")).await;
    }

    /// Presses the button of the form that is sent to an address: one that ends like this, or that has this in it.
    pub(super) async fn send(&self, address: &str, is_inside: bool) {
        let how = if is_inside { "*" } else { "$" };
        self.click(&format!("form[method=post][action{how}='{address}'] button")).await;
    }

    pub(super) async fn title(&self, words: &str) {
        self.browser.see("h1", words).await;
    }

    /// Reads what was just done.
    pub(super) async fn notice(&self, words: &str) {
        self.browser.see(".notice", words).await;
    }

    /// Looks at a payment's way again and again until it says this.
    pub(super) async fn until_told(&self, words: &str) {
        until(words, async || {
            self.browser.run("location.reload()").await;
            let told = self.browser.read(".timeline").await.replace('\u{a0}', " ");
            told.contains(words).then_some(())
        })
        .await;
    }

    /// The app of one-time codes has the seed from now on.
    pub(super) fn has_scanned(&mut self, seed: &str) {
        self.seed = Some(seed.replace(char::is_whitespace, "").into());
    }

    /// What the app shows so many steps from now.
    pub(super) async fn code(&self, steps: i64) -> String {
        let now_ms = self.browser.run("return Date.now()").await.as_i64().unwrap();
        let then = Timestamp::from_micros((now_ms + steps * 30_000) * 1_000);
        admin::code_now(self.seed.as_ref().unwrap(), then).unwrap()
    }

    /// Goes from place to place with the keyboard until one is reached that shows that it has the focus.
    pub(super) async fn tab_to(&self, selector: &str) {
        let script = format!(
            "const here = document.activeElement; const style = getComputedStyle(here);
             return here.matches({selector:?}) ? (style.outlineStyle !== 'none' ? 'seen' : 'unseen') : '';"
        );
        for _ in 0..MOST_STOPS {
            self.browser.press(TAB).await;
            match self.browser.run(&script).await.as_str() {
                Some("seen") => return,
                Some("unseen") => panic!("{selector} has the focus and does not show it"),
                _ => {}
            }
        }
        panic!("{selector} can't be reached with the keyboard");
    }

    pub(super) async fn type_keys(&self, text: &str) {
        for character in text.chars() {
            self.browser.press(&character.to_string()).await;
        }
    }

    pub(super) async fn enter(&self) {
        self.browser.press(ENTER).await;
    }

    async fn usual(&mut self) {
        self.browser.set(WIDE.0, WIDE.1, "light").await;
    }

    /// Looks at the page as others see it.
    pub(super) async fn look(&mut self, name: &str) {
        if !self.is_hurried {
            self.look_closely(name).await;
        }
    }

    /// The same, also in a hurry.
    pub(super) async fn look_closely(&mut self, name: &str) {
        for (number, (size, theme)) in LOOKS.into_iter().enumerate() {
            // Each theme and each size once: both of either have the same colours and the same elements.
            self.examine(name, size, theme, if number < 2 { ALL_RULES } else { &[] }).await;
        }
        self.usual().await;
    }

    /// Notes what is wrong with the page in a window of this size and theme, by our own rules and by these of axe-core.
    pub(super) async fn examine(
        &mut self,
        name: &str,
        (width, height): (u32, u32),
        theme: &str,
        rules: &[&str],
    ) {
        self.browser.set(width, height, theme).await;
        let mut found = self.browser.run(MEASURE).await;
        let mut problems = found.as_array_mut().map(std::mem::take).unwrap_or_default();
        if !rules.is_empty() {
            self.browser.call(&self.rules, &[]).await;
            let mut found = self.browser.call_back(ASK_AXE, &[json!(rules)]).await;
            problems.extend(found.as_array_mut().map(std::mem::take).unwrap_or_default());
        }
        let place = format!("{name} {} {width} px {theme}", self.words.language);
        self.problems.extend(problems.iter().map(|problem| format!("{place}: {problem}")));
    }
}
