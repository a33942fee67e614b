//! The engine's outputs on real parts: devices by their drivers, displays that take pushes, pictures for registers.

mod pictures;
mod push;
mod trials;

use std::time::Duration;

use async_trait::async_trait;
use console::{Language, Place, Screen, ScreenView, Slips, lines_of};
use device::{Address, Devices, PrintOutcome, PrinterProfile, Profiles, encode};
use engine::ports::{Face, JobEnd, Output};
use engine::settings::{ConsoleKind, Settings};
use payment::Outcome;

pub(crate) use pictures::RegisterPictures;
use push::Push;
pub(crate) use trials::SampleTrials;

/// The profile of printers and line displays that name none.
const PRINTER: &str = "generic-80";
const LINE_DISPLAY: &str = "generic-cd5220";

/// The devices of this instance's sites.
pub(crate) struct SiteOutputs {
    sites: Vec<String>,
    devices: Devices,
    push: Push,
}

impl SiteOutputs {
    pub(crate) fn new(sites: Vec<String>) -> anyhow::Result<Self> {
        Ok(Self { sites, devices: Devices::default(), push: Push::new()? })
    }

    async fn print(&self, face: &Face<'_>, within: Duration) -> Result<PrintOutcome, String> {
        let (address, profile) = (address_of(face)?, printer_of(face)?);
        let slip = Slips::of(face.store, language_of(face)).pay(face.payment, face.now);
        let slip = slip.ok_or("the code is over, or may not be on paper")?;
        let bytes = encode(&slip, profile).map_err(|error| error.to_string())?;
        Ok(self.devices.print(&address, profile, &bytes, within).await)
    }

    async fn write_lines(&self, face: &Face<'_>, within: Duration) -> Result<(), String> {
        let (address, name) = (address_of(face)?, face.console.profile.as_deref().unwrap_or(LINE_DISPLAY));
        let profile = Profiles::built_in().displays.get(name).ok_or_else(|| unknown(name))?;
        let lines = lines_of(&view_of(face)?, Some(face.payment.checkout.amount), profile);
        self.devices.show(&address, profile, &lines, within).await.map_err(|reason| reason.to_string())
    }

    async fn clear_lines(&self, face: &Face<'_>, within: Duration) -> Result<(), String> {
        let (address, name) = (address_of(face)?, face.console.profile.as_deref().unwrap_or(LINE_DISPLAY));
        let profile = Profiles::built_in().displays.get(name).ok_or_else(|| unknown(name))?;
        self.devices.clear(&address, profile, within).await.map_err(|reason| reason.to_string())
    }
}

#[async_trait]
impl Output for SiteOutputs {
    fn sites(&self) -> Vec<String> {
        self.sites.clone()
    }

    async fn show(&self, face: &Face<'_>, within: Duration) -> JobEnd {
        let shown = |done: Result<(), String>| match done {
            Ok(()) => JobEnd { outcome: Outcome::Shown, reason: None },
            Err(reason) => failed(reason),
        };
        match face.console.kind {
            ConsoleKind::Printer => match self.print(face, within).await {
                Ok(outcome) => end_of(&outcome),
                Err(reason) => failed(reason),
            },
            ConsoleKind::LineDisplay => shown(self.write_lines(face, within).await),
            ConsoleKind::Kiosk | ConsoleKind::Display => {
                self.push.show(face, language_of(face), within).await
            }
            ConsoleKind::Register => failed("a till shows its codes by itself".to_owned()),
        }
    }

    async fn clear(&self, face: &Face<'_>, within: Duration) -> bool {
        let cleared = match face.console.kind {
            ConsoleKind::LineDisplay => self.clear_lines(face, within).await,
            ConsoleKind::Kiosk | ConsoleKind::Display => self.push.clear(face, within).await,
            ConsoleKind::Printer | ConsoleKind::Register => Ok(()),
        };
        if let Err(reason) = &cleared {
            tracing::warn!(console = face.console.name, reason, "a display still shows a code that is over");
        }
        cleared.is_ok()
    }
}

fn end_of(outcome: &PrintOutcome) -> JobEnd {
    match outcome {
        PrintOutcome::Printed => JobEnd { outcome: Outcome::Printed, reason: None },
        PrintOutcome::NotConfirmed(reason) => {
            JobEnd { outcome: Outcome::NotConfirmed, reason: Some(reason.to_string()) }
        }
        PrintOutcome::Failed(reason) => failed(reason.to_string()),
    }
}

fn failed(reason: String) -> JobEnd {
    JobEnd { outcome: Outcome::Failed, reason: Some(reason) }
}

fn address_of(face: &Face<'_>) -> Result<Address, String> {
    let text = face.console.address.as_deref().ok_or("the console has no address any more")?;
    text.parse().map_err(|error: device::AddressError| error.to_string())
}

fn printer_of(face: &Face<'_>) -> Result<&'static PrinterProfile, String> {
    let name = face.console.profile.as_deref().unwrap_or(PRINTER);
    Profiles::built_in().printers.get(name).ok_or_else(|| unknown(name))
}

fn unknown(profile: &str) -> String {
    format!("there is no profile {profile}: correct the console's settings")
}

fn language_of(face: &Face<'_>) -> Language {
    let of_console = face.console.language.as_deref().and_then(Language::parse);
    of_console.or_else(|| Language::parse(&face.store.language)).unwrap_or_default()
}

/// What a screen of the console would show.
fn view_of(face: &Face<'_>) -> Result<ScreenView, String> {
    let checkout = &face.payment.checkout;
    let meant = checkout.consoles.iter().find(|terms| {
        let register = face.store.registers.get(&terms.owner);
        register.and_then(|register| register.consoles.get(&terms.console)) == Some(face.console)
    });
    let terms = meant.ok_or("the console is not the payment's any more")?;
    let place = Place {
        store: checkout.store.clone(),
        register: terms.owner.clone(),
        console: terms.console.clone(),
    };
    let settings =
        Settings { stores: [(checkout.store.clone(), face.store.clone())].into(), ..Settings::default() };
    let screen = Screen::find(&settings, &place, None).ok_or("the console is not set up any more")?;
    Ok(ScreenView::of(&screen, std::slice::from_ref(face.payment), face.now))
}
