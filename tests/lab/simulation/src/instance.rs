//! Processes that live and die. One that is dead goes no further than its next call of a port: whatever it was doing, nothing of
//! it reaches the world any more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::ports::NoPictures;
use engine::{Engine, Parts};
use payment::Timestamp;
use tokio::sync::Notify;

use crate::bank::BanksPort;
use crate::broker::EventPort;
use crate::database::StorePort;
use crate::devices::DevicePort;
use crate::promise::Promise;
use crate::time::{ClockPort, IdPort};
use crate::weather::Trouble;
use crate::world::World;

/// Where a process may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// Reading from the database.
    Read,
    /// Before a commit.
    Commit,
    /// After a commit, before its answer.
    Committed,
    /// Before a bank gets a request.
    Call,
    /// After a bank has done what was asked, before its answer.
    Called,
    /// Before an event is published.
    Publish,
    /// After the broker has it, before it says so.
    Published,
    /// Around delivery marks, and changes of jobs.
    Mark,
    /// Before a device gets a code.
    Device,
    /// After it has it, before it says so.
    Put,
}

impl Point {
    /// How many times more often a process dies here than at a read.
    fn weight(self) -> u64 {
        match self {
            Self::Read => 1,
            Self::Call | Self::Mark => 8,
            Self::Commit | Self::Publish | Self::Published | Self::Device => 20,
            Self::Called | Self::Committed | Self::Put => 40,
        }
    }
}

/// One life of a process.
pub(crate) struct Life {
    pub(crate) number: usize,
    pub(crate) name: String,
    is_alive: AtomicBool,
    is_leaving: AtomicBool,
    died: Notify,
    epoch: AtomicU64,
    frozen_until: Mutex<Option<Timestamp>>,
}

