//! The table, and the raw figures.

use std::time::Duration;

use serde_json::{Value, json};

use crate::machine::Machine;
use crate::rate::of_sorted;
use crate::rows::Row;
use crate::scene::Second;
use crate::settle::Outcome;

/// How many findings of a kind the table shows.
const SHOWN: usize = 5;

/// A row and what it came to, or why it broke off.
pub(crate) type Played = (Row, Result<Outcome, String>);

/// The head of the table, in Markdown.
pub(crate) const HEAD: &str = "\
| fault | database | what happens | expected | seen | times | a code again after: median, worst | payments | at risk | lost | doubled |
|---|---|---|---|---|---|---|---|---|---|---|";

/// Whether nothing is to be said against it.
pub(crate) fn is_good(played: &Played) -> bool {
    played.1.as_ref().is_ok_and(|outcome| outcome.verdict.is_good())
}

/// A line of the table.
pub(crate) fn line(played: &Played) -> String {
    let (row, result) = played;
    let start = format!("| {} | {} | {} | {} |", row.name, row.database.word(), row.what, row.expected);
    match result {
        Err(broken) => format!("{start} **broke off: {}** | | | | | | |", first_line(broken)),
        Ok(outcome) => {
            let Outcome { verdict, notes, payments, .. } = outcome;
            let (median, worst) = (middle(&notes.recovered), notes.recovered.iter().max().copied());
            format!(
                "{start} {} | {} | {}, {} | {payments} | {} | {} | {} |",
                seen(outcome),
                notes.times,
                seconds(median),
                seconds(worst),
                notes.at_risk,
                verdict.lost.len(),
                verdict.doubled.len()
            )
        }
    }
}

/// What is wrong with a row, a line each.
pub(crate) fn complaints(played: &Played) -> Vec<String> {
    match &played.1 {
        Err(broken) => vec![broken.clone()],
        Ok(Outcome { verdict, .. }) => {
            let kinds =
                [("lost", &verdict.lost), ("doubled", &verdict.doubled), ("unexpected", &verdict.unexpected)];
            let shown = kinds.iter().flat_map(|(word, found)| {
                found.iter().take(SHOWN).map(move |text| format!("{word}: {text}"))
            });
            shown.collect()
        }
    }
}

fn seen(outcome: &Outcome) -> String {
    let Outcome { verdict, notes, settled_after, .. } = outcome;
    let mut parts = vec![match verdict.unexpected.len() {
        0 => format!("so; books agree after {}", seconds(Some(*settled_after))),
        count => format!("**{count} unexpected**"),
    }];
    parts.extend(notes.seen.iter().cloned());
    parts.extend(verdict.other_ends.iter().map(|(end, times)| format!("{times} × {end}")));
    parts.join("; ")
}

/// Everything, for other programs.
pub(crate) fn json(machine: &Machine, is_quick: bool, played: &[Played]) -> Value {
    let rows: Vec<Value> = played.iter().map(row_json).collect();
    json!({ "machine": machine.json(), "quick": is_quick, "rows": rows })
}

fn row_json(played: &Played) -> Value {
    let (row, result) = played;
    let mut value = json!({
        "fault": row.name, "database": row.database.word(), "what": row.what, "expected": row.expected,
    });
    let more = match result {
        Err(broken) => json!({ "broke_off": broken }),
        Ok(outcome) => {
            let Outcome { verdict, notes, payments, settled_after, loud_lines, took } = outcome;
            json!({
                "times": notes.times, "payments": payments, "at_risk": notes.at_risk,
                "recovered_us": notes.recovered.iter().map(micros).collect::<Vec<_>>(),
                "settled_us": micros(settled_after), "took_us": micros(took), "log_errors": loud_lines,
                "other_ends": verdict.other_ends, "seen": notes.seen,
                "codes_by_second": notes.codes_by_second.iter().map(second_json).collect::<Vec<_>>(),
                "lost": verdict.lost, "doubled": verdict.doubled, "unexpected": verdict.unexpected,
            })
        }
    };
    let fields = value.as_object_mut().expect("it is made as one");
    fields.extend(more.as_object().expect("it is made as one").clone());
    value
}

fn second_json(second: &Second) -> Value {
    json!({
        "second": second.number, "codes": second.codes, "median_us": micros(&second.median),
        "p99_us": micros(&second.p99), "worst_us": micros(&second.worst),
    })
}

fn micros(duration: &Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn middle(durations: &[Duration]) -> Option<Duration> {
    let mut sorted = durations.to_vec();
    sorted.sort();
    (!sorted.is_empty()).then(|| of_sorted(&sorted, 50))
}

fn seconds(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "–".to_owned(), |duration| format!("{:.1} s", duration.as_secs_f64()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
