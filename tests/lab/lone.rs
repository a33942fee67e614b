//! A service without a broker: one process, one file, one bank.

use tempfile::TempDir;

use super::bank::Bank;
use super::plan::Plan;
use super::service::Service;

/// The key of the store's software …
pub(crate) const API_KEY: &str = "the-api-key-of-the-test";
/// … and its SHA-256.
pub(crate) const API_KEY_SHA256: &str = "b895e511c8a161cb112ab4672500a6310142099c9ca257ee6eb65e1c3b072d96";

/// A service that registers reach over HTTP only.
pub(crate) struct Lone {
    /// The bank, as a process of its own.
    pub(crate) bank: Bank,
    /// The service.
    pub(crate) service: Service,
    folder: Option<TempDir>,
    settings: String,
}

impl Lone {
    /// The usual shop, running.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("integrator-test-").tempdir().expect("a folder");
        let plan = Plan { api_key_sha256: Some(API_KEY_SHA256), ..Plan::default() };
        let bank = Bank::process(folder.path()).await;
        let mut service = Service::new(folder.path());
        let settings = plan.settings(bank.address());
        service.set_up(&plan.configuration_without_broker(service.http()), &settings).await;
        bank.notify_at(&format!("http://{}/hooks/{}", service.http(), plan.servers[0].name)).await;
        service.start().await;
        Self { bank, service, folder: Some(folder), settings }
    }

    /// Gives the store another key: the one that tills have is good for nothing any more.
    pub(crate) async fn change_the_key(&self) {
        self.service.import(&self.settings.replace(API_KEY_SHA256, &"0".repeat(64))).await;
    }

    /// Ends it: the service stops in order.
    pub(crate) async fn end(mut self) {
        self.service.stop().await;
    }
}

impl Drop for Lone {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        if let Some(folder) = self.folder.take() {
            eprintln!("kept: {}\n{}", folder.keep().display(), self.service.last_lines());
        }
    }
}
