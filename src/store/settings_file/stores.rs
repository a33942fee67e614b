//! Stores, registers, consoles and payment types in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::settings::{
    ConsoleSettings, EventsBy, OpenPayments, PaymentType, RegisterSettings, ScreenSettings, StoreSettings,
};
use payment::{CodeKind, ConsoleId, LateMoney, PaymentTypeCode, RegisterId, StoreId, Timestamp};
use serde::{Deserialize, Serialize};
use toml::Table;

use super::fields::{Fields, tables};
use super::walk::Walk;
use super::write::{put, put_some};
use crate::settings::Entity;

impl Walk {
    pub(super) fn store(&mut self, id: &str, mut own: Table) {
        let key = format!("stores.{id}");
        let Some(store) = self.id(&key, StoreId::parse(id)) else { return };
        for (id, its) in tables(&mut own, &key, "registers", &mut self.problems) {
            self.register(&store, &id, its);
        }
        for (id, its) in tables(&mut own, &key, "payment_types", &mut self.problems) {
            if let Some(code) = self.id(&format!("{key}.payment_types.{id}"), PaymentTypeCode::parse(&id)) {
                self.thing(Entity::PaymentType(store.clone(), code), its, read_payment_type);
            }
        }
        self.thing(Entity::Store(store), own, read_store);
    }

    fn register(&mut self, store: &StoreId, id: &str, mut own: Table) {
        let key = format!("stores.{store}.registers.{id}");
        let Some(register) = self.id(&key, RegisterId::parse(id)) else { return };
        for (id, its) in tables(&mut own, &key, "consoles", &mut self.problems) {
            if let Some(console) = self.id(&format!("{key}.consoles.{id}"), ConsoleId::parse(&id)) {
                self.thing(Entity::Console(store.clone(), register.clone(), console), its, read_console);
            }
        }
        self.thing(Entity::Register(store.clone(), register), own, read_register);
    }
}

fn read_store(fields: &mut Fields<'_>) -> Option<StoreSettings> {
    let name = fields.required("name");
    let zone = fields.required("zone");
    let language = fields.required("language");
    let currency = fields.required("currency");
    let default_payment_type = fields.required("default_payment_type");
    let late_money = read_late_money(fields);
    let second_person_above_minor = fields.optional("second_person_above_minor");
    let screens = fields.optional("screens");
    Some(StoreSettings {
        name: name?,
        zone: zone?,
        language: language?,
        currency: currency?,
        default_payment_type: default_payment_type?,
        late_money: late_money.unwrap_or(LateMoney::Refund),
        second_person_above_minor,
        screens: screens.unwrap_or_default(),
        registers: BTreeMap::new(),
        payment_types: BTreeMap::new(),
    })
}

pub(super) fn write_store(store: &StoreSettings) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", &store.name);
    put(&mut table, "zone", &store.zone);
    put(&mut table, "language", &store.language);
    put(&mut table, "currency", store.currency);
    put(&mut table, "default_payment_type", &store.default_payment_type);
    write_late_money(&mut table, store.late_money);
    if let Some(above_minor) = store.second_person_above_minor {
        put(&mut table, "second_person_above_minor", above_minor);
    }
    if store.screens != ScreenSettings::default() {
        put(&mut table, "screens", &store.screens);
    }
    table
}

fn read_register(fields: &mut Fields<'_>) -> Option<RegisterSettings> {
    let name = fields.required("name");
    let events_by: Option<EventsBy> = fields.optional("events_by");
    let open_payments: Option<OpenPayments> = fields.optional("open_payments");
    let plates = fields.optional("plates");
    let open_plates = fields.optional("open_plates");
    Some(RegisterSettings {
        name: name?,
        events_by: events_by.unwrap_or_default(),
        open_payments: open_payments.unwrap_or_default(),
        consoles: BTreeMap::new(),
        plates: plates.unwrap_or_default(),
        open_plates: open_plates.unwrap_or_default(),
    })
}

pub(super) fn write_register(register: &RegisterSettings) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", &register.name);
    put(&mut table, "events_by", register.events_by);
    put(&mut table, "open_payments", register.open_payments);
    if !register.plates.is_empty() {
        put(&mut table, "plates", &register.plates);
    }
    if !register.open_plates.is_empty() {
        put(&mut table, "open_plates", &register.open_plates);
    }
    table
}

