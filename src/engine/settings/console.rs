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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use payment::{Currency, LateMoney, PaymentTypeCode};

    use super::*;
    use crate::settings::{EventsBy, RegisterSettings, ScreenSettings};

    fn register(id: &str) -> RegisterId {
        RegisterId::parse(id).unwrap()
    }

    fn console(id: &str) -> ConsoleId {
        ConsoleId::parse(id).unwrap()
    }

    /// Till 1 has a kiosk `a` that it shares with till 2, and a printer `b`; till 2 has a kiosk `a` of its own.
    fn shop() -> StoreSettings {
        let mut shared = ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk);
        shared.also_for = BTreeSet::from([register("2")]);
        let printer = ConsoleSettings::new("Printer", ConsoleKind::Printer);
        let own = ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk);
        let till = |consoles| RegisterSettings {
            name: "Till".to_owned(),
            events_by: EventsBy::Amqp,
            open_payments: OpenPayments::One,
            consoles,
            plates: BTreeMap::new(),
            open_plates: BTreeMap::new(),
        };
        StoreSettings {
            name: "Shop".to_owned(),
            zone: "UTC".to_owned(),
            language: "en".to_owned(),
            currency: Currency::RUB,
            default_payment_type: PaymentTypeCode::parse("sbp").unwrap(),
            late_money: LateMoney::Refund,
            second_person_above_minor: None,
            screens: ScreenSettings::default(),
            registers: BTreeMap::from([
                (register("1"), till(BTreeMap::from([(console("a"), shared), (console("b"), printer)]))),
                (register("2"), till(BTreeMap::from([(console("a"), own)]))),
                (register("3"), till(BTreeMap::new())),
            ]),
            payment_types: BTreeMap::new(),
        }
    }

    #[test]
    fn a_code_gets_to_a_console_as_its_kind_its_address_and_its_till_allow() {
        use ConsoleKind::{Display, Kiosk, Printer, Register};
        use ConsoleWay::{Page, Site, Till};
        let (there, nowhere) = (Some("tcp://10.0.0.9:9100"), None);
        for (kind, through_till, address, way) in [
            (Register, None, nowhere, Till),
            (Register, None, there, Till),
            (Register, Some(false), there, Till),
            (Kiosk, None, nowhere, Page),
            (Display, Some(false), nowhere, Page),
            (Display, None, there, Site),
            (Kiosk, Some(true), nowhere, Till),
            (Display, Some(true), there, Till),
            (Printer, None, there, Site),
            (Printer, Some(true), there, Till),
            (Printer, Some(false), nowhere, Till),
            (Printer, None, nowhere, Till),
        ] {
            let mut console = ConsoleSettings::new("Console", kind);
            (console.through_till, console.address) = (through_till, address.map(str::to_owned));
            assert_eq!(console.way(), way, "{kind:?} {through_till:?} {address:?}");
        }
    }

    #[test]
    fn a_console_that_names_no_site_is_at_the_main_one() {
        let mut console = ConsoleSettings::new("Printer", ConsoleKind::Printer);
        assert_eq!(console.site(), "main");
        console.site = Some("north".to_owned());
        assert_eq!(console.site(), "north");
    }

    #[test]
    fn a_register_has_its_own_consoles_first_and_then_those_that_others_share_with_it() {
        let shop = shop();
        for (id, consoles) in [("1", vec!["1 a", "1 b"]), ("2", vec!["2 a", "1 a"]), ("3", vec![])] {
            let id = register(id);
            let its = shop.consoles_of(&id).map(|(owner, console, _)| format!("{owner} {console}"));
            assert_eq!(its.collect::<Vec<_>>(), consoles, "{id}");
        }
        for (owner, id, registers) in
            [("1", "a", vec!["1", "2"]), ("1", "b", vec!["1"]), ("2", "a", vec!["2"])]
        {
            let owner = register(owner);
            let its = shop.registers_of(&owner, &console(id)).into_iter().map(RegisterId::as_str);
            assert_eq!(its.collect::<Vec<_>>(), registers, "{owner} {id}");
        }
    }

    #[test]
    fn what_several_payments_may_want_at_once_is_shared_unless_it_is_paper() {
        for (opens, shared, alone, paper) in
            [(OpenPayments::One, true, false, false), (OpenPayments::Many, true, true, false)]
        {
            let mut shop = shop();
            shop.registers.values_mut().for_each(|register| register.open_payments = opens);
            let is_shared = |owner: &str, id: &str| {
                let owner = register(owner);
                shop.is_shared(&owner, &shop.registers[&owner].consoles[&console(id)])
            };
            let found = (is_shared("1", "a"), is_shared("2", "a"), is_shared("1", "b"));
            assert_eq!(found, (shared, alone, paper), "{opens:?}");
        }
        let mut paper = ConsoleSettings::new("Printer", ConsoleKind::Printer);
        paper.also_for = BTreeSet::from([register("2")]);
        assert!(!shop().is_shared(&register("1"), &paper), "of paper there is enough for all");
    }

    #[test]
    fn a_console_that_is_out_of_order_is_used_again_from_the_time_that_is_set() {
        let (shop, until) = (shop(), Timestamp::from_micros(5_000_000));
        let mut kiosk = ConsoleSettings::new("Kiosk", ConsoleKind::Kiosk);
        kiosk.out_of_order_until = Some(until);
        for (now, is_broken) in [(4_999_999, true), (5_000_000, false), (5_000_001, false)] {
            let now = Timestamp::from_micros(now);
            let terms = terms_of(&shop, &register("1"), &console("a"), &kiosk, now);
            assert_eq!(terms.broken.is_some(), is_broken, "{now}");
        }
    }
}
