use lapin::types::FieldArray;

use super::*;

fn letter(routing_key: &str, properties: BasicProperties, body: &[u8]) -> Letter {
    let mut delivery = Delivery::mock(1, "checkout.command".into(), routing_key.into(), false, body.to_vec());
    delivery.properties = properties;
    Letter::new(delivery)
}

fn header<'a>(message: &'a Message, name: &str) -> Option<&'a AMQPValue> {
    message.properties.headers().as_ref()?.inner().get(name)
}

fn with_headers(entries: &[(&str, AMQPValue)]) -> BasicProperties {
    let mut headers = FieldTable::default();
    for (name, value) in entries {
        headers.insert((*name).into(), value.clone());
    }
    BasicProperties::default().with_headers(headers)
}

fn died(reason: &str) -> BasicProperties {
    let mut death = FieldTable::default();
    death.insert("reason".into(), text(reason));
    let deaths = FieldArray::from(vec![AMQPValue::FieldTable(death)]);
    with_headers(&[("x-death", AMQPValue::FieldArray(deaths))])
}

fn at() -> Timestamp {
    Timestamp::parse("2026-11-21T10:15:00Z").unwrap()
}

#[tokio::test]
async fn a_command_reaches_the_engine_as_it_was_sent() {
    let properties = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_message_id("m-1".into())
        .with_reply_to("checkout.till.17.3.replies".into());
    let incoming = letter("v1.17.3.pay", properties, b"{}").read(Role::Pay).unwrap();
    assert_eq!(
        [&incoming.version, &incoming.store, &incoming.register, &incoming.verb],
        ["v1", "17", "3", "pay"]
    );
    assert_eq!(incoming.body, b"{}");
    assert_eq!(incoming.content_type.as_deref(), Some("application/json"));
    assert_eq!(incoming.reply_to.as_deref(), Some("checkout.till.17.3.replies"));
    assert_eq!(incoming.message_id.as_deref(), Some("m-1"));
    assert!(!incoming.is_stale);
}

#[tokio::test]
async fn where_a_pay_waited_too_long_it_is_stale() {
    let check = |role, properties, expected: Result<bool, &str>| {
        let read = letter("v1.17.3.pay", properties, b"{}").read(role);
        assert_eq!(
            read.as_ref().map(|incoming| incoming.is_stale).map_err(String::as_str),
            expected,
            "{role:?}"
        );
    };
    check(Role::Pay, BasicProperties::default(), Ok(false));
    check(Role::Control, BasicProperties::default(), Ok(false));
    check(Role::Unrouted, BasicProperties::default(), Ok(true));
    check(Role::Expired, died("expired"), Ok(true));
    check(Role::Expired, BasicProperties::default(), Ok(true));
    check(Role::Expired, died("delivery_limit"), Err("delivery_limit"));
    check(Role::Expired, died("rejected"), Err("rejected"));
    check(Role::Pay, died("rejected"), Ok(false));
}

#[tokio::test]
async fn a_key_that_names_nobody_cannot_be_answered() {
    let reason = letter("pay", BasicProperties::default(), b"{}").read(Role::Unrouted).unwrap_err();
    assert!(reason.contains("routing key"), "{reason}");
}

#[tokio::test]
async fn a_body_is_cut_where_it_is_too_long_for_anybody() {
    let letter = letter("v1.17.3.pay", BasicProperties::default(), &vec![b'x'; 1_000_000]);
    let incoming = letter.read(Role::Pay).unwrap();
    assert!(incoming.body.len() > 64 * 1024, "the engine still sees that it is too long");
    assert!(incoming.body.len() <= 64 * 1024 + 1);
    let dead = letter.dead(&Names::new("checkout"), Role::Pay, "too_large", at());
    assert_eq!(header(&dead, "x-body-bytes"), Some(&AMQPValue::LongLongInt(1_000_000)));
    assert_eq!(dead.body.len(), incoming.body.len());
}

#[tokio::test]
async fn a_dead_letter_says_what_it_was_and_why_it_is_here() {
    let properties = with_headers(&[
        ("traceparent", text("00-ab")),
        ("CC", text("checkout.till.17.4")),
        ("BCC", text("checkout.till.17.5")),
        ("x-user-id", text("forged")),
    ])
    .with_message_id("m-1".into())
    .with_correlation_id("17-3-1".into())
    .with_content_type("text/plain".into())
    .with_reply_to("r".into())
    .with_type("pay".into())
    .with_app_id("till".into())
    .with_timestamp(7)
    .with_user_id("store-17".into())
    .with_expiration("60000".into())
    .with_priority(9);
    let dead =
        letter("v1.17.3.pay", properties, b"?").dead(&Names::new("checkout"), Role::Pay, "not JSON", at());
    assert_eq!((dead.exchange.as_str(), dead.key.as_str()), ("checkout.dead", "v1.17.3.pay"));
    assert!(dead.is_mandatory);
    assert_eq!(dead.body, b"?");
    let expected = with_headers(&[
        ("traceparent", text("00-ab")),
        ("x-user-id", text("store-17")),
        ("x-reason", text("not JSON")),
        ("x-exchange", text("checkout.command")),
        ("x-queue", text("checkout.q.pay")),
        ("x-dead-at", text("2026-11-21T10:15:00Z")),
    ])
    .with_message_id("m-1".into())
    .with_correlation_id("17-3-1".into())
    .with_content_type("text/plain".into())
    .with_reply_to("r".into())
    .with_type("pay".into())
    .with_app_id("till".into())
    .with_timestamp(7)
    .with_delivery_mode(2);
    assert_eq!(dead.properties, expected, "without user_id, expiration, priority, CC, BCC");
}

#[tokio::test]
async fn a_long_reason_is_cut_between_characters() {
    let letter = letter("v1.17.3.pay", BasicProperties::default(), b"");
    let dead = letter.dead(&Names::new("checkout"), Role::Pay, &"ж".repeat(1000), at());
    assert_eq!(header(&dead, "x-reason"), Some(&text(&"ж".repeat(500))));
    let odd = letter.dead(&Names::new("checkout"), Role::Pay, &format!("a{}", "ж".repeat(1000)), at());
    assert_eq!(header(&odd, "x-reason"), Some(&text(&format!("a{}", "ж".repeat(499)))));
}

#[tokio::test]
async fn a_renewed_message_begins_anew_where_its_kind_is_taken() {
    let names = Names::new("checkout");
    for (role, exchange) in [
        (Role::Pay, "checkout.expired"),
        (Role::Expired, "checkout.expired"),
        (Role::Control, "checkout.command"),
        (Role::Refund, "checkout.command"),
        (Role::Unrouted, "checkout.unrouted"),
    ] {
        let renewed = letter("v1.17.3.x", died("expired"), b"{}").renewed(&names, role);
        assert_eq!((renewed.exchange.as_str(), renewed.key.as_str()), (exchange, "v1.17.3.x"));
        assert_eq!(header(&renewed, "x-death"), None);
        assert_eq!(renewed.body, b"{}");
    }
}
