//! The list of mutants that may survive: docs/mutants.md, a table of names and reasons.

use std::collections::BTreeMap;

use crate::failure::{Outcome, told};

/// Mutants that make no difference, by name, with how many there are of this name.
pub(super) struct Explained {
    known: BTreeMap<String, usize>,
}

/// What a run says of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// Survivors that the list does not know, as the tool names them.
    pub(super) unexplained: Vec<String>,
    /// Names of the list of which nothing survived and something was caught.
    pub(super) not_needed: Vec<String>,
}

impl Explained {
    /// Reads rows such as ``| `src/payment/due.rs: replace < with <= in due` | 1 | why |``.
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let mut known = BTreeMap::new();
        for line in text.lines().filter(|line| line.starts_with("| `")) {
            let row = line.trim_start_matches("| `").split_once("` | ");
            let row = row.and_then(|(name, rest)| Some((name, rest.split_once(" | ")?)));
            let Some((name, (count, reason))) = row else {
                return told(format!("docs/mutants.md: not a name, a number and a reason: {line}"));
            };
            let reason = reason.trim_end_matches('|').trim();
            match count.trim().parse::<usize>() {
                Ok(count) if !reason.is_empty() => drop(known.insert(name.replace("\\|", "|"), count)),
                _ => return told(format!("docs/mutants.md: a number and a reason are wanted: {line}")),
            }
        }
        Ok(Self { known })
    }

    /// All names.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// Holds survivors and others against the list.
    pub(super) fn compare(&self, survivors: &[String], others: &[String]) -> Ends {
        let mut left = self.known.clone();
        let mut ends = Ends::default();
        for survivor in survivors {
            match left.get_mut(&name_of(survivor)) {
                Some(count) if *count > 0 => *count -= 1,
                _ => ends.unexplained.push(survivor.clone()),
            }
        }
        let survived = |name: &str| survivors.iter().any(|one| name_of(one) == name);
        let is_caught = |name: &str| others.iter().any(|one| name_of(one) == name);
        let not_needed = self.known.keys().filter(|name| !survived(name) && is_caught(name));
        ends.not_needed = not_needed.cloned().collect();
        ends
    }
}

/// The tool's name without line and column, which move: `src/payment/due.rs:12:7: replace …`.
fn name_of(mutant: &str) -> String {
    let parts: Vec<&str> = mutant.splitn(4, ':').collect();
    match parts[..] {
        [file, line, column, what] if is_number(line) && is_number(column) => format!("{file}:{what}"),
        _ => mutant.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
# Mutants

| mutant | how many | why it may survive |
|---|---|---|
| `src/a.rs: replace < with <= in f` | 2 | equal never comes |
| `src/a.rs: replace \\|\\| with && in g` | 1 | both are always so |
";

    fn texts(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn survivors_are_known_by_their_names_wherever_they_stand_and_no_oftener_than_it_is_said() {
        let list = Explained::read(LIST).unwrap();
        let twice = texts(&["src/a.rs:3:7: replace < with <= in f", "src/a.rs:9:1: replace < with <= in f"]);
        let or = texts(&["src/a.rs:7:7: replace || with && in g"]);
        assert_eq!(list.compare(&[twice.clone(), or].concat(), &[]), Ends::default());
        let third = texts(&["src/a.rs:10:1: replace < with <= in f"]);
        assert_eq!(list.compare(&[twice, third.clone()].concat(), &[]).unexplained, third);
        let other = texts(&["src/b.rs:1:1: replace < with <= in f"]);
        assert_eq!(list.compare(&other, &[]).unexplained, other);
    }

    #[test]
    fn what_is_explained_and_caught_is_told_and_what_was_not_run_is_not() {
        let list = Explained::read(LIST).unwrap();
        let caught = texts(&["src/a.rs:3:7: replace < with <= in f"]);
        assert_eq!(list.compare(&[], &caught).not_needed, ["src/a.rs: replace < with <= in f"]);
        assert_eq!(list.compare(&caught, &caught), Ends::default(), "one of two places");
        assert_eq!(list.compare(&[], &[]), Ends::default());
    }

    #[test]
    fn a_row_without_a_reason_is_no_explanation() {
        for row in ["| `a` | 1 |  |", "| `a` | x | why |", "| `a` |"] {
            assert!(Explained::read(row).is_err(), "{row}");
        }
    }
}
