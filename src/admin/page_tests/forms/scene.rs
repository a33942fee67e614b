//! A world in which every form of the pages can be sent.

use std::sync::Arc;
use std::time::Duration;

use engine::doors::{Claim, Deed};
use engine::ports::{Destination, Store, UnclaimedCredit};
use engine::settings::{
    ConsoleKind, ConsoleSettings, EventsBy, OpenPayments, PaymentType, RegisterSettings, ServerSettings,
    Settings, StoreSettings, Usage,
};
use payment::{
    BankTransaction, CodeId, CodeKind, ConsoleId, CreditRole, Currency, Fact, Item, Money, OperationId,
    Payment, PaymentId, PaymentTypeCode, Phase, Plate, PollPlan, RegisterId, ServerId,
};
use secrecy::{ExposeSecret, SecretString};
use store::{Grant, People, PeopleEdit, RefundRequest, RefundRequestBody, Role, SecretEdit, User, UserId};
use tokio::sync::OnceCell;

use super::Who;
use crate::page_tests::bank::PLATE;
use crate::page_tests::kit::{Answer, Browser, World, shop};
use crate::page_tests::samples::{self, NOW, id};
use crate::rights::TABLE;
use crate::{Letter, Wanted, code_now, hash_of_password, new_setup_link};

/// The owner's.
pub(super) const PASSWORD: &str = "four words in a row";
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// A refund of payment 4 that waits for a second person.
const REQUEST: &str = "hand-00000000000000000000000000000001";
/// Paid, shown, under review, and with a refund that waits.
const PAYMENTS: u32 = 4;

pub(super) struct Scene {
    world: World,
    browser: Browser,
    /// The owner, and somebody who may be changed.
    boss: UserId,
    olga: UserId,
    /// The token of the link for the first owner.
    token: String,
}

/// Whatever a form could store or set going.
#[derive(Debug, PartialEq)]
pub(super) struct Stored {
    revision: u64,
    /// Settings, secrets and keys, as they would be exported.
    settings: String,
    users: Vec<User>,
    sessions: Vec<String>,
    requests: Vec<RefundRequest>,
    /// The newest entry of the audit.
    audit: Option<u64>,
    deeds: Vec<(PaymentId, Deed)>,
    claims: Vec<Claim>,
    releases: Vec<Destination>,
    replays: Vec<Wanted>,
    commands: usize,
}

/// The bank works with real money.
pub(super) fn with_real_money(settings: &mut Settings) {
    settings.servers.values_mut().for_each(|server| server.test = false);
}

impl Scene {
    pub(super) async fn set(who: Who, prepare: fn(&mut Settings)) -> Self {
        if who == Who::Newcomer {
            return Self::of_newcomer().await;
        }
        let world = World::with_stores().await;
        fill(&world, prepare).await;
        for payment in payments() {
            let accepted = Fact::Accepted { give_up_at: NOW };
            samples::keep(&world.store, payment, vec![accepted]).await;
        }
        world.store.keep_unclaimed(&money()).await.unwrap();
        *world.yard.letters.lock().unwrap() = vec![letter("a"), letter("b")];
        let olga = world.person("olga", vec![Grant { role: Role::Support, store: Some(shop("17")) }]).await;
        let owner = owner(&world).await;
        let request = PeopleEdit::PutRefundRequest(Box::new(request(&olga)));
        world.admin.db.change_people(vec![request], vec![]).await.unwrap();
        world.admin.db.add_api_key(&shop("17"), "tills", NOW).await.unwrap();
        let browser = match who {
            Who::Guest => Browser::default(),
            Who::HalfWay => half_way(&world).await,
            _ => {
                world.signed_in(&owner).await;
                world.signed_in(&owner).await
            }
        };
        Self { world, browser, boss: owner.id, olga: olga.id, token: String::new() }
    }

    async fn of_newcomer() -> Self {
        let world = World::new().await;
        let link = new_setup_link(&world.admin.db, world.author()).await.unwrap();
        let token = link.path.expose_secret().rsplit('/').next().unwrap().to_owned();
        let nobody = UserId("nobody".to_owned());
        Self { world, browser: Browser::default(), boss: nobody.clone(), olga: nobody, token }
    }

    /// An address with its places filled in.
    pub(super) fn filled(&self, address: &str) -> String {
        let mut filled = address.replace("{user}", &self.olga.0).replace("{boss}", &self.boss.0);
        filled = filled.replace("{token}", &self.token).replace("{operation}", REQUEST);
        for number in 1..=PAYMENTS {
            filled = filled.replace(&format!("{{payment {number}}}"), &id(number).to_string());
        }
        filled
    }

