//! The demo's shop: one store with a kiosk and two tills, one tender, one authorization server.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use engine::settings::{
    ConsoleKind, ConsoleSettings, EventsBy, OpenPayments, PaymentType, RegisterSettings, ScreenSettings,
    ServerSettings, Settings, StoreSettings, Usage,
};
use payment::{
    CodeId, CodeKind, ConsoleId, Currency, InvalidName, LateMoney, PaymentTypeCode, Plate, PollPlan,
    RegisterId, ServerId, StoreId, Timestamp,
};
use secrecy::SecretString;
use store::{Db, KeyFile};

use crate::database::command_line;

/// The store.
pub(super) const STORE: &str = "17";
/// Its registers; the first one is the kiosk.
pub(super) const REGISTERS: [&str; 3] = ["1", "2", "3"];
/// The register with a screen for buyers.
pub(super) const KIOSK: &str = "1";
/// The kiosk's screen.
pub(super) const CONSOLE: &str = "kiosk-1";
/// The tender.
pub(super) const PAYMENT_TYPE: &str = "sbp";
/// The authorization server, and the bank's module.
pub(super) const BANK: &str = "raiffeisen";
/// The merchant at the simulated bank …
pub(super) const MERCHANT: &str = "MA0000000552";
/// … and its key there, which opens nothing but the simulator.
pub(super) const MERCHANT_KEY: &str = "sandbox-secret-key";

/// The till with a plate on its counter.
pub(super) const REGISTER_WITH_PLATE: &str = "2";
/// The printed plate: one of the simulated bank's drafts, bound to the merchant by the bank's own call.
pub(super) const PLATE: &str = "BS1R0000000000000000000000000001";
/// What is printed on it.
const PLATE_PAYLOAD: &str =
    "https://qr.nspk.ru/BS1R0000000000000000000000000001?type=01&bank=100000000007&crc=F2A2";

const KEY_NAME: &str = "demo";

/// A shop that is set up.
pub(super) struct Shop {
    /// What its registers show to use HTTP.
    pub(super) api_key: SecretString,
    /// The path of the admin web: where there is no owner yet, the link of the first one.
    pub(super) admin: SecretString,
}

/// Writes the settings, the bank's credentials and a fresh API key into the database.
pub(super) async fn set_up(
    database: &Path,
    key_file: &Path,
    bank_url: &str,
    now: Timestamp,
) -> anyhow::Result<Shop> {
    let db = Db::open_or_create(database).await.context("the demo's database")?;
    let revision = db.settings_revision().await?;
    db.save_settings(&settings(revision, bank_url)?).await?;
    let keyring = KeyFile::load_or_create(key_file)?;
    let secret = SecretString::from(MERCHANT_KEY);
    db.set_secret(&ServerId::parse(BANK)?, "secret_key", &secret, &keyring).await?;
    for (id, key) in db.api_keys().await? {
        if key.name == KEY_NAME {
            db.remove_api_key(&id).await?;
        }
    }
    let made = db.add_api_key(&StoreId::parse(STORE)?, KEY_NAME, now).await?;
    let link = admin::new_setup_link(&db, command_line()).await;
    let admin = link.map_or_else(|_| SecretString::from("/admin"), |link| link.path);
    db.close().await;
    Ok(Shop { api_key: made.key, admin })
}

fn settings(revision: u64, bank_url: &str) -> Result<Settings, InvalidName> {
    Ok(Settings {
        revision,
        stores: BTreeMap::from([(StoreId::parse(STORE)?, store()?)]),
        servers: BTreeMap::from([(ServerId::parse(BANK)?, server(bank_url))]),
    })
}

