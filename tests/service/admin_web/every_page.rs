//! Every page of the admin web, in the middle of a shop's day: nothing is wider than a small phone, nobody is kept out by colours or
//! missing names. Who asks gets pictures of all of them.
//!
//! ```sh
//! INTEGRATOR_PICTURES=/tmp/pages cargo xtask test -- -E 'test(pictures_of_every_page)'
//! ```

use std::collections::BTreeSet;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::PASSWORD;
use super::person::{ALL_RULES, Person, RULES_OF_COLOUR};
use super::shop::Shop;
use super::words::RUSSIAN;

/// The smallest phone that pages must fit.
const SMALL: (u32, u32) = (360, 640);
const PHONE: (u32, u32) = (390, 844);
const WIDE: (u32, u32) = (1440, 900);

/// What there is to look at in a picture: language, size, theme.
const PICTURES: [(&str, (u32, u32), &str); 11] = [
    ("ru", WIDE, "light"),
    ("ru", WIDE, "dark"),
    ("ru", PHONE, "light"),
    ("ru", PHONE, "dark"),
    ("en", WIDE, "light"),
    ("en", WIDE, "dark"),
    ("en", PHONE, "light"),
    ("en", PHONE, "dark"),
    ("kk", PHONE, "light"),
    ("ky", PHONE, "light"),
    ("hi", PHONE, "light"),
];

/// What is no page: files, and what is shown inside of a page or on a console.
const FILES: [&str; 5] = [
    "/admin/assets/{name}",
    "/admin/transfer/export",
    "/admin/stores/{store}/payments/live",
    "/admin/stores/{store}/registers/{register}/plates/{server}/{name}",
    "/admin/stores/{store}/registers/{register}/consoles/{console}/preview",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_a_small_phone_and_can_be_read_by_everybody() {
    Box::pin(Tour::takes(None)).await;
}

/// For people. Without the folder nothing is done.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_every_page_are_for_whoever_asks() {
    let Some(folder) = std::env::var_os("INTEGRATOR_PICTURES").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    Box::pin(Tour::takes(Some(folder))).await;
}

/// Somebody goes from page to page.
struct Tour<'a> {
    person: Person<'a>,
    /// Where pictures go; `None`: pages are examined.
    folder: Option<PathBuf>,
    seen: BTreeSet<&'static str>,
    /// The language that the browser asks for now.
    language: &'static str,
}

