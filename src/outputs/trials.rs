//! Consoles tried out by people who set them up: a sample sale of test money on the same ways as a real one.

use std::sync::Arc;
use std::time::Duration;

use admin::{Device, Preview, Trials, Tried};
use async_trait::async_trait;
use console::samples::{Sample, paper};
use console::{CodeImage, Pictures, Place, Screen, ScreenView, Slips, Snapshot, lines_of};
use device::{Profiles, encode};
use engine::ports::{Clock, Face, Output};
use engine::settings::{ConsoleKind, Settings, StoreSettings};
use payment::{ConsoleTerms, ConsoleWay, LastTry, Outcome, Payment, Timestamp};
use virtual_printer::Paper;

use super::push::{QUIET, USUAL_SIDE};
use super::{LINE_DISPLAY, SiteOutputs, language_of, printer_of, unknown};

/// How long a sample stands on a display.
const STANDS: Duration = Duration::from_secs(4);
/// How long a device may take.
const WITHIN: Duration = Duration::from_secs(15);

/// Tries consoles out on this instance's devices.
pub(crate) struct SampleTrials {
    pub(crate) outputs: Arc<SiteOutputs>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A store with one sample sale.
struct Stage {
    settings: Settings,
    place: Place,
    payment: Payment,
    now: Timestamp,
}

impl Stage {
    fn of(device: Device<'_>, now: Timestamp) -> Self {
        let (store, its) = device.store;
        let (console, settings) = device.console;
        let place =
            Place { store: store.clone(), register: device.register.0.clone(), console: console.clone() };
        let sample = Sample { currency: its.currency, test: true, ..Sample::at(place.clone(), now) };
        let mut payment = sample.showing(LastTry::None);
        let mut checkout = (*payment.checkout).clone();
        checkout.consoles = vec![ConsoleTerms {
            console: console.clone(),
            owner: place.register.clone(),
            kind: settings.kind,
            way: settings.way(),
            is_shared: false,
            is_spare: false,
            broken: None,
        }];
        payment.checkout = checkout.into();
        let mut shown = its.clone();
        // The trial is of the console, also of one that is switched off.
        if let Some(console) =
            shown.registers.get_mut(&place.register).and_then(|its| its.consoles.get_mut(console))
        {
            console.show_qr = true;
        }
        let settings = Settings { stores: [(store.clone(), shown)].into(), ..Settings::default() };
        Self { settings, place, payment, now }
    }

    fn store(&self) -> &StoreSettings {
        &self.settings.stores[&self.place.store]
    }

    fn face(&self) -> Face<'_> {
        let store = self.store();
        let console = &store.registers[&self.place.register].consoles[&self.place.console];
        Face { payment: &self.payment, store, console, now: self.now }
    }

    fn view(&self) -> Result<(Screen<'_>, ScreenView), String> {
        let screen =
            Screen::find(&self.settings, &self.place, None).ok_or("the console is not set up any more")?;
        let view = ScreenView::of(&screen, std::slice::from_ref(&self.payment), self.now);
        Ok((screen, view))
    }

    fn slip(&self) -> Result<Preview, String> {
        let face = self.face();
        let profile = printer_of(&face)?;
        let slip = Slips::of(face.store, language_of(&face)).pay(face.payment, face.now);
        let slip = slip.ok_or("such a code may not be on paper")?;
        let bytes = encode(&slip, profile).map_err(|error| error.to_string())?;
        let paper = Paper::print(&paper::model(profile), &bytes).map_err(|error| error.to_string())?;
        Ok(Preview::Picture(paper.png()))
    }

    fn lines(&self) -> Result<Preview, String> {
        let face = self.face();
        let name = face.console.profile.as_deref().unwrap_or(LINE_DISPLAY);
        let profile = Profiles::built_in().displays.get(name).ok_or_else(|| unknown(name))?;
        let (_, view) = self.view()?;
        Ok(Preview::Lines(lines_of(&view, Some(self.payment.checkout.amount), profile)))
    }

    fn pushed(&self) -> Result<Preview, String> {
        let face = self.face();
        let side = face.console.size.map_or(USUAL_SIDE, |size| size.width.min(size.height));
        let payload = console::live_payload(face.payment, face.now).ok_or("the code is over")?;
        let notice = language_of(&face).words().text("test-banner");
        let image = CodeImage::fitting(payload, side, QUIET, Some(&notice));
        let picture = image.and_then(|image| image.png(payload).ok());
        picture.map(Preview::Picture).ok_or_else(|| format!("the code does not fit into {side} pixels"))
    }

    fn stage(&self) -> Result<Preview, String> {
        let (screen, view) = self.view()?;
        Ok(Preview::Stage(Snapshot::of(&screen, view, &Pictures::keeping(1), self.now).html))
    }
}

#[async_trait]
impl Trials for SampleTrials {
    fn preview(&self, device: Device<'_>) -> Result<Preview, String> {
        let stage = Stage::of(device, self.clock.now());
        let console = device.console.1;
        match (console.kind, console.way()) {
            (ConsoleKind::Printer, _) => stage.slip(),
            (ConsoleKind::LineDisplay, _) => stage.lines(),
            (ConsoleKind::Kiosk | ConsoleKind::Display, ConsoleWay::Site) => stage.pushed(),
            (ConsoleKind::Kiosk | ConsoleKind::Display, _) => stage.stage(),
            (ConsoleKind::Register, _) => Err("a till shows its codes by itself".to_owned()),
        }
    }

