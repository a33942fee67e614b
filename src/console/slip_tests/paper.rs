//! What a printer printed, in words.

use std::fmt::Write;

use virtual_printer::Paper;

/// What is on the paper, and a hash of its dots.
pub(super) fn told(slip: &str, paper: &Paper) -> String {
    let picture = paper.picture();
    let mut told =
        format!("=== {slip}: {} x {} dots, {}\n", picture.width(), picture.height(), hash(&picture.grey(0)));
    let _ = write!(told, "{}", paper.text());
    told
}

/// FNV-1a: whether dots changed, not whether somebody forged them.
fn hash(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
}
