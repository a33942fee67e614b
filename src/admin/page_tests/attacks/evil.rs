//! A world in which everything that has a name has one that would run in a page.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::doors::LastCommand;
use engine::ports::{Store, UnclaimedCredit};
use engine::settings::{ConsoleKind, ConsoleSettings, PaymentType, ServerSettings, Slide};
use payment::{
    BankTransaction, CodeId, CodeKind, ConsoleId, CreditRole, Currency, Fact, Item, Money, OperationId,
    Origin, Payment, PaymentTypeCode, Phase, Plate, PollPlan, RefundState, RegisterId, ServerId, Timestamp,
};
use secrecy::SecretString;
use store::{
    AuditEntry, Grant, People, PeopleEdit, RefundRequest, RefundRequestBody, Role, SecretEdit, Stage, User,
    UserId,
};

use crate::page_tests::kit::{Browser, World, shop};
use crate::page_tests::samples;
use crate::rights::TABLE;
use crate::{BrokerCondition, Letter};

/// A name that would run in a page that takes it as it is: in a text, and in an attribute.
pub(super) const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";
/// What of it is never in a page.
const RUNS: [&str; 2] = ["<script>alert", "<img src=x"];
const REQUEST: &str = "hand-00000000000000000000000000000001";
/// The credentials of the bank: those in use, and those that take their place.
pub(super) const CREDENTIAL: &str = "the-secret-of-the-bank";
pub(super) const NEXT_CREDENTIAL: &str = "the-next-secret-of-the-bank";
/// The kit's people have it.
pub(super) const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// What is kept of the owner's password and of a recovery code.
pub(super) const PASSWORD_HASH: &str = "$argon2id$the-hash-of-a-password";
pub(super) const RECOVERY_HASH: &str = "the-hash-of-a-recovery-code";
/// What is kept of the key of a paired screen.
pub(super) const SCREEN_KEY_HASH: &str = "5c7ee4a7c0ffee5c7ee4a7c0ffee5c7ee4a7c0ffee5c7ee4a7c0ffee5c7ee4a7";

pub(super) fn must_not_run(place: &str, body: &str) {
    for part in RUNS {
        assert!(!body.contains(part), "{place} would run {part}");
    }
}

/// The world, with the owner.
pub(super) struct EvilWorld {
    pub(super) world: World,
    pub(super) owner: Browser,
    user: String,
}

impl EvilWorld {
    pub(super) async fn new() -> Self {
        let world = World::with_stores().await;
        let db = &world.admin.db;
        fill(&world).await;
        for payment in [paid(), under_review(), other()] {
            let accepted = Fact::Accepted { give_up_at: samples::NOW };
            let reason = Some(EVIL.to_owned());
            let declined = Fact::TryDeclined { attempt: payment.id.attempt(1), reason };
            samples::keep(&world.store, payment, vec![accepted, declined]).await;
        }
        world.store.keep_unclaimed(&money()).await.unwrap();
        *world.yard.letters.lock().unwrap() = vec![letter("v1.17.1.get"), letter(EVIL)];
        *world.yard.broker.lock().unwrap() = Some(broker());
        let verb = EVIL.to_owned();
        *world.desk.heard.lock().unwrap() = Some(LastCommand { verb, at: samples::NOW });
        let request = PeopleEdit::PutRefundRequest(Box::new(request(world.admin.now())));
        db.change_people(vec![request], vec![]).await.unwrap();
        db.add_api_key(&shop("17"), EVIL, samples::NOW).await.unwrap();
        let user = owner(&world).await;
        let owner = world.signed_in(&user).await;
        Self { owner, user: user.id.0, world }
    }

    /// Every page that there is, with its places filled in.
    pub(super) fn pages(&self) -> Vec<String> {
        let places = BTreeMap::from([
            ("{store}", "17"),
            ("{register}", "1"),
            ("{console}", "kiosk"),
            ("{code}", "sbp"),
            ("{server}", "bank"),
            ("{user}", self.user.as_str()),
            ("{operation}", REQUEST),
            ("{token}", "guess"),
        ]);
        let mut pages = vec![
            "/admin/operations/unclaimed/claim?server=bank&transaction=T-1".to_owned(),
            "/admin/operations/events?store=17&register=1".to_owned(),
        ];
        for row in TABLE.iter().filter(|row| row.method == "GET") {
            let name = match row.path {
                "/admin/assets/{name}" => "admin.css",
                "/admin/pair/{name}" => "ABCD2345",
                _ => "cash_link-a6.svg",
            };
            let path = row.path.replace("{name}", name);
            let fill = |path: String, (place, value): (&&str, &&str)| path.replace(*place, value);
            let path = places.iter().fold(path, fill);
            let payments: &[u32] = if path.contains("{payment}") { &[1, 2] } else { &[1] };
            pages.extend(
                payments.iter().map(|number| path.replace("{payment}", &samples::id(*number).to_string())),
            );
        }
        for page in &pages {
            assert!(!page.contains('{'), "say in `pages` what {page} is filled in with");
        }
        pages
    }

