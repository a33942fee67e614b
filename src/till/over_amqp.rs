//! The talk over RabbitMQ: a thin layer on [`AmqpRegister`].

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::mpsc;

use super::command::SendError;
use super::options::{Options, TillError};
use super::register::AmqpRegister;
use super::transport::{Heard, Talk, Transport};

impl Talk {
    /// Connects a register to its queue. What has waited there is heard first.
    pub async fn over_amqp(options: Options) -> Result<Self, TillError> {
        let register = AmqpRegister::connect(options).await?;
        let (ear, heard) = mpsc::unbounded_channel();
        let (mut events, passed_on) = (register.events(), ear.clone());
        tokio::spawn(async move {
            loop {
                let event = events.next().await;
                if passed_on.send(Heard::Event(Arc::new(event.body.clone()))).is_err() {
                    return;
                }
            }
        });
        Ok(Self::over(Arc::new(register), (ear, heard)))
    }
}

#[async_trait]
impl Transport for AmqpRegister {
    async fn send(&self, verb: &str, body: &Value) -> Result<String, SendError> {
        let sent = AmqpRegister::send(self, verb, body).await?;
        Ok(sent.message_id.unwrap_or_default())
    }

    fn is_connected(&self) -> bool {
        AmqpRegister::is_connected(self)
    }

    async fn close(&self) {
        AmqpRegister::close(self).await;
    }
}
