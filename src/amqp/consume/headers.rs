//! The headers of a message that is published again.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, LongString};

/// How many bytes of a sender's headers are kept. Headers go out in one frame: with longer ones than a frame takes the
/// broker would close the connection, each time again. Its frames have 128 KiB unless set, 8 KiB at least.
const KEPT: usize = 4 * 1024;

/// Where the broker writes the queues that a message has died in.
pub(super) const DEATHS: &str = "x-death";

/// The sender's headers without those by which it would steer our publishing, and with its name, which in its own place the
/// broker lets only itself say. Headers that are too long are left out as a whole.
pub(super) fn kept(properties: &BasicProperties) -> FieldTable {
    let mut headers = FieldTable::default();
    let sent = properties.headers().as_ref().filter(|sent| weight(sent) <= KEPT);
    for (name, value) in sent.into_iter().flatten() {
        if !matches!(name.as_str(), "CC" | "BCC" | "x-user-id") {
            headers.insert(name.clone(), value.clone());
        }
    }
    if let Some(user) = properties.user_id() {
        headers.insert("x-user-id".into(), text(user.as_str()));
    }
    headers
}

/// The headers without this one.
pub(super) fn without(name: &str, headers: &FieldTable) -> FieldTable {
    let mut rest = FieldTable::default();
    for (other, value) in headers.into_iter().filter(|(other, _)| other.as_str() != name) {
        rest.insert(other.clone(), value.clone());
    }
    rest
}

/// Text as a header's value.
pub(super) fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value.as_bytes()))
}

/// About how many bytes a table takes on the wire.
fn weight(table: &FieldTable) -> usize {
    table.into_iter().map(|(name, value)| name.as_str().len() + 2 + weight_of(value)).sum()
}

fn weight_of(value: &AMQPValue) -> usize {
    match value {
        AMQPValue::LongString(text) => 4 + text.len(),
        AMQPValue::ShortString(text) => 1 + text.as_str().len(),
        AMQPValue::ByteArray(bytes) => 4 + bytes.len(),
        AMQPValue::FieldArray(values) => {
            4 + values.as_slice().iter().map(|value| 1 + weight_of(value)).sum::<usize>()
        }
        AMQPValue::FieldTable(table) => 4 + weight(table),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use lapin::types::FieldArray;

    use super::*;

    fn table(entries: &[(&str, AMQPValue)]) -> FieldTable {
        let mut table = FieldTable::default();
        for (name, value) in entries {
            table.insert((*name).into(), value.clone());
        }
        table
    }

    fn check(sent: &[(&str, AMQPValue)], expected: &[(&str, AMQPValue)]) {
        let properties = BasicProperties::default().with_headers(table(sent)).with_user_id("store-17".into());
        let kept = kept(&properties);
        assert_eq!(kept, table(&[expected, &[("x-user-id", text("store-17"))]].concat()));
    }

    #[test]
    fn headers_that_would_steer_our_publishing_are_left_out() {
        check(
            &[("a", text("b")), ("CC", text("q")), ("BCC", text("q")), ("x-user-id", text("me"))],
            &[("a", text("b"))],
        );
    }

    #[test]
    fn headers_that_would_not_fit_into_a_frame_are_left_out() {
        let long = text(&"x".repeat(5000));
        let list = |value: &AMQPValue| AMQPValue::FieldArray(FieldArray::from(vec![value.clone()]));
        let nested = |value: &AMQPValue| AMQPValue::FieldTable(table(&[("in", value.clone())]));
        for heavy in [long.clone(), list(&long), nested(&long), list(&nested(&long))] {
            check(&[("a", text("b")), ("heavy", heavy)], &[]);
        }
        let light = text(&"x".repeat(1000));
        check(&[("light", list(&light))], &[("light", list(&light))]);
        let many: Vec<String> = (0..600).map(|number| format!("header-{number}")).collect();
        let many: Vec<(&str, AMQPValue)> =
            many.iter().map(|name| (name.as_str(), AMQPValue::Boolean(true))).collect();
        check(&many, &[]);
    }

    #[test]
    fn one_header_is_taken_off() {
        let headers = table(&[("a", text("b")), (DEATHS, text("c"))]);
        assert_eq!(without(DEATHS, &headers), table(&[("a", text("b"))]));
    }
}
