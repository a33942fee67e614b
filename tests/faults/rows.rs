//! The faults, one row each: what happens, and what is expected of the service.

use std::time::Duration;

use crate::lab::Weather;
use crate::{rate, scripts};

/// A fault on a database.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Chosen by `--only`; unique together with the database.
    pub(crate) name: String,
    pub(crate) database: Database,
    pub(crate) fault: Fault,
    /// What happens, in a few words.
    pub(crate) what: String,
    /// What the service must do, beyond losing and doubling nothing.
    pub(crate) expected: &'static str,
    /// Ends that the fault is a good reason for, besides those that the customers wanted.
    pub(crate) allowed: &'static [&'static str],
}

/// Where the service keeps its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// Its name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service dies at moments that nobody chose.
    ServiceKilled,
    /// The broker …
    Broker(Ill),
    /// The broker's alarm: it takes nothing from publishers.
    BrokerAlarm,
    /// The PostgreSQL server …
    Server(Ill),
    /// The network to a neighbour.
    Network(Neighbour, Weather),
    /// The disk that the database is on has no room.
    DiskFull,
    /// Nothing can be written to the database.
    ReadOnly,
    /// The machine's clock is set by an hour, forwards and back.
    ClockStepped,
    /// Another instance is killed for longer than its rows are left alone.
    InstanceKilled,
    /// Another instance is stopped until its rows have been taken over, and continued.
    InstanceFrozen,
    /// Another instance is killed while customers come at a constant rate.
    InstanceKilledAtRate,
    /// The service dies and starts again with very many open payments.
    ManyOpen,
    /// A register that has no queue pays, and makes its queue later.
    NoQueue,
    /// The bank goes wrong on one call in ten; by the number of the script.
    Script(usize),
}

impl Fault {
    /// It touches only what its row has for itself: the wires, the service, a disk. Whoever measures wants the machine alone too, and
    /// scripts share a world.
    pub(crate) fn is_apart(self) -> bool {
        !matches!(
            self,
            Self::Broker(_)
                | Self::BrokerAlarm
                | Self::Server(_)
                | Self::InstanceKilledAtRate
                | Self::ManyOpen
                | Self::Script(_)
        )
    }
}

/// What happens to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ill {
    /// `kill -9`, and started again.
    Killed,
    /// SIGSTOP, and SIGCONT.
    Frozen,
}

/// Whom the service talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Neighbour {
    Broker,
    Bank,
    Server,
}

/// While a bank, or what the service needs to reach it, is away, nobody gets a code; an end may not be certain in time.
const OUTAGE: &[&str] = &[
    "payment.failed bank_unavailable",
    "payment.failed bank_refused",
    "payment.expired uncertain",
    "payment.cancelled uncertain",
];

/// What the bank's own scripts are a reason for besides.
pub(crate) const ILL_BANK: &[&str] = &[
    "payment.failed bank_unavailable",
    "payment.failed bank_refused",
    "payment.expired uncertain",
    "payment.cancelled uncertain",
    "refund.failed bank_refused",
];

/// A bank whose answers name another order, or another amount: a person decides.
pub(crate) const STRANGE_BANK: &[&str] = &[
    "payment.failed bank_unavailable",
    "payment.failed bank_refused",
    "payment.expired uncertain",
    "payment.cancelled uncertain",
    "payment.review order_mismatch",
    "payment.review amount_mismatch",
    "payment.paid_late manual",
];

const REFUSES: &str = "refuses new checkouts with a clear answer, goes on by itself";
const GOES_ON: &str = "goes on by itself";
const KEEPS_EVENTS: &str = "payments go on, events come afterwards in order";
const TAKEN_OVER: &str = "the other takes over; what the first still does changes nothing";
const KNOWS_AGAIN: &str = "no code or a later one; what is open is asked for again";

