//! The bank's entry: its name, what it must be told, and how it is built.

use std::sync::Arc;

use connector_sdk::http::{CA_FILE, Http, PROXY};
use connector_sdk::{Connector, Manifest, Module, ServerSettings, SettingsError, SettingsKey, Told};

use crate::call::Caller;
use crate::config::{Config, key};

/// Raiffeisenbank Russia as a module; its one value is [`MODULE`].
#[derive(Debug, Clone, Copy)]
pub struct Raiffeisen;

/// The value for the registry of modules.
pub static MODULE: Raiffeisen = Raiffeisen;

static MANIFEST: Manifest =
    Manifest { id: "raiffeisen", title: "Raiffeisenbank (SBP)", needs: NEEDS, keys: KEYS };

/// Sources: the bank's pages for shops and its documents of the interface, see the README.
const NEEDS: &[Told] = &[
    Told {
        ru: "Договор эквайринга по СБП с Райффайзенбанком.",
        en: "A contract with Raiffeisenbank for payments by SBP.",
    },
    Told {
        ru: "Из личного кабинета мерчанта: ID в СБП (MA и цифры) и секретный ключ. Ключ создаёт там же тот, кто подписывает договор.",
        en: "From the bank's merchant cabinet: the id in SBP (MA and digits) and the secret key. Whoever signs for the shop makes the key there.",
    },
    Told {
        ru: "Там же: адрес уведомлений — https://адрес этой службы/hooks/код сервера. Без него оплата видна по опросу, на секунду-другую позже.",
        en: "In the same place: the address of notifications, https://this service's address/hooks/server code. Without it a payment is seen by asking, a second or two later.",
    },
    Told {
        ru: "Для проб: тестовый ключ (банк даёт его по заявке) и адрес https://pay-test.raif.ru.",
        en: "For trying it out: a test key, which the bank gives on request, and the address https://pay-test.raif.ru.",
    },
];

/// Codes, money and refunds are known to one merchant at one host alone (reference: Raiffeisen §1): those two name the account.
const KEYS: &[SettingsKey] = &[
    SettingsKey {
        names_account: true,
        ..required(
            key::SBP_MERCHANT_ID,
            "ID в СБП из личного кабинета мерчанта: до 12 латинских букв и цифр, например MA0000000552",
            "The merchant's id in SBP from the bank's merchant cabinet: at most 12 letters and digits, such as MA0000000552",
        )
    },
    SettingsKey {
        secret: true,
        ..required(
            key::SECRET_KEY,
            "Секретный ключ из личного кабинета мерчанта; им же подписаны уведомления",
            "The secret key, made in the merchant cabinet; it also signs notifications",
        )
    },
    SettingsKey {
        names_account: true,
        ..optional(
            key::BASE_URL,
            "Пусто — https://pay.raif.ru; тестовый банк — https://pay-test.raif.ru",
            "https://pay.raif.ru (default); the bank's sandbox is https://pay-test.raif.ru",
        )
    },
    optional(
        key::ACCOUNT,
        "Счёт зачисления, 20 цифр; нужен, только если выручка делится между счетами",
        "The account that takings go to, 20 digits; only to spread them over several accounts",
    ),
    optional(
        key::REDIRECT_URL,
        "Куда приложение банка вернёт покупателя после оплаты: адрес до 1024 знаков",
        "Where the buyer's bank app returns to after the payment: an address of at most 1024 characters",
    ),
    optional(
        key::CODE_LIFE_MIN_S,
        "Наименьшая жизнь кода, от 1 до 7776000 секунд; пусто — 60",
        "The shortest life of a code in seconds, 1 to 7776000; 60 by default",
    ),
    optional(
        key::DEAD_AFTER_S,
        "Сколько секунд после конца кода банк ещё может сообщить о деньгах, от 0 до 86400; пусто — 600",
        "How long after a code's end money may still be reported, in seconds, 0 to 86400; 600 by default",
    ),
    optional(
        key::ORDER_STATUS,
        "on (так и без значения) — заказ можно найти без id кода; off — нельзя",
        "on (default): orders can be looked up without the code's id; off: they can't",
    ),
    optional(
        key::REFUND_PATH,
        "v1 (так и без значения) — возврат по транзакции; v2 — по заказу, с причиной отказа",
        "v1 (default): refunds by transaction; v2: by order, with reasons of a decline",
    ),
    optional(
        key::REFUND_KEY_IDEMPOTENT,
        "on (так и без значения) — повтор ключа возврата не двигает деньги дважды; off — может",
        "on (default): a repeated refund key never moves money twice; off: it may",
    ),
    CA_FILE,
    PROXY,
];

impl Module for Raiffeisen {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn connect(&self, settings: &ServerSettings) -> Result<Arc<dyn Connector>, SettingsError> {
        let config = Config::read(settings)?;
        let http = Http::build(settings)?;
        Ok(Arc::new(Caller::new(config, http)))
    }
}

const fn required(name: &'static str, ru: &'static str, en: &'static str) -> SettingsKey {
    SettingsKey { name, secret: false, required: true, names_account: false, help: Told { ru, en } }
}

const fn optional(name: &'static str, ru: &'static str, en: &'static str) -> SettingsKey {
    SettingsKey { required: false, ..required(name, ru, en) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_declared_once_and_only_the_key_of_the_bank_is_secret() {
        let keys = MODULE.manifest().keys;
        for name in key::ALL {
            assert_eq!(keys.iter().filter(|declared| declared.name == *name).count(), 1, "{name}");
        }
        let secret: Vec<_> = keys.iter().filter(|declared| declared.secret).map(|key| key.name).collect();
        assert_eq!(secret, ["secret_key"]);
    }

    #[test]
    fn host_and_merchant_name_the_account() {
        assert_eq!(MODULE.manifest().account_keys().collect::<Vec<_>>(), ["sbp_merchant_id", "base_url"]);
    }

    #[test]
    fn nothing_is_built_from_incomplete_settings() {
        let error = MODULE.connect(&ServerSettings::default()).err().unwrap();
        assert!(error.to_string().contains("sbp_merchant_id"), "{error}");
    }
}