    /// A code that the phone of whoever has the kit's seed shows now.
    pub(super) fn code(&self) -> String {
        code_now(&SecretString::from(SEED), self.world.admin.now()).unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.world.get(&self.browser, path).await
    }

    pub(super) async fn post(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.world.post(&self.browser, path, &fields).await
    }

    pub(super) async fn upload(&self, path: &str, fields: &[(&str, &str)], picture: &[u8]) -> Answer {
        self.world.upload(&self.browser, path, fields, picture).await
    }

    /// Everything that can be looked at, with its places filled in.
    pub(super) fn pages(&self) -> Vec<String> {
        let mut pages = vec!["/admin/operations/unclaimed/claim?server=bank&transaction=T-1".to_owned()];
        for row in TABLE.iter().filter(|row| row.method == "GET") {
            let path = row.path.replace("{store}", "17").replace("{register}", "1");
            let path =
                path.replace("{console}", "kiosk").replace("{code}", "sbp").replace("{server}", "bank");
            let path = path.replace("{name}", "ABCD2345");
            let numbers = if path.contains("{payment}") { PAYMENTS } else { 1 };
            let of = |number| self.filled(&path.replace("{payment}", &format!("{{payment {number}}}")));
            pages.extend((1..=numbers).map(of));
        }
        pages
    }

    pub(super) async fn stored(&self) -> Stored {
        let World { admin, desk, yard, till, .. } = &self.world;
        let sessions = admin.db.sessions(admin.now()).await.unwrap();
        Stored {
            revision: admin.db.settings_revision().await.unwrap(),
            settings: admin.db.export_settings().await.unwrap(),
            users: admin.db.users().await.unwrap(),
            sessions: sessions.into_iter().map(|session| session.token_sha256).collect(),
            requests: admin.db.refund_requests().await.unwrap(),
            audit: admin.db.audit_before(None, 1).await.unwrap().first().map(|record| record.number),
            deeds: desk.asked.lock().unwrap().clone(),
            claims: desk.claimed.lock().unwrap().clone(),
            releases: desk.released.lock().unwrap().clone(),
            replays: yard.replayed.lock().unwrap().clone(),
            commands: till.asked.lock().unwrap().len(),
        }
    }

    /// As if a quarter of an hour had passed.
    pub(super) async fn forget_tries(&self) {
        let db = &self.world.admin.db;
        let mut keys =
            vec!["login:boss from:10.0.0.7".to_owned(), "from:10.0.0.7".to_owned(), "login:boss".to_owned()];
        for user in db.users().await.unwrap() {
            keys.extend(
                ["code", "new code", "money code", "password"].map(|what| format!("{what}:{}", user.id)),
            );
        }
        let edits = keys.into_iter().map(PeopleEdit::ForgetTries).collect();
        db.change_people(edits, vec![]).await.unwrap();
    }
}

/// Hashing takes long: it is done once for all scenes.
async fn owner(world: &World) -> User {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash =
        HASH.get_or_init(async || hash_of_password(&SecretString::from(PASSWORD)).await.unwrap()).await;
    let mut owner = world.person("boss", vec![Grant { role: Role::Owner, store: None }]).await;
    owner.body.password_hash = Some(hash.clone());
    let edit = PeopleEdit::ChangeUser(Box::new(owner));
    world.admin.db.change_people(vec![edit], vec![]).await.unwrap();
    world.admin.db.user_by_login("boss").await.unwrap().unwrap()
}

async fn half_way(world: &World) -> Browser {
    let fields = [("login", "boss"), ("password", PASSWORD)];
    let answer = world.post(&Browser::default(), "/admin/sign-in", &fields).await;
    assert_eq!(answer.leads_to(), "/admin/sign-in/code", "{}", answer.body);
    Browser { cookie: answer.cookie(), ..Browser::default() }
}

