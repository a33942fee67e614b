//! What a play showed, for people and for programs.

use serde::Serialize;

use super::books::Findings;
use super::timeline::Entry;

/// The outcome of a play.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Acts that did not go as they must.
    pub(super) failures: Vec<String>,
    /// The comparison of all books.
    pub(super) books: Findings,
    /// Everything that happened.
    pub(super) timeline: Vec<Entry>,
}

impl Report {
    /// Whether everything went as it must and all books agree.
    pub(super) fn is_good(&self) -> bool {
        self.failures.is_empty() && self.books.agree()
    }
}

/// The end of a play for people: the sums, and what is wrong, if anything.
pub(super) fn text(report: &Report) -> String {
    let header = ["the books", "journal", "registers", "bank"].map(str::to_owned);
    let mut lines = vec![String::new(), row(&header)];
    lines.extend(report.books.totals.rows().iter().map(row));
    lines.push(String::new());
    if report.is_good() {
        lines.push("Journal, events and the bank's ledger agree.".to_owned());
    } else {
        lines.push("Something is wrong:".to_owned());
        lines.extend(report.failures.iter().map(|failure| format!("  - the play: {failure}")));
        lines.extend(report.books.differences.iter().map(|difference| format!("  - {difference}")));
    }
    lines.join("\n")
}

fn row([name, journal, registers, bank]: &[String; 4]) -> String {
    format!("  {name:<20}{journal:>12}{registers:>12}{bank:>12}")
}

#[cfg(test)]
mod tests {
    use super::super::books::{Check, Difference, Totals};
    use super::*;

    fn report(failures: &[&str], differences: Vec<Difference>) -> Report {
        Report {
            failures: failures.iter().map(|text| (*text).to_owned()).collect(),
            books: Findings { totals: Totals::default(), differences },
            timeline: Vec::new(),
        }
    }

    #[test]
    fn only_a_whole_play_with_books_that_agree_is_good() {
        let difference = Difference { check: Check::Orders, about: "o".into(), says: "twice".into() };
        for (report, is_good, says) in [
            (report(&[], vec![]), true, "agree"),
            (report(&["paid: nothing came"], vec![]), false, "  - the play: paid: nothing came"),
            (report(&[], vec![difference]), false, "  - orders: o: twice"),
        ] {
            assert_eq!(report.is_good(), is_good);
            assert!(text(&report).lines().last().unwrap().contains(says), "{}", text(&report));
        }
    }
}
