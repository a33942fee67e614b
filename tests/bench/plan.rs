//! Which rounds a run is made of.
//!
//! 1. *Capacity* of each side, on both paths: more checkouts than it can take, and how many it does per second. Both sides
//!    take a turn, the one that went last goes first in the next, so that what changes slowly on the machine touches both alike.
//!    The median of the turns' ratios is the figure of the budgets.
//! 2. *Constant rate*: the highest rate, in steps of the capacity, at which 99 of 100 codes come within a second.
//! 3. *Overhead* at 200 checkouts a second: the service's percentiles less the floor's.
//! 4. *Told*: from the buyer's payment to the till's *paid*, by the bank's notification.
//! 5. *Idle*: how soon the service is there, its memory and its processor time without work.
//! 6. *Beside*: codes of a bank that is well, beside a flood of checkouts at another bank that is well or hangs (P13).

use clap::ValueEnum;

use crate::figures::Round;
use crate::machine::Machine;
use crate::print;
use crate::report::{Kind, Line, Report};
use crate::stage::Stage;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// `integrator serve` on SQLite.
    Service,
    /// What keeps nothing.
    Floor,
}

/// How far a payment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Path {
    /// Until its code is at the till; nobody pays.
    Code,
    /// Until *paid* is at the till; each is paid at once, found by polling.
    Paid,
}

impl Path {
    /// As on the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Paid => "paid",
        }
    }
}

/// How another bank does, whose buyers come in a flood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Neighbour {
    /// It answers.
    Well,
    /// It takes every call and never answers.
    Ill,
}

/// One round's load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) path: Path,
    /// Checkouts per second.
    pub(crate) rate_per_s: u32,
    /// How long checkouts arrive.
    pub(crate) seconds: u32,
    /// The beginning, which does not count.
    pub(crate) warm_ms: u32,
    /// More than can be done, on purpose: the round ends with its last checkout.
    pub(crate) is_overload: bool,
    /// The bank tells of payments.
    pub(crate) has_notifications: bool,
    /// When the service first asks for a code's status.
    pub(crate) first_poll_ms: u64,
    /// Half as many checkouts again, at another bank. They are not measured.
    pub(crate) flood: Option<Neighbour>,
}

impl Load {
    /// Codes only: no status is asked as long as the round lasts.
    fn codes(rate_per_s: u32, seconds: u32) -> Self {
        Self {
            path: Path::Code,
            rate_per_s,
            seconds,
            warm_ms: 1_000,
            is_overload: false,
            has_notifications: false,
            first_poll_ms: 3_600_000,
            flood: None,
        }
    }

    /// The whole path, by the default poll plan. The first *paid* can come after a second.
    fn paid(rate_per_s: u32, seconds: u32) -> Self {
        Self { path: Path::Paid, warm_ms: 2_500, first_poll_ms: 1_000, ..Self::codes(rate_per_s, seconds) }
    }
}

/// How long and how often.
struct Extent {
    turns: u32,
    overload_s: u32,
    overhead_turns: u32,
    overhead_s: u32,
    rate_s: u32,
    beside_turns: u32,
    beside_s: u32,
}

const QUICK: Extent = Extent {
    turns: 4,
    overload_s: 5,
    overhead_turns: 3,
    overhead_s: 4,
    rate_s: 6,
    beside_turns: 3,
    beside_s: 6,
};
const FULL: Extent = Extent {
    turns: 8,
    overload_s: 12,
    overhead_turns: 5,
    overhead_s: 20,
    rate_s: 30,
    beside_turns: 30,
    beside_s: 8,
};

/// What a floor can do at least, and the part of its codes that it brings to *paid*: where probing begins.
const PROBE_FROM_PER_S: u32 = 1_600;
const PROBE_PAID_PERCENT: u32 = 60;
const PROBE_STEP_PERCENT: u32 = 133;

/// The rate at which the own overhead is measured.
const OVERHEAD_RATE: u32 = 200;
/// The rate at which the way from the buyer's payment to the till is measured.
const TOLD_RATE: u32 = 100;
/// The rate of codes beside a flood.
const BESIDE_RATE: u32 = 100;
/// 99 of 100 codes must come within this time.
const P99_LIMIT_US: u64 = 1_000_000;
/// Fractions of the capacity that are tried as constant rates, in percent, highest first.
const STEPS_PERCENT: [u32; 6] = [98, 93, 88, 80, 70, 55];

