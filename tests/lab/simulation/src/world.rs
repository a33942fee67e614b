//! Everything there is in one run.

use std::collections::BTreeMap;
use std::fmt::Arguments;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::{ServerId, Timestamp};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::bank::Bank;
use crate::broker::Broker;
use crate::database::Database;
use crate::devices::Devices;
use crate::dice::Dice;
use crate::instance::Slot;
use crate::notes::Notes;
use crate::plan::{Plan, REGISTERS, register};
use crate::promise::{Promise, Tally};
use crate::time::START;
use crate::trace::Trace;
use crate::weather::{Trouble, Weather};
use crate::{audit, buyers, manager, people, screens, tills};

/// The trouble ends so long after the beginning, and everything must come to rest.
const TROUBLE_LASTS: Duration = Duration::from_mins(4);
/// So long after that every payment must have been looked at again: an instance's lapse, a call's time-out and the slowest poll.
const GOES_ON_WITHIN: Duration = Duration::from_secs(90);
/// Nothing takes longer than this: refunds that were refused too often are tried again after a day.
const PATIENCE: Duration = Duration::from_hours(30);

/// The world of one run.
pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) weather: Weather,
    pub(crate) plan: Plan,
    pub(crate) database: Database,
    pub(crate) banks: BTreeMap<ServerId, Arc<Bank>>,
    pub(crate) broker: Broker,
    pub(crate) devices: Devices,
    pub(crate) instance_came: Notify,
    trace: Trace,
    slots: Vec<Mutex<Slot>>,
    tally: Mutex<Tally>,
    notes: Mutex<Notes>,
    ids: AtomicU64,
    began: Instant,
    is_over: AtomicBool,
}

impl World {
    pub(crate) fn new(seed: u64, is_told: bool) -> Self {
        let dice = Dice::new(seed);
        let weather = Weather::of(&dice);
        let plan = Plan::of(&dice);
        let bank = |(id, manners): (&ServerId, _)| (id.clone(), Arc::new(Bank::new(id, manners)));
        Self {
            database: Database::new(plan.settings.clone(), plan.instances),
            banks: plan.banks.iter().map(bank).collect(),
            broker: Broker::new(),
            devices: Devices::default(),
            instance_came: Notify::new(),
            trace: Trace::new(is_told),
            slots: (0..plan.instances).map(|_| Mutex::default()).collect(),
            tally: Mutex::default(),
            notes: Mutex::default(),
            ids: AtomicU64::new(0),
            began: Instant::now(),
            is_over: AtomicBool::new(false),
            dice,
            weather,
            plan,
        }
    }

    /// Lets the run happen, from the first start to the audit.
    pub(crate) async fn live(self: &Arc<Self>) {
        self.tell("world", format_args!("{} instance(s); {}", self.instances(), self.weather.describe()));
        for number in 0..self.instances() {
            self.start_instance(number);
        }
        screens::watch(self);
        people::work(self);
        manager::work(self);
        buyers::come_to_the_open_plate(self);
        self.make_trouble();
        let tills: Vec<_> = REGISTERS
            .iter()
            .map(|(id, role)| tokio::spawn(tills::work(Arc::clone(self), register(id), *role)))
            .collect();
        tokio::time::sleep(TROUBLE_LASTS).await;
        self.tell("world", format_args!("everything is well again"));
        self.weather.calm_down();
        manager::puts_everything_back(self);
        for till in tills {
            till.await.expect("a till does not panic");
        }
        tokio::time::sleep(GOES_ON_WITHIN).await;
        audit::goes_on(self);
        self.come_to_rest().await;
        self.is_over.store(true, Ordering::Relaxed);
        audit::at_the_end(self);
    }

    async fn come_to_rest(self: &Arc<Self>) {
        let until = self.now().plus(PATIENCE);
        let mut quiet = 0;
        while self.now() < until && quiet < 3 {
            quiet = if self.is_at_rest() { quiet + 1 } else { 0 };
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    fn is_at_rest(&self) -> bool {
        let tables = self.database.tables();
        tables.unsettled() == 0
            && tables.on_their_way() == 0
            && self.broker.under_way() == 0
            && self.notes().untold == 0
            && !people::have_work(self, &tables)
    }

    /// What befalls the world from outside of any call: registers without a queue, alarms of the broker, processes that stand
    /// still, and deployments.
    fn make_trouble(self: &Arc<Self>) {
        let world = Arc::clone(self);
        tokio::spawn(async move {
            while !world.weather.is_calm() {
                tokio::time::sleep(world.dice.millis(500, 3_000)).await;
                let until = world.now().plus(world.dice.millis(500, 30_000));
                if world.strikes(Trouble::NoQueue) {
                    let (id, _) = world.dice.pick(&REGISTERS);
                    world.tell("broker", format_args!("register {id} has no queue until {until}"));
                    world.broker.queue(&register(id)).take_away(until);
                }
                if world.strikes(Trouble::Alarm) {
                    world.tell("broker", format_args!("takes nothing until {until}"));
                    world.broker.block(until);
                }
                if world.strikes(Trouble::Freeze) {
                    for life in world.lives().into_iter().take(1) {
                        world.tell(&life.name, format_args!("stands still until {until}"));
                        life.freeze(until);
                    }
                }
                if world.strikes(Trouble::Crash) && world.dice.chance(300) {
                    world.redeploy(world.dice.index(world.instances()));
                }
            }
        });
    }

    pub(crate) fn now(&self) -> Timestamp {
        START.plus(self.began.elapsed())
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn instances(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn slot(&self, number: usize) -> MutexGuard<'_, Slot> {
        lock(&self.slots[number])
    }

    pub(crate) fn strikes(&self, trouble: Trouble) -> bool {
        self.weather.strikes(trouble, &self.dice)
    }

    pub(crate) fn tell(&self, who: &str, what: Arguments<'_>) {
        self.trace.tell(self.began.elapsed(), who, what);
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        lock(&self.notes)
    }

    pub(crate) fn tally(&self) -> Tally {
        lock(&self.tally).clone()
    }

    /// The promise was at risk so many times.
    pub(crate) fn risk(&self, promise: Promise, times: u64) {
        lock(&self.tally).risk(promise, times);
    }

    /// The promise is broken.
    pub(crate) fn broken(&self, promise: Promise, what: String) {
        self.tell("judge", format_args!("{} IS BROKEN: {what}", promise.name()));
        lock(&self.tally).broken(promise, what);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
