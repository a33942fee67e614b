//! A register without a queue: it sends its commands by hand and asks for its events by a cursor.

use std::sync::Arc;
use std::time::Duration;

use engine::contract::EventBody;
use engine::doors::{Outcome, Registers};
use engine::ports::Destination;
use payment::RegisterId;

use crate::broker::Command;
use crate::judge;
use crate::plan::store;
use crate::promise::Promise;
use crate::told::Told;
use crate::world::World;

/// Sends a command until it is answered.
pub(super) fn carry(world: &Arc<World>, command: Command) {
    let world = Arc::clone(world);
    tokio::spawn(async move {
        for tries in 0.. {
            if tries > 0 {
                world.risk(Promise::P2, 1);
            }
            let (engine, life) = world.an_engine().await;
            let outcome = tokio::select! {
                biased;
                outcome = engine.answer(command.incoming(command.sent_at)) => outcome,
                () = life.died() => Outcome::Later,
            };
            match outcome {
                Outcome::Later => tokio::time::sleep(world.dice.millis(200, 1_000)).await,
                _ if !life.is_alive() => {}
                answered => return hear(&world, &command, answered),
            }
        }
    });
}

fn hear(world: &World, command: &Command, outcome: Outcome) {
    judge::acknowledged(world, command);
    let bodies = match outcome {
        Outcome::Told(bodies) => bodies,
        Outcome::Rejected(body) => vec![*body],
        Outcome::Unreadable(reason) => {
            return world.broken(Promise::P2, format!("{} can't be read: {reason}", command.verb));
        }
        Outcome::Changed(_) | Outcome::Later => return, // events tell what follows
    };
    for body in bodies {
        answer(world, command, &body);
    }
}

fn answer(world: &World, command: &Command, body: &EventBody) {
    let message_id = format!("a-{}", world.next_id());
    let told = Arc::new(Told::read(&message_id, &body.to_json()));
    judge::told(world, &command.register, &told);
    world.broker.queue(&command.register).put(told);
}

/// Asks for the register's events, again and again, from whichever instance answers.
pub(super) fn follow(world: &Arc<World>, register: &RegisterId) {
    let (world, register) = (Arc::clone(world), register.clone());
    tokio::spawn(async move {
        let destination = Destination { store: store(), register: register.clone() };
        let mut cursor = 0;
        while !world.is_over() {
            let (engine, life) = world.an_engine().await;
            let rows = tokio::select! {
                biased;
                rows = engine.events_behind(&destination, cursor, 20) => rows.unwrap_or_default(),
                () = life.died() => Vec::new(),
            };
            for row in rows {
                cursor = row.number;
                let told = Arc::new(Told::read(&format!("{}-{}", row.payment, row.sequence), &row.body));
                world.tell("door", format_args!("tells {} of {}", register, row.name));
                judge::told(&world, &register, &told);
                world.broker.queue(&register).put(told);
            }
            let pause =
                if world.weather.is_calm() { Duration::from_secs(5) } else { world.dice.millis(50, 700) };
            tokio::time::sleep(pause).await;
        }
    });
}
