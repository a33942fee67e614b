//! From a sample to an input that nobody would send.

use serde_json::Value;

use crate::bytes;
use crate::corpus::Corpus;
use crate::dice::Dice;
use crate::tree;

/// What the samples of a target are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// One JSON text.
    Json,
    /// One TOML text.
    Toml,
    /// Lines; what follows in a line from its first `{` or `[` is JSON.
    Lines,
    /// Anything.
    Bytes,
}

/// No input is longer than this: it is beyond every limit of a parser here.
const AT_MOST_BYTES: usize = 256 * 1024;
/// The most mutations of one input.
const MUTATIONS: usize = 6;

/// The input that a seed makes of a corpus.
pub(crate) fn input(seed: u64, corpus: &Corpus, tongue: Tongue) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut input = dice.pick(&corpus.samples).1.clone();
    for _ in 0..=dice.below(MUTATIONS) {
        let changed = match tongue {
            _ if dice.once_in(4) => None,
            Tongue::Json => json(&input, corpus, &mut dice),
            Tongue::Toml => toml(&input, corpus, &mut dice),
            Tongue::Lines => lines(&input, corpus, &mut dice),
            Tongue::Bytes => None,
        };
        input = changed.unwrap_or_else(|| bytes::mutate(input, &corpus.samples, &mut dice));
        input.truncate(AT_MOST_BYTES);
    }
    input
}

/// The trees that stand in a sample.
pub(crate) fn trees_of(sample: &[u8], tongue: Tongue) -> Vec<Value> {
    match tongue {
        Tongue::Json => serde_json::from_slice(sample).into_iter().collect(),
        Tongue::Toml => tree_of_toml(sample).into_iter().collect(),
        Tongue::Lines => {
            let lines = sample.split(|byte| *byte == b'\n');
            lines.filter_map(|line| serde_json::from_slice(tail_of(line)?).ok()).collect()
        }
        Tongue::Bytes => Vec::new(),
    }
}

fn json(input: &[u8], corpus: &Corpus, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut value = serde_json::from_slice(input).ok()?;
    tree::mutate(&mut value, corpus, dice);
    serde_json::to_vec(&value).ok()
}

fn toml(input: &[u8], corpus: &Corpus, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut value = tree_of_toml(input)?;
    tree::mutate(&mut value, corpus, dice);
    toml::to_string(&value).ok().map(String::into_bytes)
}

fn tree_of_toml(text: &[u8]) -> Option<Value> {
    let table: toml::Table = std::str::from_utf8(text).ok()?.parse().ok()?;
    serde_json::to_value(table).ok()
}

fn lines(input: &[u8], corpus: &Corpus, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let index = dice.below(lines.len());
    match dice.below(8) {
        0 => drop(lines.remove(index)),
        1 => lines.insert(index, lines[index].clone()),
        2 => {
            let other = dice.below(lines.len());
            lines.swap(index, other);
        }
        3 => {
            let (_, other) = dice.pick(&corpus.samples);
            let others: Vec<&[u8]> = other.split(|byte| *byte == b'\n').collect();
            lines.insert(index, dice.pick(&others).to_vec());
        }
        _ => {
            let line = &lines[index];
            let tail = tail_of(line)?;
            let head = line[..line.len() - tail.len()].to_vec();
            lines[index] = [head, json(tail, corpus, dice)?].concat();
        }
    }
    Some(lines.join(&b'\n'))
}

/// A line from its first `{` or `[`.
fn tail_of(line: &[u8]) -> Option<&[u8]> {
    let start = line.iter().position(|byte| matches!(byte, b'{' | b'['))?;
    Some(&line[start..])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn corpus(tongue: Tongue, sample: &str) -> Corpus {
        Corpus::of(vec![("sample".to_owned(), sample.as_bytes().to_vec())], tongue)
    }

    #[test]
    fn a_seed_is_the_whole_input() {
        for (tongue, sample) in [
            (Tongue::Json, r#"{"a":[1,"x"],"b":null}"#),
            (Tongue::Toml, "[a]\nb = 1\nc = [\"x\"]"),
            (Tongue::Lines, "pay {\"a\":1}\ncancel {}"),
            (Tongue::Bytes, "000201"),
        ] {
            let corpus = corpus(tongue, sample);
            let all: BTreeSet<_> = (0..500).map(|seed| input(seed, &corpus, tongue)).collect();
            assert!(all.len() > 250, "{tongue:?}: {} different inputs of 500", all.len());
            assert_eq!(input(7, &corpus, tongue), input(7, &corpus, tongue));
        }
    }

    #[test]
    fn most_mutated_trees_are_still_trees() {
        for (tongue, sample) in
            [(Tongue::Json, r#"{"a":[1,"x"],"b":null}"#), (Tongue::Toml, "[a]\nb = 1\nc = [\"x\"]")]
        {
            let corpus = corpus(tongue, sample);
            let read = (0..500).filter(|seed| !trees_of(&input(*seed, &corpus, tongue), tongue).is_empty());
            assert!(read.count() > 150, "{tongue:?}");
        }
    }
}
