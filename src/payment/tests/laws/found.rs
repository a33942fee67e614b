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

#[test]
fn the_code_of_an_orphan_that_was_waited_out_and_paid_comes_late() {
    let setting = Setting { annul: false, status_by_order: false, ..PLAIN };
    tell(
        &setting,
        &[
            Move::Answer(0, Fate::WorksHeldUp),
            Move::Buyer(0, Buyer::Pays),
            Move::Crash { reach: 0, noticed: false },
            Move::Pass(182_000),
            Move::Sleep,
        ],
    );
}

#[test]
fn a_static_code_is_paid_before_its_withdrawal_and_its_status_does_not_come() {
    let setting = Setting { kind: CodeKind::Static, ..PLAIN };
    tell(
        &setting,
        &[
            Move::Answer(0, Fate::Works),
            Move::Buyer(0, Buyer::Pays),
            Move::Cancel,
            Move::Answer(0, Fate::Works),
            Move::Outlive(0),
        ],
    );
}
