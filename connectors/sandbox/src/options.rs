//! How a simulator is set up. The defaults are those of a bank on an ordinary day.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use crate::raiffeisen;

/// Everything that can be set before the start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address that merchants and buyers see, for links inside answers. Left out: `http://<address>`.
    pub public_url: Option<String>,
    /// A JSON file by which a restarted simulator remembers. Left out: memory only.
    pub state_file: Option<PathBuf>,
    /// Makes ids and the chances of faults repeatable. Left out: another run gives other ids.
    pub seed: Option<u64>,
    /// How notifications are delivered.
    pub notifications: Notifications,
    /// Raiffeisenbank's own settings.
    pub raiffeisen: raiffeisen::Settings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            state_file: None,
            seed: None,
            notifications: Notifications::default(),
            raiffeisen: raiffeisen::Settings::default(),
        }
    }
}

/// Delivery of notifications: growing intervals until HTTP 200 or the end of patience.
#[derive(Clone, Copy, Debug)]
pub struct Notifications {
    /// Pause after the first failure; it doubles with each further one.
    pub retry_base: Duration,
    /// The longest pause.
    pub retry_cap: Duration,
    /// No new try after so long.
    pub give_up_after: Duration,
    /// How long one try may take.
    pub timeout: Duration,
}

impl Default for Notifications {
    /// Retries for a day, as Raiffeisenbank's documents say; the intervals themselves are not published.
    fn default() -> Self {
        Self {
            retry_base: Duration::from_secs(1),
            retry_cap: Duration::from_hours(1),
            give_up_after: Duration::from_hours(24),
            timeout: Duration::from_secs(10),
        }
    }
}

/// What a declined try means for the order. Banks don't document it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterDecline {
    /// The code is new again and can be paid until it expires.
    #[default]
    BackToNew,
    /// The code can be paid, but looks as if a payment were in progress, so it cannot be annulled.
    StaysInProgress,
    /// The bank annuls the code.
    Ends,
}

/// What becomes of an order for a link that another order already arms. Banks don't document it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BusyLink {
    /// The new order is refused.
    #[default]
    Refuse,
    /// The earlier order is annulled.
    Replace,
}