fn read_console(fields: &mut Fields<'_>) -> Option<ConsoleSettings> {
    let name: Option<String> = fields.required("name");
    let kind = fields.required("kind");
    let show_qr = fields.required("show_qr");
    let language = fields.optional("language");
    let screen_key_sha256 = fields.optional("screen_key_sha256");
    let through_till = fields.optional("through_till");
    let address = fields.optional("address");
    let site = fields.optional("site");
    let profile = fields.optional("profile");
    let width_and_height = fields.optional("size");
    let also_for: Option<BTreeSet<RegisterId>> = fields.optional("also_for");
    let out_of_order_until = read_time(fields, "out_of_order_until");
    Some(ConsoleSettings {
        show_qr: show_qr?,
        language,
        screen_key_sha256,
        through_till,
        address,
        site,
        profile,
        size: width_and_height,
        also_for: also_for.unwrap_or_default(),
        out_of_order_until,
        ..ConsoleSettings::new(&name?, kind?)
    })
}

pub(super) fn write_console(console: &ConsoleSettings) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", &console.name);
    put(&mut table, "kind", console.kind);
    put(&mut table, "show_qr", console.show_qr);
    put_some(&mut table, "language", console.language.as_ref());
    put_some(&mut table, "screen_key_sha256", console.screen_key_sha256.as_ref());
    put_some(&mut table, "through_till", console.through_till);
    put_some(&mut table, "address", console.address.as_ref());
    put_some(&mut table, "site", console.site.as_ref());
    put_some(&mut table, "profile", console.profile.as_ref());
    put_some(&mut table, "size", console.size);
    put_some(&mut table, "also_for", Some(&console.also_for).filter(|registers| !registers.is_empty()));
    put_some(&mut table, "out_of_order_until", console.out_of_order_until.map(|until| until.to_string()));
    table
}

/// A point in time, as RFC 3339 text.
pub(super) fn read_time(fields: &mut Fields<'_>, name: &'static str) -> Option<Timestamp> {
    let text: String = fields.optional(name)?;
    let time = Timestamp::parse(&text);
    if time.is_err() {
        fields.wrong(name, "not a time; write it as \"2026-11-21T10:15:00Z\"");
    }
    time.ok()
}

fn read_payment_type(fields: &mut Fields<'_>) -> Option<PaymentType> {
    let name = fields.required("name");
    let servers = fields.required("servers");
    let code: Option<CodeKind> = fields.optional("code");
    let late_money = read_late_money(fields);
    let code_life_s = fields.optional("code_life_s");
    let purpose = fields.optional("purpose");
    Some(PaymentType {
        name: name?,
        servers: servers?,
        code: code.unwrap_or(CodeKind::Dynamic),
        late_money,
        code_life_s,
        purpose,
    })
}

pub(super) fn write_payment_type(tender: &PaymentType) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", &tender.name);
    put(&mut table, "servers", &tender.servers);
    put(&mut table, "code", tender.code);
    if let Some(late_money) = tender.late_money {
        write_late_money(&mut table, late_money);
    }
    put_some(&mut table, "code_life_s", tender.code_life_s);
    put_some(&mut table, "purpose", tender.purpose.as_ref());
    table
}

/// The policy for late money: a word, and the time to claim beside it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LateMoneyWord {
    Refund,
    Offer,
}

fn read_late_money(fields: &mut Fields<'_>) -> Option<LateMoney> {
    let word: Option<LateMoneyWord> = fields.optional("late_money");
    let claim_within_s: Option<u32> = fields.optional("claim_within_s");
    match (word, claim_within_s) {
        (Some(LateMoneyWord::Offer), Some(seconds)) => {
            Some(LateMoney::Offer { claim_within: Duration::from_secs(seconds.into()) })
        }
        (Some(LateMoneyWord::Offer), None) => {
            fields
                .wrong("claim_within_s", "it is missing; say how many seconds an offer of late money stands");
            None
        }
        (_, Some(_)) => {
            fields.wrong("claim_within_s", "it belongs to late_money = \"offer\"; leave it out");
            None
        }
        (Some(LateMoneyWord::Refund), None) => Some(LateMoney::Refund),
        (None, None) => None,
    }
}

fn write_late_money(table: &mut Table, late_money: LateMoney) {
    match late_money {
        LateMoney::Refund => put(table, "late_money", LateMoneyWord::Refund),
        LateMoney::Offer { claim_within } => {
            put(table, "late_money", LateMoneyWord::Offer);
            put(table, "claim_within_s", claim_within.as_secs());
        }
    }
}
