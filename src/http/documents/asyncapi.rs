//! The contract over AMQP as an `AsyncAPI` 3 document.

use serde_json::{Map, Value, json};

use super::commands::{COMMANDS, Command};
use super::events::{EVENTS, Event};
use super::{codes, rules};

pub(super) fn document() -> Value {
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:universal-integrator:registers:v1",
        "info": {
            "title": "Universal Integrator: registers over RabbitMQ",
            "version": "1.0.0",
            "description": description(),
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "localhost:5672",
                "protocol": "amqp",
                "description": "RabbitMQ 3.10 to 4.x; address, virtual host, user and password are the register's own.",
            },
        },
        "channels": channels(),
        "operations": operations(),
        "components": { "messages": messages() },
        "x-codes": codes::table(),
    })
}

fn description() -> String {
    format!(
        "A register declares one durable queue checkout.till.<store>.<register> without arguments, binds it to the exchange \
         checkout.event with v1.<store>.<register>.# before its first command, and publishes commands to the exchange \
         checkout.command with v1.<store>.<register>.<verb>: persistent, mandatory, with publisher confirms. It never declares \
         exchanges. It drops a message_id that it has seen.\n\n\
         ## Operations\n\n{}\n## Events and states\n\n{}\n## Bounds\n\n{}\n## Rejections\n\n\
         A command that can't be carried out is answered `request.rejected` with a stable `code`; `x-codes` at the end of this \
         document says of each what it means, what the next try needs, and what the cashier does. `x-rejections` of an operation \
         lists the codes that answer it.\n",
        rules::OPERATIONS,
        rules::EVENTS,
        rules::BOUNDS
    )
}

fn channels() -> Map<String, Value> {
    let commands = COMMANDS.iter().map(|command| {
        let key = format!("v1.{{store}}.{{register}}.{}", command.verb);
        (id_of_command(command), channel(&key, "checkout.command", &id_of_command(command)))
    });
    let events = EVENTS.iter().map(|event| {
        let key = format!("v1.{{store}}.{{register}}.{}", event.name);
        (id_of_event(event), channel(&key, "checkout.event", &id_of_event(event)))
    });
    commands.chain(events).collect()
}

fn channel(key: &str, exchange: &str, message: &str) -> Value {
    let name = |what: &str| json!({ "description": format!("The {what}: 1-40 of A-Z a-z 0-9 _ -.") });
    json!({
        "address": key,
        "messages": { message: { "$ref": format!("#/components/messages/{message}") } },
        "parameters": { "store": name("store"), "register": name("register") },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": { "name": exchange, "type": "topic", "durable": true, "autoDelete": false, "vhost": "/" },
                "bindingVersion": "0.3.0",
            },
        },
    })
}

/// From the service's side: it receives commands and sends events.
fn operations() -> Map<String, Value> {
    let commands = COMMANDS.iter().map(|command| {
        let answers = command.answers.join(", ");
        let summary = format!("{} Answered by {answers}.", command.summary);
        let mut operation = operation("receive", &id_of_command(command), &summary);
        operation["x-rejections"] = json!(command.codes());
        (id_of_command(command), operation)
    });
    let events = EVENTS
        .iter()
        .map(|event| (id_of_event(event), operation("send", &id_of_event(event), event.summary)));
    commands.chain(events).collect()
}

fn operation(action: &str, channel: &str, summary: &str) -> Value {
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "summary": summary,
        "bindings": { "amqp": { "deliveryMode": 2, "mandatory": true, "bindingVersion": "0.3.0" } },
    })
}

fn messages() -> Map<String, Value> {
    let commands = COMMANDS.iter().map(|command| {
        let headers = properties(&["message_id", "correlation_id", "reply_to"], &["message_id"]);
        let message =
            message(command.verb, command.summary, &command.schema(), &(command.example)(), &headers);
        (id_of_command(command), message)
    });
    let events = EVENTS.iter().map(|event| {
        let headers = properties(
            &["message_id", "correlation_id", "type", "timestamp", "app_id"],
            &["message_id", "type", "timestamp", "app_id"],
        );
        let message = message(event.name, event.summary, &event.schema(), &event.example(), &headers);
        (id_of_event(event), message)
    });
    commands.chain(events).collect()
}

fn message(name: &str, summary: &str, payload: &Value, example: &Value, properties: &Value) -> Value {
    json!({
        "name": name,
        "title": name,
        "summary": summary,
        "contentType": "application/json",
        "payload": payload,
        "bindings": { "amqp": { "messageType": name, "bindingVersion": "0.3.0" } },
        "examples": [{ "name": "example", "payload": example }],
        "x-amqp-properties": properties,
    })
}

/// AMQP's own properties of a message; they are no headers of the application.
fn properties(names: &[&str], required: &[&str]) -> Value {
    let describe = |name: &str| match name {
        "message_id" => "Of a command: unique per send. Of an event: <payment>-<sequence>, or a fresh id.",
        "correlation_id" => "The operation.",
        "reply_to" => {
            "A queue checkout.till.<store>.<register> of the own store: best-effort copies go there."
        }
        "type" => "The event's name.",
        "timestamp" => "When it happened, in seconds.",
        _ => "The service.",
    };
    let of = |name: &&str| {
        let kind = if *name == "timestamp" { "integer" } else { "string" };
        ((*name).to_owned(), json!({ "type": kind, "description": describe(name) }))
    };
    let properties: Map<String, Value> = names.iter().map(of).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn id_of_command(command: &Command) -> String {
    format!("command_{}", command.verb)
}

fn id_of_event(event: &Event) -> String {
    event.name.replace('.', "_")
}
