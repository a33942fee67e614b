//! The table, the ratios, and the raw figures.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::figures::{Latencies, Round, median, millis};
use crate::idle::Idle;
use crate::machine::Machine;
use crate::plan::{Neighbour, Path, Side};

/// The names of the columns. Times are milliseconds: of codes since a checkout was to be sent, of *paid* since the buyer paid.
pub(crate) const HEADER: &str = "\nround     side     path     rate/s   done/s  missing   code p50      p90      p99      max   \
    paid p50      p90      p99      max";

/// What a round is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Finding out how much is too much.
    Probe,
    /// More than can be done.
    Capacity,
    /// A constant rate near the capacity.
    Rate,
    /// A constant rate that both sides have time for.
    Overhead,
    /// *Paid* by the bank's notification.
    Told,
    /// Beside a flood at another bank.
    Beside(Neighbour),
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Capacity => "capacity",
            Self::Rate => "rate",
            Self::Overhead => "overhead",
            Self::Told => "told",
            Self::Beside(Neighbour::Well) => "well",
            Self::Beside(Neighbour::Ill) => "ill",
        }
    }
}

/// One round of a run.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) side: Side,
    pub(crate) path: Path,
    pub(crate) round: Round,
}

impl Line {
    pub(crate) fn text(&self) -> String {
        let Self { kind, side, path, round } = self;
        format!(
            "{:<9} {:<8} {:<6} {:>8} {:>8.0} {:>8}   {}   {}",
            kind.word(),
            side_word(*side),
            path.word(),
            round.rate_per_s,
            round.done_per_s,
            round.missing(*path == Path::Paid),
            round.codes.line(),
            if *path == Path::Paid { round.paid.line() } else { String::new() }
        )
    }

    fn json(&self) -> Value {
        let Self { kind, side, path, round } = self;
        json!({ "kind": kind.word(), "side": side_word(*side), "path": path.word(), "round": round.json() })
    }
}

fn side_word(side: Side) -> &'static str {
    match side {
        Side::Service => "service",
        Side::Floor => "floor",
    }
}

/// All of a run.
pub(crate) struct Report {
    machine: Machine,
    is_quick: bool,
    lines: Vec<Line>,
    idle: Option<Idle>,
}

impl Report {
    pub(crate) fn new(machine: Machine, is_quick: bool) -> Self {
        Self { machine, is_quick, lines: Vec::new(), idle: None }
    }

    pub(crate) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    pub(crate) fn add_idle(&mut self, idle: Option<Idle>) {
        self.idle = idle;
    }

    /// The median of what a side did per second when it had more to do than it could.
    pub(crate) fn capacity(&self, side: Side, path: Path) -> f64 {
        median(&self.capacities(side, path))
    }

    /// Turn by turn.
    fn capacities(&self, side: Side, path: Path) -> Vec<f64> {
        let of = |line: &&Line| line.kind == Kind::Capacity && line.side == side && line.path == path;
        self.lines.iter().filter(of).map(|line| line.round.done_per_s).collect()
    }

    /// Turn by turn: the machine changes less between the two sides of a turn than over a run.
    fn ratios(&self, path: Path) -> Vec<f64> {
        let [service, floor] = [Side::Service, Side::Floor].map(|side| self.capacities(side, path));
        service.iter().zip(floor).map(|(service, floor)| service / floor).collect()
    }

    fn ratio(&self, path: Path) -> f64 {
        median(&self.ratios(path))
    }

    /// The highest constant rate that was kept: the last one tried.
    fn highest_rate(&self, side: Side) -> Option<u32> {
        let of = |line: &&Line| line.kind == Kind::Rate && line.side == side;
        self.lines.iter().rfind(of).map(|line| line.round.rate_per_s)
    }

    /// The service's percentile less the floor's at the same rate, medians of the rounds, in microseconds.
    fn overhead_us(&self, percent: f64) -> f64 {
        let of = |side| {
            let rounds =
                self.lines.iter().filter(move |line| line.kind == Kind::Overhead && line.side == side);
            median(&rounds.map(|line| as_f64(line.round.codes.at(percent))).collect::<Vec<_>>())
        };
        of(Side::Service) - of(Side::Floor)
    }

    fn told(&self) -> Option<&Latencies> {
        self.lines.iter().find(|line| line.kind == Kind::Told).map(|line| &line.round.paid)
    }

