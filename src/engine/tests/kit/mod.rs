//! Everything around an engine, made for tests: a shop with tills, a bank, a broker and a database, in a time that
//! tests own.
//!
//! A [`World`] outlives engines. [`World::live`] runs one engine in it on a runtime of its own; when the story of that
//! life is told, the runtime is dropped with all that was under way: a kill -9. The next life starts a new engine on
//! what was durable.

mod bank;
mod crash;
mod database;
mod floor;
mod ids;
mod instances;
mod journal;
mod laws;
mod ledger;
mod life;
mod output;
mod published;
mod settings;
mod sink;
mod time;
mod world;

pub(crate) use bank::{Answer, Verb};
pub(crate) use crash::{CrashPoint, Port, Side};
pub(crate) use database::Failing;
pub(crate) use floor::{Buyers, Reaction};
pub(crate) use life::{Life, command, pay_body};
pub(crate) use output::Manner;
pub(crate) use published::{promised, sent};

pub(crate) use time::ms;
pub(crate) use world::World;

pub(crate) use settings::{OPEN_PLATE, plate};

use settings::terms;
use time::START;
