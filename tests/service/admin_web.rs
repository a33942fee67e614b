//! The admin web in a real browser, by a person who has just installed the service: from the link for the first sign-in to a paid
//! test payment and its refund, in Russian and in English. Each page is looked at on the way: light and dark, phone and wide.
//! The till is connected over RabbitMQ with what *Connect this till* shows, and knows nothing else of the broker. What two people do
//! with real money is in `two_people`.

#![expect(clippy::unwrap_used, reason = "a test's own helpers: whatever fails in them fails the test")]

mod every_page;
mod goods;
mod person;
mod shop;
mod two_people;
mod words;

use serde_json::json;
use tempfile::TempDir;
use universal_integrator::till::{AmqpRegister, Options};

use crate::lab::{Bank, Broker, Browser, MERCHANT, MERCHANT_KEY, MODULE, Service};
use crate::till::{ask, begin, expect, pay};
use person::Person;
use words::{ENGLISH, RUSSIAN, Words};

const PASSWORD: &str = "four words in a row";

/// A service that was just installed, a broker of its own, and a bank.
struct Installed {
    service: Service,
    bank: Bank,
    _broker: Broker,
    folder: TempDir,
}

impl Installed {
    async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("integrator-admin-").tempdir().unwrap();
        let bank = Bank::process(folder.path()).await;
        let (broker, management) = Broker::private_managed().await;
        let mut service = Service::new(folder.path());
        service.configure(&format!(
            "key_file = \"integrator.key\"\n[database]\npath = \"integrator.db\"\n[http]\nlisten = \"{}\"\n\
             [amqp]\nuri = \"{}\"\nmanagement = \"{management}\"\n[log]\nfilter = \"debug\"\n",
            service.http(),
            broker.uri()
        ));
        bank.notify_at(&format!("http://{}/hooks/raif", service.http())).await;
        service.start().await;
        Self { service, bank, _broker: broker, folder }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.http())
    }
}

