//! The till's guide tells of every code, and the examples in it are what the contract says.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use payment::{EndCode, RejectCode};

const GUIDE: &str = include_str!("../../docs/till-guide.md");

/// Codes in the guide's table, which is made from the code and in alphabetical order so that people find them.
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

/// Words of the admin pages are the same: who looks a code up there and who reads the guide learn the same of it.
#[test]
fn the_help_of_the_admin_pages_says_of_codes_what_the_guide_says() {
    let catalogue = include_str!("../../src/admin/locales/en/codes.ftl");
    let kept: BTreeSet<&str> = catalogue.lines().filter(|line| !line.starts_with('#')).collect();
    let mut wanted = BTreeSet::new();
    for code in http_door::documents::CODES {
        let key = code.word.replace('_', "-");
        wanted.insert(format!("told-{key} = {}", code.meaning));
        wanted.insert(format!("cashier-{key} = {}", code.cashier));
    }
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let differ: Vec<_> = kept.symmetric_difference(&wanted).collect();
    assert!(differ.is_empty(), "src/admin/locales/en/codes.ftl and the contract's codes differ: {differ:#?}");
}

/// RabbitMQ's client for Java as Debian has it (`librabbitmq-client-java`).
const JAVA_CLIENT: &str = "/usr/share/java/amqp-client.jar";

/// Where a compiler for Java and the client are; there is none for C# in Debian that knows today's C#.
#[test]
fn the_java_in_the_guide_compiles_where_there_is_a_compiler() {
    let has_compiler = Command::new("javac").arg("-version").output().is_ok();
    if !has_compiler || !Path::new(JAVA_CLIENT).exists() {
        return;
    }
    let snippet =
        GUIDE.split("```java\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it is there");
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("Till.java");
    let program = format!(
        "import com.rabbitmq.client.*;\nimport java.nio.charset.StandardCharsets;\nimport java.util.UUID;\n\
         class Till {{ public static void main(String[] arguments) throws Exception {{\n{snippet}}} }}\n"
    );
    std::fs::write(&source, program).expect("the folder is ours");
    let mut compiler = Command::new("javac");
    compiler.args(["-cp", JAVA_CLIENT, "-Xlint:all", "-Werror", "-d"]).arg(folder.path()).arg(&source);
    let output = compiler.output().expect("it can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