/// All rows, in the order in which they run. The quick choice has what does not depend on the database on SQLite only.
#[expect(clippy::too_many_lines, reason = "the table of all rows")]
pub(crate) fn all(is_quick: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let is_whole = !is_quick || database == Database::Sqlite;
        let mut add = |name: &str, fault, what: &str, expected| {
            let (name, what) = (name.to_owned(), what.to_owned());
            rows.push(Row { name, database, fault, what, expected, allowed: OUTAGE });
        };
        add(
            "service-killed",
            Fault::ServiceKilled,
            "service: kill -9 at random moments, started again",
            GOES_ON,
        );
        if database == Database::Postgres {
            add("database-killed", Fault::Server(Ill::Killed), "PostgreSQL: kill -9, started again", GOES_ON);
            add("database-frozen", Fault::Server(Ill::Frozen), "PostgreSQL: stopped, continued", GOES_ON);
            for (word, weather, what) in weathers() {
                let fault = Fault::Network(Neighbour::Server, weather);
                add(&format!("database-{word}"), fault, &format!("network to PostgreSQL: {what}"), GOES_ON);
            }
        }
        add("disk-full", Fault::DiskFull, "no room on the database's disk", REFUSES);
        let read_only = match database {
            Database::Sqlite => "no write to the database's files",
            Database::Postgres => "PostgreSQL takes reading transactions only",
        };
        add("read-only", Fault::ReadOnly, read_only, REFUSES);
        if database == Database::Postgres {
            let what = "two instances, one killed for longer than its lapse time";
            add("instance-killed", Fault::InstanceKilled, what, TAKEN_OVER);
            let what = "two instances, one stopped, continued after its rows were taken over";
            add("instance-frozen", Fault::InstanceFrozen, what, TAKEN_OVER);
            let what = format!("two instances, {} payments a second, one killed", rate::rate_per_s());
            let expected = "no event missing, order kept; codes as quick as before within the lapse time";
            add("instance-killed-at-rate", Fault::InstanceKilledAtRate, &what, expected);
        }
        let what = "very many open payments, kill -9, start";
        add(
            "many-open",
            Fault::ManyOpen,
            what,
            "the first message is answered at once; each is asked for again",
        );
        if is_whole {
            let what = "the service's wall clock is set an hour ahead, then two back";
            add("clock-stepped", Fault::ClockStepped, what, "an alarm in the log; nothing ends early");
            let what = "a register pays before it has a queue";
            add("no-queue", Fault::NoQueue, what, "its events wait and come in order");
            add(
                "broker-killed",
                Fault::Broker(Ill::Killed),
                "RabbitMQ: kill -9, started again",
                KEEPS_EVENTS,
            );
            add("broker-frozen", Fault::Broker(Ill::Frozen), "RabbitMQ: stopped, continued", KEEPS_EVENTS);
            add(
                "broker-alarm",
                Fault::BrokerAlarm,
                "RabbitMQ: memory alarm, blocks publishers",
                KEEPS_EVENTS,
            );
            for (word, weather, what) in weathers() {
                let fault = Fault::Network(Neighbour::Broker, weather);
                add(&format!("broker-{word}"), fault, &format!("network to RabbitMQ: {what}"), KEEPS_EVENTS);
                let fault = Fault::Network(Neighbour::Bank, weather);
                add(&format!("bank-{word}"), fault, &format!("network to the bank: {what}"), KNOWS_AGAIN);
            }
            for (number, script) in scripts::all().into_iter().enumerate() {
                let (name, what) = (format!("script-{}", script.name), script.words());
                let expected = script.expected();
                rows.push(Row {
                    name,
                    database,
                    fault: Fault::Script(number),
                    what,
                    expected,
                    allowed: script.allowed(),
                });
            }
        }
    }
    rows
}

fn weathers() -> [(&'static str, Weather, &'static str); 6] {
    [
        ("cut", Weather::Cut, "connections reset and refused"),
        ("stalled", Weather::Stalled, "nothing moves"),
        ("half-open", Weather::HalfOpen, "the far end has forgotten its connections"),
        ("answers-lost", Weather::AnswersLost, "requests arrive, answers do not"),
        ("slow", Weather::Slow(Duration::from_millis(300)), "300 ms late in each direction"),
        ("narrow", Weather::Narrow(8_000), "8 kB/s"),
    ]
}
