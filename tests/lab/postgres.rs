//! PostgreSQL: the server that all tests share, and private ones to be disturbed.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use secrecy::SecretString;
use store::{Db, PostgresOptions};
use tokio::process::Command;

use super::process::sibling;
use super::wait::within;
use super::world::World;

/// A PostgreSQL server.
#[derive(Debug)]
pub(crate) struct Postgres {
    url: String,
    /// Where its control script is.
    folder: Option<PathBuf>,
    /// Stopped and removed at the end.
    is_own: bool,
}

pub(super) fn options_of(url: &str) -> PostgresOptions {
    PostgresOptions::parse(&SecretString::from(url.to_owned())).expect("the lab's own address").connections(2)
}

impl Postgres {
    /// The server that all tests share. Nobody stops it.
    pub(crate) fn shared() -> Self {
        let url = std::env::var("INTEGRATOR_TEST_POSTGRES")
            .expect("INTEGRATOR_TEST_POSTGRES is not set: run the tests with `cargo xtask test`");
        let folder = std::env::var_os("INTEGRATOR_TEST_POSTGRES_DIR").map(PathBuf::from);
        Self { url, folder, is_own: false }
    }

    /// A server of one's own that runs.
    pub(crate) async fn private() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server").keep();
        Self::started_in(folder).await
    }

    /// A server of one's own whose data are in an empty folder of the caller's, on a disk of the caller's choice.
    pub(crate) async fn with_data_in(data: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server").keep();
        std::fs::write(folder.join("elsewhere"), data.to_str().expect("a path of text")).expect("it is ours");
        Self::started_in(folder).await
    }

    async fn started_in(folder: PathBuf) -> Self {
        let prepare =
            Command::new(sibling("xtask")).args(["postgres", "prepare"]).arg(&folder).output().await;
        let output = prepare.expect("xtask can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let url = String::from_utf8(output.stdout).expect("an address").trim().to_owned();
        let server = Self { url, folder: Some(folder), is_own: true };
        server.control(&["start"]).await;
        server
    }

    /// The address of an empty schema.
    pub(crate) async fn schema(&self) -> String {
        let name = World::fresh_prefix();
        Db::make_schema(&options_of(&self.url), &name).await.expect("the server is there");
        format!("{}?options[search_path]={name}", self.url)
    }

    /// Calls the server's control script (`start`, `stop`, `kill`, `freeze`, `thaw`).
    pub(crate) async fn control(&self, arguments: &[&str]) {
        let folder = self.folder.as_ref().expect("the server is not one of the tests");
        let mut command = Command::new(folder.join("control"));
        command.args(arguments).stdin(Stdio::null());
        let output = within("the server's control script ends", command.output()).await;
        let output = output.expect("the control script can be started");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "control {arguments:?}: {errors}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let Some(folder) = self.folder.as_ref().filter(|_| self.is_own) else { return };
        let mut stop = std::process::Command::new(folder.join("control"));
        // A server that outlives its test is a pity, and no reason to fail it.
        let _ = stop.arg("stop").stdin(Stdio::null()).stdout(Stdio::null()).status();
        if let Ok(elsewhere) = std::fs::read_to_string(folder.join("elsewhere")) {
            let _ = std::fs::remove_dir_all(elsewhere.trim());
        }
        let _ = std::fs::remove_dir_all(folder);
    }
}
