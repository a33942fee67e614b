//! Stories that once failed.

use payment::CodeKind;

use crate::moves::{Buyer, Fate, Move};
use crate::setting::{PLAIN, Setting};
use crate::tell;

#[test]
fn a_static_code_is_paid_between_the_cancel_and_its_withdrawal() {
    let setting = Setting { kind: CodeKind::Static, ..PLAIN };
    tell(
        &setting,
        &[
            Move::Answer(0, Fate::Works),
            Move::Cancel,
            Move::Buyer(0, Buyer::Pays),
            Move::Answer(0, Fate::Works),
        ],
    );
}