    /// The pages on which a name that was planted must be seen, as the ways to them.
    pub(super) fn telling(&self) -> Vec<String> {
        let (first, second) = (samples::id(1), samples::id(2));
        let store = "/admin/stores/17";
        let register = format!("{store}/registers/1");
        let mut pages: Vec<String> = [
            "/admin",
            "/admin/stores",
            "/admin/servers",
            "/admin/servers/bank",
            "/admin/users",
            "/admin/audit",
            "/admin/me",
            "/admin/refund-requests",
            "/admin/operations",
            "/admin/operations/letters",
            "/admin/operations/events",
            "/admin/operations/unclaimed",
            "/admin/operations/unclaimed/claim?server=bank&transaction=T-1",
            "/admin/pair/ABCD2345",
            "/admin/transfer/export",
            store,
        ]
        .map(str::to_owned)
        .into();
        let below = ["settings", "payments", "day", "screens", "keys", "go-live", "payment-types/sbp"];
        pages.extend(below.map(|page| format!("{store}/{page}")));
        let below = ["connect", "consoles/kiosk", "plates"];
        pages.extend(below.map(|page| format!("{register}/{page}")));
        pages.extend([first, second].map(|payment| format!("{store}/payments/{payment}")));
        pages.push(format!("{store}/payments/{first}/refund"));
        pages.push(format!("{store}/payments/{first}/items"));
        pages.push(format!("{store}/refund-requests/{REQUEST}"));
        pages.push(format!("/admin/users/{}", self.user));
        pages.push(register);
        pages
    }
}

async fn fill(world: &World) {
    let db = &world.admin.db;
    let mut settings = db.settings().await.unwrap();
    let bank = ServerId::parse("bank").unwrap();
    let server = ServerSettings {
        name: EVIL.to_owned(),
        module: "pagebank".to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 5_000,
        code_life_s: 300,
        test: false,
        poll: PollPlan::live(),
        rate_per_s: 10,
        concurrency: 4,
        values: [("merchant".to_owned(), EVIL.to_owned())].into(),
        usage: engine::settings::Usage::Active,
        fee_bp: None,
        next_credentials_at: Some(world.admin.now().plus(Duration::from_hours(1))),
    };
    settings.servers.insert(bank.clone(), server);
    let store = settings.stores.get_mut(&shop("17")).unwrap();
    store.name = EVIL.to_owned();
    store.screens.slides.push(Slide { title: EVIL.to_owned(), text: EVIL.to_owned(), picture: None });
    let tender = PaymentType {
        name: EVIL.to_owned(),
        servers: vec![bank.clone()],
        code: CodeKind::Dynamic,
        late_money: None,
        code_life_s: None,
        purpose: None,
    };
    store.payment_types.insert(PaymentTypeCode::parse("sbp").unwrap(), tender);
    let register = store.registers.get_mut(&RegisterId::parse("1").unwrap()).unwrap();
    register.name = EVIL.to_owned();
    let plate = |link: &str| Plate {
        link: CodeId::parse(link).unwrap(),
        payload: format!("https://qr.example/{EVIL}"),
    };
    register.plates.insert(bank.clone(), plate("PLATE1"));
    register.open_plates.insert(bank.clone(), plate("PLATE2"));
    let mut console = ConsoleSettings::new(EVIL, ConsoleKind::Kiosk);
    console.screen_key_sha256 = Some(SCREEN_KEY_HASH.to_owned());
    register.consoles.insert(ConsoleId::parse("kiosk").unwrap(), console);
    let secret = |stage, value: &str| SecretEdit {
        server: bank.clone(),
        name: "secret_key".to_owned(),
        stage,
        value: Some(SecretString::from(value)),
    };
    let secrets = vec![secret(Stage::Present, CREDENTIAL), secret(Stage::Next, NEXT_CREDENTIAL)];
    db.save_settings_with_secrets(&settings, secrets, &world.admin.keyring).await.unwrap();
}

