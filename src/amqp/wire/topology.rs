//! The exchanges, queues and bindings that the broker must have, as plain data.

use lapin::ExchangeKind;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};

use crate::config::Config;
use crate::consume::Role;
use crate::names::Names;

/// How often a dead letter may be looked at and put back before RabbitMQ 4 would drop it: in effect always.
const DEAD_DELIVERY_LIMIT: u32 = 1_000_000_000;

/// One thing that the broker must have. All are durable.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Object {
    Exchange { name: ShortString, kind: ExchangeKind, arguments: FieldTable },
    Queue { name: ShortString, arguments: FieldTable },
    Binding { queue: ShortString, exchange: ShortString, key: ShortString },
}

/// What must be there for the commands of a queue to come, each after what it leans on.
pub(crate) fn for_consuming(config: &Config, names: &Names, role: Role) -> Vec<Object> {
    let queue_to = |graveyard| queue(config.delivery_limit, graveyard);
    let mut objects = dead(names).to_vec();
    if role != Role::Expired {
        objects.extend(sink(&names.unrouted, queue_to(&names.dead)));
    }
    if matches!(role, Role::Expired | Role::Pay) {
        objects.extend(sink(&names.expired, queue_to(&names.dead)));
    }
    let verbs: Vec<&str> = match role {
        Role::Unrouted | Role::Expired => return objects,
        Role::Pay => vec!["pay"],
        Role::Refund => vec!["refund"],
        Role::Control => config.control_verbs.iter().map(String::as_str).collect(),
    };
    objects.push(Object::Exchange {
        name: names.command.clone(),
        kind: ExchangeKind::Topic,
        arguments: table([("alternate-exchange", text(&names.unrouted))]),
    });
    let name = role.queue(names);
    let arguments =
        if role == Role::Pay { pay(config, queue_to(&names.expired)) } else { queue_to(&names.dead) };
    objects.push(Object::Queue { name: name.clone(), arguments });
    objects.extend(verbs.iter().map(|verb| bind(name, &names.command, &format!("v1.*.*.{verb}"))));
    objects
}

/// Pays grow stale.
fn pay(config: &Config, mut arguments: FieldTable) -> FieldTable {
    // Validated to be below 2^32.
    let ttl_ms = u32::try_from(config.pay_ttl.as_millis()).unwrap_or(u32::MAX);
    arguments.insert("x-message-ttl".into(), AMQPValue::LongLongInt(ttl_ms.into()));
    arguments
}

/// What must be there for events to go.
pub(crate) fn for_events(names: &Names) -> Vec<Object> {
    let (name, kind) = (names.event.clone(), ExchangeKind::Topic);
    vec![Object::Exchange { name, kind, arguments: FieldTable::default() }]
}

/// What must be there for dead letters to go.
pub(crate) fn for_dead_letters(names: &Names) -> Vec<Object> {
    dead(names).to_vec()
}

/// The dead letters. Nothing takes them from there but people, so nothing may remove them either.
fn dead(names: &Names) -> [Object; 3] {
    sink(&names.dead, table([quorum(), limit(DEAD_DELIVERY_LIMIT)]))
}

/// An exchange and the queue of the same name that takes all that comes to it.
fn sink(name: &ShortString, arguments: FieldTable) -> [Object; 3] {
    [
        Object::Exchange { name: name.clone(), kind: ExchangeKind::Fanout, arguments: FieldTable::default() },
        Object::Queue { name: name.clone(), arguments },
        bind(name, name, ""),
    ]
}

/// A queue that the service consumes: nothing in it is ever dropped. What is delivered too often goes to `graveyard`, and
/// stays until it has arrived there; that kind of dead-lettering needs an overflow rule, which no limit here ever calls on.
fn queue(delivery_limit: u32, graveyard: &ShortString) -> FieldTable {
    table([
        quorum(),
        limit(delivery_limit),
        ("x-dead-letter-exchange", text(graveyard)),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ])
}

fn quorum() -> (&'static str, AMQPValue) {
    ("x-queue-type", text("quorum"))
}

/// Set on every queue: RabbitMQ 4 limits to 20 where nothing is said.
fn limit(deliveries: u32) -> (&'static str, AMQPValue) {
    ("x-delivery-limit", AMQPValue::LongLongInt(deliveries.into()))
}

fn bind(queue: &ShortString, exchange: &ShortString, key: &str) -> Object {
    Object::Binding { queue: queue.clone(), exchange: exchange.clone(), key: key.into() }
}

fn table<const N: usize>(entries: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in entries {
        table.insert(name.into(), value);
    }
    table
}

fn text(value: &(impl ToString + ?Sized)) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(role: Role) -> Vec<Object> {
        let config = Config::new("amqp://broker".into());
        for_consuming(&config, &Names::new("checkout"), role)
    }

    fn all() -> Vec<Object> {
        Role::ALL.into_iter().flat_map(objects).collect()
    }

    fn position(objects: &[Object], wanted: &str) -> usize {
        let is = |object: &Object| match object {
            Object::Exchange { name, .. } => wanted == format!("exchange {name}"),
            Object::Queue { name, .. } => wanted == format!("queue {name}"),
            Object::Binding { queue, key, .. } => wanted == format!("{queue} <- {key}"),
        };
        objects.iter().position(is).unwrap_or_else(|| panic!("no {wanted}"))
    }

    #[test]
    fn nothing_is_made_before_the_place_that_its_messages_may_fall_to() {
        for (role, first, then) in [
            (Role::Unrouted, "checkout.dead <- ", "queue checkout.unrouted"),
            (Role::Expired, "checkout.dead <- ", "queue checkout.expired"),
            (Role::Control, "checkout.dead <- ", "queue checkout.q.control"),
            (Role::Control, "checkout.unrouted <- ", "exchange checkout.command"),
            (Role::Control, "queue checkout.q.control", "checkout.q.control <- v1.*.*.cancel"),
            (Role::Refund, "checkout.unrouted <- ", "exchange checkout.command"),
            (Role::Refund, "queue checkout.q.refund", "checkout.q.refund <- v1.*.*.refund"),
            (Role::Pay, "checkout.unrouted <- ", "exchange checkout.command"),
            (Role::Pay, "checkout.expired <- ", "queue checkout.q.pay"),
            (Role::Pay, "queue checkout.q.pay", "checkout.q.pay <- v1.*.*.pay"),
        ] {
            let objects = objects(role);
            assert!(position(&objects, first) < position(&objects, then), "{first} before {then}");
        }
    }

    #[test]
    fn every_queue_limits_deliveries_and_loses_nothing_by_that() {
        for object in all() {
            let Object::Queue { name, arguments } = object else { continue };
            assert!(arguments.contains_key("x-delivery-limit"), "{name}");
            let is_last = name.as_str() == "checkout.dead";
            assert_eq!(arguments.contains_key("x-dead-letter-exchange"), !is_last, "{name}");
            assert_eq!(arguments.contains_key("x-dead-letter-strategy"), !is_last, "{name}");
        }
    }

    #[test]
    fn only_pays_grow_stale() {
        for object in all() {
            let Object::Queue { name, arguments } = object else { continue };
            let ttl = arguments.inner().get("x-message-ttl");
            let expected = (name.as_str() == "checkout.q.pay").then_some(&AMQPValue::LongLongInt(60_000));
            assert_eq!(ttl, expected, "{name}");
        }
    }
}
