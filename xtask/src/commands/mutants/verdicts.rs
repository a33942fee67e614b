//! What the tool says of each mutant: its journal, a line a mutant, such as
//! `    SURVIVED src/payment/due.rs:12:7: replace a < b with a <= b [relational.lt_to_le]`.

use std::collections::BTreeMap;

use crate::failure::{Outcome, told};

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// A test failed.
    Caught,
    /// The tests did not come to an end: caught too.
    Hung,
    /// All tests passed.
    Survived,
    /// No test comes to the place that was changed.
    NotReached,
    /// It is no Rust, or the place is not part of this build.
    NotBuilt,
    /// A test failed, and fails without the mutant too.
    NotJudged,
}

/// All mutants by what became of them.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    known: BTreeMap<Verdict, Vec<String>>,
}

impl Verdicts {
    /// Reads the journal.
    pub(super) fn read(journal: &str) -> Outcome<Self> {
        let mut verdicts = Self::default();
        for line in journal.lines() {
            let (word, rest) = line.trim_start().split_once(' ').unwrap_or((line, ""));
            match (read_word(word), end_of_name(rest)) {
                (Some(Word::Of(verdict)), Some(end)) => {
                    verdicts.known.entry(verdict).or_default().push(rest[..end].to_owned());
                }
                (Some(Word::NotAsked), Some(_)) | (None, None) => {} // nothing, or a remark that goes on
                _ => return told(format!("not a line of the tool's journal: {line}")),
            }
        }
        verdicts.known.values_mut().for_each(|names| names.sort_by(|one, other| by_place(one, other)));
        Ok(verdicts)
    }

    /// The mutants of which this became, by their places.
    pub(super) fn of(&self, verdict: Verdict) -> &[String] {
        self.known.get(&verdict).map_or(&[], Vec::as_slice)
    }

    /// What no test has caught.
    pub(super) fn survivors(&self) -> Vec<String> {
        [self.of(Verdict::Survived), self.of(Verdict::NotReached)].concat()
    }

    /// Takes in what became of the survivors in a further run.
    pub(super) fn judge_survivors_anew(&mut self, further: Self) {
        self.known.remove(&Verdict::Survived);
        self.known.remove(&Verdict::NotReached);
        for (verdict, names) in further.known {
            let known = self.known.entry(verdict).or_default();
            known.extend(names);
            known.sort_by(|one, other| by_place(one, other));
        }
    }

    /// How many mutants there are.
    pub(super) fn len(&self) -> usize {
        self.known.values().map(Vec::len).sum()
    }
}

/// What a line of the journal begins with.
enum Word {
    Of(Verdict),
    /// It belongs to another shard, or is left out by a word in the sources.
    NotAsked,
}

fn read_word(word: &str) -> Option<Word> {
    Some(match word {
        "killed" => Word::Of(Verdict::Caught),
        "TIMEOUT" | "OUTOFMEM" => Word::Of(Verdict::Hung),
        "SURVIVED" => Word::Of(Verdict::Survived),
        "uncovered" => Word::Of(Verdict::NotReached),
        "unviable" | "notbuilt" => Word::Of(Verdict::NotBuilt),
        "FLAKY" => Word::Of(Verdict::NotJudged),
        "skipped" | "pending" => Word::NotAsked,
        _ => return None,
    })
}

/// A name ends with the kind of change in brackets; what may follow is a remark.
fn end_of_name(text: &str) -> Option<usize> {
    let is_kind = |text: &str| {
        let is_word =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        text.split_once('.').is_some_and(|(family, change)| is_word(family) && is_word(change))
    };
    text.match_indices(" [").find_map(|(at, bracket)| {
        let from = at + bracket.len();
        let length = text[from..].find(']')?;
        is_kind(&text[from..from + length]).then_some(from + length + 1)
    })
}

/// By file, line and column.
fn by_place(one: &str, other: &str) -> std::cmp::Ordering {
    let place = |name: &str| -> (String, Option<u32>, Option<u32>) {
        let mut parts = name.splitn(4, ':').map(str::to_owned);
        let file = parts.next().unwrap_or_default();
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        (file, number(), number())
    };
    place(one).cmp(&place(other)).then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNAL: &str = "\
    unviable src/payment/a.rs:1:1: replace { A } with Default::default() [fn_value.default]
      killed src/payment/a.rs:20:7: replace a < b with a <= b [relational.lt_to_le]
    SURVIVED src/payment/a.rs:9:7: replace x[0] == y with x[0] != y [relational.eq_to_ne]
     TIMEOUT src/payment/a.rs:3:7: replace i += 1 with i -= 1 [assign.add_to_sub]: stalled, last test named was `x` (after 5.0s)
   uncovered src/payment/b.rs:4:1: stop the arm matching Some(x) from matching [match_arm.never_matches]
       FLAKY src/payment/b.rs:5:1: replace !a with a [unary.remove_not]: test `t` fails with no mutant active
     skipped src/payment/b.rs:6:1: replace !a with a [unary.remove_not]
      killed src/payment/a.rs:3:1: replace a && b with a || b [logical.and_to_or]
";

    #[test]
    fn the_journal_says_what_became_of_each_mutant() {
        let verdicts = Verdicts::read(JOURNAL).unwrap();
        for (verdict, expected) in [
            (Verdict::Hung, "src/payment/a.rs:3:7: replace i += 1 with i -= 1 [assign.add_to_sub]"),
            (
                Verdict::Survived,
                "src/payment/a.rs:9:7: replace x[0] == y with x[0] != y [relational.eq_to_ne]",
            ),
            (Verdict::NotJudged, "src/payment/b.rs:5:1: replace !a with a [unary.remove_not]"),
        ] {
            assert_eq!(verdicts.of(verdict), [expected]);
        }
        assert_eq!(verdicts.of(Verdict::NotReached).len(), 1);
        assert_eq!(verdicts.of(Verdict::NotBuilt).len(), 1);
        assert_eq!(verdicts.len(), 7, "one was not asked for");
    }

    #[test]
    fn survivors_are_judged_once_more() {
        let mut verdicts = Verdicts::read(JOURNAL).unwrap();
        let survivors = verdicts.survivors();
        assert_eq!(survivors.len(), 2);
        let again = format!("killed {}\nSURVIVED {}\n", survivors[0], survivors[1]);
        verdicts.judge_survivors_anew(Verdicts::read(&again).unwrap());
        assert_eq!((verdicts.survivors(), verdicts.len()), (vec![survivors[1].clone()], 7));
        assert_eq!(verdicts.of(Verdict::Caught).len(), 3);
    }

    #[test]
    fn mutants_stand_in_the_order_of_their_places() {
        let verdicts = Verdicts::read(JOURNAL).unwrap();
        let lines: Vec<_> =
            verdicts.of(Verdict::Caught).iter().filter_map(|name| name.split(':').nth(1)).collect();
        assert_eq!(lines, ["3", "20"]);
    }

    #[test]
    fn a_line_that_is_no_verdict_is_told_and_what_goes_on_with_a_remark_is_not() {
        for wrong in ["survives a.rs:1:1: x [a.b]", "killed a.rs:1:1: no kind of change", "killed"] {
            assert!(Verdicts::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Verdicts::read("TIMEOUT a.rs:1:1: x [a.b]: stalled in\n  a test\n").unwrap().len(), 1);
    }
}
