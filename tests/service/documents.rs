//! The documents that the service serves, before validators that have never seen this project, and the service before
//! their imagination.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::examples::python;
use crate::lab::{API_KEY, Lone, client};

/// Only catches hangs: schemathesis asks a thousand times.
const LIMIT: Duration = Duration::from_mins(8);

/// Reads an `AsyncAPI` document; its errors are the output.
const READ_ASYNCAPI: &str = r"
const { Parser } = require('@asyncapi/parser');
const text = require('fs').readFileSync(process.argv[1], 'utf8');
new Parser().parse(text).then(({ document, diagnostics }) => {
    const errors = diagnostics.filter(({ severity }) => severity === 0);
    errors.forEach(({ message, path }) => console.error(path.join('/'), message));
    process.exit(document && errors.length === 0 ? 0 : 1);
});
";

/// A program beside the interpreter of the tests.
fn beside_python(name: &str) -> PathBuf {
    python().with_file_name(name)
}

/// Runs a validator; all that it says is shown if it finds fault.
async fn must_find_no_fault(command: &mut Command) {
    let what = format!("{command:?}");
    let output = timeout(LIMIT, command.stdin(Stdio::null()).kill_on_drop(true).output()).await;
    let output = output.expect("the validator ends").expect("the validator can be started");
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{what}: {}\n{}", output.status, String::from_utf8_lossy(&text));
}

async fn save(lone: &Lone, name: &str, folder: &Path) -> PathBuf {
    let url = format!("http://{}/api/v1/{name}", lone.service.http());
    let answer = client().get(url).send().await.expect("the service answers");
    assert_eq!(answer.status().as_u16(), 200, "{name}");
    let file = folder.join(name);
    std::fs::write(&file, answer.bytes().await.expect("a whole answer")).expect("the folder is ours");
    file
}

#[tokio::test]
async fn foreign_validators_find_no_fault_with_the_served_documents() {
    let lone = Lone::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let openapi = save(&lone, "openapi.json", folder.path()).await;
    must_find_no_fault(Command::new(beside_python("openapi-spec-validator")).arg(openapi)).await;
    let asyncapi = save(&lone, "asyncapi.json", folder.path()).await;
    let modules = python().parent().and_then(Path::parent).expect("bin in a folder").join("npm/node_modules");
    let mut node = Command::new(beside_python("node"));
    must_find_no_fault(node.env("NODE_PATH", modules).args(["-e", READ_ASYNCAPI]).arg(asyncapi)).await;
    lone.end().await;
}

#[tokio::test]
async fn whatever_schemathesis_thinks_of_is_answered_as_documented_and_never_with_5xx() {
    let lone = Lone::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut schemathesis = Command::new(beside_python("schemathesis"));
    schemathesis
        .current_dir(folder.path())
        .env("NO_PROXY", "*")
        .args(["run", &format!("http://{}/api/v1/openapi.json", lone.service.http())])
        .args(["--header", &format!("Authorization: Bearer {API_KEY}")])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--generation-deterministic"])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        // A stream that never ends is no answer that it could wait for.
        .args(["--exclude-path", "/api/v1/events", "--no-color"]);
    must_find_no_fault(&mut schemathesis).await;
    lone.end().await;
}
