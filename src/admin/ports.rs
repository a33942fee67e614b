//! What pages need of the process around them: devices to try out, the broker's management interface.

use async_trait::async_trait;
use engine::settings::{ConsoleSettings, RegisterSettings, StoreSettings};
use payment::{ConsoleId, RegisterId, StoreId};
use secrecy::SecretString;

/// A console with all that it hangs on.
#[derive(Debug, Clone, Copy)]
pub struct Device<'a> {
    /// Its store.
    pub store: (&'a StoreId, &'a StoreSettings),
    /// The register that it is set up at.
    pub register: (&'a RegisterId, &'a RegisterSettings),
    /// Itself.
    pub console: (&'a ConsoleId, &'a ConsoleSettings),
}

/// Devices as people try them out: with a sample sale of test money, which says so.
#[async_trait]
pub trait Trials: Send + Sync + 'static {
    /// What a console would show. An error says why it can't be drawn, and what to do.
    fn preview(&self, device: Device<'_>) -> Result<Preview, String>;

    /// Shows or prints it at the device itself.
    async fn try_out(&self, device: Device<'_>) -> Tried;

    /// Waits while it stands on a display for people to look at.
    async fn stand(&self);

    /// Takes it away again, where that is possible.
    async fn clear(&self, device: Device<'_>);
}

/// What a console would show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview {
    /// A slip of paper or a pushed picture, as PNG.
    Picture(Vec<u8>),
    /// The lines of a line display.
    Lines([String; 2]),
    /// What stands on the stage of a screen, as HTML of the console's pages.
    Stage(String),
}

/// What came of trying a device out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It is there, and the device has said so.
    Done,
    /// Something may be there; the device did not say.
    NotConfirmed(String),
    /// Nothing is there.
    Failed(String),
    /// This instance does not reach the device: one that is started with this site does.
    Elsewhere(String),
}

/// The broker's management interface, as far as tills are connected by it.
#[async_trait]
pub trait Management: Send + Sync + 'static {
    /// Gives a store's tills their user, rights and, for one register, its queue. A user that is there keeps its password, unless
    /// a new one is wanted. An error says what the broker did not do, and what to do about it.
    async fn connect(
        &self,
        store: &StoreId,
        register: &RegisterId,
        wants_password: bool,
    ) -> Result<Connected, String>;

    /// How a register's queue stands; `None`: it has none.
    async fn queue_of(&self, store: &StoreId, register: &RegisterId) -> Result<Option<Queue>, String>;

    /// How many of the oldest dead letters a register sent: what could not be read or answered.
    async fn dead_of(&self, store: &StoreId, register: &RegisterId) -> Result<u64, String>;
}

/// A store's tills are known at the broker.
#[derive(Debug)]
pub struct Connected {
    /// Their user.
    pub user: String,
    /// Its password, seen this once; `None`: the user was there before and keeps the one that it has.
    pub password: Option<SecretString>,
}

/// A register's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Events that wait for the till.
    pub messages: u64,
    /// Connections that take them.
    pub consumers: u64,
}