/// Runs everything, or only what stands beside a flood.
pub(crate) async fn run(amqp: &str, quick: bool, only_beside: bool) -> Report {
    let extent = if quick { QUICK } else { FULL };
    let folder = tempfile::tempdir().expect("a folder");
    let machine = Machine::look(folder.path());
    print(&machine.lines());
    print(crate::report::HEADER);
    let mut run = Run { amqp, report: Report::new(machine, quick), extent };
    if !only_beside {
        run.against_the_floor().await;
    }
    run.beside().await;
    run.report
}

struct Run<'a> {
    amqp: &'a str,
    report: Report,
    extent: Extent,
}

impl Run<'_> {
    async fn against_the_floor(&mut self) {
        for path in [Path::Code, Path::Paid] {
            self.capacity(path).await;
        }
        for side in [Side::Service, Side::Floor] {
            self.highest_rate(side).await;
        }
        self.overhead().await;
        self.told().await;
        self.idle().await;
    }

    async fn capacity(&mut self, path: Path) {
        let offered = self.more_than_the_floor_can(path).await;
        for turn in 0..self.extent.turns {
            for side in sides_of(turn) {
                self.round(Kind::Capacity, side, overload(path, offered, self.extent.overload_s)).await;
            }
        }
    }

    /// Offers a third more until the floor, which can do more than the service, falls behind. In small steps from the figure
    /// before, since what is flooded far beyond what it can do does less than it could.
    async fn more_than_the_floor_can(&mut self, path: Path) -> u32 {
        let mut offered = match path {
            Path::Code => PROBE_FROM_PER_S,
            Path::Paid => part(self.report.capacity(Side::Floor, Path::Code), PROBE_PAID_PERCENT),
        };
        loop {
            let round = self.round(Kind::Probe, Side::Floor, overload(path, offered, 4)).await;
            if round.done_per_s < 0.9 * f64::from(offered) {
                return offered;
            }
            offered = part(f64::from(offered), PROBE_STEP_PERCENT);
        }
    }

    async fn highest_rate(&mut self, side: Side) {
        let capacity = self.report.capacity(side, Path::Code);
        for percent in STEPS_PERCENT {
            let load = Load::codes(part(capacity, percent), self.extent.rate_s);
            let round = self.round(Kind::Rate, side, load).await;
            if round.missing(false) == 0 && round.codes.at(99.0) < P99_LIMIT_US {
                return;
            }
        }
    }

    async fn overhead(&mut self) {
        for turn in 0..self.extent.overhead_turns {
            for side in sides_of(turn) {
                self.round(Kind::Overhead, side, Load::codes(OVERHEAD_RATE, self.extent.overhead_s)).await;
            }
        }
    }

    async fn told(&mut self) {
        let load = Load { has_notifications: true, ..Load::paid(TOLD_RATE, self.extent.rate_s) };
        self.round(Kind::Told, Side::Service, load).await;
    }

    async fn idle(&mut self) {
        let mut stage = Stage::build(self.amqp, Side::Service, &Load::codes(1, 1)).await;
        let idle = stage.idle().await;
        stage.end().await;
        self.report.add_idle(idle);
    }

    async fn beside(&mut self) {
        for turn in 0..self.extent.beside_turns {
            let (well, ill) = (Neighbour::Well, Neighbour::Ill);
            for neighbour in if turn.is_multiple_of(2) { [well, ill] } else { [ill, well] } {
                let load = Load { flood: Some(neighbour), ..Load::codes(BESIDE_RATE, self.extent.beside_s) };
                self.round(Kind::Beside(neighbour), Side::Service, load).await;
            }
        }
    }

    async fn round(&mut self, kind: Kind, side: Side, load: Load) -> Round {
        let stage = Stage::build(self.amqp, side, &load).await;
        let round = crate::load::run(&stage, &load).await;
        stage.end().await;
        let line = Line { kind, side, path: load.path, round: round.clone() };
        print(&line.text());
        self.report.add(line);
        round
    }
}

/// Who goes first in a turn, and who then.
fn sides_of(turn: u32) -> [Side; 2] {
    if turn.is_multiple_of(2) { [Side::Service, Side::Floor] } else { [Side::Floor, Side::Service] }
}

fn overload(path: Path, rate_per_s: u32, seconds: u32) -> Load {
    let load = match path {
        Path::Code => Load::codes(rate_per_s, seconds),
        Path::Paid => Load::paid(rate_per_s, seconds + 1),
    };
    Load { is_overload: true, ..load }
}

/// A part of a rate, at least 1 per second.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are small and positive")]
fn part(rate_per_s: f64, percent: u32) -> u32 {
    (rate_per_s * f64::from(percent) / 100.0).max(1.0) as u32
}
