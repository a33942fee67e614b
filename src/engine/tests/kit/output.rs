//! Devices of the shop: they remember what they did, and do as they are told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{Drawing, Drawn, Face, JobEnd, Output, Pictures};
use payment::{ConsoleKind, Outcome};

use super::crash::{Crash, Port};

/// What a device does with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It shows or prints.
    Works,
    /// It has no paper, or says that it can't.
    Refuses,
    /// It says nothing until the service stops waiting.
    Silent,
    /// Its driver has a fault, and ends in a panic.
    Breaks,
}

/// All devices, by address.
pub(crate) struct TestOutput {
    crash: Arc<Crash>,
    sites: Mutex<Vec<String>>,
    manners: Mutex<BTreeMap<String, Manner>>,
    done: Mutex<Vec<String>>,
    lit: Mutex<BTreeMap<String, String>>,
}

impl TestOutput {
    pub(crate) fn new(crash: Arc<Crash>) -> Self {
        Self {
            crash,
            sites: Mutex::new(vec!["main".to_owned()]),
            manners: Mutex::default(),
            done: Mutex::default(),
            lit: Mutex::default(),
        }
    }

    /// The sites of the next life.
    pub(crate) fn drive(&self, sites: &[&str]) {
        *lock(&self.sites) = sites.iter().map(|&site| site.to_owned()).collect();
    }

    /// How a device behaves from now on.
    pub(crate) fn set(&self, address: &str, manner: Manner) {
        lock(&self.manners).insert(address.to_owned(), manner);
    }

    /// What devices did, in order: `show <operation> at <address>`, `clear …`.
    pub(crate) fn done(&self) -> Vec<String> {
        lock(&self.done).clone()
    }

    /// Devices that show a code now.
    pub(crate) fn lit(&self) -> BTreeSet<String> {
        lock(&self.lit).keys().cloned().collect()
    }

    fn note(&self, what: &str, face: &Face<'_>) {
        let address = face.console.address.as_deref().unwrap_or_default();
        lock(&self.done).push(format!("{what} {} at {address}", face.payment.checkout.operation));
    }
}

#[async_trait]
impl Output for TestOutput {
    fn sites(&self) -> Vec<String> {
        lock(&self.sites).clone()
    }

    async fn show(&self, face: &Face<'_>, within: Duration) -> JobEnd {
        let address = face.console.address.clone().unwrap_or_default();
        let number = self.crash.enter(Port::Output).await;
        let manner = lock(&self.manners).get(&address).copied().unwrap_or(Manner::Works);
        let end = match manner {
            Manner::Works => {
                self.note("show", face);
                let is_paper = face.console.kind == ConsoleKind::Printer;
                if !is_paper {
                    lock(&self.lit).insert(address, face.payment.checkout.operation.to_string());
                }
                JobEnd { outcome: if is_paper { Outcome::Printed } else { Outcome::Shown }, reason: None }
            }
            Manner::Refuses => JobEnd { outcome: Outcome::Failed, reason: Some("no paper".to_owned()) },
            Manner::Silent => {
                tokio::time::sleep(within).await;
                JobEnd { outcome: Outcome::NotConfirmed, reason: Some("it says nothing".to_owned()) }
            }
            Manner::Breaks => panic!("the driver of {address} breaks down, as it was told to"),
        };
        self.crash.leave(Port::Output, number).await;
        end
    }

    async fn clear(&self, face: &Face<'_>, _within: Duration) -> bool {
        let number = self.crash.enter(Port::Output).await;
        self.note("clear", face);
        lock(&self.lit).remove(face.console.address.as_deref().unwrap_or_default());
        self.crash.leave(Port::Output, number).await;
        true
    }
}

/// Pictures that say what they are of.
#[async_trait]
impl Pictures for TestOutput {
    async fn draw(&self, drawing: &Drawing<'_>) -> Drawn {
        let Drawing { payload, wanted, .. } = drawing;
        let picture = |is_wanted: bool, kind: &str| is_wanted.then(|| format!("{kind} of {payload}"));
        Drawn {
            png: picture(wanted.png.is_some(), "png"),
            bmp: picture(wanted.bmp.is_some(), "bmp"),
            svg: picture(wanted.svg.is_some(), "svg"),
            escpos: picture(wanted.escpos.is_some(), "escpos"),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
