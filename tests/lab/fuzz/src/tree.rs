//! Mutations of trees: what is read stays readable, and says what nobody would say.

use serde_json::{Map, Number, Value};

use crate::corpus::Corpus;
use crate::dice::Dice;

/// Texts at the ends of what fields take.
const TEXTS: &[&str] = &[
    "",
    " ",
    "0",
    "-1",
    "null",
    "RUB",
    "XXX",
    "rub",
    "true",
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59.999999999Z",
    "-009999-01-01T00:00:00Z",
    "2026-11-21",
    "Europe/Moscow",
    "\u{0}",
    "\u{202e}x",
    "é",
    "Ω🧾",
    "a.b.c",
    "../../x",
    "%n%s",
    "0191f7e25d3a7abc8def012345678000",
    "ffffffffffffffffffffffffffffffff",
    "http://[::1",
    "https://qr.nspk.ru/AD1?x=%ff",
];

/// Whole numbers at the ends of what fields take.
const NUMBERS: &[i64] = &[
    0,
    1,
    -1,
    99,
    100,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    2_147_483_647,
    4_294_967_296,
    1_000_000_000_000_000,
    1_000_000_000_000_001,
    i64::MAX,
    i64::MIN,
];

/// Broken numbers.
const FLOATS: &[f64] = &[0.1, -0.0, 1.5, 1e15, 1e18, 1e300, -1e-300, 198.0, 19_800.999];

/// How deep a value is wrapped at most.
const DEPTH: usize = 200;

/// Changes one node of a tree.
pub(crate) fn mutate(tree: &mut Value, corpus: &Corpus, dice: &mut Dice) {
    let mut index = dice.below(count(tree));
    if let Some(node) = node_at(tree, &mut index) {
        change(node, corpus, dice);
    }
}

fn change(node: &mut Value, corpus: &Corpus, dice: &mut Dice) {
    if dice.once_in(3) {
        *node = replacement(node, corpus, dice);
        return;
    }
    match node {
        Value::Object(fields) => change_fields(fields, corpus, dice),
        Value::Array(values) => change_values(values, corpus, dice),
        Value::String(text) => *text = changed_text(text, dice),
        Value::Number(number) => *node = changed_number(number, dice),
        Value::Bool(is) => *node = Value::Bool(!*is),
        Value::Null => *node = borrowed(corpus, dice),
    }
}

/// Something else in the place of a node.
fn replacement(node: &Value, corpus: &Corpus, dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => Value::Null,
        1 => Value::Bool(dice.once_in(2)),
        2 => Value::String((*dice.pick(TEXTS)).to_owned()),
        3 => Value::from(*dice.pick(NUMBERS)),
        4 => Number::from_f64(*dice.pick(FLOATS)).map_or(Value::Null, Value::Number),
        5 => wrapped(node.clone(), dice),
        _ => borrowed(corpus, dice),
    }
}

/// A node of some sample.
fn borrowed(corpus: &Corpus, dice: &mut Dice) -> Value {
    if corpus.trees.is_empty() {
        return Value::Null;
    }
    let mut tree = dice.pick(&corpus.trees).clone();
    let mut index = dice.below(count(&tree));
    node_at(&mut tree, &mut index).map_or(Value::Null, Value::take)
}

fn wrapped(mut value: Value, dice: &mut Dice) -> Value {
    for _ in 0..=dice.below(DEPTH) {
        value = if dice.once_in(2) {
            Value::Array(vec![value])
        } else {
            Value::Object(Map::from_iter([("a".to_owned(), value)]))
        };
    }
    value
}

fn change_fields(fields: &mut Map<String, Value>, corpus: &Corpus, dice: &mut Dice) {
    let names: Vec<String> = fields.keys().cloned().collect();
    let old = (!names.is_empty()).then(|| dice.pick(&names).clone());
    match (dice.below(4), old) {
        (0, Some(old)) => drop(fields.remove(&old)),
        (1, Some(old)) => {
            let value = fields.remove(&old).unwrap_or_default();
            fields.insert(some_name(corpus, dice), value);
        }
        (2, Some(old)) => {
            let value = borrowed(corpus, dice);
            fields.insert(old, value);
        }
        _ => {
            let value = borrowed(corpus, dice);
            fields.insert(some_name(corpus, dice), value);
        }
    }
}

fn some_name(corpus: &Corpus, dice: &mut Dice) -> String {
    if corpus.names.is_empty() || dice.once_in(6) {
        (*dice.pick(TEXTS)).to_owned()
    } else {
        dice.pick(&corpus.names).clone()
    }
}

fn change_values(values: &mut Vec<Value>, corpus: &Corpus, dice: &mut Dice) {
    let index = dice.below(values.len());
    match dice.below(4) {
        0 if !values.is_empty() => drop(values.remove(index)),
        1 if !values.is_empty() => values.insert(index, values[index].clone()),
        2 if !values.is_empty() => {
            let value = values[index].clone();
            values.extend(std::iter::repeat_n(value, dice.below(300)));
        }
        _ => values.push(borrowed(corpus, dice)),
    }
}

fn changed_text(text: &str, dice: &mut Dice) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = dice.below(characters.len() + 1);
    match dice.below(6) {
        0 => characters.truncate(at),
        1 => characters
            .insert(at, *dice.pick(&['\u{0}', ' ', '"', '\\', '/', '.', 'ß', '\u{301}', '\u{ffff}', '🧾'])),
        2 if at < characters.len() => drop(characters.remove(at)),
        3 => return text.repeat(2 + dice.below(80)),
        4 => return text.to_uppercase(),
        _ => return (*dice.pick(TEXTS)).to_owned(),
    }
    characters.into_iter().collect()
}

fn changed_number(number: &Number, dice: &mut Dice) -> Value {
    let Some(whole) = number.as_i64() else { return Value::from(*dice.pick(NUMBERS)) };
    match dice.below(6) {
        0 => Value::from(whole.wrapping_add(1)),
        1 => Value::from(whole.wrapping_sub(1)),
        2 => Value::from(whole.wrapping_neg()),
        3 => Value::from(whole.wrapping_mul(100)),
        4 => Value::String(whole.to_string()),
        _ => Value::from(*dice.pick(NUMBERS)),
    }
}

/// How many nodes a tree has.
fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Array(values) => values.iter().map(count).sum(),
        _ => 0,
    }
}

/// The node with this number, counted from the root.
fn node_at<'a>(tree: &'a mut Value, index: &mut usize) -> Option<&'a mut Value> {
    if *index == 0 {
        return Some(tree);
    }
    *index -= 1;
    match tree {
        Value::Object(fields) => fields.values_mut().find_map(|value| node_at(value, index)),
        Value::Array(values) => values.iter_mut().find_map(|value| node_at(value, index)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_node_of_a_tree_has_its_number() {
        let mut tree = json!({ "a": [1, { "b": 2 }], "c": 3 });
        let total = count(&tree);
        assert_eq!(total, 6);
        let seen: Vec<Value> = (0..total)
            .map(|mut index| node_at(&mut tree, &mut index).cloned().expect("it is there"))
            .collect();
        assert_eq!(seen[1..], [json!([1, { "b": 2 }]), json!(1), json!({ "b": 2 }), json!(2), json!(3)]);
        assert!(node_at(&mut tree, &mut 6).is_none());
    }
}
