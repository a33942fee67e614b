//! What is published.

use engine::ports::OutgoingEvent;
use lapin::BasicProperties;
use lapin::types::ShortString;

use crate::key;
use crate::names::Names;

const APP_ID: &str = "universal-integrator";
/// Survives a restart of the broker.
pub(crate) const PERSISTENT: u8 = 2;

/// A message on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Empty: the default exchange, whose routing keys are queues.
    pub(crate) exchange: ShortString,
    pub(crate) key: ShortString,
    /// Comes back when no queue takes it.
    pub(crate) is_mandatory: bool,
    pub(crate) properties: BasicProperties,
    pub(crate) body: Vec<u8>,
}

/// An event for its register's queue; `None` when AMQP has no room for its name or id.
pub(crate) fn of_event(names: &Names, event: &OutgoingEvent) -> Option<Message> {
    Some(Message {
        exchange: names.event.clone(),
        key: key::of_event(event)?,
        is_mandatory: true,
        properties: properties_of(event)?,
        body: event.body.clone().into_bytes(),
    })
}

/// The copy for a queue of the register's choice, if it chose one. Best effort: nobody is told if there is no such queue.
pub(crate) fn copy_of(event: &OutgoingEvent, message: &Message) -> Option<Message> {
    let queue = ShortString::try_new(event.reply_to.as_deref()?).ok()?;
    Some(Message { exchange: "".into(), key: queue, is_mandatory: false, ..message.clone() })
}

/// The properties of contract.md §1.
fn properties_of(event: &OutgoingEvent) -> Option<BasicProperties> {
    let seconds = u64::try_from(event.occurred_at.as_micros() / 1_000_000).unwrap_or(0);
    let properties = BasicProperties::default()
        .with_message_id(ShortString::try_new(event.message_id.as_str()).ok()?)
        .with_type(ShortString::try_new(event.name.as_str()).ok()?)
        .with_content_type("application/json".into())
        .with_timestamp(seconds)
        .with_app_id(APP_ID.into())
        .with_delivery_mode(PERSISTENT);
    // 64 characters outside the Basic Multilingual Plane make 256 bytes, one more than AMQP takes. The body has it too.
    let operation = event.correlation_id.as_deref().and_then(|id| ShortString::try_new(id).ok());
    Some(match operation {
        Some(operation) => properties.with_correlation_id(operation),
        None => properties,
    })
}

#[cfg(test)]
mod tests {
    use payment::{RegisterId, StoreId, Timestamp};

    use super::*;

    fn event() -> OutgoingEvent {
        OutgoingEvent {
            message_id: "0191f7e25d3a7abc8def012345678000-7".into(),
            correlation_id: Some("17-3-000123-1".into()),
            name: "payment.paid".into(),
            store: StoreId::parse("17").unwrap(),
            register: RegisterId::parse("3").unwrap(),
            body: r#"{"event":"payment.paid"}"#.into(),
            occurred_at: Timestamp::parse("2026-11-21T10:15:00.9Z").unwrap(),
            reply_to: None,
        }
    }

    #[test]
    fn an_event_goes_out_as_the_contract_says() {
        let message = of_event(&Names::new("checkout"), &event()).unwrap();
        assert_eq!(message.exchange.as_str(), "checkout.event");
        assert_eq!(message.key.as_str(), "v1.17.3.payment.paid");
        assert!(message.is_mandatory);
        assert_eq!(message.body, br#"{"event":"payment.paid"}"#);
        let expected = BasicProperties::default()
            .with_message_id("0191f7e25d3a7abc8def012345678000-7".into())
            .with_correlation_id("17-3-000123-1".into())
            .with_type("payment.paid".into())
            .with_content_type("application/json".into())
            .with_timestamp(1_795_256_100)
            .with_app_id("universal-integrator".into())
            .with_delivery_mode(2);
        assert_eq!(message.properties, expected);
    }

    #[test]
    fn an_operation_too_long_for_amqp_is_left_to_the_body() {
        let operation = Some("😀".repeat(64));
        let event = OutgoingEvent { correlation_id: operation, ..event() };
        let message = of_event(&Names::new("checkout"), &event).unwrap();
        assert_eq!(message.properties.correlation_id(), &None);
    }

    #[test]
    fn what_has_no_room_in_amqp_is_no_message() {
        let event = OutgoingEvent { name: "x".repeat(256), ..event() };
        assert!(of_event(&Names::new("checkout"), &event).is_none());
    }

    #[test]
    fn a_copy_goes_to_the_chosen_queue_and_need_not_arrive() {
        let event = OutgoingEvent { reply_to: Some("checkout.till.17.3.replies".into()), ..event() };
        let message = of_event(&Names::new("checkout"), &event).unwrap();
        let copy = copy_of(&event, &message).unwrap();
        assert_eq!((copy.exchange.as_str(), copy.key.as_str()), ("", "checkout.till.17.3.replies"));
        assert!(!copy.is_mandatory);
        assert_eq!((copy.properties, copy.body), (message.properties.clone(), message.body.clone()));
        let none = OutgoingEvent { reply_to: None, ..event.clone() };
        assert!(copy_of(&none, &message).is_none());
        let long = OutgoingEvent { reply_to: Some("q".repeat(256)), ..event };
        assert!(copy_of(&long, &message).is_none());
    }
}