/// The link that a service printed when it started.
fn setup_link(service: &Service) -> String {
    let printed = service.log();
    let line = printed.lines().find(|line| line.contains("/admin/setup/"));
    line.unwrap_or_else(|| panic!("no link in\n{printed}")).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_sets_all_up_and_takes_and_returns_a_test_payment_in_russian() {
    Box::pin(newcomer(&RUSSIAN)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_sets_all_up_and_takes_and_returns_a_test_payment_in_english() {
    Box::pin(newcomer(&ENGLISH)).await;
}

async fn newcomer(words: &Words) {
    let mut installed = Installed::start().await;
    let mut person = Person::sits_down(words, &installed.url("")).await;
    let recovery = first_run(&mut person, &setup_link(&installed.service)).await;
    store(&mut person).await;
    authorization_server(&mut person, &installed.bank).await;
    payment_type(&mut person).await;
    let connected = till(&mut person).await;
    let kiosk = console(&mut person, &installed.url("/pair")).await;
    let till = payment(&installed, &kiosk, words, &connected).await;
    last_command(&mut person, &till).await;
    refund(&mut person).await;
    refund_by_keyboard(&mut person, &recovery[0]).await;
    let ledger = installed.bank.ledger().await;
    assert_eq!((ledger.payments.len(), ledger.refunds.len()), (1, 2));
    other_pages(&mut person).await;
    sign_in_again(&mut person, &recovery[1]).await;
    let token = person.token().await;
    kiosk.close().await;
    person.leaves().await;
    till.close().await;
    assert!(installed.service.command(&["audit", "verify"]).await.contains("the chain holds"));
    let secrets =
        [PASSWORD, MERCHANT_KEY, "not-the-key", &connected.password, &recovery[0], &recovery[1], &token];
    no_secret_is_logged(&installed.service.log(), &secrets);
    installed.service.stop().await;
    drop(installed.folder);
}

/// The first owner, with a second factor. Returns the recovery codes.
async fn first_run(person: &mut Person<'_>, link: &str) -> Vec<String> {
    person.go(link).await;
    person.title(person.words.setup).await;
    person.look("01-setup").await;
    person.fill(&[("name", "Анна Owner"), ("login", "anna")]).await;
    person.fill(&[("password", PASSWORD), ("password_again", "another one here")]).await;
    person.send("/admin/setup/", true).await;
    person.browser.see(".is-wrong .wrong", person.words.passwords_differ).await;
    person.look("02-setup-refused").await;
    person.fill(&[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    person.send("/admin/setup/", true).await;

    person.title(person.words.second_factor).await;
    person.look("03-second-factor").await;
    let seed = person.browser.read(".scan p code").await;
    person.has_scanned(&seed);
    let code = person.code(0).await;
    person.fill(&[("code", &code)]).await;
    person.send("/admin/me/second-factor", false).await;
    person.title(person.words.recovery).await;
    person.look("04-recovery").await;
    let codes = person.browser.read(".recovery").await;
    let codes: Vec<String> = codes.split_whitespace().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    person.click("main a.button").await;
    person.browser.see(".steps", person.words.step_store).await;
    person.look("05-home-empty").await;
    codes
}

async fn store(person: &mut Person<'_>) {
    person.nav("/admin/stores").await;
    person.look("06-stores-empty").await;
    person.click("a[href='/admin/stores/new']").await;
    person.look("07-store-new").await;
    // The register will send money in another zone than there is: told at its field, and nothing is lost.
    person.fill(&[("store_id", "17"), ("name", person.words.shop), ("zone", "Europe/Moskow")]).await;
    person.choose("language", person.words.language).await;
    person.send("/admin/stores/new", false).await;
    person.browser.see(".is-wrong .wrong", "Europe/Moscow").await;
    person.fill(&[("zone", "Europe/Moscow")]).await;
    person.send("/admin/stores/new", false).await;
    person.notice(person.words.saved).await;
}

async fn authorization_server(person: &mut Person<'_>, bank: &Bank) {
    person.nav("/admin/servers").await;
    person.click("a[href='/admin/servers/new']").await;
    person.look("08-server-new").await;
    let base = format!("http://{}/{MODULE}", bank.address());
    person.fill(&[("server_id", "raif"), ("name", "Raiffeisen")]).await;
    person.choose("module", MODULE).await;
    person.choose("money", "test").await;
    person.fill(&[("value_sbp_merchant_id", MERCHANT), ("value_base_url", &base)]).await;
    person.send("/admin/servers/new", false).await;
    person.notice(person.words.server_added).await;
    person.fill(&[("secret_secret_key", "not-the-key")]).await;
    person.send("/secrets", false).await;
    person.notice(person.words.secrets_kept).await;
    person.send("/check", false).await;
    person.browser.see(".alarm", person.words.check_refused).await;
    person.fill(&[("secret_secret_key", MERCHANT_KEY)]).await;
    person.send("/secrets", false).await;
    person.notice(person.words.secrets_kept).await;
    person.send("/check", false).await;
    person.notice(person.words.check_good).await;
    person.look("09-server-checked").await;
    person.nav("/admin/servers").await;
    person.look("10-servers").await;
}

async fn payment_type(person: &mut Person<'_>) {
    person.nav("/admin/stores").await;
    person.click("a[href='/admin/stores/17']").await;
    person.click("a[href$='/payment-types/new']").await;
    person.look("11-payment-type-new").await;
    person.fill(&[("type_code", "sbp"), ("name", person.words.sbp)]).await;
    person.choose("server_1", "raif").await;
    person.send("/payment-types/new", false).await;
    person.notice(person.words.saved).await;
}

/// What the page of a till shows of the broker.
struct ConnectedTill {
    address: String,
    user: String,
    password: String,
    queue: String,
}

/// A register whose user, rights and queue are made at the broker.
async fn till(person: &mut Person<'_>) -> ConnectedTill {
    person.click("a[href$='/registers/new']").await;
    person.look("12-register-new").await;
    person.fill(&[("register_id", "1"), ("name", person.words.till)]).await;
    person.send("/registers/new", false).await;
    person.notice(person.words.saved).await;
    person.click("a[href$='/connect']").await;
    person.look("13-connect").await;
    person.send("/connect", false).await;
    let password = person.browser.read(".notice code").await;
    person.look("14-connected").await;
    // Whoever comes later sees no password.
    let shown = person.browser.read_all("section dl.facts code").await;
    let [address, _, user, queue, _] = &shown[..] else { panic!("the page shows {shown:?}") };
    let connected =
        ConnectedTill { address: address.clone(), user: user.clone(), password, queue: queue.clone() };
    person.go("/admin/stores/17/registers/1/connect").await;
    person.browser.see("section dl.facts", &connected.queue).await;
    let page = person.browser.read("main").await;
    assert!(!page.contains(&connected.password), "the password is shown once");
    connected
}

/// A kiosk whose screen is paired. Returns the kiosk's browser.
async fn console(person: &mut Person<'_>, pair: &str) -> Browser {
    let kiosk = Browser::open_for(person.words.language, 1280, 800).await;
    kiosk.go(pair).await;
    let code = kiosk.read(".pair-code").await;
    person.go("/admin/stores/17/registers/1").await;
    person.click("a[href$='/consoles/new']").await;
    person.look("15-console-new").await;
    person.fill(&[("console_id", "kiosk"), ("name", person.words.kiosk)]).await;
    person.choose("console_kind", "kiosk").await;
    person.send("/consoles/new", false).await;
    person.notice(person.words.saved).await;
    person.fill(&[("pair_code", &code)]).await;
    person.send("/pair", false).await;
    person.notice(person.words.paired).await;
    person.look("16-console-paired").await;
    // The screen opens by itself.
    kiosk.see(".face", person.words.shop).await;
    kiosk
}

/// The till takes a payment, the buyer pays it. The till knows what the page showed, and no more.
async fn payment(
    installed: &Installed,
    kiosk: &Browser,
    words: &Words,
    connected: &ConnectedTill,
) -> AmqpRegister {
    let ConnectedTill { address, user, password, queue } = connected;
    let place = address.strip_prefix("amqp://").unwrap();
    let uri = format!("amqp://{user}:{password}@{place}/%2f");
    let options = Options::new(uri.as_str().into(), "17", "1").unwrap();
    assert_eq!(options.queue(), *queue, "its own queue");
    let till = AmqpRegister::connect(options).await.unwrap();
    let mut body = pay("sale-1", 19_800);
    body["receipt"] = json!("000123");
    body["cashier"] = json!("Ivanova");
    body["items"] = json!([{ "name": "Milk 1 l", "quantity": "2", "price": 9_900, "amount": 19_800 }]);
    let payload = begin(&till, &body).await;
    kiosk.see(".face", "198").await;
    kiosk.see(".face", words.scan).await;
    installed.bank.pay(&payload).await;
    kiosk.see(".face", words.thanks).await;
    assert_eq!(expect(&till, "sale-1", "payment.paid").await.body["test"], true);
    till
}

/// Whoever connects a till sees that it is there: by whatever it sent last.
async fn last_command(person: &mut Person<'_>, till: &AmqpRegister) {
    let page = "/admin/stores/17/registers/1/connect";
    person.go(page).await;
    person.browser.see(".facts dd", "pay").await;
    ask(till, "get", &json!({ "operation": "sale-1" })).await;
    person.go(page).await;
    person.browser.see(".facts dd", "get").await;
    person.look("40-connect-last").await;
}

/// A part goes back: amount, reason, and a code of the second factor.
async fn refund(person: &mut Person<'_>) {
    person.nav("/admin/payments").await;
    person.browser.see(".journal", person.words.paid).await;
    person.look("17-journal").await;
    person.click(".journal tbody a").await;
    person.browser.see(".say", person.words.paid_to_buyer).await;
    person.look("18-payment-paid").await;
    person.click(".deeds a[href$='/refund']").await;
    person.look("19-refund").await;
    person.fill(&[("amount", person.words.fifty), ("reason", person.words.reason), ("code", "000000")]).await;
    person.send("/refund", false).await;
    person.browser.see(".is-wrong .wrong", person.words.wrong_code).await;
    let code = person.code(1).await;
    person.fill(&[("code", &code)]).await;
    person.send("/refund", false).await;
    person.notice(person.words.refund_asked).await;
    person.until_told(person.words.refunded_fifty).await;
    person.look("20-payment-refunded").await;
}

/// The rest goes back without a mouse.
async fn refund_by_keyboard(person: &mut Person<'_>, code: &str) {
    person.tab_to("a[href$='/refund']").await;
    person.enter().await;
    person.title(person.words.refund).await;
    person.tab_to("#reason").await;
    person.type_keys(person.words.reason).await;
    person.tab_to("#code").await;
    person.type_keys(code).await;
    person.tab_to("form[action$='/refund'] button").await;
    person.enter().await;
    person.notice(person.words.refund_asked).await;
    person.until_told(person.words.refunded_rest).await;
}

async fn other_pages(person: &mut Person<'_>) {
    for (name, path) in [
        ("21-home", "/admin"),
        ("22-stores", "/admin/stores"),
        ("23-store", "/admin/stores/17"),
        ("24-store-settings", "/admin/stores/17/settings"),
        ("25-register", "/admin/stores/17/registers/1"),
        ("26-users", "/admin/users"),
        ("27-user-new", "/admin/users/new"),
        ("28-sessions", "/admin/sessions"),
        ("29-audit", "/admin/audit"),
        ("30-transfer", "/admin/transfer"),
        ("41-keys", "/admin/stores/17/keys"),
        ("31-me", "/admin/me"),
        ("32-password", "/admin/me/password"),
        ("36-help", "/admin/help"),
        ("37-codes", "/admin/help/codes"),
        ("38-go-live", "/admin/stores/17/go-live"),
        ("39-refund-requests", "/admin/refund-requests"),
        ("33-missing", "/admin/stores/99"),
    ] {
        person.go(path).await;
        person.look(name).await;
    }
    person.title(person.words.missing).await;
}

async fn sign_in_again(person: &mut Person<'_>, recovery: &str) {
    person.go("/admin").await;
    person.send("/admin/sign-out", true).await;
    person.notice(person.words.signed_out).await;
    person.fill(&[("login", "anna"), ("password", "not the password")]).await;
    person.send("/admin/sign-in", false).await;
    person.browser.see(".alarm", person.words.wrong_sign_in).await;
    person.look("34-sign-in-refused").await;
    person.fill(&[("login", "anna"), ("password", PASSWORD)]).await;
    person.send("/admin/sign-in", false).await;
    person.title(person.words.code).await;
    person.look("35-sign-in-code").await;
    person.fill(&[("code", recovery)]).await;
    person.send("/admin/sign-in/code", false).await;
    person.browser.see(".person", "anna").await;
}

fn no_secret_is_logged(log: &str, secrets: &[&str]) {
    for secret in secrets {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "a secret is in the log:\n{}", told.join("\n"));
    }
}
