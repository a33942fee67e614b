//! Two instances under a constant load, one killed: what customers notice, and for how long.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::lab::customers::{CodeTime, Customers, Fate};
use crate::lab::{Broker, Plan, Postgres, Server, World};
use crate::play::LAPSE_S;
use crate::rows::Row;
use crate::scene::{Notes, PATIENCE, Second};
use crate::settle::{Outcome, Played, settle};

/// Tills, each a connection of its own.
const TILLS: usize = 16;
/// Customers that come in a second, unless `cargo xtask faults --rate` says otherwise: a development build keeps less.
const RATE_PER_S: u32 = 300;
const RATE_OF_DEVELOPMENT_PER_S: u32 = 30;
/// Says otherwise.
const RATE: &str = "INTEGRATOR_TEST_RATE";
/// So many of a hundred customers must be served as they come: where fewer are, before anything breaks, the machine can't carry the rate
/// and nothing is learned of the kill.
const KEEPS_UP: usize = 95;
/// So long before the kill codes are timed: by then there is as much to do as there will be, since the first payments settle, which takes
/// them a minute.
const TIMED_BEFORE: Duration = Duration::from_secs(25);
/// Beside twice what it was before, this is a good time for a code.
const GOOD: Duration = Duration::from_secs(1);

/// How many customers come in a second.
pub(crate) fn rate_per_s() -> u32 {
    let told = std::env::var(RATE).ok().map(|rate| rate.parse().expect("a rate is a number"));
    let is_release = std::env::var_os(crate::lab::PROGRAM).is_some();
    told.unwrap_or(if is_release { RATE_PER_S } else { RATE_OF_DEVELOPMENT_PER_S })
}

/// Plays the row.
pub(crate) async fn run(row: &Row, is_quick: bool) -> Outcome {
    let began = Instant::now();
    let (before_s, after_s) = if is_quick { (10, 15) } else { (90, 60) };
    let world = world().await;
    let mut another = world.another_instance().await;
    another.start().await;
    let mut tills = Vec::new();
    for number in 1..=TILLS {
        tills.push(world.till(&number.to_string()).await);
    }
    let per_s = rate_per_s();
    let customers = Customers::new(&world.bank, &tills).with_patience(PATIENCE);
    let count = usize::try_from(u64::from(per_s) * (before_s + LAPSE_S + after_s)).expect("a crowd");
    let fates = vec![Fate::Paid; count];
    let mut notes = Notes { times: 1, ..Notes::default() };
    let mut killed_at = began;
    let kill = async {
        sleep(Duration::from_secs(before_s)).await;
        let (came, served) = (customers.came(), customers.served());
        notes.at_risk = came - served;
        notes.seen.push(format!(
            "{} a second came, {} were served",
            rate(came, before_s),
            rate(served, before_s)
        ));
        if served * 100 < came * KEEPS_UP {
            notes.wrong.push(
                "this machine can't carry the rate before anything breaks: ask for less with --rate"
                    .to_owned(),
            );
        }
        killed_at = Instant::now();
        another.kill().await;
        sleep(Duration::from_secs(LAPSE_S + after_s / 2)).await;
        another.start().await;
    };
    let (surprises, ()) = tokio::join!(customers.serve_at_rate(&fates, per_s), kill);
    let codes = customers.code_times();
    judge_times(&codes, killed_at, &mut notes);
    notes.codes_by_second = by_second(&codes, killed_at);

    let another = Some(another);
    settle(world, Played { row, began, tills, another, surprises, notes, payments: count }).await
}

async fn world() -> World {
    let server = Server { rate_per_s: 10_000, concurrency: 128, ..Server::named("sbp") };
    let plan = Plan {
        postgres: Some(Postgres::shared().schema().await),
        registers: (1..=TILLS).map(|number| number.to_string()).collect(),
        servers: vec![server],
        log: "warn",
        ..Plan::default()
    };
    World::build(plan, Broker::shared()).await
}

/// Codes asked for after the lapse time take no longer than they did before.
fn judge_times(codes: &[CodeTime], killed_at: Instant, notes: &mut Notes) {
    let back_at = killed_at + Duration::from_secs(LAPSE_S);
    let is_before = |code: &&CodeTime| code.asked_at + code.after < killed_at;
    let is_timed_before = |code: &&CodeTime| is_before(code) && code.asked_at + TIMED_BEFORE >= killed_at;
    let is_after = |code: &&CodeTime| code.asked_at >= back_at;
    let before = p99(codes.iter().filter(is_timed_before));
    let meanwhile = p99(codes.iter().filter(|code| !is_before(code) && !is_after(code)));
    let after = p99(codes.iter().filter(is_after));
    notes.seen.push(format!(
        "a code after, p99: {before:.1?} before, {meanwhile:.1?} within {LAPSE_S} s of the kill, {after:.1?} later"
    ));
    if after > GOOD.max(before * 2) {
        notes.wrong.push(format!("codes take {after:?} after the lapse time, {before:?} before the kill"));
    }
}

/// How long codes took, by the second after the kill in which they were asked for.
fn by_second(codes: &[CodeTime], killed_at: Instant) -> Vec<Second> {
    let mut seconds: BTreeMap<i64, Vec<Duration>> = BTreeMap::new();
    for code in codes {
        let whole = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let number = if code.asked_at < killed_at {
            -1 - whole(killed_at - code.asked_at)
        } else {
            whole(code.asked_at - killed_at)
        };
        seconds.entry(number).or_default().push(code.after);
    }
    let of_second = |(number, mut times): (i64, Vec<Duration>)| {
        times.sort();
        Second {
            number,
            codes: times.len(),
            median: of_sorted(&times, 50),
            p99: of_sorted(&times, 99),
            worst: of_sorted(&times, 100),
        }
    };
    seconds.into_iter().map(of_second).collect()
}

fn p99<'a>(codes: impl Iterator<Item = &'a CodeTime>) -> Duration {
    let mut times: Vec<Duration> = codes.map(|code| code.after).collect();
    times.sort();
    of_sorted(&times, 99)
}

/// So many in a hundred are no longer.
pub(crate) fn of_sorted(times: &[Duration], in_hundred: usize) -> Duration {
    let place = (times.len() * in_hundred).div_ceil(100).saturating_sub(1);
    times.get(place).copied().unwrap_or_default()
}

fn rate(count: usize, seconds: u64) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX) / seconds
}
