//! A database, a clock that tests set, and browsers of several people.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use engine::ports::Clock;
use engine::settings::{RegisterSettings, StoreSettings};
use payment::{RegisterId, StoreId, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use store::{
    Author, Grant, KeyFile, People, PeopleEdit, Role, SecondFactor, Session, SessionBody, SqliteStore, User,
    UserBody, UserId, hash_of_key,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::doubles::{Notebook, Till, Yard};
use crate::{Admin, BrokerPlace, Management, Operations, router};

/// 2026-11-28 12:00 UTC.
const START: i64 = 1_795_867_200_000_000;

pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct World {
    pub(crate) admin: Arc<Admin>,
    /// What the service would write payments to.
    pub(crate) store: SqliteStore,
    pub(crate) desk: Arc<Notebook>,
    pub(crate) yard: Arc<Yard>,
    pub(crate) till: Arc<Till>,
    pub(crate) clock: Arc<SetClock>,
    router: Router,
    _folder: TempDir,
}

/// An answer as a browser has it.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn leads_to(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|place| place.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn cookie(&self) -> Option<String> {
        let set = self.headers.get(header::SET_COOKIE)?.to_str().ok()?;
        Some(set.split(';').next()?.to_owned())
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let marked = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&marked).unwrap_or_else(|| panic!("no {name} in {}", self.body));
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

/// A browser: its address, and its cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) cookie: Option<String>,
    pub(crate) address: [u8; 4],
    pub(crate) language: &'static str,
    pub(crate) site: &'static str,
    /// What it says of where a form comes from; empty: nothing.
    pub(crate) origin: &'static str,
    /// What a proxy in front says of where it is.
    pub(crate) forwarded: Option<String>,
    /// What a proxy in front says of how it came.
    pub(crate) is_by_tls: bool,
}

impl Default for Browser {
    fn default() -> Self {
        let (cookie, forwarded) = (None, None);
        let (language, site, origin) = ("en", "same-origin", "");
        Self { cookie, address: [10, 0, 0, 7], language, site, origin, forwarded, is_by_tls: false }
    }
}

