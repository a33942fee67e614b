//! Which test caught a mutant: the tool's report, JSON with a value a line.

use std::fs;
use std::path::Path;

use crate::failure::{During, Outcome};
use crate::place;

/// The tool's report below its folder.
const REPORT: &str = "report/gamma-report.json";
/// The tests of the simulation.
const SIMULATION: &str = "tests/lab/simulation/tests/seeds.rs";

/// How many mutants of a run were caught by tests of the simulation.
pub(super) fn caught_by_simulation(home: &Path) -> Outcome<usize> {
    let read = |path: &Path| fs::read_to_string(path).during(|| format!("reading {}", path.display()));
    let sources = read(&place::workspace().join(SIMULATION))?;
    Ok(caught_by(&read(&home.join(REPORT))?, &tests_of(&sources)))
}

/// The names of the tests in a file.
fn tests_of(sources: &str) -> Vec<&str> {
    sources.lines().filter_map(|line| Some(line.strip_prefix("fn ")?.split_once('(')?.0)).collect()
}

fn caught_by(report: &str, tests: &[&str]) -> usize {
    let lines = || report.lines().map(str::trim);
    let killers = lines().zip(lines().skip(1)).filter(|(line, _)| line.starts_with("\"killedBy\""));
    killers.filter(|(_, killer)| tests.contains(&killer.trim_matches('"'))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_the_simulation_are_known_by_their_names_in_the_report() {
        let sources = "use x;\n\n#[test]\nfn p11_same() {\n    fn_of(1);\n}\n\n#[test]\nfn hold() {}\n";
        assert_eq!(tests_of(sources), ["p11_same", "hold"]);
        let report = r#"
          "status": "Killed",
          "statusReason": "failed `hold`",
          "killedBy": [
            "hold"
          ]
        },
        {
          "killedBy": [
            "holds"
          ]
        },
        {
          "killedBy": [
            "p11_same"
          ]
        }"#;
        assert_eq!(caught_by(report, &tests_of(sources)), 2);
    }

    #[test]
    fn the_simulation_has_tests() {
        let sources = fs::read_to_string(place::workspace().join(SIMULATION)).expect("it is there");
        assert!(!tests_of(&sources).is_empty());
    }
}