/// The owner, whose own name is evil too.
async fn owner(world: &World) -> User {
    let mut user = world.person("boss", vec![Grant { role: Role::Owner, store: None }]).await;
    user.body.name = EVIL.to_owned();
    user.body.password_hash = Some(PASSWORD_HASH.to_owned());
    user.body.second_factor.as_mut().unwrap().recovery_sha256 = vec![RECOVERY_HASH.to_owned()];
    let told = AuditEntry {
        author: world.author(),
        action: "user.change".to_owned(),
        about: EVIL.to_owned(),
        store: None,
        before: Some(serde_json::json!({ "name": EVIL })),
        after: Some(serde_json::json!({ EVIL: EVIL })),
    };
    let edit = PeopleEdit::ChangeUser(Box::new(user));
    world.admin.db.change_people(vec![edit], vec![told]).await.unwrap();
    world.admin.db.user_by_login("boss").await.unwrap().unwrap()
}

fn paid() -> Payment {
    let mut payment = samples::paid(1);
    let details = &mut Arc::make_mut(&mut payment.checkout).details;
    let evil = || Some(EVIL.to_owned());
    (details.receipt, details.cashier, details.shift, details.purpose) = (evil(), evil(), evil(), evil());
    details.items = vec![Item { name: EVIL.to_owned(), quantity: None, price: None, amount: Some(100) }];
    payment.state.credits[0].payer = evil();
    samples::add_credit(&mut payment, CreditRole::Manual);
    let origin = Origin::Admin { who: EVIL.to_owned() };
    samples::add_refund(
        &mut payment,
        0,
        origin,
        RefundState::Completed { at: samples::NOW, transaction: None },
    );
    payment.state.refunds[0].reason = evil();
    payment.state.refunds[0].amount = Money::try_new(100, Currency::RUB).unwrap();
    payment
}

fn under_review() -> Payment {
    let mut payment = samples::shown(2);
    samples::add_credit(&mut payment, CreditRole::Held);
    payment.state.credits[0].payer = Some(EVIL.to_owned());
    payment.state.credits[0].transaction = BankTransaction::parse("T-held").unwrap();
    payment.state.phase =
        Phase::Review { code: EVIL.to_owned(), reason: EVIL.to_owned(), since: samples::NOW };
    let checkout = Arc::make_mut(&mut payment.checkout);
    checkout.details.receipt = Some(EVIL.to_owned());
    checkout.operation = OperationId::parse("go-live-1").unwrap();
    payment
}

/// The payment whose refund waits.
fn other() -> Payment {
    let mut payment = samples::paid(3);
    payment.state.credits[0].transaction = BankTransaction::parse("T-other").unwrap();
    payment
}

/// A refund that waits for a second person.
fn request(now: Timestamp) -> RefundRequest {
    RefundRequest {
        operation: OperationId::parse(REQUEST).unwrap(),
        store: shop("17"),
        payment: samples::id(3),
        asked_by: UserId("somebody".to_owned()),
        agreed_by: None,
        expires_at: now.plus(Duration::from_hours(1)),
        body: RefundRequestBody {
            who: EVIL.to_owned(),
            asked_at: now,
            amount: Money::try_new(100, Currency::RUB).unwrap(),
            transaction: None,
            reason: EVIL.to_owned(),
        },
    }
}

/// Money at an open plate.
fn money() -> UnclaimedCredit {
    UnclaimedCredit {
        server: ServerId::parse("bank").unwrap(),
        code: CodeId::parse("PLATE2").unwrap(),
        transaction: BankTransaction::parse("T-1").unwrap(),
        amount: Money::try_new(5_000, Currency::RUB).unwrap(),
        is_confirmed: true,
        found_at: samples::NOW,
        paid_at: None,
        payer: Some(EVIL.to_owned()),
        instrument: None,
    }
}

fn letter(key: &str) -> Letter {
    Letter {
        id: EVIL.to_owned(),
        routing_key: key.to_owned(),
        reason: EVIL.to_owned(),
        dead_at: Some(EVIL.to_owned()),
        is_cut: false,
        body: EVIL.as_bytes().to_vec(),
    }
}

fn broker() -> BrokerCondition {
    BrokerCondition {
        blocked: Some(EVIL.to_owned()),
        last_error: Some(EVIL.to_owned()),
        findings: vec![EVIL.to_owned()],
        ..BrokerCondition::default()
    }
}