fn store() -> Result<StoreSettings, InvalidName> {
    let payment_type = PaymentTypeCode::parse(PAYMENT_TYPE)?;
    let tender = PaymentType {
        name: "Оплата по QR-коду (СБП)".to_owned(),
        servers: vec![ServerId::parse(BANK)?],
        code: CodeKind::Dynamic,
        late_money: None,
        code_life_s: None,
        purpose: None,
    };
    let mut registers = BTreeMap::new();
    for name in REGISTERS {
        registers.insert(RegisterId::parse(name)?, register(name)?);
    }
    Ok(StoreSettings {
        screens: ScreenSettings { ask_rating: true, sound: true, ..ScreenSettings::default() },
        name: "Магазин у дома".to_owned(),
        zone: "Europe/Moscow".to_owned(),
        language: "ru".to_owned(),
        currency: Currency::RUB,
        default_payment_type: payment_type.clone(),
        late_money: LateMoney::Refund,
        second_person_above_minor: None,
        registers,
        payment_types: BTreeMap::from([(payment_type, tender)]),
    })
}

fn register(name: &str) -> Result<RegisterSettings, InvalidName> {
    if name != KIOSK {
        return Ok(RegisterSettings {
            name: format!("Касса {name}"),
            events_by: EventsBy::Both,
            open_payments: OpenPayments::One,
            consoles: BTreeMap::new(),
            plates: plates(name)?,
            open_plates: BTreeMap::new(),
        });
    }
    let console = ConsoleSettings::new("Экран киоска", ConsoleKind::Kiosk);
    Ok(RegisterSettings {
        name: "Киоск самообслуживания".to_owned(),
        events_by: EventsBy::Both,
        open_payments: OpenPayments::One,
        consoles: BTreeMap::from([(ConsoleId::parse(CONSOLE)?, console)]),
        plates: plates(name)?,
        open_plates: BTreeMap::new(),
    })
}

/// One till has a plate on its counter. The bank's own call binds it to the merchant at each start.
fn plates(register: &str) -> Result<BTreeMap<ServerId, Plate>, InvalidName> {
    if register != REGISTER_WITH_PLATE {
        return Ok(BTreeMap::new());
    }
    let plate = Plate { link: CodeId::parse(PLATE)?, payload: PLATE_PAYLOAD.to_owned() };
    Ok(BTreeMap::from([(ServerId::parse(BANK)?, plate)]))
}

fn server(bank_url: &str) -> ServerSettings {
    let values = [("sbp_merchant_id", MERCHANT), ("base_url", bank_url), ("code_life_min_s", "1")];
    ServerSettings {
        name: "Райффайзенбанк (симулятор)".to_owned(),
        module: BANK.to_owned(),
        response_timeout_s: 15,
        call_timeout_ms: 4_000,
        code_life_s: 300,
        test: true,
        poll: PollPlan::live(),
        rate_per_s: 500,
        concurrency: 64,
        values: values.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        usage: Usage::Active,
        fee_bp: None,
        next_credentials_at: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_can_work_as_it_is_set() {
        let settings = settings(0, "http://127.0.0.1:8090/raiffeisen").unwrap();
        assert!(store::check_settings(&settings).is_ok());
        let (_, store) = settings.stores.first_key_value().unwrap();
        let kiosk = &store.registers[&RegisterId::parse(KIOSK).unwrap()];
        assert!(kiosk.consoles[&ConsoleId::parse(CONSOLE).unwrap()].show_qr);
        assert_eq!(store.registers.len(), REGISTERS.len());
    }

    #[tokio::test]
    async fn setting_up_twice_leaves_one_key_and_changes_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (database, keys) = (folder.path().join("demo.db"), folder.path().join("demo.key"));
        let url = "http://127.0.0.1:8090/raiffeisen";
        set_up(&database, &keys, url, Timestamp::from_micros(1)).await.unwrap();
        let shop = set_up(&database, &keys, url, Timestamp::from_micros(2)).await.unwrap();
        let db = Db::open(&database).await.unwrap();
        assert_eq!(db.api_keys().await.unwrap().len(), 1);
        assert_eq!(db.store_of_api_key(&shop.api_key).await.unwrap(), Some(StoreId::parse(STORE).unwrap()));
    }
}
