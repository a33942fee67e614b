//! The plain demo: addresses, and sample checkouts on the kiosk, until interrupted.

use std::sync::Arc;
use std::time::Duration;

use payment::Timestamp;
use tokio::time::sleep;

use super::basket::Basket;
use super::player::Player;
use super::shop::{KIOSK, REGISTERS};
use super::stage::Stage;
use super::timeline::{HEADER, Timeline};
use super::{announce, shop};
use crate::cli::print;
use crate::till::{AmqpRegister, Event};

/// Between the end of a sample checkout and the next one.
const REST: Duration = Duration::from_secs(10);
/// A code lives five minutes; by then, and a little more, every checkout has ended.
const PATIENCE: Duration = Duration::from_mins(8);

/// Never ends by itself.
pub(super) async fn play(stage: &Stage, with_samples: bool) -> anyhow::Result<u8> {
    for register in REGISTERS {
        if stage.amqp.is_some() && !(with_samples && register == KIOSK) {
            // So that the events of whoever plays this till wait for it, whatever the order of its first steps.
            AmqpRegister::prepare_queue(&stage.options(register)?).await?;
        }
    }
    print(&announce::text(stage, with_samples));
    if with_samples { samples(stage).await } else { std::future::pending().await }
}

async fn samples(stage: &Stage) -> anyhow::Result<u8> {
    let timeline = Arc::new(Timeline::new(stage.began, true));
    let kiosk = Player::enter(stage, &timeline, shop::KIOSK).await?;
    print(HEADER);
    for number in 1.. {
        let operation = format!("sample-{}-{number}", minutes(stage.began));
        let body = Basket::number(number).pay(&operation, &format!("{number:06}"));
        if let Err(error) = kiosk.ask("pay", &body, "").await {
            tracing::warn!(%error, "a sample checkout was not answered");
        } else if let Err(error) = kiosk.register().wait_for(&operation, is_end, PATIENCE).await {
            tracing::warn!(%error, "a sample checkout did not end");
        }
        sleep(REST).await;
    }
    unreachable!("there is always a next number")
}

/// Keeps the operations of one demo apart from those of another with the same data.
fn minutes(began: Timestamp) -> i64 {
    began.as_micros() / 60_000_000
}

fn is_end(event: &Event) -> bool {
    let status = event.text("status").unwrap_or_default();
    let is_final = matches!(status, "paid" | "declined" | "expired" | "cancelled" | "failed" | "review");
    is_final || event.name() == "request.rejected"
}

#[cfg(test)]
mod tests {
    use lapin::BasicProperties;
    use serde_json::{Value, json};

    use super::*;

    fn event(body: Value) -> Event {
        Event {
            routing_key: String::new(),
            properties: BasicProperties::default(),
            redelivered: false,
            body,
            arrived_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_sample_ends_with_any_final_word_or_a_rejection() {
        for (body, ends) in [
            (json!({"event": "payment.qr_ready", "status": "awaiting_payment"}), false),
            (json!({"event": "payment.try_declined", "status": "awaiting_payment"}), false),
            (json!({"event": "payment.cancelling", "status": "cancelling"}), false),
            (json!({"event": "payment.paid", "status": "paid"}), true),
            (json!({"event": "payment.review", "status": "review"}), true),
            (json!({"event": "request.rejected"}), true),
        ] {
            assert_eq!(is_end(&event(body.clone())), ends, "{body}");
        }
    }
}
