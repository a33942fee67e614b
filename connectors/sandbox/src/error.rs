//! What can keep a simulator from starting or running.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why a simulator does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The state file cannot be read or written.
    #[error("cannot use the state file {path}")]
    StateFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The state file holds something else.
    #[error("the state file {path} is not one of this version; delete it to start afresh")]
    StateContent {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// The client for notifications cannot be made.
    #[error("cannot make an HTTP client for notifications")]
    Client(#[source] reqwest::Error),
    /// The system gives no random seed.
    #[error("the system gives no random seed")]
    Seed(#[source] getrandom::Error),
    /// Serving ended by itself.
    #[error("the simulator stopped serving")]
    Serve(#[source] io::Error),
}
