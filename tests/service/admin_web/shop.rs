//! A shop in the middle of its day: something of everything that the pages of the admin web tell of.

use std::time::Duration;

use payment::{OperationId, PaymentId, Timestamp};
use serde_json::{Value, json};
use store::{Db, People, PeopleEdit, RefundRequest, RefundRequestBody, UserId};
use tempfile::TempDir;
use universal_integrator::demo::books::records_since;
use universal_integrator::till::{AmqpRegister, RawMessage};

use super::goods::{MORE, STORE_WORDS, items};
use crate::lab::{
    API_KEY, API_KEY_SHA256, Bank, Broker, HttpTill, MERCHANT, MERCHANT_KEY, MODULE, Plan, STORE, Service,
    World, until,
};
use crate::till::{ask, begin, expect, pay};

/// Who asked for the refund that waits for a second person.
const REQUEST: &str = "hand-00000000000000000000000000000001";

/// A service with its neighbours, which nobody has set up yet.
pub(super) struct Shop {
    pub(super) service: Service,
    bank: Bank,
    broker: Broker,
    prefix: String,
    folder: TempDir,
}

/// What pages are about.
pub(super) struct Furnished {
    pub(super) paid: PaymentId,
    pub(super) waits: PaymentId,
    pub(super) review: PaymentId,
    pub(super) late: PaymentId,
    pub(super) failed: PaymentId,
    pub(super) unclaimed: String,
    pub(super) user: UserId,
}

