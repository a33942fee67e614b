//! Messages on which the client library gives up: it ends the connection.

use std::collections::BTreeSet;

use amqp::{Config, Prefetch};

use crate::lab::{Broker, Engine, RawTill, Service, Till, until, within};

/// A till's program that writes its name in code page 1251 is enough.
const NOT_UTF8: &[u8] = b"\xCA\xE0\xF1\xF1\xE0";

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_message_ends_among_the_dead_letters_and_takes_no_other_along() {
    let broker = Broker::shared();
    let engine = Engine::new();
    let base = broker.config();
    let config =
        Config { delivery_limit: 5, prefetch: Prefetch { pay: 20, control: 20, ..base.prefetch }, ..base };
    let service = Service::start(&config, &engine).await;
    let till = Till::connect(&broker, &config, "3").await;
    let mut raw = within("a raw till connects", RawTill::connect(&broker)).await;

    raw.publish(&till.name("command"), "v1.17.3.pay", NOT_UTF8).await;
    raw.publish(&till.name("command"), "v1.17.3.refund", NOT_UTF8).await;
    for number in 0..10 {
        till.send("pay", &format!("pay {number}")).await;
        till.send("cancel", &format!("cancel {number}")).await;
    }

    until("all others are served", async || {
        let bodies: BTreeSet<_> = engine.finished().into_iter().map(|command| command.body).collect();
        (bodies.len() == 20).then_some(())
    })
    .await;
    until("the unreadable are buried", async || (till.count(&till.name("dead")).await.0 == 2).then_some(()))
        .await;
    service.ready().await;
    let error = service.health.report().consuming.last_error.unwrap();
    assert!(error.contains("parse"), "{error}");
    for queue in ["q.pay", "q.control", "q.refund", "expired"] {
        assert_eq!(till.count(&till.name(queue)).await.0, 0, "{queue}");
    }
    service.stop().await;
}
