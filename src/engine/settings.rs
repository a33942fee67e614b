//! What the business wants: the settings that the engine works by, as one snapshot.

mod console;
mod purpose;
mod screens;
mod servers;
mod zone;

pub use purpose::{LONGEST_PURPOSE_CHARS, PURPOSE_WORDS, PurposeOf, unknown_purpose_word};
pub use screens::{MOST_SLIDES, ScreenSettings, Slide, media_type_of};
pub use servers::{ServerSettings, Usage};
pub use zone::Zone;

use std::collections::BTreeMap;

use payment::{
    CodeKind, ConsoleId, Currency, LateMoney, PaymentTypeCode, Plate, RegisterId, ServerId, StoreId,
};
use serde::{Deserialize, Serialize};

pub(crate) use console::terms_of;
pub use console::{ConsoleSettings, ConsoleSize, DEFAULT_SITE, PUSHED_PICTURE};
pub use payment::ConsoleKind;

/// Everything that admins set, at one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Rises with every change.
    pub revision: u64,
    /// The stores.
    pub stores: BTreeMap<StoreId, StoreSettings>,
    /// The authorization servers.
    pub servers: BTreeMap<ServerId, ServerSettings>,
}

impl Settings {
    /// The register whose plate, armed or open, says this.
    pub fn register_of_plate(&self, payload: &str) -> Option<(&StoreId, &RegisterId)> {
        self.stores.iter().find_map(|(store, its)| {
            let mut registers = its.registers.iter();
            let (register, _) = registers.find(|(_, its)| {
                let mut plates = its.plates.values().chain(its.open_plates.values());
                plates.any(|plate| plate.payload == payload)
            })?;
            Some((store, register))
        })
    }
}

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSettings {
    /// Its name for people; buyers see it beside the code.
    pub name: String,
    /// IANA time zone, such as `Europe/Moscow`.
    pub zone: String,
    /// The language of its screens: `ru`, `en`, `kk`, `ky`, `hi`.
    pub language: String,
    /// The currency of its tills.
    pub currency: Currency,
    /// The payment type of checkouts that name none.
    pub default_payment_type: PaymentTypeCode,
    /// What happens to late money unless the payment type says otherwise.
    pub late_money: LateMoney,
    /// A refund by people of more than this, in minor units of the currency, waits until a second person agrees; together with
    /// what people have given back of the same payment already. Left out: one person is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_person_above_minor: Option<i64>,
    /// What its screens do besides showing codes.
    #[serde(default)]
    pub screens: ScreenSettings,
    /// The tills and kiosks.
    #[serde(default)]
    pub registers: BTreeMap<RegisterId, RegisterSettings>,
    /// The tenders.
    #[serde(default)]
    pub payment_types: BTreeMap<PaymentTypeCode, PaymentType>,
}

/// A till or kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterSettings {
    /// Its name for people.
    pub name: String,
    /// How it gets its events.
    #[serde(default)]
    pub events_by: EventsBy,
    /// How many payments it may have open at once.
    #[serde(default)]
    pub open_payments: OpenPayments,
    /// Its outputs for buyers.
    #[serde(default)]
    pub consoles: BTreeMap<ConsoleId, ConsoleSettings>,
    /// Its plates: one cash link at each authorization server at most.
    #[serde(default)]
    pub plates: BTreeMap<ServerId, Plate>,
    /// Its open plates: codes that are paid without an order, the buyer typing the amount. What arrives there is claimed by
    /// registers of the store. One at each authorization server at most.
    #[serde(default)]
    pub open_plates: BTreeMap<ServerId, Plate>,
}

/// How many payments a register may have open at once (design.md §4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenPayments {
    /// One: another is `register_busy`, or supersedes it.
    #[default]
    One,
    /// As many as it opens: restaurants' pre-checks.
    Many,
}

/// How a register gets its events (its *delivery*, contract.md §4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventsBy {
    /// From its queue.
    #[default]
    Amqp,
    /// By asking: committed counts as delivered.
    Http,
    /// Both ways.
    Both,
}

/// A tender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentType {
    /// Its name for people.
    pub name: String,
    /// The authorization servers in the order in which they are tried.
    pub servers: Vec<ServerId>,
    /// The kind of code that checkouts get which ask for none.
    #[serde(default = "dynamic")]
    pub code: CodeKind,
    /// What happens to late money; `None`: as the store says.
    #[serde(default)]
    pub late_money: Option<LateMoney>,
    /// How long its codes live unless the checkout asks otherwise, in seconds; `None`: as the authorization server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_life_s: Option<u32>,
    /// What buyers read at their bank where the checkout names no purpose: a template as [`PurposeOf`] fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

fn dynamic() -> CodeKind {
    CodeKind::Dynamic
}
