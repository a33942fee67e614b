//! Devices of the shop: a printer, and a display that two registers share. They remember what was put on them; the engine
//! reaches them as it reaches banks, so a process may die before and after they did something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{Face, JobEnd, Output};
use engine::settings::DEFAULT_SITE;
use payment::{ConsoleKind, Outcome, PaymentId};

use crate::instance::{Life, Point};
use crate::plan::{register, store};
use crate::promise::Promise;
use crate::weather::Trouble;
use crate::world::World;

/// What stands on devices.
#[derive(Default)]
pub(crate) struct Devices {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Displays, and what is on them.
    lit: BTreeMap<String, PaymentId>,
    /// What was put where: never twice.
    put: BTreeSet<(String, PaymentId)>,
    /// Displays that would not be cleared: a dead code may stand there until the next one comes.
    stuck: BTreeSet<String>,
}

impl Devices {
    /// Displays that still show the code of a payment although they could have been cleared.
    pub(crate) fn left_on(&self) -> Vec<(String, PaymentId)> {
        let state = self.lock();
        let left = state.lit.iter().filter(|(device, _)| !state.stuck.contains(*device));
        left.map(|(device, payment)| (device.clone(), *payment)).collect()
    }

    /// Nobody can reach a display any more: what is on it stays there until the next code comes.
    pub(crate) fn forget(&self, device: &str) {
        self.lock().stuck.insert(device.to_owned());
    }

    fn go_dark(&self, device: &str) {
        let mut state = self.lock();
        state.stuck.remove(device);
        state.lit.remove(device);
    }

    /// Puts a code onto a device; false: it was there before. `is_known`: it can be reached to be cleared.
    fn put(&self, device: &str, payment: PaymentId, kind: ConsoleKind, is_known: bool) -> bool {
        let mut state = self.lock();
        if kind != ConsoleKind::Printer {
            state.lit.insert(device.to_owned(), payment);
            state.stuck.remove(device);
        }
        if !is_known {
            state.stuck.insert(device.to_owned());
        }
        state.put.insert((device.to_owned(), payment))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One instance's way to the devices.
pub(crate) struct DevicePort {
    pub(crate) world: Arc<World>,
    pub(crate) life: Arc<Life>,
}

#[async_trait]
impl Output for DevicePort {
    fn sites(&self) -> Vec<String> {
        vec![DEFAULT_SITE.to_owned()]
    }

    async fn show(&self, face: &Face<'_>, within: Duration) -> JobEnd {
        let (world, device) = (&self.world, address_of(face));
        self.life.pass(world, Point::Device).await;
        let is_failing = world.strikes(Trouble::DeviceFails);
        if is_failing && world.dice.chance(400) {
            return JobEnd { outcome: Outcome::Failed, reason: Some("no paper".to_owned()) };
        }
        let is_silent = is_failing;
        if !is_silent || world.dice.chance(500) {
            self.put(face, &device);
        }
        if is_silent {
            tokio::time::sleep(within).await;
            return JobEnd { outcome: Outcome::NotConfirmed, reason: Some("it says nothing".to_owned()) };
        }
        tokio::time::sleep(world.dice.millis(5, 900)).await;
        self.life.pass(world, Point::Put).await;
        let is_paper = face.console.kind == ConsoleKind::Printer;
        JobEnd { outcome: if is_paper { Outcome::Printed } else { Outcome::Shown }, reason: None }
    }

    async fn clear(&self, face: &Face<'_>, within: Duration) -> bool {
        let (world, device) = (&self.world, address_of(face));
        self.life.pass(world, Point::Device).await;
        if world.strikes(Trouble::DeviceFails) {
            tokio::time::sleep(within).await;
            world.devices.forget(&device);
            return false;
        }
        world.tell(&self.life.name, format_args!("clears {device} of {}", face.payment.id));
        world.devices.go_dark(&device);
        self.life.pass(world, Point::Put).await;
        true
    }
}

impl DevicePort {
    fn put(&self, face: &Face<'_>, device: &str) {
        let (world, payment) = (&self.world, face.payment.id);
        world.tell(&self.life.name, format_args!("puts {payment} on {device}"));
        let is_known =
            world.database.settings().stores[&store()].registers[&register("1")].consoles.len() > 1;
        if !world.devices.put(device, payment, face.console.kind, is_known) {
            world.broken(Promise::P8, format!("payment {payment} is put on {device} once more"));
        }
    }
}

fn address_of(face: &Face<'_>) -> String {
    face.console.address.clone().unwrap_or_default()
}
