//! A bank for the pages: it lets in whoever has the right key.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connector_sdk::{
    Capabilities, Connector, KindAbility, Manifest, Module, Notification, NotificationError, PlateRequest,
    ServerSettings, SettingsError, SettingsKey, Told,
};
use payment::{
    AnnulAnswer, CallError, CodeId, CodeKind, Currency, IssueRequest, Issued, OrderRequest, OrderState,
    PaidNotice, Plate, RefundAbility, RefundAnswer, RefundRequest, RefundTerms, Refusal, RefusalKind,
    StatusAnswer,
};
use secrecy::{ExposeSecret, SecretString};

pub(crate) static MODULES: &[&dyn Module] = &[&PageBank];

/// The id of the plate that the bank makes.
pub(crate) const PLATE: &str = "AS100032PQ7739G58NCQ457RA2OG82JP";

struct PageBank;

static MANIFEST: Manifest = Manifest {
    id: "pagebank",
    title: told("Банк страниц", "Page bank"),
    needs: &[told("Договор с банком.", "A contract with the bank.")],
    keys: &[
        SettingsKey {
            names_account: true, ..key("merchant", false, told("ID магазина", "Merchant id"))
        },
        key("secret_key", true, told("Секретный ключ", "Secret key")),
        key("sign_key", true, told("Ключ подписи", "Key of signatures")),
    ],
};

const fn told(ru: &'static str, en: &'static str) -> Told {
    Told { ru, en, kk: ru, ky: ru, hi: en }
}

const fn key(name: &'static str, secret: bool, label: Told) -> SettingsKey {
    SettingsKey {
        name,
        secret,
        required: true,
        names_account: false,
        rare: false,
        label,
        help: told("до 12 знаков", "at most 12 characters"),
    }
}

impl Module for PageBank {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn connect(&self, settings: &ServerSettings) -> Result<Arc<dyn Connector>, SettingsError> {
        let merchant = settings.required("merchant")?;
        if merchant.len() > 12 {
            return Err(SettingsError::Wrong { key: "merchant", rule: "at most 12 characters".to_owned() });
        }
        for key in ["secret_key", "sign_key"] {
            if settings.required_secret(key)?.expose_secret().contains(' ') {
                return Err(SettingsError::Wrong { key, rule: "no key has a space".to_owned() });
            }
        }
        Ok(Arc::new(Way { key: settings.required_secret("secret_key")?.clone() }))
    }
}

struct Way {
    key: SecretString,
}

impl Way {
    fn let_in(&self) -> Result<(), CallError> {
        if self.key.expose_secret().starts_with("right") {
            return Ok(());
        }
        Err(refused(RefusalKind::Settings, "401"))
    }
}

fn refused(kind: RefusalKind, code: &str) -> CallError {
    CallError::Refused(Refusal { kind, bank_code: code.to_owned(), message: "no".to_owned() })
}

fn ability(kind: CodeKind) -> KindAbility {
    let second = Duration::from_secs(1);
    KindAbility {
        kind,
        annul: true,
        status_by_order: true,
        code_life: (second, second * 3_600),
        code_life_default: second * 300,
        dead_after: second * 60,
        latest_credit_only: false,
        refund: RefundTerms {
            ability: RefundAbility::Part,
            lookup_by_key: true,
            keys_idempotent: true,
            retry_pause: second,
            tries_per_day: 5,
        },
    }
}

#[async_trait]
impl Connector for Way {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: vec![ability(CodeKind::Dynamic), ability(CodeKind::CashLink)],
            currencies: vec![Currency::RUB],
            amount_minor: (1, 100_000_000),
            purpose_max_chars: 140,
            poll_floor: Duration::from_secs(1),
        }
    }

    async fn issue(&self, _request: &IssueRequest) -> Result<Issued, CallError> {
        Err(refused(RefusalKind::Other, "pages issue nothing"))
    }

    async fn status(&self, _request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        self.let_in()?;
        Ok(StatusAnswer { order: None, state: OrderState::Unpaid })
    }

    async fn annul(&self, _request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        Err(refused(RefusalKind::Other, "pages annul nothing"))
    }

    async fn refund(&self, _request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        Err(refused(RefusalKind::Other, "pages refund nothing"))
    }

    async fn refund_status(&self, _request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        Err(refused(RefusalKind::Other, "pages refund nothing"))
    }

    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        self.let_in()?;
        if code.as_str() == PLATE { Ok(None) } else { Err(refused(RefusalKind::Other, "unknown code")) }
    }

    async fn make_plate(&self, request: &PlateRequest) -> Result<Plate, CallError> {
        self.let_in()?;
        let link = request.draft.as_ref().map_or(PLATE, CodeId::as_str);
        if link.starts_with("BAD") {
            return Err(refused(RefusalKind::Other, "no such draft"));
        }
        let link = CodeId::parse(link).map_err(|_| refused(RefusalKind::Other, "no id"))?;
        let payload = format!("https://qr.nspk.ru/{link}?type=01&bank=100000000007");
        Ok(Plate { link, payload })
    }

    fn read_notification(
        &self,
        _header: &dyn for<'a> Fn(&'a str) -> Option<String>,
        _body: &[u8],
    ) -> Result<Notification, NotificationError> {
        Err(NotificationError("pages read none".to_owned()))
    }
}
