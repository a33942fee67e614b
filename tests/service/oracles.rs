//! What we send to devices, beside what others make of the same.

use std::path::Path;
use std::process::Command;

use console::samples::PAYLOAD;
use device::{Block, Document, Profiles, encode};

use crate::examples::python;

#[test]
fn python_escpos_draws_a_code_by_firmware_with_the_same_bytes() {
    let mut document = Document::default();
    document.push(Block::Code(PAYLOAD.to_owned()));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/oracles/escpos_code.py");
    for (name, module) in [("epson-tm-t20", 8), ("epson-tm-t88", 8)] {
        let told = Command::new(python()).arg(&script).args([PAYLOAD, &module.to_string()]).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let theirs = String::from_utf8(told.stdout).unwrap().trim().to_owned();
        assert!(theirs.starts_with("1d286b0400314132001d286b0300314308"), "{name}: {theirs}");
        let ours = hex::encode(encode(&document, &Profiles::built_in().printers[name]).unwrap());
        assert!(ours.contains(&theirs), "{name}: {ours}\nhas no\n{theirs}");
    }
}
