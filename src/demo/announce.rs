//! Where everything is: for people, and for programs.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::shop;
use super::stage::Stage;

/// For programs: names that tests rely on.
pub(super) fn json(stage: &Stage) -> Value {
    json!({
        "amqp": stage.amqp.as_ref().map(ExposeSecret::expose_secret),
        "http": stage.http(),
        "sandbox": stage.bank.address(),
        "api_key": stage.api_key.expose_secret(),
        "store": shop::STORE,
        "registers": shop::REGISTERS,
        "payment_types": [shop::PAYMENT_TYPE],
        "kiosk": stage.kiosk(),
        "play": stage.play(),
        "admin": stage.admin(),
    })
}

/// For people. `plays` tells whether the demo itself is the kiosk.
pub(super) fn text(stage: &Stage, plays: bool) -> String {
    let (kiosk, http, bank) = (stage.kiosk(), stage.http(), stage.bank.address());
    let (store, tender) = (shop::STORE, shop::PAYMENT_TYPE);
    let registers = shop::REGISTERS.join(", ");
    let kiosk_words = kiosk_words(plays);
    let register = shop::REGISTERS[1];
    let broker = stage.amqp.as_ref().map_or("none: registers use HTTP", ExposeSecret::expose_secret);
    let over_amqp = stage.amqp.as_ref().map(|amqp| by_amqp(amqp.expose_secret(), register));
    format!(
        "
Open this: till, kiosk and buyer side by side
  {play}

Each by itself:
  a till                  {http}/till
  the kiosk's screen      {kiosk}
  the buyer's bank app    {bank}/buyer

What else there is:
  the admin web           {admin}
  the service             {http}
  what the bank knows     {bank}/ledger
  RabbitMQ                {broker}
  the shop                store {store}, registers {registers}, payment type {tender}
  its API key             {key}

{kiosk_words}

Be a till yourself, as register {register}, in this terminal:
  {till}
Or over HTTP, in two terminals:
  {listen}
  {pay}
{over_amqp}The code is in payment.qr_ready; the buyer's app lists it. A new try needs a new operation.

Ctrl-C stops everything.
",
        play = stage.play(),
        admin = stage.admin(),
        key = stage.api_key.expose_secret(),
        till = till_command(stage, register),
        listen = listen_by_http(stage, register),
        pay = pay_by_http(stage, register),
        over_amqp = over_amqp.unwrap_or_default(),
    )
}

fn listen_by_http(stage: &Stage, register: &str) -> String {
    let (key, http) = (stage.api_key.expose_secret(), stage.http());
    format!("curl -N -H 'Authorization: Bearer {key}' '{http}/api/v1/events?register={register}'")
}

fn pay_by_http(stage: &Stage, register: &str) -> String {
    let (key, http) = (stage.api_key.expose_secret(), stage.http());
    let body = format!(
        r#"{{"register":"{register}","operation":"mine-1","amount":{{"value":19800,"currency":"RUB"}}}}"#
    );
    format!("curl -H 'Authorization: Bearer {key}' --json '{body}' {http}/api/v1/payments")
}

fn by_amqp(amqp: &str, register: &str) -> String {
    format!(
        "Or over RabbitMQ (Debian: apt install amqp-tools):\n  {}\n  {}\n",
        listen_command(amqp, register),
        pay_command(amqp, register)
    )
}

fn kiosk_words(plays: bool) -> String {
    let kiosk = shop::KIOSK;
    if plays {
        format!(
            "A sample checkout waits on the kiosk (register {kiosk}): pay it in the buyer's app.
Ten seconds after its end the next one starts."
        )
    } else {
        format!("The kiosk belongs to register {kiosk}, and so does the till at first.")
    }
}

fn till_command(stage: &Stage, register: &str) -> String {
    let (key, http, store) = (stage.api_key.expose_secret(), stage.http(), shop::STORE);
    format!("integrator till pay 198.00 --http {http} --api-key {key} --store {store} --register {register}")
}

fn listen_command(amqp: &str, register: &str) -> String {
    format!("amqp-consume --url='{amqp}' -q checkout.till.{}.{register} -- sh -c 'cat; echo'", shop::STORE)
}

fn pay_command(amqp: &str, register: &str) -> String {
    let body = r#"{"operation":"mine-1","amount":{"value":19800,"currency":"RUB"}}"#;
    let key = format!("v1.{}.{register}.pay", shop::STORE);
    format!("amqp-publish --url='{amqp}' -e checkout.command -r {key} -p -C application/json -b '{body}'")
}
