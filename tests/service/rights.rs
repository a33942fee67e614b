//! The users that `deploy/rabbitmq/set-up.sh` makes have the rights that they need, and no more.

use std::path::Path;
use std::process::Stdio;

use admin::Management;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use payment::{RegisterId, StoreId};
use secrecy::ExposeSecret;
use tokio::process::Command;
use universal_integrator::config::ManagementPlace;
use universal_integrator::management::HttpManagement;
use universal_integrator::till::AmqpRegister;

use crate::lab::{Broker, Plan, World, within};
use crate::till::{begin, expect, pay};

/// Runs the script against a broker of the test's own; returns the password that it printed.
async fn set_up(broker: &Broker, prefix: &str, arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/rabbitmq/set-up.sh");
    let mut command = Command::new(script);
    command
        .args(arguments)
        .env("RABBITMQCTL", broker.control_line())
        .env("PREFIX", prefix)
        .stdin(Stdio::null());
    let output = within("the script ends", command.output()).await.expect("the script can be started");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("it prints text");
    let (_, password) = text.trim().rsplit_once("password ").expect("a new user's password is printed");
    password.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_of_the_setup_script_can_do_what_they_need_and_nothing_in_another_store() {
    let admin = Broker::private().await;
    let prefix = World::fresh_prefix();
    let service = set_up(&admin, &prefix, &["service"]).await;
    let tills = set_up(&admin, &prefix, &["store", "17"]).await;
    let as_tills = admin.uri_of("store-17", &tills);
    let mut world =
        World::named(Plan::default(), admin.into_user("integrator", &service), prefix.clone()).await;
    world.service.start().await;

    let mut options = world.options("2");
    options.uri = as_tills.as_str().into();
    let till = AmqpRegister::connect(options).await.expect("a till may declare, bind and consume its queue");
    begin(&till, &pay("ours", 100)).await;
    till.send("cancel", &serde_json::json!({ "operation": "ours" })).await.expect("it may send commands");
    expect(&till, "ours", "payment.cancelled").await;

    for (deed, refused) in [
        (
            "a command for another store",
            publish(&as_tills, &format!("{prefix}.command"), "v1.18.2.get").await,
        ),
        (
            "an event that it makes itself",
            publish(&as_tills, &format!("{prefix}.event"), "v1.17.2.payment.paid").await,
        ),
        ("binding to another store's events", bind(&as_tills, &prefix).await),
    ] {
        assert!(refused, "a store's user was let do this: {deed}");
    }
    till.close().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_is_connected_through_the_management_interface_has_its_queue_and_its_rights() {
    let (broker, management) = Broker::private_managed().await;
    let world = World::build(Plan::default(), broker).await;
    let prefix = world.name("").trim_end_matches('.').to_owned();
    let place = ManagementPlace::parse(&management.as_str().into()).expect("an address");
    let management = HttpManagement::new(place, "/".to_owned(), prefix.clone()).expect("a client");
    let (store, register) = (StoreId::parse("17").unwrap(), RegisterId::parse("2").unwrap());
    assert_eq!(management.queue_of(&store, &register).await, Ok(None));
    let made = management.connect(&store, &register, false).await.expect("the broker does it");
    let password = made.password.expect("the user is new").expose_secret().to_owned();
    let queue = management.queue_of(&store, &register).await.expect("it answers").expect("it is there");
    assert_eq!((queue.messages, queue.consumers), (0, 0));

    let as_tills = world.broker.uri_of(&made.user, &password);
    let mut options = world.options("2");
    options.uri = as_tills.as_str().into();
    let till = AmqpRegister::connect(options).await.expect("its queue is as it declares it itself");
    begin(&till, &pay("ours", 100)).await;
    till.send("cancel", &serde_json::json!({ "operation": "ours" })).await.expect("it may send commands");
    expect(&till, "ours", "payment.cancelled").await;
    assert!(publish(&as_tills, &format!("{prefix}.command"), "v1.18.2.get").await, "another store's command");
    assert!(bind(&as_tills, &prefix).await, "another store's events");
    till.close().await;

    let again = management.connect(&store, &register, false).await.expect("it is safe to do again");
    assert!(again.password.is_none(), "the user keeps its password");
    let fresh = management.connect(&store, &register, true).await.expect("a new password is made");
    assert_ne!(fresh.password.expect("it was wanted").expose_secret(), &password);

    let dead = format!("{prefix}.dead");
    for key in ["v1.17.2.pay", "v1.17.20.pay", "v1.18.2.pay"] {
        assert!(!publish(world.broker.uri(), &dead, key).await, "the lab's own user may");
    }
    for look in 1..=2 {
        assert_eq!(
            management.dead_of(&store, &register).await,
            Ok(1),
            "look {look}: they stay where they are"
        );
    }

    let place = ManagementPlace::parse(&"http://guest:wrong@127.0.0.1:9".into()).expect("an address");
    let away = HttpManagement::new(place, "/".to_owned(), prefix).expect("a client");
    let told = away.connect(&store, &register, false).await.expect_err("nobody is there");
    assert!(told.contains("check amqp.management") && !told.contains("wrong"), "{told}");
    world.end().await;
}

async fn connect(uri: &str) -> Connection {
    Connection::connect(uri, ConnectionProperties::default()).await.expect("the user may connect")
}

/// Whether the broker refuses a message.
async fn publish(uri: &str, exchange: &str, key: &str) -> bool {
    let connection = connect(uri).await;
    let channel = connection.create_channel().await.expect("a channel");
    channel.confirm_select(ConfirmSelectOptions::default()).await.expect("confirms");
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let sent =
        channel.basic_publish(exchange.into(), key.into(), options, b"{}", BasicProperties::default()).await;
    match sent {
        Ok(confirm) => within("the broker's word", confirm).await.is_err(),
        Err(_) => true,
    }
}

/// Whether the broker refuses to bind a till's queue to the events of store 18.
async fn bind(uri: &str, prefix: &str) -> bool {
    let connection = connect(uri).await;
    let channel = connection.create_channel().await.expect("a channel");
    let (queue, exchange) = (format!("{prefix}.till.17.2"), format!("{prefix}.event"));
    let options = QueueBindOptions::default();
    channel
        .queue_bind(queue.into(), exchange.into(), "v1.18.#".into(), options, FieldTable::default())
        .await
        .is_err()
}
