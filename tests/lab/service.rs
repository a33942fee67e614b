//! `integrator serve` as a process that can be killed and started again on the same database.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::bank::client;
use super::ports::free_port;
use super::process::{Process, last_lines, run};
use super::wait::until;

const CONFIGURATION: &str = "config.toml";
const SETTINGS: &str = "settings.toml";
const KEY: &str = "integrator.key";
const LOG: &str = "service.log";

/// The service of one test.
#[derive(Debug)]
pub(crate) struct Service {
    folder: PathBuf,
    http: SocketAddr,
    client: reqwest::Client,
    process: Option<Process>,
    environment: Vec<(String, String)>,
}

impl Service {
    /// Chooses a port. Nothing runs yet.
    pub(crate) fn new(folder: &Path) -> Self {
        let http = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        Self { folder: folder.to_owned(), http, client: client(), process: None, environment: Vec::new() }
    }

    /// Where its HTTP door is, also while it is down.
    pub(crate) fn http(&self) -> SocketAddr {
        self.http
    }

    /// From its next start on this is in its environment.
    pub(crate) fn put_in_environment(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Writes the configuration and imports the settings.
    pub(crate) async fn set_up(&self, configuration: &str, settings: &str) {
        std::fs::write(self.folder.join(CONFIGURATION), configuration).expect("the folder is ours");
        self.import(settings).await;
    }

    /// Writes the configuration of a service that nobody has set up yet.
    pub(crate) fn configure(&self, configuration: &str) {
        std::fs::write(self.folder.join(CONFIGURATION), configuration).expect("the folder is ours");
    }

    /// Makes the key file, which instances that share a database are given.
    pub(crate) fn make_key(&self) {
        store::KeyFile::load_or_create(&self.folder.join(KEY)).expect("the folder is ours");
    }

    /// Takes a copy of another instance's key file.
    pub(crate) fn take_key_of(&self, other: &Self) {
        std::fs::copy(other.folder.join(KEY), self.folder.join(KEY)).expect("the folders are ours");
    }

    /// Imports settings, beside a running service or without one.
    pub(crate) async fn import(&self, settings: &str) {
        std::fs::write(self.folder.join(SETTINGS), settings).expect("the folder is ours");
        self.command(&["settings", "import", SETTINGS]).await;
    }

    /// Runs another command of the binary on the same database.
    pub(crate) async fn command(&self, arguments: &[&str]) -> String {
        run(&self.folder, &[&["--config", CONFIGURATION], arguments].concat()).await
    }

    /// Starts the process, and waits until it serves and has its broker.
    pub(crate) async fn start(&mut self) {
        self.start_without_waiting();
        self.ready().await;
    }

    /// Starts the process.
    pub(crate) fn start_without_waiting(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        self.process = Some(Process::start_in(
            &self.environment,
            &self.folder,
            &["--config", CONFIGURATION, "serve"],
            LOG,
        ));
    }

    /// Waits until it serves and has its broker.
    pub(crate) async fn ready(&mut self) {
        if let Some(process) = &mut self.process {
            process.must_run();
        }
        let is_ready = async || (self.readiness().await? == "ready").then_some(());
        until("the service is ready", is_ready).await;
    }

    async fn readiness(&self) -> Option<String> {
        let answer = self.client.get(format!("http://{}/readyz", self.http)).send().await.ok()?;
        let state: Value = answer.json().await.ok()?;
        Some(state["status"].as_str()?.to_owned())
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        self.process.take().expect("it runs").kill().await;
    }

    /// SIGSTOP: its connections stay, and nothing answers.
    pub(crate) async fn freeze(&self) {
        self.process.as_ref().expect("it runs").signal("STOP").await;
    }

    /// SIGCONT.
    pub(crate) async fn thaw(&self) {
        self.process.as_ref().expect("it runs").signal("CONT").await;
    }

    /// SIGTERM; it must end well.
    pub(crate) async fn stop(&mut self) {
        let status = self.process.take().expect("it runs").terminate().await;
        assert!(status.success(), "the service ended with {status}: {}", self.last_lines());
    }

    /// How much memory it has now, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        self.process.as_ref().expect("it runs").resident_bytes()
    }

    /// How long it has kept a processor busy since its start.
    pub(crate) fn processor_time(&self) -> Duration {
        self.process.as_ref().expect("it runs").processor_time()
    }

    /// All that it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join(LOG)).unwrap_or_default()
    }

    /// The end of its log.
    pub(crate) fn last_lines(&self) -> String {
        last_lines(&self.folder.join(LOG))
    }
}