    /// Codes beside a flood at a bank that hangs, as parts of what they take beside one at a bank that is well: turn by turn.
    fn beside(&self, percent: f64) -> Vec<f64> {
        let of = |neighbour| self.rounds_beside(neighbour).map(|codes| as_f64(codes.at(percent)));
        of(Neighbour::Ill).zip(of(Neighbour::Well)).map(|(ill, well)| ill / well).collect()
    }

    /// The codes of all turns together, beside either neighbour.
    fn all_beside(&self) -> [Latencies; 2] {
        [Neighbour::Ill, Neighbour::Well].map(|neighbour| {
            let mut all = Latencies::default();
            self.rounds_beside(neighbour).for_each(|codes| all.take_in(codes));
            all
        })
    }

    fn rounds_beside(&self, neighbour: Neighbour) -> impl Iterator<Item = &Latencies> {
        let lines = self.lines.iter().filter(move |line| line.kind == Kind::Beside(neighbour));
        lines.map(|line| &line.round.codes)
    }

    /// What codes took beside a flood.
    fn write_beside(&self, text: &mut String) {
        let [p50, p99] = [50.0, 99.0].map(|percent| median(&self.beside(percent)));
        let [ill, well] = self.all_beside();
        writeln!(
            text,
            "codes beside a flood at a bank that hangs, against one that is well: p50 {p50:.2}, p99 {p99:.2} (medians of the turns)"
        )
        .expect("text takes everything");
        for (bank, codes) in [("hangs", ill), ("is well", well)] {
            let [p50, p99] = [50.0, 99.0].map(|percent| millis(codes.at(percent)));
            writeln!(
                text,
                "… all {} codes beside one that {bank}: p50 {p50} ms, p99 {p99} ms",
                codes.count()
            )
            .expect("text takes everything");
        }
    }

    pub(crate) fn table(&self) -> String {
        let mut text = String::from("\n");
        if self.told().is_some() {
            self.write_ratios(&mut text);
        }
        if let Some(idle) = &self.idle {
            writeln!(text, "{}", idle.line()).expect("text takes everything");
        }
        self.write_beside(&mut text);
        text
    }

    /// What the rounds against the floor came to.
    fn write_ratios(&self, text: &mut String) {
        let capacity = |side, path| self.capacity(side, path);
        for (what, path) in [("to the code", Path::Code), ("to paid", Path::Paid)] {
            let (service, floor, ratio) =
                (capacity(Side::Service, path), capacity(Side::Floor, path), self.ratio(path));
            let turns: Vec<String> = self.ratios(path).iter().map(|ratio| format!("{ratio:.2}")).collect();
            let turns = turns.join(" ");
            writeln!(
                text,
                "{what:<12} service {service:>6.0}/s   floor {floor:>6.0}/s   ratio {ratio:.2} ({turns})"
            )
            .expect("text takes everything");
        }
        let rates = [Side::Service, Side::Floor].map(|side| self.highest_rate(side).unwrap_or(0));
        writeln!(text, "p99 < 1 s    service {:>6}/s   floor {:>6}/s", rates[0], rates[1])
            .expect("text takes everything");
        let [p50, p99] = [50.0, 99.0].map(|percent| self.overhead_us(percent) / 1_000.0);
        writeln!(text, "own overhead at 200/s: p50 {p50:.1} ms, p99 {p99:.1} ms")
            .expect("text takes everything");
        if let Some(told) = self.told() {
            let [p50, p99] = [50.0, 99.0].map(|percent| millis(told.at(percent)));
            writeln!(text, "buyer paid → till knows, by notification at 100/s: p50 {p50} ms, p99 {p99} ms")
                .expect("text takes everything");
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "machine": self.machine.json(),
            "quick": self.is_quick,
            "ratio": { "code": self.ratio(Path::Code), "paid": self.ratio(Path::Paid) },
            "ratios": { "code": self.ratios(Path::Code), "paid": self.ratios(Path::Paid) },
            "highest_rate_per_s": { "service": self.highest_rate(Side::Service), "floor": self.highest_rate(Side::Floor) },
            "overhead_us": { "p50": self.overhead_us(50.0), "p99": self.overhead_us(99.0) },
            "idle": self.idle.as_ref().map(Idle::json),
            "beside": { "p50": self.beside(50.0), "p99": self.beside(99.0) },
            "all_beside_us": self.all_beside().map(|codes| codes.json()),
            "rounds": self.lines.iter().map(Line::json).collect::<Vec<_>>(),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "latencies are far below 2^52 microseconds")]
fn as_f64(micros: u64) -> f64 {
    micros as f64
}