/// Store 17 with all that can hang on a store, 18 with a register of the same number, 19 without any.
async fn fill(world: &World, prepare: fn(&mut Settings)) {
    let db = &world.admin.db;
    let mut settings = db.settings().await.unwrap();
    let bank = ServerId::parse("bank").unwrap();
    settings.servers.insert(bank.clone(), server());
    let empty = StoreSettings { registers: [].into(), ..settings.stores[&shop("18")].clone() };
    settings.stores.insert(shop("19"), empty);
    let store = settings.stores.get_mut(&shop("17")).unwrap();
    store.payment_types.insert(PaymentTypeCode::parse("sbp").unwrap(), tender(&bank));
    let plate = |link: &str| Plate {
        link: CodeId::parse(link).unwrap(),
        payload: format!("https://qr.nspk.ru/{link}?type=01&bank=100000000007"),
    };
    let first = store.registers.get_mut(&RegisterId::parse("1").unwrap()).unwrap();
    first.plates.insert(bank.clone(), plate(PLATE));
    let kiosk = ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk);
    first.consoles.insert(ConsoleId::parse("kiosk").unwrap(), kiosk);
    let fifth = RegisterSettings {
        name: "Till 5".to_owned(),
        events_by: EventsBy::Amqp,
        open_payments: OpenPayments::Many,
        consoles: [].into(),
        plates: [].into(),
        open_plates: [(bank.clone(), plate("PLATE17"))].into(),
    };
    store.registers.insert(RegisterId::parse("5").unwrap(), fifth);
    prepare(&mut settings);
    let secret = |name: &str, value: &str| SecretEdit::present(&bank, name, SecretString::from(value));
    let secrets = vec![secret("secret_key", "right"), secret("sign_key", "sign")];
    db.save_settings_with_secrets(&settings, secrets, &world.admin.keyring).await.unwrap();
}

fn server() -> ServerSettings {
    ServerSettings {
        name: "Bank".to_owned(),
        module: "pagebank".to_owned(),
        response_timeout_s: 60,
        call_timeout_ms: 5_000,
        code_life_s: 300,
        test: true,
        poll: PollPlan { after_ms: 5_000, floor_ms: 1_000, steps_ms: vec![(30_000, 1_000)] },
        rate_per_s: 10,
        concurrency: 4,
        values: [("merchant".to_owned(), "M1".to_owned())].into(),
        usage: Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    }
}

fn tender(server: &ServerId) -> PaymentType {
    PaymentType {
        name: "SBP".to_owned(),
        servers: vec![server.clone()],
        code: CodeKind::Dynamic,
        late_money: None,
        code_life_s: None,
        purpose: None,
    }
}

/// Paid with goods, shown, under review with money that is held, and paid. What is open is of register 5.
fn payments() -> [Payment; PAYMENTS as usize] {
    let of_fifth = |mut payment: Payment| {
        Arc::make_mut(&mut payment.checkout).register = RegisterId::parse("5").unwrap();
        payment
    };
    let mut paid = samples::paid(1);
    let milk =
        Item { name: "Milk".to_owned(), quantity: Some("2".to_owned()), price: None, amount: Some(19_800) };
    Arc::make_mut(&mut paid.checkout).details.items = vec![milk];
    let mut review = of_fifth(samples::shown(3));
    samples::add_credit(&mut review, CreditRole::Held);
    review.state.credits[0].transaction = BankTransaction::parse("T-held").unwrap();
    review.state.phase = Phase::Review { code: "x".to_owned(), reason: "x".to_owned(), since: NOW };
    let mut other = samples::paid(4);
    other.state.credits[0].transaction = BankTransaction::parse("T-other").unwrap();
    [paid, of_fifth(samples::shown(2)), review, other]
}

fn request(asked_by: &User) -> RefundRequest {
    RefundRequest {
        operation: OperationId::parse(REQUEST).unwrap(),
        store: shop("17"),
        payment: id(4),
        asked_by: asked_by.id.clone(),
        agreed_by: None,
        expires_at: NOW.plus(Duration::from_hours(1)),
        body: RefundRequestBody {
            who: asked_by.login.clone(),
            asked_at: NOW,
            amount: Money::try_new(100, Currency::RUB).unwrap(),
            transaction: None,
            reason: "broken".to_owned(),
        },
    }
}

/// Money at the open plate of register 5.
fn money() -> UnclaimedCredit {
    UnclaimedCredit {
        server: ServerId::parse("bank").unwrap(),
        code: CodeId::parse("PLATE17").unwrap(),
        transaction: BankTransaction::parse("T-1").unwrap(),
        amount: Money::try_new(5_000, Currency::RUB).unwrap(),
        is_confirmed: true,
        found_at: NOW,
        paid_at: None,
        payer: None,
        instrument: None,
    }
}

fn letter(id: &str) -> Letter {
    Letter {
        id: id.to_owned(),
        routing_key: "v1.17.1.pay".to_owned(),
        reason: "it is no JSON".to_owned(),
        dead_at: None,
        is_cut: false,
        body: b"{".to_vec(),
    }
}

/// An address with places is of no scene.
#[tokio::test]
async fn every_page_has_its_places_filled_in() {
    let scene = Scene::set(Who::Owner, |_| {}).await;
    for page in scene.pages() {
        assert!(!page.contains('{'), "say in `pages` what {page} is filled in with");
        assert!(!scene.get(&page).await.status.is_server_error(), "{page}");
    }
}