    async fn try_out(&self, device: Device<'_>) -> Tried {
        let console = device.console.1;
        if console.way() != ConsoleWay::Site {
            return Tried::Failed("the console has no address of a device".to_owned());
        }
        if !self.outputs.sites().iter().any(|site| site == console.site()) {
            return Tried::Elsewhere(console.site().to_owned());
        }
        let stage = Stage::of(device, self.clock.now());
        let end = self.outputs.show(&stage.face(), WITHIN).await;
        let reason = end.reason.unwrap_or_default();
        match end.outcome {
            Outcome::Shown | Outcome::Printed => Tried::Done,
            Outcome::NotConfirmed => Tried::NotConfirmed(reason),
            Outcome::Failed | Outcome::Busy => Tried::Failed(reason),
        }
    }

    async fn stand(&self) {
        tokio::time::sleep(STANDS).await;
    }

    async fn clear(&self, device: Device<'_>) {
        let stage = Stage::of(device, self.clock.now());
        self.outputs.clear(&stage.face(), WITHIN).await;
    }
}

#[cfg(test)]
mod tests {
    use engine::settings::{ConsoleSettings, EventsBy, OpenPayments, RegisterSettings};
    use payment::{ConsoleId, Currency, LateMoney, PaymentTypeCode, RegisterId, StoreId};

    use super::*;
    use crate::clock::WallClock;

    fn trials() -> SampleTrials {
        let outputs = SiteOutputs::new(vec!["main".to_owned()]).unwrap();
        SampleTrials { outputs: Arc::new(outputs), clock: Arc::new(WallClock::start()) }
    }

    fn with<T>(console: ConsoleSettings, look: impl FnOnce(Device<'_>) -> T) -> T {
        let (id, register, store) =
            (ConsoleId::parse("c").unwrap(), RegisterId::parse("1").unwrap(), StoreId::parse("17").unwrap());
        let its = RegisterSettings {
            name: "Till 1".to_owned(),
            events_by: EventsBy::Amqp,
            open_payments: OpenPayments::One,
            consoles: [(id.clone(), console)].into(),
            plates: [].into(),
            open_plates: [].into(),
        };
        let settings = StoreSettings {
            name: "Магазин у дома".to_owned(),
            zone: "Europe/Moscow".to_owned(),
            language: "ru".to_owned(),
            currency: Currency::RUB,
            default_payment_type: PaymentTypeCode::parse("sbp").unwrap(),
            late_money: LateMoney::Refund,
            screens: engine::settings::ScreenSettings::default(),
            second_person_above_minor: None,
            registers: [(register.clone(), its)].into(),
            payment_types: [].into(),
        };
        let its = &settings.registers[&register];
        look(Device {
            store: (&store, &settings),
            register: (&register, its),
            console: (&id, &its.consoles[&id]),
        })
    }

    #[test]
    fn each_kind_of_console_is_drawn_as_it_shows_codes() {
        let trials = trials();
        let seen = |console| with(console, |device| trials.preview(device));
        let console = |kind, address: Option<&str>| ConsoleSettings {
            address: address.map(str::to_owned),
            show_qr: false,
            ..ConsoleSettings::new("Console", kind)
        };
        let is_png =
            |seen: Result<Preview, String>| matches!(seen, Ok(Preview::Picture(png)) if png[1..4] == *b"PNG");
        assert!(is_png(seen(console(ConsoleKind::Printer, Some("tcp://10.0.0.9:9100")))));
        assert!(is_png(seen(console(ConsoleKind::Display, Some("http://10.0.0.9/code")))));
        match seen(console(ConsoleKind::LineDisplay, Some("tcp://10.0.0.9:9100"))) {
            Ok(Preview::Lines(lines)) => assert!(lines[0].contains("TEST"), "{lines:?}"),
            other => panic!("{other:?}"),
        }
        match seen(console(ConsoleKind::Kiosk, None)) {
            Ok(Preview::Stage(html)) => {
                assert!(html.contains("Магазин у дома") && html.contains("data-state=\"code\""), "{html}");
                assert!(html.contains("class=\"test\""), "it says that it is a test");
            }
            other => panic!("{other:?}"),
        }
        assert!(seen(console(ConsoleKind::Register, None)).is_err());
        let unknown =
            ConsoleSettings { profile: Some("none".to_owned()), ..console(ConsoleKind::Printer, None) };
        assert!(seen(unknown).unwrap_err().contains("none"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_device_of_another_site_is_left_to_its_instance() {
        let trials = trials();
        let console = ConsoleSettings {
            address: Some("tcp://127.0.0.1:9".to_owned()),
            site: Some("south".to_owned()),
            ..ConsoleSettings::new("Printer", ConsoleKind::Printer)
        };
        let tried = with(console, |device| {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(trials.try_out(device)))
        });
        assert_eq!(tried, Tried::Elsewhere("south".to_owned()));
    }
}
