//! Mutations that know nothing of what the bytes mean.

use crate::dice::Dice;

/// Pieces that parsers stumble over: ends of numbers, signs, quotes, brackets without end, odd characters.
const PIECES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\r\n",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"-0",
    b"1e400",
    b"1E-400",
    b"0.1",
    b"19800.0000000000000000000000000000001",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"000000000000000000000000000000000000001",
    b"{\"a\":",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"}",
    b"%00",
    b"%2f..%2f",
    b"&&==",
    "\u{202e}".as_bytes(),
    "ı".as_bytes(),
    "🧾".as_bytes(),
];

/// The longest piece that is copied or removed at once.
const PIECE_AT_MOST: usize = 64;

pub(crate) fn mutate(mut input: Vec<u8>, samples: &[(String, Vec<u8>)], dice: &mut Dice) -> Vec<u8> {
    let at = dice.below(input.len() + 1);
    let to = (at + dice.below(PIECE_AT_MOST)).min(input.len());
    match dice.below(8) {
        0 if at < input.len() => input[at] ^= 1 << dice.below(8),
        1 if at < input.len() => input[at] = u8::try_from(dice.below(256)).unwrap_or(0),
        2 => drop(input.drain(at..to)),
        3 => insert(&mut input, at, dice.pick::<&[u8]>(PIECES)),
        4 => {
            let piece = input[at..to].to_vec();
            insert(&mut input, at, &piece.repeat(1 + dice.below(8)));
        }
        5 => drop(input.splice(at..to, dice.pick::<&[u8]>(PIECES).iter().copied())),
        6 => {
            let (_, other) = dice.pick(samples);
            let from = dice.below(other.len() + 1);
            input.truncate(at);
            input.extend(&other[from..]);
        }
        _ if dice.once_in(20) => input = [input.as_slice(), b" "].concat().repeat(1 + dice.below(2_000)),
        _ => input.truncate(at),
    }
    input
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    drop(input.splice(at..at, piece.iter().copied()));
}