impl Life {
    fn new(number: usize) -> Self {
        Self {
            number,
            name: format!("instance {number}"),
            is_alive: AtomicBool::new(true),
            is_leaving: AtomicBool::new(false),
            died: Notify::new(),
            epoch: AtomicU64::new(0),
            frozen_until: Mutex::default(),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.is_alive.load(Ordering::Relaxed)
    }

    /// It has been told to stop, or is dead: what it does not wait for any more it learns nothing from.
    pub(crate) fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Relaxed) || !self.is_alive()
    }

    /// The newest epoch that it has begun.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    pub(crate) fn take_epoch(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    /// Waits for its end.
    pub(crate) async fn died(&self) {
        let died = self.died.notified();
        if self.is_alive() {
            died.await;
        }
    }

    /// A call of a port passes here. The process may die now; a dead one goes no further, one that stands still waits.
    pub(crate) async fn pass(&self, world: &Arc<World>, point: Point) {
        if self.is_alive() {
            let strength = world.weather.strength(Trouble::Crash);
            if strength > 0 && world.dice.rarely(strength * point.weight() / 40) {
                if matches!(point, Point::Device | Point::Put) {
                    world.risk(Promise::P8, 1);
                }
                world.tell(&self.name, format_args!("dies at {point:?}"));
                world.kill(self);
            }
        }
        self.stand_still(world).await;
        if !self.is_alive() {
            std::future::pending::<()>().await;
        }
    }

    async fn stand_still(&self, world: &World) {
        loop {
            let until = *self.lock();
            match until {
                Some(until) if world.now() < until && !world.weather.is_calm() => {
                    tokio::time::sleep(until.since(world.now())).await;
                }
                _ => return,
            }
        }
    }

    /// It stands still for so long.
    pub(crate) fn freeze(&self, until: Timestamp) {
        *self.lock() = Some(until);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a process: one life after the other.
#[derive(Default)]
pub(crate) struct Slot {
    life: Option<Arc<Life>>,
    engine: Option<Engine>,
}

impl World {
    /// Begins a life, and another one should the start fail.
    pub(crate) fn start_instance(self: &Arc<Self>, number: usize) {
        let world = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let life = Arc::new(Life::new(number));
                world.slot(number).life = Some(Arc::clone(&life));
                world.tell(&life.name, format_args!("starts"));
                let started = Engine::start(world.parts(&life)).await;
                match started {
                    Ok(engine) => {
                        world.slot(number).engine = Some(engine);
                        world.instance_came.notify_waiters();
                        return;
                    }
                    Err(error) => world.tell(&life.name, format_args!("can't start: {error}")),
                }
                life.is_alive.store(false, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }

    fn parts(self: &Arc<Self>, life: &Arc<Life>) -> Parts {
        let (world, life) = (|| Arc::clone(self), || Arc::clone(life));
        Parts {
            store: Arc::new(StorePort { world: world(), life: life() }),
            banks: Arc::new(BanksPort::new(&world(), &life())),
            events: Arc::new(EventPort { world: world(), life: life() }),
            jobs: Arc::new(StorePort { world: world(), life: life() }),
            output: Arc::new(DevicePort { world: world(), life: life() }),
            pictures: Arc::new(NoPictures),
            clock: Arc::new(ClockPort { world: world() }),
            ids: Arc::new(IdPort { world: world() }),
        }
    }

    /// The process ends here and now; another one is started after a while.
    pub(crate) fn kill(self: &Arc<Self>, life: &Life) {
        if !life.is_alive.swap(false, Ordering::Relaxed) {
            return;
        }
        life.died.notify_waiters();
        let (unsettled, on_their_way) = {
            let tables = self.database.tables();
            (tables.unsettled() as u64, tables.on_their_way() as u64)
        };
        self.risk(Promise::P6, unsettled);
        self.risk(Promise::P9, on_their_way);
        if let Some(engine) = self.slot(life.number).engine.take() {
            tokio::spawn(async move { engine.stop(Duration::ZERO).await });
        }
        let (world, number) = (Arc::clone(self), life.number);
        let pause = self.dice.millis(50, if self.weather.is_calm() { 51 } else { 25_000 });
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            world.start_instance(number);
        });
    }

    /// An orderly stop, as a deployment makes it, and the next start.
    pub(crate) fn redeploy(self: &Arc<Self>, number: usize) {
        let (engine, life) = {
            let mut slot = self.slot(number);
            (slot.engine.take(), slot.life.clone())
        };
        let (Some(engine), Some(life)) = (engine, life) else { return };
        let world = Arc::clone(self);
        self.tell(&life.name, format_args!("is stopped in order"));
        life.is_leaving.store(true, Ordering::Relaxed);
        tokio::spawn(async move {
            engine.stop(Duration::from_secs(5)).await;
            if life.is_alive.swap(false, Ordering::Relaxed) {
                life.died.notify_waiters();
                world.start_instance(number);
            }
        });
    }

    /// Lets go of the engines, which hold the world. Their runtime is gone.
    pub(crate) fn forget_instances(&self) {
        (0..self.instances()).for_each(|number| *self.slot(number) = Slot::default());
    }

    /// A process that takes commands, if one does now.
    pub(crate) fn some_engine(&self) -> Option<(Engine, Arc<Life>)> {
        let first = self.dice.index(self.instances());
        (0..self.instances()).find_map(|offset| {
            let slot = self.slot((first + offset) % self.instances());
            let life = slot.life.clone().filter(|life| life.is_alive())?;
            Some((slot.engine.clone()?, life))
        })
    }

    /// Waits for a process that takes commands.
    pub(crate) async fn an_engine(&self) -> (Engine, Arc<Life>) {
        loop {
            let came = self.instance_came.notified();
            if let Some(found) = self.some_engine() {
                return found;
            }
            came.await;
        }
    }

    /// The living processes.
    pub(crate) fn lives(&self) -> Vec<Arc<Life>> {
        let lives = (0..self.instances()).filter_map(|number| self.slot(number).life.clone());
        lives.filter(|life| life.is_alive()).collect()
    }
}