impl Tour<'_> {
    async fn takes(folder: Option<PathBuf>) {
        let shop = Shop::open().await;
        let person = Person::sits_down(&RUSSIAN, &shop.url("")).await;
        let mut tour = Tour { person, folder, seen: BTreeSet::new(), language: "ru" };
        tour.first_run(&shop).await;
        let furnished = shop.furnish().await;
        for (name, path) in furnished.pages() {
            tour.see(&name, &path).await;
        }
        tour.refusals().await;
        tour.way_in().await;
        let missed: Vec<&str> =
            admin::pages().filter(|page| !FILES.contains(page) && !tour.seen.contains(page)).collect();
        assert!(missed.is_empty(), "pages that nobody looks at: {missed:?}");
        tour.person.leaves().await;
        shop.close().await;
    }

    async fn first_run(&mut self, shop: &Shop) {
        let link = shop.setup_link();
        let path = &link[link.find("/admin/").unwrap()..];
        self.see("setup", path).await;
        self.person.fill(&[("name", "Анна Владимировна"), ("login", "anna")]).await;
        self.person.fill(&[("password", PASSWORD), ("password_again", PASSWORD)]).await;
        self.person.send("/admin/setup/", true).await;
        self.person.title(RUSSIAN.second_factor).await;
        self.see("second-factor", "/admin/me/second-factor").await;
        let seed = self.person.browser.read(".scan p code").await;
        self.person.has_scanned(&seed);
        let code = self.person.code(0).await;
        self.person.fill(&[("code", &code)]).await;
        self.person.send("/admin/me/second-factor", false).await;
        self.person.title(RUSSIAN.recovery).await;
        self.look("recovery").await;
        self.see("setup-over", path).await;
        for (name, path) in [
            ("home-empty", "/admin"),
            ("stores-empty", "/admin/stores"),
            ("servers-empty", "/admin/servers"),
            ("payments-empty", "/admin/payments"),
            ("refund-requests-empty", "/admin/refund-requests"),
            ("dead-letters-empty", "/admin/operations/letters"),
            ("undelivered-empty", "/admin/operations/events"),
            ("unclaimed-empty", "/admin/operations/unclaimed"),
        ] {
            self.see(name, path).await;
        }
    }

    /// Forms that come back.
    async fn refusals(&mut self) {
        self.person.go("/admin/stores/new").await;
        self.person.fill(&[("store_id", "19"), ("name", "Киоск"), ("zone", "Москва")]).await;
        self.person.send("/admin/stores/new", false).await;
        self.person.browser.see(".is-wrong .wrong", "Europe/Moscow").await;
        self.look("store-new-refused").await;
        self.person.go("/admin/servers/raif").await;
        self.person.send("/check", false).await;
        self.person.browser.see(".notice", RUSSIAN.check_good).await;
        self.look("server-checked").await;
        for (text, name, sign) in [
            (
                "[stores.17.registers.9]\nname = 5\nevents_by = \"fax\"\nnome = \"x\"",
                "transfer-refused",
                ".problems",
            ),
            (
                "[stores.17.registers.9]\nname = \"Касса 9\"\n[servers.raif.secrets]\nsecret_key = \"x\"",
                "plan",
                ".diff",
            ),
        ] {
            self.person.go("/admin/transfer").await;
            self.person.fill(&[("settings_file", text)]).await;
            self.person.send("/admin/transfer/plan", false).await;
            self.person.browser.see(sign, "stores.17").await;
            self.look(name).await;
        }
    }

    async fn way_in(&mut self) {
        self.person.go("/admin").await;
        self.person.send("/admin/sign-out", true).await;
        self.person.notice(RUSSIAN.signed_out).await;
        self.see("sign-in", "/admin/sign-in").await;
        self.person.fill(&[("login", "anna"), ("password", "not the password")]).await;
        self.person.send("/admin/sign-in", false).await;
        self.person.browser.see(".alarm", RUSSIAN.wrong_sign_in).await;
        self.look("sign-in-refused").await;
        self.person.fill(&[("login", "anna"), ("password", PASSWORD)]).await;
        self.person.send("/admin/sign-in", false).await;
        self.person.title(RUSSIAN.code).await;
        self.see("sign-in-code", "/admin/sign-in/code").await;
    }

    /// Goes to a page and looks at it, in each language that there are to be pictures in.
    async fn see(&mut self, name: &str, path: &str) {
        self.seen.extend(route_of(path));
        if self.folder.is_none() {
            self.person.go(path).await;
            return self.look(name).await;
        }
        let mut languages: Vec<&str> = PICTURES.iter().map(|(language, ..)| *language).collect();
        languages.dedup();
        for language in languages.into_iter().rev() {
            self.person.browser.speak(language).await;
            self.language = language;
            self.person.go(path).await;
            self.look(name).await;
        }
    }

    /// Looks at the page as it is.
    async fn look(&mut self, name: &str) {
        let Some(folder) = self.folder.clone() else {
            self.person.examine(name, SMALL, "light", ALL_RULES).await;
            return self.person.examine(name, SMALL, "dark", RULES_OF_COLOUR).await;
        };
        for (language, (width, height), theme) in PICTURES {
            if language == self.language {
                self.person.browser.set(width, height, theme).await;
                let file = folder.join(format!("{name}-{language}-{width}-{theme}.png"));
                let picture = self.person.browser.whole_picture().await;
                std::fs::write(file, STANDARD.decode(picture).unwrap()).unwrap();
            }
        }
    }
}

/// The route that answers a path: of those that fit it the one with the fewest places.
fn route_of(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or(path);
    let fits = |route: &&str| {
        route.split('/').count() == path.split('/').count()
            && route.split('/').zip(path.split('/')).all(|(is, was)| is.starts_with('{') || is == was)
    };
    admin::pages().filter(fits).min_by_key(|route| route.matches('{').count())
}
