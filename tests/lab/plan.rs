//! What a test wants of its service: configuration and settings.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use universal_integrator::till::Options;

use super::bank::{MERCHANT, MERCHANT_KEY, MODULE};

/// The store of every test.
pub(crate) const STORE: &str = "17";

/// A service and its shop. Register `1` is a kiosk, all others are tills without a screen.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// What is logged.
    pub(crate) log: &'static str,
    /// How long a pay may wait in its queue, in seconds. Long: a busy machine is no reason for `stale`.
    pub(crate) pay_ttl_s: u32,
    /// The registers.
    pub(crate) registers: Vec<String>,
    /// Late money: the store's policy, as settings say it.
    pub(crate) late_money: &'static str,
    /// The address of a PostgreSQL database; without it a SQLite file.
    pub(crate) postgres: Option<String>,
    /// The folder of the SQLite file, if it is not the service's own.
    pub(crate) database_folder: Option<PathBuf>,
    /// How the service reaches its neighbours.
    pub(crate) ways: Ways,
    /// The SHA-256 of the key that the store's software has over HTTP.
    pub(crate) api_key_sha256: Option<&'static str>,
    /// More consoles, as settings say them.
    pub(crate) outputs: String,
    /// The authorization servers; each is a payment type of its own of the same name, the first is the default.
    pub(crate) servers: Vec<Server>,
}

/// How a service reaches broker, bank and database. Tills and the lab itself always go straight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    /// Straight.
    Straight,
    /// Through a network that can fail.
    Networks,
}

/// An authorization server.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// Its name, and that of its payment type.
    pub(crate) name: String,
    /// Where its bank is.
    pub(crate) bank: Option<SocketAddr>,
    /// The key that it is set up with.
    pub(crate) key: &'static str,
    /// How long a call may take.
    pub(crate) call_timeout_ms: u32,
    /// How long a till is kept waiting for certainty.
    pub(crate) response_timeout_s: u32,
    /// How long after its end a code is watched.
    pub(crate) dead_after_s: u32,
    /// The most calls per second.
    pub(crate) rate_per_s: u32,
    /// The most calls at once.
    pub(crate) concurrency: u32,
    /// How old a code is when its status is asked first, in milliseconds; then the default plan goes on.
    pub(crate) first_poll_ms: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            log: "info",
            pay_ttl_s: 300,
            registers: ["1", "2", "3"].map(str::to_owned).into(),
            late_money: "late_money = \"refund\"",
            postgres: None,
            database_folder: None,
            ways: Ways::Straight,
            api_key_sha256: None,
            outputs: String::new(),
            servers: vec![Server::named("sbp")],
        }
    }
}

impl Server {
    /// The usual one. Calls have so long that only a fault makes one fail.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bank: None,
            key: MERCHANT_KEY,
            call_timeout_ms: 5_000,
            response_timeout_s: 30,
            dead_after_s: 10,
            rate_per_s: 500,
            concurrency: 64,
            first_poll_ms: 1_000,
        }
    }

    fn write(&self, text: &mut String, bank: SocketAddr) {
        let Self { name, key, call_timeout_ms, response_timeout_s, dead_after_s, .. } = self;
        let Self { rate_per_s, concurrency, first_poll_ms, .. } = self;
        let bank = self.bank.unwrap_or(bank);
        let written = write!(
            text,
            r#"
[servers.{name}]
name = "The simulated bank"
module = "{MODULE}"
test = true
response_timeout_s = {response_timeout_s}
call_timeout_ms = {call_timeout_ms}
code_life_s = 300
rate_per_s = {rate_per_s}
concurrency = {concurrency}
poll_steps_ms = [[30000, {first_poll_ms}], [120000, 2000]]

[servers.{name}.values]
sbp_merchant_id = "{MERCHANT}"
base_url = "http://{bank}/{MODULE}"
code_life_min_s = "1"
dead_after_s = "{dead_after_s}"

[servers.{name}.secrets]
secret_key = "{key}"

[stores.{STORE}.payment_types.{name}]
name = "QR"
servers = ["{name}"]
"#
        );
        written.expect("text takes everything");
    }
}

impl Plan {
    /// The configuration of the process.
    pub(crate) fn configuration(&self, http: SocketAddr, amqp: &str, prefix: &str) -> String {
        let Self { pay_ttl_s, .. } = self;
        format!(
            r#"{alone}
[amqp]
uri = "{amqp}"
prefix = "{prefix}"
pay_ttl_s = {pay_ttl_s}
"#,
            alone = self.configuration_without_broker(http)
        )
    }

    /// The configuration of a process that registers reach over HTTP only.
    pub(crate) fn configuration_without_broker(&self, http: SocketAddr) -> String {
        let Self { log, .. } = self;
        let database = match &self.postgres {
            Some(url) => format!("url = \"{url}\"\nconnections = 8"),
            None => format!("path = \"{}\"", self.database(Path::new("")).display()),
        };
        format!(
            r#"
key_file = "integrator.key"
stop_patience_s = 10
[database]
{database}
[http]
listen = "{http}"
open_screens = true
[log]
filter = "{log}"
"#
        )
    }

    /// The SQLite file of a service in this folder.
    pub(crate) fn database(&self, service: &Path) -> PathBuf {
        self.database_folder.as_deref().unwrap_or(service).join("integrator.db")
    }

    /// How a register of the shop connects.
    pub(crate) fn register(amqp: &str, prefix: &str, register: &str) -> Options {
        let options = Options::new(amqp.into(), STORE, register).expect("the lab's own names");
        Options { prefix: prefix.to_owned(), ..options }
    }

    /// The settings of the business. Servers that name no bank are at this one.
    pub(crate) fn settings(&self, bank: SocketAddr) -> String {
        let default = &self.servers[0].name;
        let mut text = format!(
            r#"
[stores.{STORE}]
name = "Shop"
zone = "Europe/Moscow"
language = "ru"
currency = "RUB"
default_payment_type = "{default}"
{late_money}

[stores.{STORE}.registers.1.consoles.kiosk-1]
name = "Screen"
kind = "kiosk"
show_qr = true
"#,
            late_money = self.late_money,
        );
        for register in &self.registers {
            let table = format!("stores.{STORE}.registers.{register}");
            // A till of these tests stands for many: crowds queue up at it.
            let settings = format!("name = \"Till {register}\"\nopen_payments = \"many\"");
            writeln!(text, "\n[{table}]\n{settings}").expect("text takes everything");
        }
        for server in &self.servers {
            server.write(&mut text, bank);
        }
        text += &self.outputs;
        if let Some(sha256) = self.api_key_sha256 {
            text += &with_key(sha256);
        }
        text
    }
}

/// The key of the store's software, as settings say it.
fn with_key(sha256: &str) -> String {
    format!("\n[api_keys.test]\nstore = \"{STORE}\"\nname = \"The test's till\"\nsha256 = \"{sha256}\"\n")
}