impl Shop {
    pub(super) async fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("integrator-pages-").tempdir().unwrap();
        let bank = Bank::process(folder.path()).await;
        let mut service = Service::new(folder.path());
        let (broker, prefix) = (Broker::shared(), World::fresh_prefix());
        service.configure(&Plan::default().configuration(service.http(), broker.uri(), &prefix));
        bank.notify_at(&format!("http://{}/hooks/raif", service.http())).await;
        service.start().await;
        Self { service, bank, broker, prefix, folder }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.http())
    }

    /// The link that the service printed when it started.
    pub(super) fn setup_link(&self) -> String {
        let printed = self.service.log();
        let line = printed.lines().find(|line| line.contains("/admin/setup/"));
        line.unwrap_or_else(|| panic!("no link in\n{printed}")).trim().to_owned()
    }

    async fn till(&self, register: &str) -> AmqpRegister {
        let options = Plan::register(self.broker.uri(), &self.prefix, register);
        AmqpRegister::connect(options).await.unwrap()
    }

    /// Settings, people, sales, money and letters.
    pub(super) async fn furnish(&self) -> Furnished {
        let settings = MORE
            .replace("{bank}", &format!("http://{}/{MODULE}", self.bank.address()))
            .replace("{module}", MODULE)
            .replace("{merchant}", MERCHANT)
            .replace("{key}", MERCHANT_KEY)
            .replace("{api_key_sha256}", API_KEY_SHA256);
        self.service.import(&settings).await;
        for user in STORE_WORDS.users {
            let [login, name, role] = *user;
            self.service.command(&["users", "add", login, "--name", name, "--role", role]).await;
        }
        let plate = self.plates().await;
        let till = self.till("2").await;
        // The service takes settings over within a second.
        until("the store's bank is connected", async || {
            till.send("types", &json!({})).await.unwrap();
            let told = till.received().into_iter().rfind(|event| event.name() == "register.types")?;
            told.body["types"].as_array()?.iter().any(|one| one["available"] == true).then_some(())
        })
        .await;
        self.sales(&till).await;
        self.letters(&till).await;
        self.bank.pay_sum(&plate, 45_000).await;
        self.found().await
    }

    /// A cash link at a register and an open plate at another, whose text is returned.
    async fn plates(&self) -> String {
        let bind = async |register: &str, more: &[&str]| {
            let named = ["plates", "bind", "--store", STORE, "--register", register, "--server", "raif"];
            let told = self.service.command(&[&named[..], more].concat()).await;
            told.split_whitespace().nth(1).expect("the plate's text").to_owned()
        };
        bind("3", &[]).await;
        bind("2", &["--open"]).await
    }

    async fn sales(&self, till: &AmqpRegister) {
        let sale = |operation: &str, receipt: &str, minor: i64| {
            let mut body = pay(operation, minor);
            body["receipt"] = receipt.into();
            body["cashier"] = STORE_WORDS.cashier.into();
            body["shift"] = "117".into();
            body
        };
        let bank = &self.bank;
        let mut whole = sale("sale-1", "000121", 34_750);
        whole["items"] = items();
        bank.pay(&begin(till, &whole).await).await;
        expect(till, "sale-1", "payment.paid").await;
        let refund = json!({ "operation": "back-1", "payment_operation": "sale-1",
            "amount": { "value": 9_900, "currency": "RUB" }, "reason": STORE_WORDS.reason });
        ask(till, "refund", &refund).await;
        expect(till, "back-1", "refund.completed").await;

        bank.pay(&begin(till, &sale("sale-2", "000122", 98_765_430)).await).await;
        expect(till, "sale-2", "payment.paid").await;

        begin(till, &sale("sale-3", "000123", 19_800)).await;
        ask(till, "cancel", &json!({ "operation": "sale-3" })).await;
        expect(till, "sale-3", "payment.cancelled").await;

        // Money that comes after the end goes back.
        bank.fault(&json!({ "call": "cancel", "fault": "late_success", "delay_ms": 1_000 })).await;
        let code = begin(till, &sale("sale-4", "000124", 32_400)).await;
        bank.scan(&code).await;
        ask(till, "cancel", &json!({ "operation": "sale-4" })).await;
        expect(till, "sale-4", "payment.paid_late").await;
        bank.mend().await;

        bank.fault(&json!({ "call": "status", "fault": "wrong_amount", "times": 0 })).await;
        bank.pay(&begin(till, &sale("sale-5", "000125", 45_050)).await).await;
        expect(till, "sale-5", "payment.review").await;
        bank.mend().await;

        // Nobody listens at register 3: its events wait.
        let silent = HttpTill::with_key(self.service.http(), "3", API_KEY);
        let more = json!({ "receipt": "000044" });
        assert_eq!(silent.pay_with("kiosk-1", 25_900, &more).await.0, 201);
        begin(till, &sale("sale-7", "000127", 51_000)).await;

        // The last one: a bank that has turned so many calls away is left alone for a while.
        bank.fault(&json!({ "call": "create", "fault": "http_429", "times": 0 })).await;
        ask(till, "pay", &sale("sale-6", "000126", 9_990)).await;
        expect(till, "sale-6", "payment.failed").await;
        bank.mend().await;
    }

    /// Two messages that nobody can read.
    async fn letters(&self, till: &AmqpRegister) {
        for (key, body) in [
            ("v1.17.99.pay", r#"{"operation":"d1","amount":{"value":100,"currency":"RUB"}}"#),
            ("pay me", "{"),
        ] {
            let letter = RawMessage {
                routing_key: key.to_owned(),
                properties: lapin::BasicProperties::default()
                    .with_content_type("application/json".into())
                    .with_message_id(key.into())
                    .with_delivery_mode(2),
                body: body.into(),
            };
            till.publish_raw(letter).await.unwrap();
        }
        let queue = format!("{}.dead", self.prefix);
        until("the letters are dead", async || (self.broker.waiting(&queue).await == 2).then_some(())).await;
    }

    /// Looks up what pages name in their addresses, and leaves a refund to a second person.
    async fn found(&self) -> Furnished {
        let db = Db::open(&Plan::default().database(self.folder.path())).await.unwrap();
        let money = async || {
            let listed = self.service.command(&["plates", "unclaimed", "--json"]).await;
            let first: Option<Value> = listed.lines().next().and_then(|line| serde_json::from_str(line).ok());
            // Named `server:transaction`.
            first?["credit"].as_str()?.split_once(':').map(|(_, transaction)| transaction.to_owned())
        };
        let unclaimed = until("the money at the plate is known", money).await;
        let records = records_since(&db, Timestamp::from_micros(0)).await.unwrap().records;
        let id = |operation: &str| {
            let is_it =
                |record: &&store::PaymentRecord| record.payment.checkout.operation.as_str() == operation;
            records.iter().find(is_it).expect("it is kept").payment.id
        };
        let large = records.iter().find(|record| record.payment.id == id("sale-2")).unwrap();
        let asked_at = large.payment.opened_at;
        let users = db.users().await.unwrap();
        let user = |login: &str| users.iter().find(|user| user.login == login).expect("added").id.clone();
        let request = RefundRequest {
            operation: OperationId::parse(REQUEST).unwrap(),
            store: large.payment.checkout.store.clone(),
            payment: large.payment.id,
            asked_by: user("irina"),
            agreed_by: None,
            expires_at: asked_at.plus(Duration::from_hours(24)),
            body: RefundRequestBody {
                who: "irina".to_owned(),
                asked_at,
                amount: large.payment.checkout.amount,
                transaction: None,
                reason: STORE_WORDS.reason.to_owned(),
            },
        };
        let edit = PeopleEdit::PutRefundRequest(Box::new(request));
        db.change_people(vec![edit], vec![]).await.unwrap();
        db.close().await;
        Furnished {
            paid: id("sale-1"),
            waits: id("sale-7"),
            review: id("sale-5"),
            late: id("sale-4"),
            failed: id("sale-6"),
            unclaimed,
            user: user("irina"),
        }
    }

    pub(super) async fn close(mut self) {
        self.service.stop().await;
        let queues: Vec<String> = ["1", "2", "3"].iter().map(|at| format!("till.{STORE}.{at}")).collect();
        self.broker.tidy(&self.prefix, &queues).await;
    }
}

