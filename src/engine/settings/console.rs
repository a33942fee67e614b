//! Consoles: the outputs of registers.

use std::collections::BTreeSet;

use payment::{ConsoleId, ConsoleKind, ConsoleTerms, ConsoleWay, RegisterId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{OpenPayments, StoreSettings};

/// The site of consoles and instances that name none.
pub const DEFAULT_SITE: &str = "main";
/// The profile of displays that take a picture pushed; without it they take JSON.
pub const PUSHED_PICTURE: &str = "png";

/// An output for buyers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleSettings {
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub kind: ConsoleKind,
    /// Whether codes are shown on it (UKM: *Выводить QR-коды*).
    pub show_qr: bool,
    /// Its language; `None`: the store's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// SHA-256 in hex of the key that a screen opens this console with; `None`: no screen can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen_key_sha256: Option<String>,
    /// The till drives it with what the event carries; `None`: only if nothing else can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through_till: Option<bool>,
    /// Where it is: `tcp://10.0.0.9:9100`, `serial:///dev/ttyS0?baud=9600`, `file:///dev/usb/lp0`; of a display that takes
    /// pushes `http://…`. `None`: the till drives it, or a page of ours is opened there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The site whose instances can reach the address; `None`: [`DEFAULT_SITE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The name of the device's profile: paper, dots, columns, code pages, or what a display takes pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The side that pictures for it must fit into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ConsoleSize>,
    /// Registers of the store that share it with the one that it is set up at.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub also_for: BTreeSet<RegisterId>,
    /// It is not used before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_order_until: Option<Timestamp>,
}

/// Pixels, or dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleSize {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl ConsoleSettings {
    /// A console of a kind that shows codes; everything else as if it were not said.
    pub fn new(name: &str, kind: ConsoleKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            show_qr: true,
            language: None,
            screen_key_sha256: None,
            through_till: None,
            address: None,
            site: None,
            profile: None,
            size: None,
            also_for: BTreeSet::new(),
            out_of_order_until: None,
        }
    }

    /// How a code gets there.
    pub fn way(&self) -> ConsoleWay {
        let is_page = matches!(self.kind, ConsoleKind::Kiosk | ConsoleKind::Display);
        match (self.through_till, &self.address) {
            _ if self.kind == ConsoleKind::Register => ConsoleWay::Till,
            (Some(true), _) => ConsoleWay::Till,
            (_, Some(_)) => ConsoleWay::Site,
            (_, None) if is_page => ConsoleWay::Page,
            (_, None) => ConsoleWay::Till,
        }
    }

    /// The site whose instances drive it.
    pub fn site(&self) -> &str {
        self.site.as_deref().unwrap_or(DEFAULT_SITE)
    }
}

impl StoreSettings {
    /// The consoles of a register with the registers that they are set up at: its own, then those that it shares, by id.
    pub fn consoles_of<'a>(
        &'a self,
        register: &'a RegisterId,
    ) -> impl Iterator<Item = (&'a RegisterId, &'a ConsoleId, &'a ConsoleSettings)> {
        let all = self
            .registers
            .iter()
            .flat_map(|(owner, its)| its.consoles.iter().map(move |(id, console)| (owner, id, console)));
        let (own, others): (Vec<_>, Vec<_>) = all
            .filter(|(owner, _, console)| *owner == register || console.also_for.contains(register))
            .partition(|(owner, ..)| *owner == register);
        own.into_iter().chain(others)
    }

    /// The registers whose codes a console shows: the one that it is set up at first.
    pub fn registers_of<'a>(&'a self, owner: &'a RegisterId, console: &ConsoleId) -> Vec<&'a RegisterId> {
        let settings = self.registers.get(owner).and_then(|register| register.consoles.get(console));
        std::iter::once(owner).chain(settings.into_iter().flat_map(|its| &its.also_for)).collect()
    }

    /// Whether several payments may want a console at once, so that each must get hold of it first: registers share it, or its
    /// register opens many. Of paper there is enough for all.
    pub fn is_shared(&self, owner: &RegisterId, console: &ConsoleSettings) -> bool {
        let opens_many = self.registers.get(owner).is_some_and(|its| its.open_payments == OpenPayments::Many);
        console.kind.can_be_cleared() && (opens_many || !console.also_for.is_empty())
    }
}

/// What a payment keeps of a console.
pub(crate) fn terms_of(
    store: &StoreSettings,
    owner: &RegisterId,
    id: &ConsoleId,
    console: &ConsoleSettings,
    now: Timestamp,
) -> ConsoleTerms {
    let broken_until = console.out_of_order_until.filter(|until| *until > now);
    ConsoleTerms {
        console: id.clone(),
        owner: owner.clone(),
        kind: console.kind,
        way: console.way(),
        is_shared: store.is_shared(owner, console),
        is_spare: false,
        broken: broken_until.map(|until| format!("the console is set to be out of order until {until}")),
    }
}
