//! The documents are those of `docs/contract`: a change of the contract shows, and is meant.

use serde_json::{Value, json};

use crate::documents;

/// Set, the files are written instead of compared.
const UPDATE: &str = "INTEGRATOR_UPDATE_CONTRACT";

fn check(name: &str, document: &Value) {
    let path = format!("{}/../../docs/contract/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = format!("{document:#}\n");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = kept.lines().zip(text.lines()).position(|(kept, now)| kept != now);
    assert!(
        kept == text,
        "{name} differs from line {}: a change of the contract? If it is meant, run the test with {UPDATE}=1",
        first.map_or(kept.lines().count().min(text.lines().count()), |line| line) + 1
    );
}

#[test]
fn the_contract_over_http_is_as_published() {
    check("openapi.json", &documents::openapi());
}

#[test]
fn the_contract_over_amqp_is_as_published() {
    check("asyncapi.json", &documents::asyncapi());
}

#[test]
fn the_schemas_of_all_messages_are_as_published() {
    check("schemas.json", &json!(documents::schemas()));
}

/// Compares, or writes, what stands in the guide between two marks.
fn check_guide(mark: &str, text: &str) {
    let path = format!("{}/../../docs/till-guide.md", env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->\n"));
    let (head, rest) = guide.split_once(&begin).expect("the mark is in the guide");
    let (kept, tail) = rest.split_once(&end).expect("its end, too");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, format!("{head}{begin}{text}{end}{tail}")).unwrap();
    } else {
        assert!(
            kept == text,
            "{mark} in docs/till-guide.md is not what the code says: run the test with {UPDATE}=1"
        );
    }
}

#[test]
fn the_guide_says_what_the_code_says_of_operations_and_codes() {
    check_guide("the rule of operations", &format!("\n{}\n", documents::rule_of_operations()));
    check_guide("the table of codes", &format!("\n{}\n", documents::codes_table()));
}

#[test]
fn every_verb_of_the_engine_and_every_field_of_an_event_is_in_the_documents() {
    let schemas = documents::schemas();
    for verb in engine::VERBS {
        assert!(schemas.contains_key(&format!("command.{verb}")), "{verb}");
    }
    let text = json!(schemas).to_string();
    assert!(!text.contains("missing in the source"), "an event names a field that does not exist");
    assert!(!text.contains("$ref"), "each schema stands by itself");
}
