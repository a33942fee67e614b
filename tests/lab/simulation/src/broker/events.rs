//! The engine's way of events to registers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{Delivery, EventSink, OutgoingEvent};

use crate::instance::{Life, Point};
use crate::judge;
use crate::promise::Promise;
use crate::told::Told;
use crate::weather::Trouble;
use crate::world::World;

/// How long a publishing waits for a broker that says nothing.
const TIME_OUT: Duration = Duration::from_secs(5);

/// One instance's channel.
pub(crate) struct EventPort {
    pub(crate) world: Arc<World>,
    pub(crate) life: Arc<Life>,
}

#[async_trait]
impl EventSink for EventPort {
    async fn publish(&self, event: &OutgoingEvent) -> Delivery {
        let world = &self.world;
        self.life.pass(world, Point::Publish).await;
        if world.broker.is_blocked(world.now()) && !world.weather.is_calm() {
            world.risk(Promise::P9, 1);
            tokio::time::sleep(TIME_OUT).await;
            return Delivery::Failed("the broker takes nothing".to_owned());
        }
        if world.dice.chance(300) {
            tokio::time::sleep(world.dice.millis(1, 30)).await;
        }
        if world.strikes(Trouble::SinkFails) {
            world.risk(Promise::P9, 1);
            return self.fail(event).await;
        }
        if !world.broker.queue(&event.register).is_there(world.now()) && !world.weather.is_calm() {
            world.risk(Promise::P9, 1);
            return Delivery::Unroutable;
        }
        self.arrive(event);
        self.life.pass(world, Point::Published).await;
        Delivery::Confirmed
    }
}

impl EventPort {
    async fn fail(&self, event: &OutgoingEvent) -> Delivery {
        let world = &self.world;
        let has_arrived = world.dice.chance(500) && world.broker.queue(&event.register).is_there(world.now());
        if has_arrived {
            self.arrive(event);
        }
        if world.dice.chance(300) {
            tokio::time::sleep(TIME_OUT).await;
        }
        Delivery::Failed("the connection broke".to_owned())
    }

    fn arrive(&self, event: &OutgoingEvent) {
        let world = &self.world;
        world.tell("broker", format_args!("has {} for {}: {}", event.name, event.register, event.message_id));
        let told = Arc::new(Told::read(&event.message_id, &event.body));
        judge::told(world, &event.register, &told);
        world.broker.queue(&event.register).put(told);
    }
}
