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
