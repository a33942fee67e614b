//! The till's guide tells of every code, and the examples in it are what the contract says.

use std::collections::BTreeSet;

use payment::{EndCode, RejectCode};

const GUIDE: &str = include_str!("../../docs/till-guide.md");

/// Codes in the guide's table, which is in alphabetical order so that people find them.
fn told() -> Vec<&'static str> {
    let (_, table) = GUIDE.split_once("## Codes, and what the cashier says").expect("the chapter is there");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().expect("a split has a first part")).collect()
}

#[test]
fn every_code_has_a_row_that_says_what_the_cashier_can_do() {
    let told = told();
    assert!(told.is_sorted(), "{told:?}");
    let told: BTreeSet<&str> = told.into_iter().collect();
    let words =
        RejectCode::ALL.iter().map(|code| code.word()).chain(EndCode::ALL.iter().map(|code| code.word()));
    let missing: Vec<&str> = words.filter(|word| !told.contains(word)).collect();
    assert!(missing.is_empty(), "docs/till-guide.md says nothing of {missing:?}");
    let rows = GUIDE.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 2);
    for row in rows {
        assert!(row.split(" | ").all(|cell| cell.len() > 3), "a cell is empty: {row}");
    }
}

#[test]
fn json_in_the_guide_is_json() {
    let blocks: Vec<&str> =
        GUIDE.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        serde_json::from_str::<serde_json::Value>(block).unwrap_or_else(|error| panic!("{error}: {block}"));
    }
}
