//! Where messages are handed in, and where their fate is waited for.

use std::time::Duration;

use engine::ports::Delivery;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::message::Message;

/// A message with the one who waits for its fate, if anybody does.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) message: Message,
    pub(crate) sender: Option<oneshot::Sender<Delivery>>,
}

impl Parcel {
    /// Whether its sender has stopped waiting: it must not go out any more.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.sender.as_ref().is_some_and(oneshot::Sender::is_closed)
    }
}

/// The entry of a lane. Works while there is no connection, too: messages wait then.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    parcels: mpsc::Sender<Parcel>,
    limit: Duration,
}

impl Post {
    /// `room` is how many may wait to go out; `limit` is how long a sender waits for the fate of one.
    pub(crate) fn new(room: usize, limit: Duration) -> (Self, mpsc::Receiver<Parcel>) {
        let (parcels, receiver) = mpsc::channel(room);
        (Self { parcels, limit }, receiver)
    }

    /// Sends a message and waits for the broker's word, within the limit.
    pub(crate) async fn send(&self, message: Message) -> Delivery {
        timeout(self.limit, self.hand_in(message)).await.unwrap_or_else(|_| {
            Delivery::Failed(format!("RabbitMQ did not confirm it within {} ms", self.limit.as_millis()))
        })
    }

    async fn hand_in(&self, message: Message) -> Delivery {
        let (sender, fate) = oneshot::channel();
        let parcel = Parcel { message, sender: Some(sender) };
        if self.parcels.send(parcel).await.is_err() {
            return Delivery::Failed("publishing has stopped".into());
        }
        match fate.await {
            Ok(delivery) => delivery,
            Err(_) => Delivery::Failed("the channel was lost before RabbitMQ confirmed it".into()),
        }
    }

    /// Sends a message whose fate nobody waits for. Returns whether there was room for it.
    pub(crate) fn drop_in(&self, message: Message) -> bool {
        self.parcels.try_send(Parcel { message, sender: None }).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use lapin::BasicProperties;

    use super::*;

    fn message() -> Message {
        let properties = BasicProperties::default();
        Message { exchange: "e".into(), key: "k".into(), is_mandatory: true, properties, body: vec![] }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_waits_no_longer_than_the_limit_and_withdraws() {
        let (post, mut parcels) = Post::new(8, Duration::from_secs(10));
        let before = tokio::time::Instant::now();
        let delivery = post.send(message()).await;
        assert!(matches!(delivery, Delivery::Failed(reason) if reason.contains("10000 ms")));
        assert_eq!(before.elapsed(), Duration::from_secs(10));
        assert!(parcels.recv().await.unwrap().is_withdrawn());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_room_counts_towards_the_limit() {
        let (post, _letters) = Post::new(1, Duration::from_secs(10));
        assert!(post.drop_in(message()));
        assert!(!post.drop_in(message()), "there is room for one");
        assert!(matches!(post.send(message()).await, Delivery::Failed(_)));
    }

    #[tokio::test]
    async fn a_lost_channel_is_told_at_once() {
        let (post, mut parcels) = Post::new(1, Duration::from_secs(10));
        let lose = async { drop(parcels.recv().await) };
        let (delivery, ()) = tokio::join!(post.send(message()), lose);
        assert!(matches!(delivery, Delivery::Failed(reason) if reason.contains("lost")));
        drop(parcels);
        assert!(matches!(post.send(message()).await, Delivery::Failed(reason) if reason.contains("stopped")));
    }
}