impl Furnished {
    /// Every page that somebody with all rights can open, and what it is called among the pictures.
    pub(super) fn pages(&self) -> Vec<(String, String)> {
        let Self { paid, waits, review, late, failed, unclaimed, user } = self;
        let (store, till) = (format!("/admin/stores/{STORE}"), format!("/admin/stores/{STORE}/registers/2"));
        let payment = |id: &PaymentId, rest: &str| format!("{store}/payments/{id}{rest}");
        let pages = [
            ("home", "/admin".to_owned()),
            ("payments", "/admin/payments".to_owned()),
            ("journal", format!("{store}/payments")),
            ("journal-nothing-found", format!("{store}/payments?text=000999")),
            ("journal-wrong", format!("{store}/payments?amount=x")),
            ("payment-paid", payment(paid, "")),
            ("payment-waits", payment(waits, "")),
            ("payment-review", payment(review, "")),
            ("payment-late", payment(late, "")),
            ("payment-failed", payment(failed, "")),
            ("refund", payment(paid, "/refund")),
            ("refund-items", payment(paid, "/items")),
            ("review", payment(review, "/review")),
            ("refund-requests", "/admin/refund-requests".to_owned()),
            ("refund-request", format!("{store}/refund-requests/{REQUEST}")),
            ("day", format!("{store}/day")),
            ("day-empty", format!("{store}/day?date=2026-01-01")),
            ("health", "/admin/operations".to_owned()),
            ("dead-letters", "/admin/operations/letters".to_owned()),
            ("undelivered", "/admin/operations/events".to_owned()),
            ("unclaimed", "/admin/operations/unclaimed".to_owned()),
            ("claim", format!("/admin/operations/unclaimed/claim?server=raif&transaction={unclaimed}")),
            ("stores", "/admin/stores".to_owned()),
            ("store-new", "/admin/stores/new".to_owned()),
            ("store", store.clone()),
            ("store-settings", format!("{store}/settings")),
            ("store-plates", format!("{store}/plates")),
            ("store-screens", format!("{store}/screens")),
            ("store-keys", format!("{store}/keys")),
            ("go-live", format!("{store}/go-live")),
            ("payment-type-new", format!("{store}/payment-types/new")),
            ("payment-type", format!("{store}/payment-types/sbp")),
            ("register-new", format!("{store}/registers/new")),
            ("register", till.clone()),
            ("connect", format!("{till}/connect")),
            ("plates", format!("{till}/plates")),
            ("console-new", format!("{till}/consoles/new")),
            ("console-printer", format!("{till}/consoles/printer")),
            ("console-line-display", format!("{till}/consoles/pole")),
            ("console-kiosk", format!("{store}/registers/3/consoles/kiosk")),
            ("pair", format!("/admin/pair/{}", "00000000")),
            ("servers", "/admin/servers".to_owned()),
            ("server-new", "/admin/servers/new".to_owned()),
            ("server", "/admin/servers/raif".to_owned()),
            ("users", "/admin/users".to_owned()),
            ("user-new", "/admin/users/new".to_owned()),
            ("user", format!("/admin/users/{}", user.0)),
            ("sessions", "/admin/sessions".to_owned()),
            ("audit", "/admin/audit".to_owned()),
            ("transfer", "/admin/transfer".to_owned()),
            ("me", "/admin/me".to_owned()),
            ("password", "/admin/me/password".to_owned()),
            ("help", "/admin/help".to_owned()),
            ("codes", "/admin/help/codes".to_owned()),
            ("missing", "/admin/stores/99".to_owned()),
        ];
        pages.map(|(name, path)| (name.to_owned(), path)).into()
    }
}
