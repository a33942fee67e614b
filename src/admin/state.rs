//! What the pages work with.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::Module;
use engine::doors::{Desk, Registers};
use engine::ports::{Clock, StoreError};
use payment::Timestamp;
use store::{AccountKeys, Author, Db, Keyring, People};

use crate::operations::ports::Operations;
use crate::ports::{Management, Trials};

/// Tries are counted for so long.
const TRIES_WITHIN: Duration = Duration::from_mins(15);

/// The admin web, ready to be mounted.
pub struct Admin {
    /// Settings, people, the audit.
    pub db: Db,
    /// Seals credentials and seeds.
    pub keyring: Keyring,
    /// Does what people want done with payments.
    pub desk: Arc<dyn Desk>,
    /// Takes what a register would ask: the first real payment is one of those.
    pub registers: Arc<dyn Registers>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The payment modules that this build knows.
    pub modules: &'static [&'static dyn Module],
    /// Where tills find the broker; `None`: the service runs without one.
    pub broker: Option<BrokerPlace>,
    /// The broker's management interface; `None`: people run commands at the broker.
    pub management: Option<Arc<dyn Management>>,
    /// Devices to try out.
    pub trials: Arc<dyn Trials>,
    /// How the service does, and what waits for people.
    pub operations: Operations,
}

/// Where tills find the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerPlace {
    /// Its address without user and password, such as `amqp://rabbit.shop.example:5672`.
    pub address: String,
    /// Its virtual host.
    pub virtual_host: String,
    /// What the names of exchanges and queues begin with.
    pub prefix: String,
}

impl Admin {
    /// A payment module by its code name.
    pub(crate) fn module(&self, id: &str) -> Option<&'static dyn Module> {
        self.modules.iter().copied().find(|module| module.manifest().id == id)
    }

    /// The settings of servers that stay as they are while payments need them.
    pub(crate) fn account_keys(&self) -> AccountKeys {
        let manifests = self.modules.iter().map(|module| module.manifest());
        AccountKeys::of(manifests.map(|manifest| (manifest.id, manifest.account_keys())))
    }

    /// Counts a try at something that may be guessed, before it is looked at; tells how many there were within the window.
    pub(crate) async fn count_try(&self, key: &str) -> Result<u64, StoreError> {
        let now = self.now();
        self.db.count_try(key, now, now.plus(TRIES_WITHIN)).await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The database in the hands of somebody, so that changes of settings are told as theirs.
    pub(crate) fn db_of(&self, asker: &crate::guard::Asker) -> Db {
        self.db.by(self.author(asker))
    }

    pub(crate) fn author(&self, asker: &crate::guard::Asker) -> Author {
        Author { who: asker.user.login.clone(), from: asker.from.clone(), at: self.now() }
    }
}
