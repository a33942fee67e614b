//! Why the broker moved a message.

use lapin::BasicProperties;
use lapin::types::AMQPValue;

use super::headers::DEATHS;

/// What the broker writes when a message outlived its time.
pub(crate) const EXPIRED: &str = "expired";

/// The broker's reason for the message's last move from queue to queue; `None` when there was none. The broker puts the
/// latest first, before whatever a client wrote there itself.
pub(crate) fn reason(properties: &BasicProperties) -> Option<String> {
    let deaths = properties.headers().as_ref()?.inner().get(DEATHS)?;
    let AMQPValue::FieldArray(deaths) = deaths else { return None };
    let Some(AMQPValue::FieldTable(latest)) = deaths.as_slice().first() else { return None };
    match latest.inner().get("reason")? {
        AMQPValue::LongString(reason) => Some(reason.to_string()),
        AMQPValue::ShortString(reason) => Some(reason.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use lapin::types::{FieldArray, FieldTable};

    use super::*;

    fn died(reasons: &[&str]) -> BasicProperties {
        let deaths: Vec<AMQPValue> = reasons
            .iter()
            .map(|reason| {
                let mut death = FieldTable::default();
                death.insert("queue".into(), AMQPValue::LongString("checkout.q.pay".into()));
                death.insert("reason".into(), AMQPValue::LongString((*reason).into()));
                AMQPValue::FieldTable(death)
            })
            .collect();
        with_header(AMQPValue::FieldArray(FieldArray::from(deaths)))
    }

    fn with_header(value: AMQPValue) -> BasicProperties {
        let mut headers = FieldTable::default();
        headers.insert("x-death".into(), value);
        BasicProperties::default().with_headers(headers)
    }

    #[test]
    fn the_latest_reason_counts() {
        assert_eq!(reason(&died(&["expired"])).as_deref(), Some("expired"));
        assert_eq!(reason(&died(&["delivery_limit", "expired"])).as_deref(), Some("delivery_limit"));
    }

    #[test]
    fn what_a_client_wrote_there_is_no_reason() {
        assert_eq!(reason(&BasicProperties::default()), None);
        assert_eq!(reason(&died(&[])), None);
        assert_eq!(reason(&with_header(AMQPValue::Boolean(true))), None);
        assert_eq!(
            reason(&with_header(AMQPValue::FieldArray(FieldArray::from(vec![AMQPValue::Void])))),
            None
        );
    }
}