pub(crate) fn shop(id: &str) -> StoreId {
    StoreId::parse(id).unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::built(None).await
    }

    /// With a management interface of the broker.
    pub(crate) async fn managed(management: Arc<dyn Management>) -> Self {
        let world = Self::built(Some(management)).await;
        world.add_stores().await;
        world
    }

    async fn built(management: Option<Arc<dyn Management>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("store.db")).await.unwrap();
        let db = store.db().clone();
        let keyring = KeyFile::load_or_create(&folder.path().join("key")).unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(START)));
        let broker = BrokerPlace {
            address: "amqp://rabbit.example:5672".to_owned(),
            virtual_host: "/".to_owned(),
            prefix: "checkout".to_owned(),
        };
        let (desk, till) = (Arc::new(Notebook::default()), Arc::new(Till::default()));
        let yard = Arc::new(Yard::default());
        // Streams are over at once, so that they can be read to their end.
        let ended = CancellationToken::new();
        ended.cancel();
        let admin = Admin {
            db,
            keyring,
            desk: Arc::clone(&desk) as _,
            registers: Arc::clone(&till) as _,
            clock: Arc::clone(&clock) as _,
            modules: super::bank::MODULES,
            broker: Some(broker),
            management,
            trials: Arc::new(super::trials::NoDevice),
            operations: Operations {
                letters: Some(Arc::clone(&yard) as _),
                watch: Arc::clone(&yard) as _,
                stop: ended,
            },
        };
        let admin = Arc::new(admin);
        Self { router: router(Arc::clone(&admin)), admin, store, desk, till, yard, clock, _folder: folder }
    }

    /// With stores 17 and 18, each with a register.
    pub(crate) async fn with_stores() -> Self {
        let world = Self::new().await;
        world.add_stores().await;
        world
    }

    async fn add_stores(&self) {
        let mut settings = self.admin.db.settings().await.unwrap();
        for id in ["17", "18"] {
            let register = RegisterSettings {
                name: "Касса 1".to_owned(),
                events_by: engine::settings::EventsBy::Amqp,
                open_payments: engine::settings::OpenPayments::One,
                consoles: [].into(),
                plates: [].into(),
                open_plates: [].into(),
            };
            let store = StoreSettings {
                name: format!("Shop {id}"),
                registers: BTreeMap::from([(RegisterId::parse("1").unwrap(), register)]),
                ..super::samples::store_in("Europe/Moscow")
            };
            settings.stores.insert(shop(id), store);
        }
        self.admin.db.save_settings(&settings).await.unwrap();
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) fn author(&self) -> Author {
        Author { who: "test".to_owned(), from: "test".to_owned(), at: self.admin.now() }
    }

    /// Somebody with these roles, all set up.
    pub(crate) async fn person(&self, login: &str, grants: Vec<Grant>) -> User {
        let needs = grants.iter().any(|grant| grant.role.needs_second_factor());
        let mut user = User {
            id: UserId(format!("{login:0>32}")),
            login: login.to_owned(),
            version: 1,
            body: UserBody {
                name: format!("Person {login}"),
                password_hash: None,
                grants,
                second_factor: None,
                must_change_password: false,
                is_blocked: false,
                language: None,
                added_at: self.admin.now(),
            },
        };
        if needs {
            let seed = SecretString::from("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
            let sealed = self.admin.keyring.seal(&crate::me::place_of_seed(&user), &seed).unwrap();
            user.body.second_factor =
                Some(SecondFactor { sealed_seed: sealed, last_step: 0, recovery_sha256: vec![] });
        }
        let edits = vec![PeopleEdit::AddUser(Box::new(user.clone()))];
        self.admin.db.change_people(edits, vec![]).await.unwrap();
        user
    }

    /// A browser in which they are signed in.
    pub(crate) async fn signed_in(&self, user: &User) -> Browser {
        let token = store::fresh_key().unwrap();
        let now = self.admin.now();
        let session = Session {
            token_sha256: hash_of_key(&token),
            user: user.id.clone(),
            seen_at: now,
            ends_at: now.plus(std::time::Duration::from_hours(1)),
            body: SessionBody {
                begun_at: now,
                from: "10.0.0.7".to_owned(),
                browser: "test".to_owned(),
                is_whole: true,
            },
        };
        self.admin.db.change_people(vec![PeopleEdit::BeginSession(Box::new(session))], vec![]).await.unwrap();
        Browser { cookie: Some(format!("admin={}", token.expose_secret())), ..Browser::default() }
    }

    pub(crate) async fn owner(&self) -> Browser {
        let user = self.person("boss", vec![Grant { role: Role::Owner, store: None }]).await;
        self.signed_in(&user).await
    }

    pub(crate) async fn get(&self, browser: &Browser, path: &str) -> Answer {
        self.ask(browser, Method::GET, path, &[]).await
    }

    pub(crate) async fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask(browser, Method::POST, path, fields).await
    }

    pub(crate) async fn ask(
        &self,
        browser: &Browser,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let request = Request::builder().method(method.clone()).uri(path);
        if method != Method::POST {
            return self.answer(browser, request, Body::empty()).await;
        }
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.answer(browser, request, Body::from(encoded(fields))).await
    }
}

impl World {
    /// A form with a picture, as browsers send it.
    pub(crate) async fn upload(
        &self,
        browser: &Browser,
        path: &str,
        fields: &[(&str, &str)],
        picture: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        let head = "--edge\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"p\"\r\n\r\n";
        body.extend(head.bytes().chain(picture.iter().copied()).chain(*b"\r\n--edge--\r\n"));
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.answer(browser, request, Body::from(body)).await
    }

    /// Sends a request as a browser does.
    async fn answer(&self, browser: &Browser, request: Builder, body: Body) -> Answer {
        let mut request =
            request.header(header::ACCEPT_LANGUAGE, browser.language).header(header::HOST, "pos.example");
        if !browser.site.is_empty() {
            request = request.header("sec-fetch-site", browser.site);
        }
        if !browser.origin.is_empty() {
            request = request.header(header::ORIGIN, browser.origin);
        }
        if let Some(forwarded) = &browser.forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        if browser.is_by_tls {
            request = request.header("x-forwarded-proto", "https");
        }
        if let Some(cookie) = &browser.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((browser.address, 4711))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect()
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}
